import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { hashFile } from '../../archive/files/hash-file.ts';
import { agree } from '../../core/base/agree.ts';
import { systemCode } from '../../core/base/error.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import { type CatalogCheck, checkCatalog, isCatalogOpen, noCatalog } from '../../store/catalog/check-catalog.ts';
import { catalogVerdict } from './check-bags.ts';

/**
 * Opens the catalog of an archive for reading if no process is writing it. Never writes, so that it works on a read-only archive.
 * @param temporary folder for temporary files
 * @param standing bags that stand or were announced according to the log, without deleted ones; null if the log is damaged
 * @param key key of the catalog; null if the catalog is not encrypted or no key was given
 * @param seen SHA-256 of a catalog that an earlier verification found sound; null: there is none
 */
export function openCatalogForCheck(
  dir: string,
  temporary: string,
  standing: Pick<ReadonlySet<string>, 'has'> | null,
  key: Uint8Array | null = null,
  seen: string | null = null,
): CheckedCatalog {
  const file = join(dir, 'catalog.sqlite');
  // A lock shows a running or killed run: the catalog may be in any state, and the next run repairs it.
  if (isCatalogOpen(file) || existsSync(join(dir, '.lock'))) return { ...noCatalog, verdicts: existsSync(file) ? [unfinished] : [], sha256: none };
  const before = stateOf(file);
  const digest = before === null ? null : digestOf(file);
  const check = { ...checkCatalog(file, temporary, key, digest !== null && digest === seen ? digest : null), sha256: none };
  // Fixity needs no key: the message that the catalog was not compared is not a fault.
  if (check.isLocked)
    return { ...check, verdicts: [{ ...errorVerdict('unverifiable', 'V134', 'catalog.sqlite', check.unread ?? ''), severity: 'warning' }] };
  if (check.unread !== null) return { ...check, verdicts: [errorVerdict('unreachable', 'V123', 'catalog.sqlite', check.unread)] };
  if (check.problems.length > 0) return { ...check, verdicts: [catalogVerdict(check.problems)] };
  const strange = standing === null ? [] : (check.contents?.bags() ?? []).filter((bag) => !standing.has(bag) && !existsSync(join(dir, 'bags', bag)));
  if (strange.length > 0) {
    const bags = check.contents?.bags().length ?? 0;
    const message = agree`it lists ${bags} bag[s], but ${strange.length} of them [is|are] neither in this archive nor expected by its log: [it was|they were] erased, or it is the catalog of another archive`;
    // The catalog's entries about the bags of this archive are compared per bag.
    return { ...check, verdicts: [catalogVerdict([message])] };
  }
  if (check.noRoom !== null) return { ...check, verdicts: [errorVerdict('unreachable', 'P152', temporary, check.noRoom)] };
  if (check.wordsUnchecked === null) return { ...check, verdicts: [], sha256: () => (stateOf(file) === before ? digest : null) };
  const message = `its word index was not checked: ${check.wordsUnchecked}`;
  return { ...check, verdicts: [{ ...errorVerdict('unverifiable', 'V129', 'catalog.sqlite', message), severity: 'warning' }] };
}

/** A catalog opened for checking. */
export interface CheckedCatalog extends CatalogCheck {
  /** Verdicts on the file itself. */
  readonly verdicts: readonly Verdict[];
  /** Returns the SHA-256 of a sound catalog; null: it has not been read, is not sound, or has changed since it was read. */
  readonly sha256: () => string | null;
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

const unfinished: Verdict = {
  ...errorVerdict('unverifiable', 'V109', 'catalog.sqlite', 'was not checked: a run has it open, or was stopped before it closed it'),
  severity: 'warning',
};
