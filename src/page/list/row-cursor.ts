import type { CallRow } from '../../core/page/data.ts';
import type { RowPages } from './row-pages.ts';

/** The row at which the keyboard cursor is. */
export interface RowCursor {
  at(): number;
  /** Puts the cursor on a visible row. */
  set(index: number): void;
  /** Moves to a row, or to the nearest one that exists. */
  move(index: number): void;
  /** Opens the row at the cursor, now or as soon as it is loaded. */
  open(): void;
  /** Opens the row for which the user waits, if it is loaded. */
  openAwaited(): void;
  /** Ends the wait for a row. */
  cancel(): void;
  /** Keeps the cursor within the answer. */
  clamp(): void;
}

/** Creates a cursor on the first row. @param open opens a row @param moved called with the row to which the cursor has moved */
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
