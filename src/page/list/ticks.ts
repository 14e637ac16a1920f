import { pageRows, type RowPages } from './row-pages.ts';

/** Largest number of ticked rows: as many as one export may contain. */
export const mostTicked = 2_000;

/** The ticked rows. */
export interface Ticks {
  has(id: string): boolean;
  /** Returns ids of the ticked rows, in the order of ticking. */
  ids(): readonly string[];
  /** Ticks or unticks a row. */
  toggle(id: string, index: number): void;
  /** Ticks the rows from the last ticked one to this one, both included. */
  extendTo(index: number): void;
  /** Ticks rows [from, to) of the answer, including rows that were never visible. */
  add(from: number, to: number): Promise<void>;
  clear(): void;
  /** Forgets the row of the last tick, e.g. because rows have other numbers. */
  forgetLast(): void;
}

/** Creates the ticks; none at first. @param changed is called after each change */
export function createTicks(pages: RowPages, changed: () => void): Ticks {
  const ticked = new Set<string>();
  /** Row of the last tick: the start of a range. */
  let anchor: number | null = null;
  const add = async (from: number, to: number): Promise<void> => {
    const mine = pages.answer();
    for (let page = Math.floor(from / pageRows); page * pageRows < to && ticked.size < mostTicked; page++) {
      const rows = await pages.page(page);
      // A newer query has other rows.
      if (mine !== pages.answer()) return;
      for (const { id } of rows.slice(Math.max(0, from - page * pageRows), to - page * pageRows)) if (ticked.size < mostTicked) ticked.add(id);
    }
    changed();
  };
  return {
    has: (id) => ticked.has(id),
    ids: () => [...ticked],
    toggle: (id, index) => {
      if (!ticked.delete(id) && ticked.size < mostTicked) ticked.add(id);
      anchor = index;
      changed();
    },
    extendTo: (index) => {
      const from = anchor ?? index;
      anchor = index;
      // A newer query aborts the request; its rows differ.
      void add(Math.min(from, index), Math.max(from, index) + 1).catch(() => undefined);
    },
    add,
    clear: () => {
      ticked.clear();
      anchor = null;
      changed();
    },
    forgetLast: () => {
      anchor = null;
    },
  };
}
