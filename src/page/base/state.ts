import type { PageQuery } from '../../core/page/data.ts';
import { defaultOrder, isDefaultOrder, orderOf, orderText, type PageOrder } from '../../core/page/order.ts';
import { isWritten, questionMembers } from '../../core/page/question.ts';
import { utcClock } from '../../core/time/zone-clock.ts';

/** A query without its zone. */
export type ZonelessQuery = Omit<PageQuery, 'zone'>;

/** What the page shows. It is kept in the address behind `#`, so that it can be bookmarked, sent and revisited. */
export interface PageState {
  readonly query: ZonelessQuery;
  /** IANA name of the zone of the requested times and of all shown times; null: the address names none. */
  readonly zone: string | null;
  readonly order: PageOrder;
  /** Id of the open recording; null: none. */
  readonly call: string | null;
  /** State of the page of cases: `all`, or the id of one case; null: the search is shown. */
  readonly cases: string | null;
}

const members = questionMembers.filter((name) => name !== 'zone');

/** Parses the state from an address. */
export function stateOf(hash: string): PageState {
  const asked = new URLSearchParams(hash.replace(/^#/, ''));
  const query: Record<string, string> = {};
  for (const name of members) {
    const value = asked.get(name);
    if (value !== null && value !== '' && isWritten(name, value)) query[name] = value;
  }
  const [call, zone, cases] = [asked.get('call'), asked.get('zone'), asked.get('cases')];
  return {
    query,
    zone: zone !== null && isWritten('zone', zone) ? zone : null,
    order: orderOf(asked.get('order') ?? '') ?? defaultOrder,
    call: call !== null && /^[0-9a-f-]{36}$/.test(call) ? call : null,
    cases: cases !== null && /^(?:all|\d{8}-[0-9a-f]{8})$/.test(cases) ? cases : null,
  };
}

/** Returns the address of a state. */
export function hashOf({ query, zone, order, call, cases }: PageState): string {
  const said = new URLSearchParams();
  for (const name of members) if (query[name] !== undefined && query[name] !== '') said.set(name, query[name]);
  // Days and hours depend on a clock: whoever receives the address must find the same calls.
  if (zone !== null && asksClock(query)) said.set('zone', zone);
  if (!isDefaultOrder(order)) said.set('order', orderText(order));
  if (cases !== null) said.set('cases', cases);
  if (call !== null) said.set('call', call);
  return `#${said.toString()}`;
}

/** Returns true if the result of a query depends on a clock. */
function asksClock({ text = '', from, to, weekday, timeOfDay }: ZonelessQuery): boolean {
  return [from, to, weekday, timeOfDay].some((member) => member !== undefined) || datesIn(text).dates.length > 0;
}

/** Returns the query without empty members. */
export function tidied(query: ZonelessQuery): ZonelessQuery {
  return Object.fromEntries(members.flatMap((name) => (query[name] === undefined || query[name].trim() === '' ? [] : [[name, query[name].trim()]])));
}

/** Returns the day after a day, month or year: the end of a range that begins there. */
export function after(part: string): string {
  const [year = 0, month, day] = part.split('-').map(Number);
  // Recorders write the end of the year 9999 for "no time"; later years have a sign in ISO and sort differently.
  const iso = (date: Date): string => (date.getUTCFullYear() > 9999 ? '9999-12-31T24' : date.toISOString());
  if (month === undefined) return String(year + 1).padStart(4, '0');
  if (day === undefined) return iso(new Date(Date.UTC(year, month, 1))).slice(0, year === 9999 && month === 12 ? undefined : 7);
  return iso(new Date(Date.UTC(year, month - 1, day + 1))).slice(0, year === 9999 && month === 12 && day === 31 ? undefined : 10);
}

/** Returns the first and last day of a query, as the date fields show them. */
export function daysOf({ from, to }: PageQuery): { readonly first: string; readonly last: string } {
  const whole = (part: string): string => (part.length === 4 ? `${part}-01-01` : part.length === 7 ? `${part}-01` : part.slice(0, 10));
  if (to === undefined) return { first: from === undefined ? '' : whole(from), last: '' };
  const end = Date.parse(whole(to));
  return { first: from === undefined ? '' : whole(from), last: Number.isNaN(end) ? '' : new Date(end - 86_400_000).toISOString().slice(0, 10) };
}

/** Dates among the words of a text. They stay in the text, because the text itself also narrows the time. */
export interface TypedDates {
  /** The text without dates. */
  readonly text: string;
  /** Days and months as typed, in chronological order; an incomplete day counts as its month. */
  readonly dates: readonly string[];
}

/** Finds the dates in a text: complete days and months, and the month of a day that is being typed. Dates within quotes are words. */
export function datesIn(text: string): TypedDates {
  const words = text.match(/"[^"]*"?|[^\s"]+/g) ?? [];
  const dates: string[] = [];
  const rest = words.filter((word, at) => {
    const date = dateOf(word, at === words.length - 1);
    if (date !== null) dates.push(date);
    return date === null;
  });
  return dates.length === 0 ? { text, dates } : { text: rest.join(' '), dates: dates.sort() };
}

function dateOf(word: string, isLast: boolean): string | null {
  const [, month, day = ''] = /^(\d{4}-(?:0[1-9]|1[0-2]))(?:-(\d{0,2}))?$/.exec(word) ?? [];
  if (month === undefined) return null;
  if (word === month) return month;
  if (day.length < 2) return isLast ? month : null;
  // Rejects dates like 31 February.
  const date = new Date(`${word}T00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(word) ? word : null;
}

/** Returns the range of the dates in a text: from the start of the first to the end of the last. */
export function rangeOf({ dates }: TypedDates): { readonly from: string; readonly to: string } | null {
  const first = dates[0];
  const ends = dates.map(after).sort();
  const last = ends.at(-1);
  return first === undefined || last === undefined ? null : { from: first, to: last };
}

/** Returns the query for the data source: dates among the words narrow the time further than the fields do. @param zone zone of the times; UTC is omitted */
export function questionOf(query: ZonelessQuery, zone: string): PageQuery {
  const asked = withDates(query);
  return zone === utcClock.zone ? asked : { ...asked, zone };
}

function withDates(query: ZonelessQuery): ZonelessQuery {
  const typed = datesIn(query.text ?? '');
  const range = rangeOf(typed);
  if (range === null) return query;
  const from = query.from === undefined || query.from < range.from ? range.from : query.from;
  const to = query.to === undefined || query.to > range.to ? range.to : query.to;
  return tidied({ ...query, text: typed.text, from, to });
}
