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

/** What the page asks as a question to the catalog: each word finds beginnings, and what is empty asks nothing. */
export function queryOfPage(asked: PageQuery): CatalogQuery {
  const said = Object.entries(asked).filter(([, value]) => typeof value === 'string' && value !== '');
  return { ...Object.fromEntries(said), begins: true };
}
