import type { PageQuery } from '../core/page-data.ts';
import { defaultOrder, isDefaultOrder, orderOf, orderText, type PageOrder } from '../core/page-order.ts';

/** What a page shows; it stands in the address behind `#`, so that it can be kept, sent, and gone back to. */
export interface PageState {
  readonly query: PageQuery;
  readonly order: PageOrder;
  /** Id of the recording that is open; null: none. */
  readonly call: string | null;
}

const members = ['text', 'from', 'to', 'direction', 'agent', 'tag', 'codec', 'status', 'importer'] as const satisfies readonly (keyof PageQuery)[];

/** The state that an address asks for. */
export function stateOf(hash: string): PageState {
  const asked = new URLSearchParams(hash.replace(/^#/, ''));
  const query: Record<string, string> = {};
  for (const name of members) {
    const value = asked.get(name);
    if (value !== null && value !== '') query[name] = value.slice(0, 500);
  }
  const call = asked.get('call');
  return { query, order: orderOf(asked.get('order') ?? '') ?? defaultOrder, call: call !== null && /^[0-9a-f-]{36}$/.test(call) ? call : null };
}

/** The address of a state. */
export function hashOf({ query, order, call }: PageState): string {
  const said = new URLSearchParams();
  for (const name of members) if (query[name] !== undefined && query[name] !== '') said.set(name, query[name]);
  if (!isDefaultOrder(order)) said.set('order', orderText(order));
  if (call !== null) said.set('call', call);
  return `#${said.toString()}`;
}

/** A question without what is empty. */
export function tidied(query: PageQuery): PageQuery {
  return Object.fromEntries(members.flatMap((name) => (query[name] === undefined || query[name].trim() === '' ? [] : [[name, query[name].trim()]])));
}

/** The day behind a day, month or year: the end of a range that begins there. */
export function after(part: string): string {
  const [year = 0, month, day] = part.split('-').map(Number);
  // Recorders write the end of the year 9999 for no time at all; behind it ISO goes on with a sign, which sorts elsewhere.
  const iso = (date: Date): string => (date.getUTCFullYear() > 9999 ? '9999-12-31T24' : date.toISOString());
  if (month === undefined) return String(year + 1).padStart(4, '0');
  if (day === undefined) return iso(new Date(Date.UTC(year, month, 1))).slice(0, year === 9999 && month === 12 ? undefined : 7);
  return iso(new Date(Date.UTC(year, month - 1, day + 1))).slice(0, year === 9999 && month === 12 && day === 31 ? undefined : 10);
}

/** First and last day that a question asks for, as fields for days show them. */
export function daysOf({ from, to }: PageQuery): { readonly first: string; readonly last: string } {
  const whole = (part: string): string => (part.length === 4 ? `${part}-01-01` : part.length === 7 ? `${part}-01` : part.slice(0, 10));
  if (to === undefined) return { first: from === undefined ? '' : whole(from), last: '' };
  const end = Date.parse(whole(to));
  return { first: from === undefined ? '' : whole(from), last: Number.isNaN(end) ? '' : new Date(end - 86_400_000).toISOString().slice(0, 10) };
}

/** Dates that were typed among the words go where the question has its times. */
export function withDates(query: PageQuery): PageQuery {
  const words = (query.text ?? '').split(/\s+/);
  const dates = words.filter((word) => /^\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?$/.test(word)).sort();
  const [first] = dates;
  const last = dates.at(-1);
  if (first === undefined || last === undefined) return query;
  return { ...query, text: words.filter((word) => !dates.includes(word)).join(' '), from: first, to: after(last) };
}
