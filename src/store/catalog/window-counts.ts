import type { WindowCounts } from '../../core/time/time-span.ts';
import type { CatalogQuery } from './catalog-query.ts';

/** Counts what matches, at most so many: `Catalog.count`. */
export type CountOf = (query: CatalogQuery, upTo: number) => number;

/** Of a question for a direction: how many calls match the rest of it and are of none that is known. Null: it asks for no direction, or for just these. */
export function unknownDirectionOf(count: CountOf, query: CatalogQuery): number | null {
  const { limit: _limit, offset: _offset, after: _after, ...asked } = query;
  if (asked.direction === undefined || asked.direction === 'unknown') return null;
  return count({ ...asked, direction: 'unknown' }, Number.MAX_SAFE_INTEGER);
}

/** How the calls of a question lie to its range of time. @param found how many match, where that is known @returns null: it has no range */
export function windowCountsOf(count: CountOf, query: CatalogQuery, found?: number): WindowCounts | null {
  const { limit: _limit, offset: _offset, after: _after, ...asked } = query;
  const { from, to, ...anyTime } = asked;
  if (from === undefined && to === undefined) return null;
  const all = found ?? count(asked, Number.MAX_SAFE_INTEGER);
  const perhaps = count({ ...asked, inRange: 'perhaps' }, Number.MAX_SAFE_INTEGER);
  return { in: all - perhaps, perhaps, withoutTime: count({ ...anyTime, undated: true }, Number.MAX_SAFE_INTEGER) };
}
