import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { hashFile } from '../../archive/files/hash-file.ts';
import { isLockHeld } from '../../archive/files/lock.ts';
import { agree } from '../../core/base/agree.ts';
import { errorText, LongplayError, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import { type CatalogCheck, checkCatalog, isCatalogOpen, noCatalog } from '../../store/catalog/check-catalog.ts';
import { type CopyResult, closedCopy, companionsOf } from '../../store/catalog/closed-copy.ts';
import { isMachineTrouble } from '../../store/database/database.ts';
import { keyFit } from '../../store/database/database-key.ts';
import type { CheckedArchive } from '../checks/open-for-checking.ts';
import { catalogVerdict } from './check-bags.ts';

/** Name of the catalog in the folder of its archive. */
export const catalogFile = 'catalog.sqlite';

/** How a catalog is opened for checking. */
export interface CatalogReading {
  /** Folder for temporary files. */
  readonly temporary: string;
  /** Bags that stand or were announced according to the log, without deleted ones; null if the log is damaged. */
  readonly standing: Pick<ReadonlySet<string>, 'has'> | null;
  /** Key of the catalog; null if the catalog is not encrypted or the key is not known. */
  readonly key: Uint8Array | null;
  /** Why the key is not known; null: it is, or the archive is open. */
  readonly keyless: string | null;
  /** SHA-256 of a catalog that an earlier verification found sound; null: there is none. */
  readonly seen: string | null;
}

/** A catalog opened for checking. */
export interface CheckedCatalog extends CatalogCheck {
  /** Verdicts on the file itself. */
  readonly verdicts: readonly Verdict[];
  /** Why the catalog was not compared, if that is no fault; else null. */
  readonly left: Finding | null;
  /** Returns the SHA-256 of a sound catalog; null: it has not been read, is not sound, or has changed since it was read. */
  readonly sha256: () => string | null;
}

/**
 * Opens the catalog of an archive for reading. Never writes, so that it works on a read-only archive: a catalog that no run closed is checked in a copy, in the
 * state that the next query would see. While a run holds the lock of the archive, the catalog is not checked.
 */
export async function openCatalogForCheck(archive: CheckedArchive, reading: CatalogReading): Promise<CheckedCatalog> {
  const { dir } = archive;
  const file = join(dir, catalogFile);
  if (!existsSync(file)) return only();
  const misfit = misfitOf(archive, file, reading.key);
  if (misfit !== null) return { ...only(catalogVerdict([misfit])), problems: [misfit] };
  if (await isLockHeld(dir)) return only(inUse);
  if (!isCatalogOpen(file)) return judged(dir, reading, checkClosed(file, reading));
  return checkUnclosed(dir, file, reading);
}

/** Checks a copy of a catalog that no run closed. */
function checkUnclosed(dir: string, file: string, reading: CatalogReading): CheckedCatalog {
  const { temporary, key, keyless } = reading;
  if (key === null && keyFit(file, null) === 'other') return { ...only(), left: notCompared(keyless ?? noKey) };
  const beside = companionsOf(file);
  const left = beside.length === 0 ? 'no run closed it' : `${beside.join(' and ')} ${beside.length === 1 ? 'is' : 'are'} beside it`;
  let made: CopyResult;
  try {
    made = closedCopy(file, temporary, key);
  } catch (error) {
    if (!isMachineTrouble(error)) throw error;
    const isRoom = error instanceof LongplayError && error.code === 'P152';
    return only(
      isRoom
        ? errorVerdict('unreachable', 'P152', temporary, error.message)
        : errorVerdict('unreachable', 'V123', 'catalog.sqlite', errorText(error)),
    );
  }
  if (made.kind === 'changing') return only(inUse);
  if (made.kind === 'damaged')
    return { ...only(catalogVerdict([`${left}, and SQLite cannot read them together: ${made.why}`])), problems: [made.why] };
  if (made.kind === 'too-large') {
    const why = agree`together they have ${made.sizeBytes} byte[s], and the limit for a copy is ${limits.catalogCopyBytes}`;
    return only(
      errorVerdict(
        'unverifiable',
        'V136',
        'catalog.sqlite',
        `was not compared with the bags: ${left}, and ${why}; to close it: longplay list ARCHIVE`,
      ),
    );
  }
  const { discard } = made;
  const check = checkCatalog(made.file, temporary, key, null, true);
  const close = (): void => {
    check.close();
    discard();
  };
  // A stopped run may have removed bags that its catalog still lists: the next query removes them there, too.
  const result = judged(dir, { ...reading, standing: null }, { ...check, close, sha256: none });
  return { ...result, verdicts: [...result.verdicts, unclosed(left)] };
}

function only(...verdicts: Verdict[]): CheckedCatalog {
  return { ...noCatalog, verdicts, left: null, sha256: none };
}

/** A check of the file, without the verdicts on it. */
type CheckedFile = Omit<CheckedCatalog, 'verdicts' | 'left'>;

function checkClosed(file: string, { temporary, key, seen }: CatalogReading): CheckedFile {
  const before = stateOf(file);
  const digest = before === null ? null : digestOf(file);
  const check = checkCatalog(file, temporary, key, digest !== null && digest === seen ? digest : null);
  return { ...check, sha256: () => (stateOf(file) === before ? digest : null) };
}

/** Adds the verdicts on a catalog. */
function judged(dir: string, { temporary, standing, keyless }: CatalogReading, check: CheckedFile): CheckedCatalog {
  const unsound = (...verdicts: Verdict[]): CheckedCatalog => ({ ...check, verdicts, left: null, sha256: none });
  if (check.isLocked) return { ...unsound(), left: notCompared(keyless ?? check.unread ?? noKey) };
  if (check.unread !== null) return unsound(errorVerdict('unreachable', 'V123', 'catalog.sqlite', check.unread));
  if (check.problems.length > 0) return unsound(catalogVerdict(check.problems));
  const strange = standing === null ? [] : (check.contents?.bags() ?? []).filter((bag) => !standing.has(bag) && !existsSync(join(dir, 'bags', bag)));
  if (strange.length > 0) {
    const bags = check.contents?.bags().length ?? 0;
    const message = agree`it lists ${bags} bag[s], but ${strange.length} of them [is|are] neither in this archive nor expected by its log: [it was|they were] erased, or it is the catalog of another archive`;
    // The catalog's entries about the bags of this archive are compared per bag.
    return unsound(catalogVerdict([message]));
  }
  if (check.noRoom !== null) return unsound(errorVerdict('unreachable', 'P152', temporary, check.noRoom));
  if (check.wordsUnchecked === null) return { ...check, verdicts: [], left: null };
  const message = `its word index was not checked: ${check.wordsUnchecked}`;
  return unsound({ ...errorVerdict('unverifiable', 'V129', 'catalog.sqlite', message), severity: 'warning' });
}

/** Returns why a catalog cannot be that of the archive, which its first bytes show; null if it can. While an archive is being sealed, both kinds occur. */
function misfitOf({ id, page, isBeingSealed }: CheckedArchive, file: string, key: Uint8Array | null): string | null {
  if (id === null || isBeingSealed) return null;
  const fit = keyFit(file, key);
  if (page === null) return fit === 'other' ? 'it is encrypted, although the archive is open, so no query can read it' : null;
  if (fit === 'open') return 'it is not encrypted, although the archive is sealed, so no query reads it';
  return fit === 'other' && key !== null ? 'it is encrypted with another key than that of this archive, so no query can read it' : null;
}

const none = (): null => null;

function digestOf(file: string): string | null {
  try {
    const answer = hashFile(file, ['sha256']);
    return answer.stable ? (answer.digests.sha256 ?? null) : null;
  } catch (cause) {
    // The check of the file reports the error.
    if (systemCode(cause) === null) throw cause;
    return null;
  }
}

/** Returns a text that changes when a file is written; null: it is not a file. */
function stateOf(file: string): string | null {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat?.isFile() === true ? [stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' ') : null;
}

const noKey = 'its key is not known';

/** Returns the note that the catalog was not compared with bags. Fixity needs no key, so this is not a fault. @param bags number of those bags; null: with none */
export function notCompared(why: string, bags: number | null = null): Finding {
  const which = bags === null ? 'the bags' : agree`${bags} bag[s]`;
  return finding('V134', 'catalog.sqlite', `was not compared with ${which}: ${why}`);
}

const inUse: Verdict = {
  ...errorVerdict('unverifiable', 'V109', 'catalog.sqlite', 'was not checked: a run is writing it; verify again when that run has ended'),
  severity: 'warning',
};

function unclosed(left: string): Verdict {
  const message = `${left}: a command is using it, or was stopped; a copy was compared with the bags, and the next query indexes again what a stopped run changed`;
  return { ...errorVerdict('unverifiable', 'V135', 'catalog.sqlite', message), severity: 'warning' };
}
