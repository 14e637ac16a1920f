import type { CallRow } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import type { Wording } from '../base/wording.ts';
import { rowCells } from './result-row.ts';

/** The table of results. Only rows in sight are elements, so that a million of them scroll like a hundred. */
export interface Results {
  readonly element: HTMLElement;
  /** Shows an answer; rows that are not among the first are asked for when they come into sight. */
  show(total: number, first: readonly CallRow[]): void;
  /** Goes to the first row. */
  rewind(): void;
  /** Marks a recording as the one that is open. */
  mark(id: string | null): void;
  /** Goes to a neighbour of the one that is open, or to the first. */
  move(step: number): void;
  /** Ids of the rows that are ticked, in the order in which they were. */
  ticked(): readonly string[];
  /** Ticks all that were found, up to `mostTicked`. */
  tickAll(): Promise<void>;
  untick(): void;
  focus(): void;
  close(): void;
}

/** What the table asks of the page. */
export interface ResultsWiring {
  readonly wording: Wording;
  /** The row of column names. */
  readonly head: HTMLElement;
  /** Rows of the answer that is shown. */
  readonly rows: (offset: number, limit: number) => Promise<readonly CallRow[]>;
  readonly open: (row: CallRow) => void;
  /** Told when rows are ticked or not any more. Null: they cannot be. */
  readonly onTick: (() => void) | null;
}

/** Rows that may be ticked: as many as one file has that is taken along. */
export const mostTicked = 2_000;

/** Rows that are asked for together. */
const pageRows = 100;
/** Pages that are kept. */
const pagesKept = 60;
/** Browsers end elements at some ten million pixels; a longer table scrolls faster than the finger. */
const mostPixels = 8_000_000;

/** A row that stands there, with what it was made of. */
interface StandingRow {
  readonly found: CallRow | null;
  /** Whether it has the cursor, is open, and is ticked. */
  readonly look: string;
  readonly element: HTMLElement;
}

