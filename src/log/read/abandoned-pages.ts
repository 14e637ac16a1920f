import type { LogEntry } from '../entries/log-entry.ts';

/** Pages of the keyring that were announced for bags which never appeared with them. */
export interface AbandonedPages {
  /** Processes each entry of the log, in order. */
  take(entry: Pick<LogEntry, 'type' | 'detail'>): void;
  clear(): void;
  /** Bag by page. */
  readonly bags: ReadonlyMap<string, string>;
}

/**
 * Follows the announcements of sealed bags. A page is abandoned if a later entry withdraws the bag, or announces it with another page, and no entry
 * says that the bag landed with the page. A bag that was set aside keeps its page, because it is in the quarantine.
 */
export function createAbandonedPages(): AbandonedPages {
  const announced = new Map<string, string>();
  const landed = new Set<string>();
  const bags = new Map<string, string>();
  const abandon = (bag: string, but: string | null): void => {
    const page = announced.get(bag);
    if (page === undefined || page === but) return;
    announced.delete(bag);
    if (!landed.has(page)) bags.set(page, bag);
  };
  return {
    bags,
    clear: () => {
      announced.clear();
      landed.clear();
      bags.clear();
    },
    take: ({ type, detail: { bag, making } }) => {
      if (typeof bag !== 'string') return;
      if (type === 'bag-intended') {
        abandon(bag, typeof making === 'string' ? making : null);
        if (typeof making === 'string') announced.set(bag, making);
      } else if (type === 'bag-withdrawn') abandon(bag, null);
      else if (type === 'bag-set-aside') announced.delete(bag);
      else if (type === 'bag-landed') {
        announced.delete(bag);
        if (typeof making !== 'string') return;
        landed.add(making);
        bags.delete(making);
      }
    },
  };
}
