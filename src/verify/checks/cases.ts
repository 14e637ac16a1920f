import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { caseDraft, fileSha256 } from '../../archive/documents/case-draft.ts';
import { caseFileName, caseIdPattern, casesFolder, deletingMark, pendingCaseName } from '../../archive/documents/case-json.ts';
import { filesOfCase, oldDocuments, pendingCase, readStoredCase, type StoredCase } from '../../archive/documents/stored-case.ts';
import { codeOf, hashFile } from '../../archive/files/hash-file.ts';
import { agree } from '../../core/base/agree.ts';
import { isFileError, LongplayError, systemCode } from '../../core/base/error.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import {
  aheadNext,
  aheadThereNext,
  aheadWords,
  type CaseHistories,
  type CaseHistory,
  changesAhead,
  changesSince,
  isBeforeCaseErasure,
  lackingNext,
  lackingWords,
  returnedNext,
  returnedWords,
} from '../../log/read/case-digests.ts';

/** State of an archive or replica that decides about unclaimed files of its cases. */
export interface CasesState {
  /** True: the files of a case may be there in clear and sealed. */
  readonly isBeingSealed: boolean;
  /** Returns the folders of a case, e.g. `messages/1`, whose files were erased for good. @param stored its case.json */
  readonly goneSets: (stored: StoredCase) => readonly string[];
  /** Returns a later state of a case, whose files an interrupted sync may have copied before its case.json; null: none is known. Absent: there is none. */
  readonly next?: (stored: StoredCase) => StoredCase | null;
  /** Command that removes files that were erased and exist again. */
  readonly again: string;
}

/** Checks the cases of an archive: each file that a case names is unchanged, and the case folders hold no other files. @param state absent: nothing is known about erasures */
export function* checkCases(
  archive: { readonly dir: string },
  state: CasesState = { isBeingSealed: false, goneSets: () => [], again: '' },
): Generator<Verdict> {
  for (const entry of entriesOf(join(archive.dir, casesFolder))) {
    if (entry.name.startsWith('.longplay-')) continue;
    const path = `${casesFolder}/${entry.name}`;
    if (!entry.isDirectory() || !caseIdPattern.test(entry.name)) yield errorVerdict('unexpected', 'V103', path, `does not belong in ${casesFolder}/`);
    else
      for (const verdict of checkCase(archive.dir, path, state))
        yield state.isBeingSealed && verdict.code === 'C124'
          ? { ...verdict, severity: 'warning', message: 'its case is being sealed, and does not name it' }
          : verdict;
  }
}

/** A copy of an archive whose cases are compared with a log. */
export interface CheckedCases {
  readonly dir: string;
  /** True: a replica, in which deleted cases may remain. */
  readonly isReplica?: boolean;
}

/**
 * Compares the cases with the log: each case that the log names and that was not deleted exists, and its case.json has the newest digest.
 * @param entered the log's statements when the log was read
 * @param whole false if entries of the log are damaged or lost, possibly newer ones than `entered` has
 * @param again reads the log again, because a case may have changed meanwhile
 */
export async function* checkCaseDigests(
  archive: CheckedCases,
  entered: CaseHistories,
  whole: boolean,
  again: () => Promise<CaseHistories>,
): AsyncGenerator<Verdict> {
  const there = new Set(entriesOf(join(archive.dir, casesFolder)).flatMap(({ name }) => (caseIdPattern.test(name) ? [name] : [])));
  for (const id of [...new Set([...there, ...entered.keys()])].sort(byCodePoint)) {
    const before = entered.get(id) ?? noCaseHistory;
    const verdict = there.has(id)
      ? await presentVerdict(archive, id, before, whole, again)
      : await absentVerdict(archive.dir, id, before, whole, again);
    if (verdict !== null) yield verdict;
  }
}

const noCaseHistory: CaseHistory = { digests: [], deleted: false };

async function presentVerdict(
  archive: CheckedCases,
  id: string,
  before: CaseHistory,
  whole: boolean,
  again: () => Promise<CaseHistories>,
): Promise<Verdict | null> {
  const { dir } = archive;
  const folder = `${casesFolder}/${id}`;
  if (before.deleted) {
    // The case's folder is deleted after the log entry.
    if (!isThere(join(dir, folder))) return null;
    const verdict = errorVerdict('unexpected', 'C129', folder, `${returnedWords}; ${returnedNext(id)}`);
    if (archive.isReplica === true) return { ...verdict, severity: 'warning', message: deletedElsewhere };
    return isThere(join(dir, folder, deletingMark))
      ? { ...verdict, severity: 'warning', message: `is being deleted, or that was interrupted; ${returnedNext(id)}` }
      : verdict;
  }
  const path = `${folder}/${caseFileName}`;
  const found = fileSha256(join(dir, path));
  // An unreadable case.json is reported elsewhere, as unreadable.
  if (found === null) return null;
  if (found === before.digests.at(-1)) {
    const lacking = changesSince(before, found) ?? 0;
    return lacking === 0 ? null : lackingVerdict(path, lacking);
  }
  const history = (await again()).get(id) ?? noCaseHistory;
  const { digests: now, deleted } = history;
  // The case changed after the log was read, or the file is out of date by now: any digest entered since then was valid at some moment.
  if (deleted || now.slice(Math.max(0, before.digests.length - 1)).includes(found)) return null;
  const newest = now.at(-1);
  // The log has the new digest, and the run ended before it placed the file: nothing is lost, and the next change completes it.
  if (newest !== undefined && fileSha256(join(dir, folder, pendingCaseName)) === newest) return null;
  return digestVerdict(path, found, history, whole, archive);
}

