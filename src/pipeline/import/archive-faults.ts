import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Archive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { ArchiveLog } from '../../log/log.ts';
import type { Catalog } from '../../store/catalog/catalog.ts';

/** Bags named in a finding. */
const mostNamed = 3;

/** Reports bags that have landed according to the log, were not deleted, and are not in the archive at the end of an import (P269). The catalog forgets a lost bag; the log does not. */
export function lostBags({ dir }: Pick<Archive, 'dir'>, log: Pick<ArchiveLog, 'landedBags'>, catalog: Pick<Catalog, 'bags'>): Finding[] {
  const known = new Set(catalog.bags());
  const lost = [...log.landedBags().keys()].filter((bag) => !known.has(bag) && !existsSync(join(dir, 'bags', bag)));
  if (lost.length === 0) return [];
  const names = `${lost.slice(0, mostNamed).join(', ')}${lost.length > mostNamed ? ' …' : ''}`;
  return [finding('P269', 'bags', agree`${lost.length} bag[s] of the log [is|are] not in the archive: ${names}`, lost.length)];
}

/** Returns true for findings of a log whose entries are lost: what the archive had meanwhile is unknown. */
export function isLostHistory({ code }: Finding): boolean {
  return code === 'A116' || code === 'L101';
}
