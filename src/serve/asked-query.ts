import type { CatalogQuery } from '../catalog/catalog-query.ts';
import { queryOfPage } from '../catalog/page-rows.ts';
import type { PageQuery } from '../core/page-data.ts';
import { defaultOrder, orderOf, orderText } from '../core/page-order.ts';

/** Members of a question, as they stand in an address; each is a text. */
const members = ['text', 'from', 'to', 'direction', 'agent', 'tag', 'codec', 'status', 'importer'] as const satisfies readonly (keyof PageQuery)[];

const memberChars = 500;
/** Rows of one answer, and rows that may be left out before. */
const mostRows = 500;
const mostOffset = 100_000_000;

/** A question with the part of its answer that is wanted. */
export interface AskedQuery {
  readonly query: CatalogQuery;
  /** The order of the answer. */
  readonly newestFirst: boolean;
  /** Names of the members that it has: these may stand in the log, their values must not. */
  readonly by: string;
  /** The question without the part, as one text: the same for the same question. */
  readonly text: string;
  readonly offset: number;
  /** Place behind which the row with the number `offset` stands, as an answer named it; absent: it has to be looked for. */
  readonly after?: number;
  readonly limit: number;
}

/** Reads a question from an address; null where it is none. */
export function askedQuery(parameters: URLSearchParams): AskedQuery | null {
  const query: Record<string, string> = {};
  for (const name of members) {
    const values = parameters.getAll(name);
    const [value] = values;
    if (values.length > 1 || (value?.length ?? 0) > memberChars) return null;
    if (value !== undefined && value !== '') query[name] = value;
  }
  for (const name of ['from', 'to']) {
    const value = query[name];
    if (value !== undefined && !/^\d{4}(-\d{2}(-\d{2}(T\d{2}(:\d{2}(:\d{2}(\.\d{1,3})?)?)?)?)?)?$/.test(value)) return null;
  }
  const [offset, limit] = [wholeNumber(parameters.get('offset') ?? '0', mostOffset), wholeNumber(parameters.get('limit') ?? '100', mostRows)];
  if (offset === null || limit === null) return null;
  const place = parameters.get('after');
  const after = place === null ? undefined : Number(place);
  if (place !== null && !(/^-?\d{1,16}$/.test(place) && Number.isSafeInteger(after))) return null;
  const names = members.filter((name) => query[name] !== undefined);
  const order = orderOf(parameters.get('order') ?? orderText(defaultOrder));
  // Only in the order that the catalog is in, and that backwards: by anything else it would look at every call that matches.
  if (order?.by !== 'start' || parameters.getAll('order').length > 1) return null;
  return {
    query: queryOfPage(query),
    newestFirst: order.descending,
    by: names.join(' '),
    text: JSON.stringify(names.map((name) => [name, query[name]])),
    offset,
    ...(after === undefined ? {} : { after }),
    limit,
  };
}

function wholeNumber(text: string, most: number): number | null {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  return value <= most ? value : null;
}
