import type { LogEntry } from '../../log/entries/log-entry.ts';
import { sealedCases } from './cases.ts';
import { sealedReports } from './check-sealed.ts';
import { detailPages } from './details.ts';

/** A page of the keyring that an archive needs, and what is sealed with its secrets. */
export interface NeededPage {
  readonly of: 'bag' | 'report' | 'case' | 'details';
  /** Place relative to the archive; of details the file of the first line. */
  readonly place: string;
  /** Number of recordings of a bag according to the log; 0 for amendments, tables and other things. */
  readonly recordings: number;
}

/** Returns the pages of the keyring that bags, reports, cases and private details of log entries need; the page of the archive itself is not among them. */
export async function neededPages(
  archive: { readonly dir: string },
  entries: () => AsyncIterable<LogEntry>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, NeededPage>> {
  const bags = new Map<string, { readonly page: string; readonly recordings: number }>();
  for await (const { type, detail } of entries()) {
    const { bag, making, recordings } = detail;
    if (typeof bag !== 'string') continue;
    if (type === 'bag-landed' && typeof making === 'string')
      bags.set(bag, { page: making, recordings: typeof recordings === 'number' ? recordings : 0 });
    else if (type === 'deleted') bags.delete(bag);
  }
  const pages = new Map<string, NeededPage>();
  for (const [bag, { page, recordings }] of bags) pages.set(page, { of: 'bag', place: `bags/${bag}`, recordings });
  for (const { page, place } of await sealedReports(archive.dir, entries)) pages.set(page, { of: 'report', place, recordings: 0 });
  for (const { place, things } of sealedCases(archive.dir)) for (const { page } of things) pages.set(page, { of: 'case', place, recordings: 0 });
  for await (const { page, file } of detailPages(archive, entries, signal)) pages.set(page, { of: 'details', place: file, recordings: 0 });
  return pages;
}
