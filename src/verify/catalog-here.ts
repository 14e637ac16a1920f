import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type CatalogCheck, checkCatalog, isCatalogOpen, noCatalog } from '../catalog/check-catalog.ts';
import { errorVerdict, type Verdict } from '../core/verdict.ts';
import { catalogVerdict } from './check-bags.ts';

/** Opens the catalog of an archive to be read, where nobody is at work on it; writes nothing, so that it does on an archive that may only be read. */
export function openCatalogHere(dir: string): CatalogCheck & { readonly verdicts: readonly Verdict[] } {
  const file = join(dir, 'catalog.sqlite');
  // A lock tells of a run at work or of one that was killed: such a catalog may be in any state, and is brought in line by the next run.
  if (isCatalogOpen(file) || existsSync(join(dir, '.lock'))) return { ...noCatalog, verdicts: existsSync(file) ? [unfinished] : [] };
  const check = checkCatalog(file);
  if (check.unread !== null) return { ...check, verdicts: [errorVerdict('unreachable', 'V123', 'catalog.sqlite', check.unread)] };
  return { ...check, verdicts: check.problems.length === 0 ? [] : [catalogVerdict(check.problems)] };
}

const unfinished: Verdict = {
  ...errorVerdict('unverifiable', 'V109', 'catalog.sqlite', 'was not checked: a run is at work on it, or was stopped before it was closed'),
  severity: 'warning',
};
