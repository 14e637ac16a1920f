import type { CallRow } from '../../core/page/data.ts';

/** Browsers limit elements to some ten million pixels; a longer table scrolls faster than the pointer moves. */
const mostPixels = 8_000_000;
/** Rows that are drawn above and below the visible ones. */
const rowsBeyond = 8;

/** Elements of the table. */
export interface TableParts {
  /** The scrolling element. */
  readonly element: HTMLElement;
  /** The row of column names. */
  readonly head: HTMLElement;
  /** Element as high as all rows together. */
  readonly space: HTMLElement;
  /** Holds the drawn rows. */
  readonly body: HTMLElement;
}

/** What a row shows. */
export interface RowContent {
  /** Null: the row is not loaded. */
  readonly found: CallRow | null;
  readonly isOpen: boolean;
  readonly isAtCursor: boolean;
  readonly isTicked: boolean;
}

/** Source of the rows to be drawn. */
export interface RowsWiring {
  readonly total: () => number;
  /** Called with the rows [from, to) before they are drawn. */
  readonly want: (from: number, to: number) => void;
  readonly content: (index: number) => RowContent;
  readonly make: (index: number, content: RowContent) => HTMLElement;
  readonly cursor: () => number;
}

/** Draws only the visible rows, so that a million rows scroll as fast as a hundred. */
export interface VisibleRows {
  /** Draws the visible rows with the next frame. */
  draw(): void;
  /** Draws a row again even if it has not changed. */
  forget(index: number): void;
  scrollTo(index: number): void;
}

/** A displayed row, and what it shows. */
interface StandingRow extends RowContent {
  readonly element: HTMLElement;
}

/** Creates the drawing of a table. */
export function createVisibleRows(parts: TableParts, { total, want, content, make, cursor }: RowsWiring): VisibleRows {
  const { element, space, body } = parts;
  /** Displayed rows by index. */
  let standing = new Map<number, StandingRow>();
  let isDrawing = false;
  /** Reuses an unchanged row: browsers lay out every inserted element again. */
  const rowFrom = (index: number, before: StandingRow | undefined): StandingRow => {
    const now = content(index);
    return before !== undefined && isSame(before, now) ? before : { ...now, element: make(index, now) };
  };
  const drawNow = (): void => {
    const { row, height, first, shift, visible } = geometryOf(parts, total());
    space.style.height = `${height}px`;
    const from = Math.max(0, first - rowsBeyond);
    const to = Math.min(total(), first + visible + rowsBeyond);
    body.style.transform = `translateY(${shift - (first - from) * row}px)`;
    want(from, to);
    const before = standing;
    standing = new Map();
    for (let index = from; index < to; index++) standing.set(index, rowFrom(index, before.get(index)));
    replaceRows(
      body,
      [...standing.values()].map((one) => one.element),
    );
    element.setAttribute('aria-rowcount', String(total() + 1));
    const active = standing.get(cursor())?.element;
    if (active === undefined) element.removeAttribute('aria-activedescendant');
    else element.setAttribute('aria-activedescendant', active.id);
  };
  return {
    draw: () => {
      if (isDrawing) return;
      isDrawing = true;
      requestAnimationFrame(() => {
        isDrawing = false;
        drawNow();
      });
    },
    forget: (index) => {
      standing.delete(index);
    },
    scrollTo: (index) => {
      const { row, height, view } = geometryOf(parts, total());
      if (height < total() * row) {
        element.scrollTop = (index / Math.max(1, total() - 1)) * (height - view);
        return;
      }
      if (index * row < element.scrollTop) element.scrollTop = index * row;
      else if ((index + 1) * row > element.scrollTop + view) element.scrollTop = (index + 1) * row - view;
    },
  };
}

function isSame(one: RowContent, other: RowContent): boolean {
  return one.found === other.found && one.isOpen === other.isOpen && one.isAtCursor === other.isAtCursor && one.isTicked === other.isTicked;
}

/** Sizes of a table in pixels, and its first visible row. */
interface Geometry {
  readonly row: number;
  readonly height: number;
  /** Height of the visible rows. */
  readonly view: number;
  readonly first: number;
  /** Distance of the first visible row from the top of the table. */
  readonly shift: number;
  /** Number of rows that fit. */
  readonly visible: number;
}

function geometryOf({ element, head }: TableParts, total: number): Geometry {
  const row = Math.max(20, Number.parseFloat(getComputedStyle(element).getPropertyValue('--row-pixels')) || 36);
  const height = Math.min(mostPixels, total * row);
  const view = element.clientHeight - head.offsetHeight;
  const visible = Math.ceil(view / row) + 1;
  const scrollable = Math.max(1, height - view);
  const share = Math.min(1, element.scrollTop / scrollable);
  const top = height === total * row ? element.scrollTop : share * (total * row - view);
  const first = Math.max(0, Math.min(total - 1, Math.floor(top / row)));
  return { row, height, view, first, shift: element.scrollTop - (top - first * row), visible };
}

/** Replaces the children of an element, leaving unchanged ones in place. */
function replaceRows(body: HTMLElement, elements: readonly HTMLElement[]): void {
  const wanted = new Set<Element>(elements);
  for (const child of [...body.children]) if (!wanted.has(child)) child.remove();
  let at = body.firstChild;
  for (const row of elements) {
    if (row === at) at = row.nextSibling;
    else body.insertBefore(row, at);
  }
}
