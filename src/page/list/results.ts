import type { CallRow } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import type { Wording } from '../base/wording.ts';
import { rowCells } from './result-row.ts';

/** The table of results. Only visible rows are elements, so that a million rows scroll like a hundred. */
export interface Results {
  readonly element: HTMLElement;
  /** Shows an answer; rows beyond the first are requested when they become visible. */
  show(total: number, first: readonly CallRow[]): void;
  /** Scrolls to the first row. */
  rewind(): void;
  /** Marks a recording as open. */
  mark(id: string | null): void;
  /** Moves to a neighbour of the open recording, or to the first one. */
  move(step: number): void;
  /** Returns ids of the ticked rows, in the order of ticking. */
  ticked(): readonly string[];
  /** Ticks all results, up to `mostTicked`. */
  tickAll(): Promise<void>;
  untick(): void;
  focus(): void;
  close(): void;
}

/** What the table needs from the page. */
export interface ResultsWiring {
  readonly wording: Wording;
  /** The row of column names. */
  readonly head: HTMLElement;
  /** Returns rows of the shown answer. */
  readonly rows: (offset: number, limit: number) => Promise<readonly CallRow[]>;
  readonly open: (row: CallRow) => void;
  /** Called when ticks change. Null: rows cannot be ticked. */
  readonly onTick: (() => void) | null;
}

/** Largest number of ticked rows: as many as one export may contain. */
export const mostTicked = 2_000;

/** Rows that are requested at once. */
const pageRows = 100;
/** Number of cached pages. */
const pagesKept = 60;
/** Browsers limit elements to some ten million pixels; a longer table scrolls faster than the finger. */
const mostPixels = 8_000_000;

/** A displayed row, and its data. */
interface StandingRow {
  readonly found: CallRow | null;
  /** Key of its appearance: cursor, open, ticked. */
  readonly look: string;
  readonly element: HTMLElement;
}

/** Creates an empty table. */
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
      // A newer query draws by itself.
      () => asked.delete(page),
    );
  };
  /** Displayed rows by index. */
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
  /** Reuses an unchanged row: browsers lay out every inserted element again. */
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
  /** The grid has the focus, not its rows: `x` ticks the row at the cursor, the pointer any row. */
  const tickOf = ({ id }: CallRow): HTMLElement | null => {
    if (onTick === null) return null;
    const box = h('input', { type: 'checkbox', class: 'tick', tabindex: -1, 'aria-label': wording.text('tickCall') });
    box.checked = ticked.has(id);
    return box;
  };
  /** Row of the last tick: the other end of a range. */
  let anchor: number | null = null;
  const tick = (row: CallRow | null, index: number): void => {
    if (row === null || onTick === null) return;
    if (!ticked.delete(row.id) && ticked.size < mostTicked) ticked.add(row.id);
    // The browser has already ticked the box, even beyond the limit.
    standing.delete(index);
    anchor = index;
    draw();
    onTick();
  };
  /** Ticks rows of the answer, including rows that were never visible. */
  const tickRows = async (from: number, to: number): Promise<void> => {
    const mine = answer;
    for (let page = Math.floor(from / pageRows); page * pageRows < to && ticked.size < mostTicked; page++) {
      const rows = pages.get(page) ?? (await ask(page * pageRows, pageRows));
      // A newer query has other rows.
      if (mine !== answer) return;
      for (const { id } of rows.slice(Math.max(0, from - page * pageRows), to - page * pageRows)) if (ticked.size < mostTicked) ticked.add(id);
    }
    draw();
    onTick?.();
  };
  /** Ticks from the last tick to a row, both included. */
  const tickTo = (index: number): void => {
    if (onTick === null) return;
    const from = anchor ?? index;
    anchor = index;
    // A newer query aborts the request; its rows differ.
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
  /** True while the user waits for a row that is not loaded yet. */
  let isAwaited = false;
  const openCursor = (): void => {
    const row = rowAt(cursor);
    isAwaited = row === null && total > 0;
    if (row !== null) open(row);
  };
  const openAwaited = (): void => {
    if (isAwaited && rowAt(cursor) !== null) openCursor();
  };
  // Leaving the table, e.g. for another query, cancels the wait.
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
    // From the column names down to the rows.
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
      // A growing answer keeps its rows; the page clears this table for each new query.
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
