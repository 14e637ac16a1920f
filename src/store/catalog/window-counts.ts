import type { WindowCounts } from '../../core/time/time-span.ts';
import type { CatalogQuery } from './catalog-query.ts';

/** Counts matches up to a limit, like `Catalog.count`. */
export type CountOf = (query: CatalogQuery, upTo: number) => number;

/**
 * Returns, for a query with a direction, the number of calls without a known direction that match the rest of the query. Null: the query has no direction, or
 * asks for these calls.
 */
export function unknownDirectionOf(count: CountOf, query: CatalogQuery): number | null {
  const { limit: _limit, offset: _offset, after: _after, ...asked } = query;
  if (asked.direction === undefined || asked.direction === 'unknown') return null;
  return count({ ...asked, direction: 'unknown' }, Number.MAX_SAFE_INTEGER);
}

/**
 * Returns how many calls of a query are certainly, possibly or not known to be in its time range.
 * @param found number of matches, if known
 * @returns null if the query has no range
 */
export function windowCountsOf(count: CountOf, query: CatalogQuery, found?: number): WindowCounts | null {
  const { limit: _limit, offset: _offset, after: _after, ...asked } = query;
  const { from, to, ...anyTime } = asked;
  if (from === undefined && to === undefined) return null;
  const all = found ?? count(asked, Number.MAX_SAFE_INTEGER);
  const perhaps = count({ ...asked, inRange: 'perhaps' }, Number.MAX_SAFE_INTEGER);
  return { in: all - perhaps, perhaps, withoutTime: count({ ...anyTime, undated: true }, Number.MAX_SAFE_INTEGER) };
}
