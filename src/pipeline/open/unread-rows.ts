import type { Catalog } from '../../store/catalog/catalog.ts';
import type { CatalogQuery } from '../../store/catalog/catalog-query.ts';
import type { FoundUnread } from '../../store/catalog/kept-tables.ts';
import type { PipelineEvent } from '../events/events.ts';
import type { ArchiveQuery } from './bag-verification.ts';

/** Members of a query that can be applied to rows which could not be read; only the text of such a row is known. */
const answerable: ReadonlySet<string> = new Set<keyof ArchiveQuery>(['text', 'begins', 'plan', 'status', 'newestFirst', 'limit']);

/**
 * Yields the matching rows of kept tables that could not be read, at most `limit`, each as a `result` of `unread-row`. Yields none if the query asks
 * for anything but their text, or for a status other than `parse-error`.
 * @returns the number of all matching rows
 */
export function* unreadRows(catalog: Catalog, query: CatalogQuery): Generator<PipelineEvent, number> {
  const { text, begins = false, plan = null, status, limit = Number.POSITIVE_INFINITY } = query;
  const isAnswerable = Object.entries(query).every(([name, value]) => value === undefined || answerable.has(name));
  if (!isAnswerable || (status !== undefined && status !== 'parse-error')) return 0;
  let found = 0;
  for (const row of catalog.keptTables.unread(text, { begins, plan }))
    if (found++ < limit) yield { type: 'result', of: 'unread-row', value: { ...row } };
  return found;
}

/** Returns the row in a `result` of `unread-row`. */
export function unreadRowOf(value: Readonly<Record<string, unknown>>): FoundUnread {
  // `unreadRows` yielded it.
  return value as unknown as FoundUnread;
}
