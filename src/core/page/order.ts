// The orders in which calls can be shown.

/** Columns of the page by which calls can be sorted. */
export const orderColumns = ['start', 'length', 'direction', 'from', 'to', 'agent', 'status', 'codec'] as const;

/** A column for sorting. */
export type OrderColumn = (typeof orderColumns)[number];

/** A sort order. Calls without a value are always last; calls with equal values are sorted by start. */
export interface PageOrder {
  readonly by: OrderColumn;
  readonly descending: boolean;
}

/** The default order: oldest first. */
export const defaultOrder: PageOrder = { by: 'start', descending: false };

/** Returns true for the default order. */
export function isDefaultOrder({ by, descending }: PageOrder): boolean {
  return by === defaultOrder.by && descending === defaultOrder.descending;
}

/** Formats an order for an address: `length`, `-length`. */
export function orderText({ by, descending }: PageOrder): string {
  return (descending ? '-' : '') + by;
}

/** Parses an order; null if invalid. */
export function orderOf(text: string): PageOrder | null {
  const name = text.replace(/^-/, '');
  const by = orderColumns.find((column) => column === name);
  return by === undefined ? null : { by, descending: text.startsWith('-') };
}
