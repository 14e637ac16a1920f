import type { FaultyCalls } from '../../core/page/call-fault.ts';
import type { CallRow, PageQuery } from '../../core/page/data.ts';
import { callFilterOf } from '../../core/page/question.ts';
import { certaintyOfTerm, leastCertainty } from '../../core/search/match-terms.ts';
import type { SearchTerm } from '../../core/search/search-terms.ts';
import type { Found } from './catalog.ts';
import { tagsOf } from './catalog-entry.ts';
import type { CatalogQuery } from './catalog-query.ts';

/** Returns a catalog entry as a row of the page. @param terms the search terms */
export function callRowOf(found: Omit<Found, 'position'>, terms: readonly SearchTerm[] = []): CallRow {
  const { recordingId, start, startCertainty, durationMs, direction, from, to, agent, codecs, status, importer, findings, doubtful, bag, groupId } =
    found;
  return {
    id: recordingId,
    start,
    certainty: startCertainty,
    durationMs,
    direction,
    from,
    to,
    ...nameOf(found),
    agent,
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

/** Returns the last part of the key of a call without numbers; that of a loose file is its path. */
export function nameOf({ from, to, key }: Pick<Found, 'from' | 'to' | 'key'>): Pick<CallRow, 'name'> {
  return from === '' && to === '' ? { name: key.slice(key.search(/[^/\\!]*$/)) || key } : {};
}

/** Returns how the least certain term matches a number. Words that occur as typed are certain. */
function numberOf(found: Pick<Found, 'text' | 'keys'>, terms: readonly SearchTerm[]): Pick<CallRow, 'number'> {
  const [words, keys] = [` ${found.text} `, ` ${found.keys} `];
  const number = leastCertainty(terms.map((term) => certaintyOfTerm(words, keys, term)));
  return number === null ? {} : { number };
}

/** Members that have the same name in the page and in the catalog. */
const alike = [
  'text',
  'from',
  'to',
  'direction',
  'agent',
  'tag',
  'codec',
  'status',
  'importer',
  'zone',
] as const satisfies readonly (keyof PageQuery)[];

/**
 * Converts the page's query into one for the catalog: each word matches prefixes, and empty members are ignored. Members that are not listed here do not reach
 * the catalog, because a request is untrusted.
 * @param faulty the known damage, for a query for damaged calls
 * @param tagged ids of recordings that reviewers gave the requested tag
 */
export function queryOfPage(asked: PageQuery, faulty: FaultyCalls = noFaults, tagged: readonly string[] = []): CatalogQuery {
  const said = alike.flatMap((name) => (typeof asked[name] === 'string' && asked[name] !== '' ? [[name, asked[name]] as const] : []));
  const filter = callFilterOf(asked);
  return {
    ...Object.fromEntries(said),
    ...(filter === null ? {} : { filter }),
    ...(asked.damaged === 'yes' ? { faulty } : {}),
    ...(tagged.length === 0 ? {} : { tagged }),
    begins: true,
  };
}

const noFaults: FaultyCalls = { bags: [], calls: [], ids: [] };
