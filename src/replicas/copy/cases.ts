import { lstatSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { caseDraft, fileSha256 } from '../../archive/documents/case-draft.ts';
import type { CaseFile } from '../../archive/documents/case-file.ts';
import { caseFileName, caseIdPattern, casesFolder, pendingCaseName } from '../../archive/documents/case-json.ts';
import { removeErasedSets } from '../../archive/documents/erased-sets.ts';
import { filesOfCase, oldDocuments, parseStoredCase, type StoredCase, setsOfCase } from '../../archive/documents/stored-case.ts';
import { removeDurable } from '../../archive/files/durable.ts';
import { limits } from '../../core/base/limits.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { shellWord } from '../../core/words/shell-word.ts';
import { aheadThereNext, aheadWords, type CaseHistories, type CaseHistory, changesAhead } from '../../log/read/case-digests.ts';
import { goneSets } from '../../verify/checks/erased-sets.ts';
import { entriesIn, filesBelow } from '../place/around.ts';
import type { CopiesMemory } from '../place/memory.ts';
import type { Copy } from '../place/place.ts';
import { placeName } from './check-bag.ts';
import { copyInto } from './file.ts';
import { copyWithoutDigest } from './without-digest.ts';

// Copies cases to replicas. Cases hold mails and chats that may exist nowhere else, so a sync copies only what the log records and never overwrites a file on a
// replica that may be the last intact copy.

/**
 * Copies the cases of an archive to a replica. A case is copied if its case.json is the one that the log names: its files by the digests in case.json, then
 * case.json itself. Files altered in the archive are not copied, files altered on the replica are left unchanged; both are findings.
 * @param cases case histories from the log of the archive
 * @returns number of copied bytes
 */
export async function* syncCases(primary: Copy, replica: Copy, cases: CaseHistories, signal: AbortSignal): AsyncGenerator<Finding, number> {
  let bytes = 0;
  const here = entriesIn(join(primary.dir, casesFolder)).flatMap(({ name }) => (caseIdPattern.test(name) ? [name] : []));
  for (const id of [...new Set([...here, ...cases.keys()])].sort(byCodePoint)) {
    signal.throwIfAborted();
    const folder = `${casesFolder}/${id}`;
    const history = cases.get(id);
    const isThere = lstatSync(join(replica.dir, folder), { throwIfNoEntry: false }) !== undefined;
    if (history?.deleted === true) {
      if (isThere) yield finding('R151', placeName(replica, folder), 'was deleted from the archive on purpose, and is still here');
      continue;
    }
    const newest = history?.digests.at(-1);
    // The log has no digest of this case.
    if (history === undefined || newest === undefined)
      bytes += yield* copyWithoutDigest(primary, replica, { paths: documentLast(filesBelow(primary.dir, folder)), replaced: 'nothing' }, signal);
    else bytes += yield* syncCase(primary, replica, { id, history, newest }, signal);
  }
  return bytes;
}

async function* syncCase(
  primary: Copy,
  replica: Copy,
  { id, history, newest }: { readonly id: string; readonly history: CaseHistory; readonly newest: string },
  signal: AbortSignal,
): AsyncGenerator<Finding, number> {
  const folder = `${casesFolder}/${id}`;
  const path = `${folder}/${caseFileName}`;
  const source = documentPath(primary, id, newest);
  if (source === null) {
    const isGone = lstatSync(join(primary.dir, folder), { throwIfNoEntry: false }) === undefined;
    yield isGone
      ? finding('C127', folder, 'is missing, and the log does not record its deletion')
      : finding('R149', path, `differs from the log: the case was not copied to ${replica.name}`);
    return 0;
  }
  const there = fileSha256(join(replica.dir, path));
  if (there !== null && changesAhead(history, there) > 0) {
    yield aheadFinding(replica, primary, { id, history, found: there });
    return 0;
  }
  const document = caseDocument(join(primary.dir, source));
  const isOlder = there !== null && there !== newest && history.digests.includes(there);
  // Before case.json is replaced: after that, nothing says what the older state had.
  if (isOlder && document !== null) await removeDroppedSets(join(replica.dir, folder), document);
  let bytes = 0;
  for (const file of document === null ? [] : filesOfCase(document)) {
    const state = sizeState(join(replica.dir, folder, file.path), file.sizeBytes);
    if (state === 'there') continue;
    const place = `${folder}/${file.path}`;
    if (state === 'other') yield finding('R150', placeName(replica, place), 'differs from its case; it was left unchanged');
    else {
      const copied = await copyInto(
        primary.dir,
        replica.dir,
        // While a case is being created, its files are in the same folder as the pending document.
        { from: `${dirname(source)}/${file.path}`, to: place, expected: digestsOf(file), mostBytes: file.sizeBytes },
        signal,
      );
      if (copied.is === 'well') bytes += copied.bytes;
      else if (copied.is === 'unreadable' && copied.code !== 'ENOENT')
        yield finding('R135', place, `was not copied: it cannot be read: ${copied.code}`);
      else yield finding('R149', place, `is missing or differs from its case: it was not copied to ${replica.name}`);
    }
  }
  if (there === newest) {
    await removeOldDocuments(replica, folder, document);
    return bytes;
  }
  if (!isOlder && lstatSync(join(replica.dir, path), { throwIfNoEntry: false }) !== undefined) {
    yield finding('R150', placeName(replica, path), 'differs from the log; it was left unchanged');
    return bytes;
  }
  const wanted = { from: source, to: path, expected: new Map([['sha256', newest]]), mostBytes: limits.caseJsonBytes };
  const copied = await copyInto(primary.dir, replica.dir, wanted, signal);
  if (copied.is === 'well') await removeOldDocuments(replica, folder, document);
  return bytes + (copied.is === 'well' ? copied.bytes : 0);
}

/**
 * Returns C125 for a case on a replica that has changes which the newest state lacks: it is left unchanged, because it may be their last copy.
 * @param found SHA-256 of its case.json
 */
export function aheadFinding(
  replica: Copy,
  primary: Copy,
  { id, history, found }: { readonly id: string; readonly history: CaseHistory; readonly found: string },
): Finding {
  const [from, to] = [replica, primary].map(({ dir }) => shellWord(join(dir, casesFolder, id)));
  const words = `${aheadWords(changesAhead(history, found))}; it was left unchanged`;
  return finding(
    'C125',
    placeName(replica, `${casesFolder}/${id}/${caseFileName}`),
    `${words}; ${aheadThereNext(`rm -r ${to} && cp -a ${from} ${to}`)}`,
  );
}

/**
 * Removes from a replica the messages and comparisons of an older state that the newest one does not have: they were erased, or they were in changes that
 * somebody acknowledged to be lost. @param folder of the case, absolute
 */
async function removeDroppedSets(folder: string, newest: StoredCase): Promise<void> {
  const older = caseDocument(join(folder, caseFileName));
  if (older === null) return;
  const partsOf = (stored: StoredCase, set: string): string =>
    filesOfCase(stored)
      .flatMap(({ path, sha256 }) => (path.startsWith(`${set}/`) ? [`${path} ${sha256}`] : []))
      .join('\n');
  const kept = new Set(setsOfCase(newest));
  for (const set of setsOfCase(older)) {
    // A sealing gives a set other files under the same number.
    const isSame = kept.has(set) && (older.version !== newest.version || partsOf(older, set) === partsOf(newest, set));
    if (!isSame && lstatSync(join(folder, set), { throwIfNoEntry: false }) !== undefined) await removeDurable(join(folder, set));
  }
}

/** Removes the sealed documents of earlier states; the newest case.json has replaced them. */
async function removeOldDocuments({ dir }: Copy, folder: string, document: StoredCase | null): Promise<void> {
  if (document === null) return;
  // Files that were erased from the case.
  await removeErasedSets(join(dir, folder), document);
  const names = entriesIn(join(dir, folder)).map(({ name }) => name);
  for (const name of oldDocuments(names, document)) rmSync(join(dir, folder, name), { force: true });
}

/**
 * Returns the folders of a case whose files were erased from the archive for good, and which a replica must not have either. Returns none if the replica owes an
 * erasure: its next sync removes them.
 * @param stored case.json of the replica, which may be from before the erasure
 */
export function goneSetsOf(
  primary: Copy,
  replica: Copy,
  { erasures, cases }: Pick<CopiesMemory, 'erasures' | 'cases'>,
  stored: StoredCase,
): readonly string[] {
  return erasures.debts.has(replica.name) ? [] : goneSets(newestCase(primary, { cases }, stored) ?? stored, erasures);
}

/** Returns the newest state of a case that the archive has and the log names; null if it has none. @param stored case.json of a replica */
export function newestCase(primary: Copy, { cases }: Pick<CopiesMemory, 'cases'>, stored: StoredCase): StoredCase | null {
  const newest = cases.get(stored.id)?.digests.at(-1);
  const source = newest === undefined ? null : documentPath(primary, stored.id, newest);
  return source === null ? null : caseDocument(join(primary.dir, source));
}

/** Returns the path below a copy at which the case's document with the logged digest is, in place or pending; null if it is at neither. */
function documentPath({ dir }: Copy, id: string, digest: string): string | null {
  const inFolder = [caseFileName, pendingCaseName].map((name) => `${casesFolder}/${id}/${name}`);
  const found = inFolder.find((path) => fileSha256(join(dir, path)) === digest);
  if (found !== undefined) return found;
  const draft = caseDraft({ dir }, digest);
  return draft === null ? null : `${draft}/${caseFileName}`;
}

/** Parses a document whose digest was verified; returns null if it has a later version. */
export function caseDocument(path: string): StoredCase | null {
  const parsed = parseStoredCase(JSON.parse(readFileSync(path, 'utf8')));
  return typeof parsed === 'string' ? null : parsed;
}

/** Returns the digests of a file of a case. */
export function digestsOf({ sha256, sha512 }: CaseFile): ReadonlyMap<string, string> {
  return new Map([
    ['sha256', sha256],
    ['sha512', sha512],
  ]);
}

/** Compares sizes only, because a sync does not read existing files; a verification does. */
function sizeState(path: string, sizeBytes: number): 'there' | 'absent' | 'other' {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 'absent';
  return stat.isFile() && stat.size === sizeBytes ? 'there' : 'other';
}

/** Moves the document to the end, so that it never names a file that has not been copied yet. */
function documentLast(paths: readonly string[]): string[] {
  const files = paths.filter((path) => !/\/\.lock(?:\.[^/]*)?$/.test(path));
  const isDocument = (path: string): boolean => path.endsWith(`/${caseFileName}`);
  return [...files.filter((path) => !isDocument(path)), ...files.filter(isDocument)];
}
