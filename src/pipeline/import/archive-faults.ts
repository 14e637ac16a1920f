import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createLandings, standingBags } from '../../archive/bag/landing.ts';
import type { Archive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { inspectLog } from '../../log/read/inspect-log.ts';
import { readEntries } from '../../log/read/read-log.ts';
import type { Catalog } from '../../store/catalog/catalog.ts';

/** Number of bags that a finding names. */
const mostNamed = 3;

/**
 * Reports bags that must exist according to the log and are not in the archive (P269). The catalog forgets a lost bag, but the log does not.
 * @param standing names of the bags that must exist
 */
export function lostBags({ dir }: Pick<Archive, 'dir'>, standing: Iterable<string>, catalog: Pick<Catalog, 'bags'>): Finding[] {
  const known = new Set(catalog.bags());
  const lost = [...standing].filter((bag) => !known.has(bag) && !existsSync(join(dir, 'bags', bag)));
  if (lost.length === 0) return [];
  const names = `${lost.slice(0, mostNamed).join(', ')}${lost.length > mostNamed ? ' …' : ''}`;
  return [finding('P269', 'bags', agree`${lost.length} bag[s] of the log [is|are] not in the archive: ${names}`, lost.length)];
}

/** Returns true for findings about a log with lost entries: nobody then knows what happened to the archive meanwhile. */
export function isLostHistory({ code }: Finding): boolean {
  return code === 'A116' || code === 'L101';
}

/** Reports lost entries of the log, and lost bags, for a run that does not open the log for writing. */
export async function archiveFaults(archive: Archive, catalog: Pick<Catalog, 'bags'>, keys: string, signal: AbortSignal): Promise<Finding[]> {
  const found = await inspectLog(archive, keys, signal);
  const landings = createLandings();
  for await (const entry of readEntries(archive, found, signal)) landings.take(entry);
  return [...found.findings.filter(isLostHistory), ...lostBags(archive, standingBags(landings), catalog)];
}
