import type { FaultyCalls } from '../../core/page/call-fault.ts';
import type { PageQuery } from '../../core/page/data.ts';
import { defaultOrder, orderOf, orderText } from '../../core/page/order.ts';
import { isWritten, questionMembers } from '../../core/page/question.ts';
import type { CatalogQuery } from '../../store/catalog/catalog-query.ts';
import { queryOfPage } from '../../store/catalog/page-rows.ts';

/** Rows of one answer, and rows that may be left out before. */
const mostRows = 500;
const mostOffset = 100_000_000;

/** A question with the part of its answer that is wanted. */
export interface RequestedQuery {
  readonly query: CatalogQuery;
  /** The order of the answer. */
  readonly newestFirst: boolean;
  /** Names of the members that ask something: these may stand in the log, their values must not. */
  readonly by: string;
  /** Each member with its text, as a reason names them. */
  readonly said: readonly string[];
  /** The question without the part, as one text: the same for the same question. */
  readonly text: string;
  readonly offset: number;
  /** Place behind which the row with the number `offset` stands, as an answer named it; absent: it has to be looked for. */
  readonly after?: number;
  readonly limit: number;
}

/** What a question asks that the catalog does not know. */
export interface BesideCatalog {
  /** What is known to be damaged or lost. */
  faulty(): FaultyCalls;
  /** Recordings that reviewers gave a tag of these words, as far as who asks may know of it. */
  tagged(words: string): Promise<readonly string[]>;
}

/** Reads a question from an address; null where it is none. */
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
  // A zone by itself asks nothing.
  const names = given.filter((name) => name !== 'zone');
  const order = orderOf(parameters.get('order') ?? orderText(defaultOrder));
  // Only in the order that the catalog is in, and that backwards: by anything else it would look at every call that matches.
  if (order?.by !== 'start' || parameters.getAll('order').length > 1) return null;
  const faulty = query.damaged === undefined ? undefined : beside.faulty();
  const tagged = query.tag === undefined ? [] : await beside.tagged(query.tag);
  return {
    query: queryOfPage(query, faulty, tagged),
    newestFirst: order.descending,
    by: names.join(' '),
    // Times are of the zone that is named among the rest, else of UTC.
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
