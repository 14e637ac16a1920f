import type { CatalogEntry } from '../../../src/store/catalog/catalog-entry.ts';

const hourMs = 3_600_000;

/** Interprets a start of an entry: one that ends in Z is a moment, any other is local time of an unknown zone, at most 14 hours ahead of UTC and 12 behind it. */
export function startingAt(start: string | null): Pick<CatalogEntry, 'start' | 'earliest' | 'latest' | 'zone'> {
  const ms = start === null ? null : Date.parse(start.endsWith('Z') ? start : `${start}Z`);
  const isMoment = start?.endsWith('Z') === true;
  return {
    start,
    earliest: ms === null ? null : ms - (isMoment ? 0 : 14 * hourMs),
    latest: ms === null ? null : ms + (isMoment ? 0 : 12 * hourMs),
    zone: '',
  };
}
