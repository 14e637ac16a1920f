import type { FaultyCalls } from '../../core/page/call-fault.ts';
import type { PageQuery } from '../../core/page/data.ts';
import { defaultOrder, orderOf, orderText } from '../../core/page/order.ts';
import { isWritten, questionMembers } from '../../core/page/question.ts';
import type { CatalogQuery } from '../../store/catalog/catalog-query.ts';
import { queryOfPage } from '../../store/catalog/page-rows.ts';

/** Largest number of rows in one answer and, below, largest offset. */
const mostRows = 500;
const mostOffset = 100_000_000;

/** A query, and the part of its answer that is requested. */
export interface RequestedQuery {
  readonly query: CatalogQuery;
  /** Order of the answer. */
  readonly newestFirst: boolean;
  /** Names of the members that have a value. The names may appear in the log; the values must not. */
  readonly by: string;
  /** Each member with its value, in the form in which the reasons of a case quote them. */
  readonly said: readonly string[];
  /** The query without offset and limit as one text; equal for equal queries. */
  readonly text: string;
  readonly offset: number;
  /** Position after which row `offset` follows, as an earlier answer stated it; absent: the row must be searched. */
  readonly after?: number;
  readonly limit: number;
}

/** Facts that a query needs and that are not in the catalog. */
export interface BesideCatalog {
  /** Returns the calls that are known to be damaged or lost. */
  faulty(): FaultyCalls;
  /** Returns recordings with a reviewer's tag that matches these words; only tags that the user may see count. */
  tagged(words: string): Promise<readonly string[]>;
}

/** Parses a query from URL parameters; returns null if they are invalid. */
export async function parseQuery(parameters: URLSearchParams, beside: BesideCatalog): Promise<RequestedQuery | null> {
  const query: { -readonly [Name in keyof PageQuery]: PageQuery[Name] } = {};
  for (const name of questionMembers) {
    const values = parameters.getAll(name);
    const [value = ''] = values;
    if (values.length > 1 || (value !== '' && !isWritten(name, value))) return null;
    if (value !== '') query[name] = value;
  }
  const [offset, limit] = [wholeNumber(parameters.get('offset') ?? '0', mostOffset), wholeNumber(parameters.get('limit') ?? '100', mostRows)];
  if (offset === null || limit === null) return null;
  const place = parameters.get('after');
  const after = place === null ? undefined : Number(place);
  if (place !== null && !(/^-?\d{1,16}$/.test(place) && Number.isSafeInteger(after))) return null;
  const given = questionMembers.filter((name) => query[name] !== undefined);
  // A time zone alone selects nothing.
  const names = given.filter((name) => name !== 'zone');
  const order = orderOf(parameters.get('order') ?? orderText(defaultOrder));
  // Only the catalog's own order is supported, in both directions, because any other order would have to read every matching call.
  if (order?.by !== 'start' || parameters.getAll('order').length > 1) return null;
  const faulty = query.damaged === undefined ? undefined : beside.faulty();
  const tagged = query.tag === undefined ? [] : await beside.tagged(query.tag);
  return {
    query: queryOfPage(query, faulty, tagged),
    newestFirst: order.descending,
    by: names.join(' '),
    // Times are in the given zone, else in UTC.
    said: names.length === 0 ? [] : given.map((name) => `${name} ${query[name]}${isBound(name) && query.zone === undefined ? ' UTC' : ''}`),
    text: JSON.stringify(given.map((name) => [name, query[name]])),
    offset,
    ...(after === undefined ? {} : { after }),
    limit,
  };
}

function isBound(name: string): boolean {
  return name === 'from' || name === 'to';
}

function wholeNumber(text: string, most: number): number | null {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  return value <= most ? value : null;
}
