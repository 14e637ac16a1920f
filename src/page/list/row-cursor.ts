import type { CallRow } from '../../core/page/data.ts';
import type { RowPages } from './row-pages.ts';

/** The row that the keyboard is at. */
export interface RowCursor {
  at(): number;
  /** Puts the cursor on a visible row. */
  set(index: number): void;
  /** Moves to a row, or to the nearest that exists. */
  move(index: number): void;
  /** Opens its row, or does so as soon as the row is loaded. */
  open(): void;
  /** Opens the row that the user waits for if it is loaded. */
  openAwaited(): void;
  /** Ends the wait for a row. */
  cancel(): void;
  /** Keeps the cursor within the answer. */
  clamp(): void;
}

/** Creates a cursor on the first row. @param open opens a row @param moved is called with the row that it has moved to */
export function createRowCursor(pages: RowPages, open: (row: CallRow) => void, moved: (index: number) => void): RowCursor {
  let cursor = 0;
  /** True while the user waits for a row that is not loaded yet. */
  let isAwaited = false;
  const openNow = (): void => {
    const row = pages.at(cursor);
    isAwaited = row === null && pages.total() > 0;
    if (row !== null) open(row);
  };
  return {
    at: () => cursor,
    set: (index) => {
      cursor = index;
    },
    move: (index) => {
      isAwaited = false;
      if (pages.total() === 0) return;
      cursor = Math.max(0, Math.min(pages.total() - 1, index));
      moved(cursor);
    },
    open: openNow,
    openAwaited: () => {
      if (isAwaited && pages.at(cursor) !== null) openNow();
    },
    cancel: () => {
      isAwaited = false;
    },
    clamp: () => {
      cursor = Math.min(cursor, Math.max(0, pages.total() - 1));
    },
  };
}
