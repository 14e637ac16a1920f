import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { caseDraft, fileSha256 } from '../../archive/documents/case-draft.ts';
import { caseFileName, casesFolder, pendingCaseName } from '../../archive/documents/case-json.ts';
import { filesOfCase } from '../../archive/documents/stored-case.ts';
import { codeOf, hashFile } from '../../archive/files/hash-file.ts';
import { markerName } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { isFileError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { shellWord } from '../../core/words/shell-word.ts';
import { aheadNext, aheadWords, changesAhead, isBeforeCaseErasure } from '../../log/read/case-digests.ts';
import { enteredState } from '../../verify/checks/entered.ts';
import { aheadFinding, caseDocument } from '../copy/cases.ts';
import { type PlainState, plainState, topFiles } from '../place/around.ts';
import type { CopiesMemory } from '../place/memory.ts';
import type { OwnLog } from '../place/own-log.ts';
import type { Copy } from '../place/place.ts';
import { mostStampBytes, stampState } from '../place/stamps.ts';

/** A file outside the bags, compared with the log. */
export interface AroundFile {
  /** Path relative to a copy. */
  readonly name: string;
  /** SHA-256; null if the log has lost it, so that the existing copy counts as valid. */
  readonly digest: string | null;
  readonly mostBytes: number;
  /** True if the file may be missing in all copies without counting as lost. */
  readonly mayBeGone?: true;
  stateIn(copy: Copy): PlainState;
}

/** Own logs of replicas, by copy. A file that a replica's log does not name yet is left to a sync. */
type OwnLogs = ReadonlyMap<Copy, OwnLog>;

/** Returns the files at the top, time stamps, witness files and reports. */
export function filesAround({ plainFiles, stampFiles, enteredFiles }: CopiesMemory, primary: Copy, owns: OwnLogs): AroundFile[] {
  const top = topFiles(plainFiles).map(
    ({ name, digests }): AroundFile => ({
      ...{ name, digest: digests.at(-1) ?? null, mostBytes: limits.archiveMarkerBytes },
      // Older ones of the archive itself must not come back: the one from before a sealing says that nothing is sealed. A sealing writes the file after its entry.
      stateIn: (copy) => plainState(copy.dir, name, copy === primary && name === markerName ? digests.slice(-2) : digests),
    }),
  );
  const stamps = [...stampFiles].map(([name, known]): AroundFile => {
    const stateIn = (copy: Copy): PlainState => {
      const state = stampState(copy.dir, name, known);
      if (state === 'well' || state === 'altered' || typeof state === 'object') return state;
      const own = owns.get(copy)?.stampFiles.get(name);
      // The replica has not been updated since; a sync will update it.
      if (copy !== primary && (own === undefined || (state === 'older' && own !== known.at(-1)))) return 'well';
      return state === 'older' ? 'altered' : state;
    };
    return { name, digest: known.at(-1) ?? null, mostBytes: mostStampBytes(name), stateIn };
  });
  const entered = [...enteredFiles].flatMap(([name, known]): AroundFile[] => {
    const newest = known.at(-1);
    if (newest === undefined) return [];
    const stateIn = (copy: Copy): PlainState => {
      const state = enteredState(join(copy.dir, name), known, 'bytes');
      if (state === 'well' || state === 'altered' || typeof state === 'object') return state;
      if (copy !== primary && owns.get(copy)?.enteredFiles.has(name) !== true) return 'well';
      return state === 'older' ? 'altered' : state;
    };
    return [
      { name, digest: newest.sha256, mostBytes: newest.sizeBytes, stateIn, ...(name.startsWith('reports/') ? { mayBeGone: true as const } : {}) },
    ];
  });
  return [...top, ...stamps, ...entered];
}

/**
 * Returns the files of all cases: case.json by its logged digest, the others by the digests in it. If no copy has the newest case.json any more, this is
 * reported as a loss, and an archive without a case.json gets the newest existing one.
 */
export function* caseFiles(copies: readonly Copy[], { cases }: CopiesMemory, primary: Copy, owns: OwnLogs): Generator<Finding, AroundFile[]> {
  const files: AroundFile[] = [];
  for (const [id, history] of cases) {
    const { digests, deleted } = history;
    const newest = digests.at(-1);
    if (deleted || newest === undefined) continue;
    const folder = `${casesFolder}/${id}`;
    const place = `${folder}/${caseFileName}`;
    const found = new Map(copies.map((copy) => [copy, fileSha256(join(copy.dir, place))]));
    // The newest state is logged and pending: the next change of the case, or the next case that is opened, finishes it.
    if (isUnderWay(primary, id, newest)) continue;
    const best = Math.max(...[...found.values()].map((digest) => (digest === null ? -1 : digests.lastIndexOf(digest))));
    const digest = digests[best];
    const holder = [...found].find(([, one]) => one === digest)?.[0];
    // Such a state may be the last copy of its changes: no other one is written over it.
    const ahead = new Set([...found].flatMap(([copy, one]) => (one !== null && changesAhead(history, one) > 0 ? [copy] : [])));
    for (const copy of ahead) {
      const one = found.get(copy) ?? '';
      if (copy === primary) yield finding('C125', place, `${aheadWords(changesAhead(history, one))}; ${aheadNext}`);
      else yield aheadFinding(copy, primary, { id, history, found: one });
    }
    const isAbsent = !existsSync(join(primary.dir, place));
    if (digest === undefined || holder === undefined) {
      yield finding('R131', place, agree`is intact in none of ${copies.length} cop[y|ies]`);
      continue;
    }
    if (isAbsent && isBeforeCaseErasure(history, digest)) {
      yield finding('R131', place, `has its last state in no copy; ${erasedSince(id, holder, primary)}`);
      continue;
    }
    if (digest !== newest) {
      const behind = digests.length - 1 - best;
      yield finding(
        'R131',
        place,
        `has its last state in no copy; the newest remaining state is that of ${behind === 1 ? 'one change' : agree`${behind} change[s]`} before`,
      );
      if (!isAbsent && isBeforeCaseErasure(history, found.get(primary) ?? ''))
        yield finding('E109', folder, 'is from before an erasure of recordings or messages; to erase them again: longplay erase run ARCHIVE');
      if (!isAbsent) continue;
    }
    const isExpected = (copy: Copy): boolean => copy === primary || owns.get(copy)?.cases.has(id) === true;
    files.push({
      ...{ name: place, digest, mostBytes: limits.caseJsonBytes },
      stateIn: (copy) => {
        const there = found.get(copy) ?? null;
        if (there === digest || ahead.has(copy)) return 'well';
        if (there === null && !existsSync(join(copy.dir, place))) return isExpected(copy) ? 'missing' : 'well';
        if (there === null) return stateOf(join(copy.dir, place));
        const own = owns.get(copy)?.cases.get(id)?.digests ?? [];
        // The document is as the replica's own log states; a sync copies the newer one.
        return copy !== primary && digests.indexOf(there) >= Math.max(0, own.length - 1) ? 'well' : 'altered';
      },
    });
    const isOlder = (copy: Copy): boolean => copy !== primary && found.get(copy) !== digest && digests.includes(found.get(copy) ?? '');
    const document = caseDocument(join(holder.dir, place));
    for (const file of document === null ? [] : filesOfCase(document)) {
      const name = `${folder}/${file.path}`;
      const stateIn = (copy: Copy): PlainState => {
        if (ahead.has(copy)) return 'well';
        const path = join(copy.dir, name);
        // A sync copies the newer document to a replica with an older one, and its files before.
        if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return isExpected(copy) && !isOlder(copy) ? 'missing' : 'well';
        return fileSha256(path) === file.sha256 ? 'well' : stateOf(path);
      };
      files.push({ name, digest: file.sha256, mostBytes: file.sizeBytes, stateIn });
    }
  }
  return files;
}

/** Says that the newest remaining state of a case was not restored, because it has what was erased since, and what to do. */
function erasedSince(id: string, holder: Copy, primary: Copy): string {
  const [from, to] = [holder, primary].map(({ dir }) => shellWord(join(dir, casesFolder, id)));
  const archive = shellWord(primary.dir);
  const what = `the newest remaining state, in ${holder.name}, has what was erased from the case since, and was not restored`;
  return caseDocument(join(holder.dir, casesFolder, id, caseFileName))?.version === 2
    ? `${what}: its secrets were destroyed, so nobody can open it. To end this alarm: longplay case forget ${archive} ${id} --reason TEXT`
    : `${what}. To restore the rest of it: mkdir -p ${to}; cp -a ${from}/. ${to}; longplay erase run ${archive}`;
}

function isUnderWay({ dir }: Copy, id: string, newest: string): boolean {
  return fileSha256(join(dir, casesFolder, id, pendingCaseName)) === newest || caseDraft({ dir }, newest) !== null;
}

/** Returns the state of a file that does not match: `altered`, or that it is unreadable. */
function stateOf(path: string): PlainState {
  try {
    hashFile(path, ['sha256']);
    return 'altered';
  } catch (error) {
    const code = codeOf(error);
    return isFileError(code) ? 'altered' : { unreadable: code };
  }
}