const deletedElsewhere =
  'was deleted from the archive on purpose, and is still in this replica: delete its folder here, too, if it had to be deleted everywhere';

function lackingVerdict(path: string, lacking: number): Verdict {
  return errorVerdict('rolled-back', 'C125', path, `${lackingWords(lacking)}; ${lackingNext}`);
}

async function absentVerdict(
  dir: string,
  id: string,
  before: CaseHistory,
  whole: boolean,
  again: () => Promise<CaseHistories>,
): Promise<Verdict | null> {
  if (before.deleted) return null;
  const path = `${casesFolder}/${id}`;
  const now = (await again()).get(id) ?? before;
  // The case was deleted, or its folder was placed, since the log was read.
  if (now.deleted || isThere(join(dir, path))) return null;
  if (caseDraft({ dir }, now.digests.at(-1)) !== null)
    return {
      ...errorVerdict(
        'unverifiable',
        'C128',
        path,
        'was entered in the log and is not in its place yet: it is being created, or that was interrupted',
      ),
      severity: 'warning',
    };
  return whole
    ? errorVerdict('missing', 'C127', path, 'does not exist, and the log does not say that it was deleted')
    : errorVerdict('unverifiable', 'C127', path, 'does not exist; lines of the log are damaged, and its deletion may be among them');
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/**
 * Returns the verdict on a case.json whose SHA-256 is not that of the last change of the case in the log.
 * @param history of the case in the log
 * @param whole false if entries of the log are damaged or lost
 */
export function digestVerdict(
  path: string,
  found: string,
  history: CaseHistory,
  whole: boolean,
  { isReplica = false }: Pick<CheckedCases, 'isReplica'>,
): Verdict {
  const { digests } = history;
  const ahead = changesAhead(history, found);
  if (ahead > 0) {
    const next = isReplica ? aheadThereNext('copy the folder of the case over that of the archive') : aheadNext;
    return errorVerdict('rolled-back', 'C125', path, `${aheadWords(ahead)}; ${next}`);
  }
  const newest = digests.at(-1);
  if (newest === undefined) return { ...errorVerdict('unverifiable', 'C126', path, 'the log has no entry of this case'), severity: 'warning' };
  const told = `has SHA-256 ${found.slice(0, 16)}… instead of ${newest.slice(0, 16)}…, the digest of its last change in the log`;
  const changes = digests.length - 1 - digests.lastIndexOf(found);
  const older = `${told}: it matches the state ${changes === 1 ? 'one change' : agree`${changes} change[s]`} before`;
  const next = 'what was erased from the case since may be in it again; to restore the newest state: longplay replica repair ARCHIVE';
  if (digests.includes(found)) return errorVerdict('rolled-back', 'C125', path, isBeforeCaseErasure(history, found) ? `${older}; ${next}` : older);
  return whole
    ? errorVerdict('corrupt', 'C125', path, told)
    : errorVerdict('unverifiable', 'C125', path, `${told}; lines of the log are damaged, and a later change may be among them`);
}

/** Checks a case. If the case was changed meanwhile, checks it once more: a sealed document is then replaced by another file. */
function* checkCase(archiveDir: string, path: string, state: CasesState): Generator<Verdict> {
  const file = join(archiveDir, path, caseFileName);
  for (let before = fileSha256(file), again = 0; ; again++) {
    const verdicts = [...verdictsOf(archiveDir, path, state)];
    const now = fileSha256(file);
    if (now !== before && again < mostChanges) {
      before = now;
      continue;
    }
    return yield* verdicts;
  }
}

/** After this many changes during one check, the case is reported as it was found. */
const mostChanges = 3;

function* verdictsOf(archiveDir: string, path: string, { goneSets, again, next: later }: CasesState): Generator<Verdict> {
  let document: StoredCase;
  try {
    document = readStoredCase(join(archiveDir, path));
  } catch (error) {
    if (!(error instanceof LongplayError)) throw error;
    const refused = systemCode(error.cause);
    yield errorVerdict(
      refused !== null ? 'unreachable' : error.code === 'C102' ? 'unverifiable' : 'corrupt',
      error.code,
      `${path}/${caseFileName}`,
      `cannot be read${refused === null ? ' as a case' : `: ${refused}`}; the files beside it were not checked`,
    );
    return;
  }
  const filesOf = (one: StoredCase | null) => new Map((one === null ? [] : filesOfCase(one)).map((file) => [file.path, file]));
  const named = filesOf(document);
  const pending = new Map([...filesOf(later?.(document) ?? null), ...filesOf(pendingCase(join(archiveDir, path)))]);
  const older = new Set(oldDocuments(namesIn(join(archiveDir, path)), document));
  const gone = goneSets(document);
  const back = new Set<string>();
  let coming = 0;
  for (const below of filesBelow(join(archiveDir, path), '')) {
    const file = named.get(below);
    named.delete(below);
    // The lock and the document itself. Temporary names belong to a running or killed run.
    if (/^(?:case\.json|\.lock(?:\..*)?)$/.test(below)) continue;
    // The secrets of a sealed file were destroyed: nobody can read it.
    const returned = isSealedFile(below) ? undefined : gone.find((set) => below.startsWith(`${set}/`));
    if (returned !== undefined) {
      back.add(returned);
      continue;
    }
    if (file === undefined) {
      // Messages or a comparison that are being added, now or by a killed run: the pending case.json names them, and the next change of the case completes or
      // removes them.
      const next = pending.get(below);
      if (next !== undefined && problemOf(join(archiveDir, path, below), next) === null) {
        // The document of a change is a part of its pending case.json.
        if (!older.has(below)) coming++;
        continue;
      }
      if (older.has(below)) {
        yield {
          ...errorVerdict('unexpected', 'C124', `${path}/${below}`, 'is an earlier state of its case; the next change of the case removes it'),
          severity: 'warning',
        };
        continue;
      }
      if (document.erasedSets?.some((set) => below.startsWith(`${set}/`)) === true)
        yield {
          ...errorVerdict(
            'unexpected',
            'C124',
            `${path}/${below}`,
            'was erased and still exists; the next change of the case or `erase run` removes it',
          ),
          severity: 'warning',
        };
      else yield errorVerdict('unexpected', 'C124', `${path}/${below}`, 'its case does not name it');
      continue;
    }
    const problem = problemOf(join(archiveDir, path, below), file);
    if (problem !== null) yield errorVerdict(problem.unreachable ? 'unreachable' : 'corrupt', 'C121', `${path}/${below}`, problem.message);
  }
  if (coming > 0)
    yield {
      ...errorVerdict(
        'unexpected',
        'C124',
        `${path}/messages`,
        `contains ${coming === 1 ? 'a file' : agree`${coming} file[s]`} of an addition in progress or interrupted`,
      ),
      severity: 'warning',
    };
  for (const set of back) yield errorVerdict('unexpected', 'E109', `${path}/${set}`, `was erased and exists again; to erase it again: ${again}`);
  for (const absent of [...named.keys()].sort(byCodePoint))
    if (!gone.some((set) => absent.startsWith(`${set}/`))) yield errorVerdict('missing', 'C121', `${path}/${absent}`, 'is missing');
}

/** Returns true for the name of a sealed file of messages or of a comparison. */
function isSealedFile(below: string): boolean {
  return /^(?:messages|comparisons)\/\d+\/file-\d+\.age$/.test(below);
}

function problemOf(
  path: string,
  { sizeBytes, sha256, sha512 }: { readonly sizeBytes: number; readonly sha256: string; readonly sha512: string },
): { readonly unreachable: boolean; readonly message: string } | null {
  try {
    const found = hashFile(path, ['sha256', 'sha512']);
    if (found.sizeBytes !== sizeBytes) return { unreachable: false, message: agree`has ${found.sizeBytes} byte[s] instead of ${sizeBytes}` };
    const isSame = found.digests.sha256 === sha256 && found.digests.sha512 === sha512;
    return isSame
      ? null
      : { unreachable: false, message: `has SHA-256 ${(found.digests.sha256 ?? '').slice(0, 16)}… instead of ${sha256.slice(0, 16)}…` };
  } catch (error) {
    const code = codeOf(error);
    return isFileError(code) ? { unreachable: false, message: 'is not a regular file' } : { unreachable: true, message: `cannot be read: ${code}` };
  }
}

/** Returns all files below a folder, and folders deeper than longplay creates. */
function filesBelow(folder: string, at: string): string[] {
  return entriesOf(join(folder, at)).flatMap((entry) => {
    if (entry.name.startsWith('.longplay-')) return [];
    const path = at === '' ? entry.name : `${at}/${entry.name}`;
    return entry.isDirectory() && path.split('/').length < 4 ? filesBelow(folder, path) : [path];
  });
}

function namesIn(folder: string): string[] {
  return entriesOf(folder).map(({ name }) => name);
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => byCodePoint(a.name, b.name));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}
