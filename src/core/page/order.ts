// The orders in which calls can be shown.

/** What calls can be put in order by, each a column of the page. */
export const orderColumns = ['start', 'length', 'direction', 'from', 'to', 'agent', 'status', 'codec'] as const;

/** One of them. */
export type OrderColumn = (typeof orderColumns)[number];

/** An order. Whatever lacks the value is last either way; what is equal is in the order of the starts. */
export interface PageOrder {
  readonly by: OrderColumn;
  readonly descending: boolean;
}

/** The order without any wish: oldest first. */
export const defaultOrder: PageOrder = { by: 'start', descending: false };

/** True for the order without any wish. */
export function isDefaultOrder({ by, descending }: PageOrder): boolean {
  return by === defaultOrder.by && descending === defaultOrder.descending;
}

/** An order as it stands in an address: `length`, `-length`. */
export function orderText({ by, descending }: PageOrder): string {
  return (descending ? '-' : '') + by;
}

/** The order that a text names; null where it names none. */
export function orderOf(text: string): PageOrder | null {
  const name = text.replace(/^-/, '');
  const by = orderColumns.find((column) => column === name);
  return by === undefined ? null : { by, descending: text.startsWith('-') };
}
