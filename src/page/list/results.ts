import type { CallRow } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import type { Wording } from '../base/wording.ts';
import { rowCells } from './result-row.ts';
import { createRowCursor, type RowCursor } from './row-cursor.ts';
import { createRowPages } from './row-pages.ts';
import { createTicks, mostTicked } from './ticks.ts';
import { createVisibleRows, type RowContent, type TableParts } from './visible-rows.ts';

/** The table of results. Only visible rows have elements, so that a million rows scroll as fast as a hundred. */
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

/** Creates an empty table. */
export function createResults({ wording, head, rows, open, onTick }: ResultsWiring): Results {
  let marked: string | null = null;
  const parts = createParts(head, onTick !== null, wording);
  const { element, body } = parts;
  const draw = (): void => visible.draw();
  const pages = createRowPages(rows, () => {
    cursor.openAwaited();
    draw();
  });
  const cursor = createRowCursor(pages, open, (index) => {
    visible.scrollTo(index);
    draw();
  });
  const ticks = createTicks(pages, () => {
    draw();
    onTick?.();
  });
  const visible = createVisibleRows(parts, {
    total: pages.total,
    want: pages.want,
    content: (index) => {
      const found = pages.at(index);
      const isOpen = found !== null && found.id === marked;
      return { found, isOpen, isAtCursor: index === cursor.at(), isTicked: found !== null && ticks.has(found.id) };
    },
    make: (index, content) => rowElement(index, content, onTick !== null, wording),
    cursor: cursor.at,
  });
  const tick = (toRow: boolean): void => {
    const row = pages.at(cursor.at());
    if (onTick === null) return;
    if (toRow) ticks.extendTo(cursor.at());
    else if (row !== null) {
      // The browser has already ticked the box, even beyond the limit.
      visible.forget(cursor.at());
      ticks.toggle(row.id, cursor.at());
    }
  };
  // Leaving the table, e.g. for another query, cancels the wait.
  element.addEventListener('focusout', () => cursor.cancel());
  element.addEventListener('scroll', draw, { passive: true });
  const observer = new ResizeObserver(draw);
  observer.observe(element);
  body.addEventListener('click', (event) => onClick(event, cursor, tick, draw));
  element.addEventListener('keydown', (event) => onKey(event, { element, cursor, total: pages.total(), tick: onTick === null ? null : tick }));
  return {
    element,
    show: (total, first) => {
      // A growing answer keeps its rows; the page clears this table for each new query.
      pages.begin(total, first);
      ticks.forgetLast();
      cursor.clamp();
      cursor.openAwaited();
      draw();
    },
    rewind: () => {
      cursor.cancel();
      cursor.set(0);
      element.scrollTop = 0;
      draw();
    },
    mark: (id) => {
      marked = id;
      draw();
    },
    move: (step) => {
      const at = pages.indexOf(marked);
      cursor.move(at === null ? cursor.at() : at + step);
      cursor.open();
    },
    ticked: ticks.ids,
    tickAll: () => ticks.add(0, Math.min(pages.total(), mostTicked)),
    untick: ticks.clear,
    focus: () => element.focus(),
    close: () => observer.disconnect(),
  };
}

function createParts(head: HTMLElement, canTick: boolean, wording: Wording): TableParts {
  const body = h('div', { class: 'rows', role: 'rowgroup' });
  const space = h('div', { class: 'space', role: 'presentation' }, body);
  const element = h(
    'div',
    { class: canTick ? 'results tickable' : 'results', role: 'grid', tabindex: 0, 'aria-label': wording.text('results'), id: 'results' },
    h('div', { class: 'headgroup', role: 'rowgroup' }, head),
    space,
  );
  return { element, head, space, body };
}

/** Creates the element of a row. The grid has the focus, not its rows: `x` ticks the row at the cursor, the pointer any row. */
function rowElement(index: number, { found, isOpen, isAtCursor, isTicked }: RowContent, canTick: boolean, wording: Wording): HTMLElement {
  const box = canTick ? h('input', { type: 'checkbox', class: 'tick', tabindex: -1, 'aria-label': wording.text('tickCall') }) : null;
  if (box !== null) box.checked = isTicked;
  return h(
    'div',
    {
      class: `row${isOpen ? ' chosen' : ''}${isAtCursor ? ' cursor' : ''}`,
      role: 'row',
      id: `row-${index}`,
      'aria-rowindex': index + 2,
      'aria-selected': isOpen ? 'true' : 'false',
      'data-id': found?.id ?? null,
    },
    ...(found === null ? [h('div', { role: 'gridcell', class: 'cell wait' }, '…')] : rowCells(found, wording, box)),
  );
}

function onClick(event: MouseEvent, cursor: RowCursor, tick: (toRow: boolean) => void, draw: () => void): void {
  const clicked = event.target instanceof Element ? event.target.closest('.row') : null;
  if (clicked === null) return;
  cursor.set(Number(clicked.id.slice('row-'.length)));
  if (event.target instanceof Element && event.target.closest('.tick') !== null) {
    tick(event.shiftKey);
    return;
  }
  cursor.open();
  draw();
}

/** Objects on which keys act. */
interface KeyTarget {
  readonly element: HTMLElement;
  readonly cursor: RowCursor;
  readonly total: number;
  /** Null: rows cannot be ticked. */
  readonly tick: ((toRow: boolean) => void) | null;
}

function onKey(event: KeyboardEvent, { element, cursor, total, tick }: KeyTarget): void {
  const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20, Home: -total, End: total };
  const step = steps[event.key];
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
  // Moves the focus from the column names down to the rows.
  if (step !== undefined && event.target !== element) element.focus();
  if (step !== undefined && isPlain) cursor.move(cursor.at() + step);
  else if (event.key === 'Enter') cursor.open();
  else if ((event.key === 'x' || event.key === 'X') && tick !== null && isPlain) tick(event.key === 'X');
  else return;
  event.preventDefault();
  event.stopPropagation();
}
