import { isDefaultOrder, type OrderColumn, orderOf, orderText, type PageOrder } from '../../core/page/order.ts';
import { h } from '../base/dom.ts';
import type { Wording } from '../base/wording.ts';

/** The head of the table, in which the order is chosen. */
export interface ResultHead {
  /** The row of column names. */
  readonly row: HTMLElement;
  /** The same choice as a list, for layouts without a head. Null: no choice. */
  readonly list: HTMLElement | null;
  /** Shows an order that was set elsewhere. */
  show(order: PageOrder): void;
  /** Describes the order; null for the default. */
  words(order: PageOrder): string | null;
}

/** Columns, and the order that each offers. */
const columns = [
  ['colStart', 'start'],
  ['colLength', 'length'],
  ['colDirection', 'direction'],
  ['colFrom', 'from'],
  ['colTo', 'to'],
  ['colAgent', 'agent'],
  ['colStatus', 'status'],
  ['colCodec', 'codec'],
  ['colMarks', null],
] as const satisfies readonly (readonly [string, OrderColumn | null])[];

/** Creates the head. @param orders sortable columns @param choose receives the chosen order */
export function createResultHead(wording: Wording, orders: readonly OrderColumn[], choose: (order: PageOrder) => void): ResultHead {
  const buttons = new Map<OrderColumn, { readonly cell: HTMLElement; readonly button: HTMLButtonElement; readonly arrow: HTMLElement }>();
  let shown: PageOrder | null = null;
  const cells = columns.map(([key, by]) => {
    const cell = h('div', { role: 'columnheader', class: `cell ${key}` });
    if (by === null || !orders.includes(by)) {
      cell.append(wording.text(key));
      return cell;
    }
    const arrow = h('span', { class: 'way', 'aria-hidden': 'true' });
    const button = h(
      'button',
      {
        type: 'button',
        class: 'order',
        tabindex: -1,
        title: wording.text('orderBy', { column: wording.text(key) }),
        onclick: () => choose({ by, descending: shown?.by === by && !shown.descending }),
      },
      h('span', { class: 'name' }, wording.text(key)),
      arrow,
    );
    cell.append(button);
    buttons.set(by, { cell, button, arrow });
    return cell;
  });
  const row = h('div', { class: 'row head', role: 'row', 'aria-rowindex': 1 }, ...cells);
  // One tab stop; arrow keys move between columns.
  row.addEventListener('keydown', (event) => {
    const inSight = [...buttons.values()].map(({ button }) => button).filter((button) => button.offsetParent !== null);
    const at = inSight.findIndex((button) => button.matches(':focus'));
    const steps: Readonly<Record<string, number>> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: inSight.length - 1 };
    const next = steps[event.key];
    // Enter and space press the button; other keys belong to the page.
    if (event.key === 'Enter' || event.key === ' ') event.stopPropagation();
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    inSight[Math.max(0, Math.min(inSight.length - 1, next))]?.focus();
  });
  row.addEventListener('focusin', (event) => {
    for (const { button } of buttons.values()) button.tabIndex = button === event.target ? 0 : -1;
  });
  const nameOf = (by: OrderColumn): string => wording.text(columns.find(([, column]) => column === by)?.[0] ?? 'colStart');
  const wayOf = ({ by, descending }: PageOrder): string => {
    const kind = by === 'start' ? 'Time' : by === 'length' ? 'Length' : 'Text';
    return wording.text(`order${kind}${descending ? 'Down' : 'Up'}`);
  };
  const select = h(
    'select',
    {
      id: 'order',
      class: 'orderlist',
      'aria-label': wording.text('order'),
      onchange: () => choose(orderOf(select.value) ?? { by: 'start', descending: false }),
    },
    ...orders.flatMap((by) =>
      [false, true].map((descending) => h('option', { value: orderText({ by, descending }) }, `${nameOf(by)}: ${wayOf({ by, descending })}`)),
    ),
  );
  return {
    row,
    list: orders.length === 0 ? null : select,
    show: (order) => {
      shown = order;
      select.value = orderText(order);
      for (const [by, { cell, button, arrow }] of buttons) {
        const isIt = by === order.by;
        cell.setAttribute('aria-sort', isIt ? (order.descending ? 'descending' : 'ascending') : 'none');
        arrow.textContent = isIt ? (order.descending ? '▼' : '▲') : '';
        button.tabIndex = isIt ? 0 : -1;
      }
    },
    words: (order) => (isDefaultOrder(order) ? null : wording.text('ordered', { column: nameOf(order.by), way: wayOf(order) })),
  };
}