/** An empty table. */
export function createResults({ wording, head, rows: ask, open, onTick }: ResultsWiring): Results {
  const pages = new Map<number, readonly CallRow[]>();
  const asked = new Set<number>();
  const ticked = new Set<string>();
  let answer = 0;
  let total = 0;
  let marked: string | null = null;
  let cursor = 0;
  const body = h('div', { class: 'rows', role: 'rowgroup' });
  const space = h('div', { class: 'space', role: 'presentation' }, body);
  const element = h(
    'div',
    { class: onTick === null ? 'results' : 'results tickable', role: 'grid', tabindex: 0, 'aria-label': wording.text('results'), id: 'results' },
    h('div', { class: 'headgroup', role: 'rowgroup' }, head),
    space,
  );

  const rowAt = (index: number): CallRow | null => pages.get(Math.floor(index / pageRows))?.[index % pageRows] ?? null;
  const rowPixels = (): number => Math.max(20, Number.parseFloat(getComputedStyle(element).getPropertyValue('--row-pixels')) || 36);
  const geometry = (): { row: number; height: number; view: number; first: number; shift: number; visible: number } => {
    const row = rowPixels();
    const height = Math.min(mostPixels, total * row);
    const view = element.clientHeight - head.offsetHeight;
    const visible = Math.ceil(view / row) + 1;
    const scrollable = Math.max(1, height - view);
    const share = Math.min(1, element.scrollTop / scrollable);
    const top = height === total * row ? element.scrollTop : share * (total * row - view);
    const first = Math.max(0, Math.min(total - 1, Math.floor(top / row)));
    return { row, height, view, first, shift: element.scrollTop - (top - first * row), visible };
  };
  const fetchPage = (page: number): void => {
    if (pages.has(page) || asked.has(page)) return;
    asked.add(page);
    const mine = answer;
    void ask(page * pageRows, pageRows).then(
      (found) => {
        if (mine !== answer) return;
        asked.delete(page);
        pages.set(page, found);
        for (const oldest of pages.keys()) {
          if (pages.size <= pagesKept) break;
          pages.delete(oldest);
        }
        openAwaited();
        draw();
      },
      // A newer question; it draws by itself.
      () => asked.delete(page),
    );
  };
  /** Rows that stand there, by their index. */
  let standing = new Map<number, StandingRow>();
  let drawn = false;
  const draw = (): void => {
    if (drawn) return;
    drawn = true;
    requestAnimationFrame(() => {
      drawn = false;
      drawNow();
    });
  };
  const drawNow = (): void => {
    const { row, height, first, shift, visible } = geometry();
    space.style.height = `${height}px`;
    const from = Math.max(0, first - 8);
    const to = Math.min(total, first + visible + 8);
    body.style.transform = `translateY(${shift - (first - from) * row}px)`;
    for (let page = Math.floor(from / pageRows); page * pageRows < to; page++) fetchPage(page);
    const before = standing;
    standing = new Map();
    for (let index = from; index < to; index++) standing.set(index, rowFrom(index, before.get(index)));
    replaceRows([...standing.values()].map((row) => row.element));
    element.setAttribute('aria-rowcount', String(total + 1));
    const active = standing.get(cursor)?.element;
    if (active === undefined) element.removeAttribute('aria-activedescendant');
    else element.setAttribute('aria-activedescendant', active.id);
  };
  /** The row as it stands there, where nothing of it has changed: browsers lay out again whatever is put in anew. */
  const rowFrom = (index: number, before: StandingRow | undefined): StandingRow => {
    const found = rowAt(index);
    const look = `${index === cursor} ${found?.id === marked} ${found !== null && ticked.has(found.id)}`;
    return before?.found === found && before.look === look ? before : { found, look, element: rowElement(index) };
  };
  const replaceRows = (elements: readonly HTMLElement[]): void => {
    const wanted = new Set<Element>(elements);
    for (const child of [...body.children]) if (!wanted.has(child)) child.remove();
    let at = body.firstChild;
    for (const row of elements) {
      if (row === at) at = row.nextSibling;
      else body.insertBefore(row, at);
    }
  };
  /** The grid has the focus, and its rows none: `x` ticks where the cursor is, the pointer where it is. */
  const tickOf = ({ id }: CallRow): HTMLElement | null => {
    if (onTick === null) return null;
    const box = h('input', { type: 'checkbox', class: 'tick', tabindex: -1, 'aria-label': wording.text('tickCall') });
    box.checked = ticked.has(id);
    return box;
  };
  /** Where the last tick was set or taken away: the other end of a run of rows. */
  let anchor: number | null = null;
  const tick = (row: CallRow | null, index: number): void => {
    if (row === null || onTick === null) return;
    if (!ticked.delete(row.id) && ticked.size < mostTicked) ticked.add(row.id);
    // The browser has ticked the box, also where there are too many.
    standing.delete(index);
    anchor = index;
    draw();
    onTick();
  };
  /** Ticks rows of the answer, also those that were never in sight. */
  const tickRows = async (from: number, to: number): Promise<void> => {
    const mine = answer;
    for (let page = Math.floor(from / pageRows); page * pageRows < to && ticked.size < mostTicked; page++) {
      const rows = pages.get(page) ?? (await ask(page * pageRows, pageRows));
      // Another question, whose rows are others.
      if (mine !== answer) return;
      for (const { id } of rows.slice(Math.max(0, from - page * pageRows), to - page * pageRows)) if (ticked.size < mostTicked) ticked.add(id);
    }
    draw();
    onTick?.();
  };
  /** From the last tick to a row, both included. */
  const tickTo = (index: number): void => {
    if (onTick === null) return;
    const from = anchor ?? index;
    anchor = index;
    // A newer question ends the asking; its rows are others.
    void tickRows(Math.min(from, index), Math.max(from, index) + 1).catch(() => undefined);
  };
  const rowElement = (index: number): HTMLElement => {
    const found = rowAt(index);
    const chosen = found !== null && found.id === marked;
    const made = h(
      'div',
      {
        class: `row${chosen ? ' chosen' : ''}${index === cursor ? ' cursor' : ''}`,
        role: 'row',
        id: `row-${index}`,
        'aria-rowindex': index + 2,
        'aria-selected': chosen ? 'true' : 'false',
        'data-id': found?.id ?? null,
      },
      ...(found === null ? [h('div', { role: 'gridcell', class: 'cell wait' }, '…')] : rowCells(found, wording, tickOf(found))),
    );
    return made;
  };
  const intoSight = (index: number): void => {
    const { row, height, view } = geometry();
    if (height < total * row) {
      element.scrollTop = (index / Math.max(1, total - 1)) * (height - view);
      return;
    }
    if (index * row < element.scrollTop) element.scrollTop = index * row;
    else if ((index + 1) * row > element.scrollTop + view) element.scrollTop = (index + 1) * row - view;
  };
  const moveCursor = (index: number): void => {
    isAwaited = false;
    if (total === 0) return;
    cursor = Math.max(0, Math.min(total - 1, index));
    intoSight(cursor);
    draw();
  };
  /** Somebody asked to open a row that had not come yet. */
  let isAwaited = false;
  const openCursor = (): void => {
    const row = rowAt(cursor);
    isAwaited = row === null && total > 0;
    if (row !== null) open(row);
  };
  const openAwaited = (): void => {
    if (isAwaited && rowAt(cursor) !== null) openCursor();
  };
  // Whoever goes elsewhere, e.g. to ask something else, does not wait for it.
  element.addEventListener('focusout', () => {
    isAwaited = false;
  });
  element.addEventListener('scroll', draw, { passive: true });
  const observer = new ResizeObserver(draw);
  observer.observe(element);
  body.addEventListener('click', (event) => {
    const clicked = event.target instanceof Element ? event.target.closest('.row') : null;
    if (clicked === null) return;
    cursor = Number(clicked.id.slice('row-'.length));
    if (event.target instanceof Element && event.target.closest('.tick') !== null) {
      if (event.shiftKey) tickTo(cursor);
      else tick(rowAt(cursor), cursor);
      return;
    }
    openCursor();
    draw();
  });
  element.addEventListener('keydown', (event) => {
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20, Home: -total, End: total };
    const step = steps[event.key];
    // From the names of columns down to the rows.
    if (step !== undefined && event.target !== element) element.focus();
    if (step !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey) moveCursor(cursor + step);
    else if (event.key === 'Enter') openCursor();
    else if (event.key === 'x' && onTick !== null && !event.ctrlKey && !event.metaKey && !event.altKey) tick(rowAt(cursor), cursor);
    else if (event.key === 'X' && onTick !== null && !event.ctrlKey && !event.metaKey && !event.altKey) tickTo(cursor);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return {
    element,
    show: (found, first) => {
      // An answer that grows keeps what it has; the page asks this table anew for each question.
      answer++;
      anchor = null;
      asked.clear();
      pages.clear();
      total = found;
      cursor = Math.min(cursor, Math.max(0, total - 1));
      for (let at = 0; at < first.length; at += pageRows) {
        const rows = first.slice(at, at + pageRows);
        if (rows.length === pageRows || at + rows.length === total) pages.set(at / pageRows, rows);
      }
      openAwaited();
      draw();
    },
    rewind: () => {
      isAwaited = false;
      cursor = 0;
      element.scrollTop = 0;
      draw();
    },
    mark: (id) => {
      marked = id;
      draw();
    },
    move: (step) => {
      const at = [...pages].flatMap(([page, rows]) => rows.flatMap((row, index) => (row.id === marked ? [page * pageRows + index] : [])))[0];
      moveCursor(at === undefined ? cursor : at + step);
      openCursor();
    },
    ticked: () => [...ticked],
    tickAll: () => tickRows(0, Math.min(total, mostTicked)),
    untick: () => {
      ticked.clear();
      anchor = null;
      draw();
      onTick?.();
    },
    focus: () => element.focus(),
    close: () => observer.disconnect(),
  };
}
