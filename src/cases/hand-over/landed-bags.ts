import type { LogEntry } from '../../log/entries/log-entry.ts';

/** Bags that must exist according to the log. */
export interface LandedBags {
  /** Takes the next entry. */
  take(entry: Pick<LogEntry, 'type' | 'detail'>): void;
  /** Returns the number of those that are not there. */
  missing(there: readonly string[]): number;
}

/** Collects the bags that must exist according to the log. */
export function landedBags(): LandedBags {
  const landed = new Set<string>();
  return {
    take: ({ type, detail }) => {
      if (typeof detail.bag !== 'string') return;
      if (type === 'bag-landed') landed.add(detail.bag);
      if (type === 'bag-deleted' || type === 'deleted') landed.delete(detail.bag);
    },
    missing: (there) => {
      const known = new Set(there);
      return [...landed].filter((bag) => !known.has(bag)).length;
    },
  };
}
