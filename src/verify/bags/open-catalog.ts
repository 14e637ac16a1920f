import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import { counted } from '../../core/words/quantity.ts';
import { type CatalogCheck, checkCatalog, isCatalogOpen, noCatalog } from '../../store/catalog/check-catalog.ts';
import { catalogVerdict } from './check-bags.ts';

/**
 * Opens the catalog of an archive for reading if no process is writing it. Never writes, so that it works on a read-only archive.
 * @param temporary folder for temporary files
 * @param landed bags that the log names as landed or announced, including deleted ones; null if the log is damaged
 * @param key key of the catalog; null if the catalog is not encrypted or no key was given
 */
export function openCatalogForCheck(
  dir: string,
  temporary: string,
  landed: Pick<ReadonlySet<string>, 'has'> | null,
  key: Uint8Array | null = null,
): CatalogCheck & { readonly verdicts: readonly Verdict[] } {
  const file = join(dir, 'catalog.sqlite');
  // A lock shows a running or killed run: the catalog may be in any state, and the next run repairs it.
  if (isCatalogOpen(file) || existsSync(join(dir, '.lock'))) return { ...noCatalog, verdicts: existsSync(file) ? [unfinished] : [] };
  const check = checkCatalog(file, temporary, key);
  // Fixity needs no key: the message that the catalog was not compared is not a fault.
  if (check.isLocked)
    return { ...check, verdicts: [{ ...errorVerdict('unverifiable', 'V134', 'catalog.sqlite', check.unread ?? ''), severity: 'warning' }] };
  if (check.unread !== null) return { ...check, verdicts: [errorVerdict('unreachable', 'V123', 'catalog.sqlite', check.unread)] };
  if (check.problems.length > 0) return { ...check, verdicts: [catalogVerdict(check.problems)] };
  const strange = landed === null ? [] : (check.contents?.bags() ?? []).filter((bag) => !landed.has(bag) && !existsSync(join(dir, 'bags', bag)));
  if (strange.length > 0) {
    const message = `it lists ${counted(check.contents?.bags().length ?? 0, 'bag')}, but neither this archive nor its log has ${strange.length} of them, so it may be the catalog of another archive`;
    // The catalog's entries about the bags of this archive are compared per bag.
    return { ...check, verdicts: [catalogVerdict([message])] };
  }
  if (check.noRoom !== null) return { ...check, verdicts: [errorVerdict('unreachable', 'P152', temporary, check.noRoom)] };
  if (check.wordsUnchecked === null) return { ...check, verdicts: [] };
  const message = `its word index was not checked: ${check.wordsUnchecked}`;
  return { ...check, verdicts: [{ ...errorVerdict('unverifiable', 'V129', 'catalog.sqlite', message), severity: 'warning' }] };
}

const unfinished: Verdict = {
  ...errorVerdict('unverifiable', 'V109', 'catalog.sqlite', 'was not checked: a run has it open, or was stopped before it closed it'),
  severity: 'warning',
};
