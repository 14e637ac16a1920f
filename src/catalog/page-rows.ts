import { type NumberKey, numberCertainties } from '../core/number-keys.ts';
import type { CallRow, PageQuery } from '../core/page-data.ts';
import type { Found } from './catalog.ts';
import { tagsOf } from './catalog-entry.ts';
import type { CatalogQuery } from './catalog-query.ts';
import { termMatcher } from './folded-words.ts';
import type { SearchTerm } from './search-terms.ts';

/** A catalogued recording as a row of the page. @param terms what was asked for */
export function callRowOf(found: Omit<Found, 'position'>, terms: readonly SearchTerm[] = []): CallRow {
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
    ...numberOf(found, terms),
  };
}

/** Of the term that is least sure to be there; words that stand there as they were typed are. */
function numberOf(found: Pick<Found, 'text' | 'keys'>, terms: readonly SearchTerm[]): Pick<CallRow, 'number'> {
  const stored = ` ${found.keys} `;
  const isThere = ({ key, whole }: NumberKey): boolean => stored.includes(` ${key}${whole ? ' ' : ''}`);
  const certainties = terms
    .filter((term) => term.numbers.length > 0 && !termMatcher({ ...term, numbers: [] })(found))
    .map(({ numbers }) => numberCertainties.find((certainty) => numbers.some((each) => each.certainty === certainty && isThere(each))));
  if (certainties.includes('damaged')) return { number: 'damaged' };
  return certainties.includes('possible') ? { number: 'possible' } : {};
}

/** Members by name: whatever else a stranger's question holds does not reach the catalog. */
const askable = ['text', 'from', 'to', 'direction', 'agent', 'tag', 'codec', 'status', 'importer'] as const satisfies readonly (keyof PageQuery)[];

/** What the page asks as a question to the catalog: each word finds beginnings, and what is empty asks nothing. */
export function queryOfPage(asked: PageQuery): CatalogQuery {
  const said = askable.flatMap((name) => (typeof asked[name] === 'string' && asked[name] !== '' ? [[name, asked[name]] as const] : []));
  return { ...Object.fromEntries(said), begins: true };
}
