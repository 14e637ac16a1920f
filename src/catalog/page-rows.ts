import type { CallRow, PageQuery } from '../core/page-data.ts';
import type { Found } from './catalog.ts';
import { tagsOf } from './catalog-entry.ts';
import type { CatalogQuery } from './catalog-query.ts';

/** A catalogued recording as a row of the page. */
export function callRowOf(found: Omit<Found, 'position'>): CallRow {
  const {
    recordingId,
    start,
    startCertainty,
    durationMs,
    direction,
    from,
    to,
    agent,
    text,
    codecs,
    status,
    importer,
    findings,
    doubtful,
    bag,
    groupId,
  } = found;
  return {
    id: recordingId,
    start,
    certainty: startCertainty,
    durationMs,
    direction,
    from,
    to,
    agent,
    text,
    tags: tagsOf(found),
    codecs: codecs === '' ? [] : codecs.split(' '),
    status,
    importer,
    findings,
    doubtful,
    bag,
    groupId,
  };
}

/** Members by name: whatever else a stranger's question holds does not reach the catalog. */
const askable = ['text', 'from', 'to', 'direction', 'agent', 'tag', 'codec', 'status', 'importer'] as const satisfies readonly (keyof PageQuery)[];

/** What the page asks as a question to the catalog: each word finds beginnings, and what is empty asks nothing. */
export function queryOfPage(asked: PageQuery): CatalogQuery {
  const said = askable.flatMap((name) => (typeof asked[name] === 'string' && asked[name] !== '' ? [[name, asked[name]] as const] : []));
  return { ...Object.fromEntries(said), begins: true };
}
