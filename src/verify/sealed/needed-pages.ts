import type { LogEntry } from '../../log/entries/log-entry.ts';
import { createPageCollector, type NamedPages, type NeededPage } from '../../log/needed-pages.ts';
import { detailPages } from './details.ts';

/** Returns the pages of the keyring that bags, reports, cases and private details of log entries need, and those that nothing needs any more. */
export async function neededPages(
  archive: { readonly dir: string },
  entries: () => AsyncIterable<LogEntry>,
  signal: AbortSignal,
): Promise<NamedPages> {
  const collector = createPageCollector();
  for await (const entry of entries()) collector.take(entry);
  const { needed, unneeded } = collector.pages(archive);
  const pages = new Map<string, NeededPage>(needed);
  for await (const { page, file } of detailPages(archive, entries, signal)) pages.set(page, { of: 'details', place: file, recordings: 0 });
  return { needed: pages, unneeded };
}
