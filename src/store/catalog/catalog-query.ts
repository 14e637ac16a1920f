import type { NumberPlan } from '../../core/numbers/numbering-plan.ts';
import type { FaultyCalls } from '../../core/page/call-fault.ts';
import type { CallFilter, TimeRange } from '../../core/search/call-filter.ts';
import { beginningsOf } from '../../core/search/match-terms.ts';
import { readSearch, type SearchTerms } from '../../core/search/search-terms.ts';
import { type LabelKind, labelOf } from './labels.ts';
import { columnMatch, matchOf } from './match-expression.ts';
import { undatedPositions } from './position.ts';
import { type HasUnsure, type Stretch, timesOf } from './query-times.ts';

/** A name and the exact value that a recording must have under it. */
export interface NameAndValue {
  readonly name: string;
  readonly value: string;
}

/** Recordings that a user may access; members are combined with "and", an absent one permits everything. A call counts as in a time range only if it certainly began in it. */
export interface CatalogScope extends TimeRange {
  /** Queue, department, tenant etc. as the recorder names them. */
  readonly org?: readonly NameAndValue[];
  readonly tags?: readonly NameAndValue[];
  /** Calls in which the agent with this id took part: own calls. */
  readonly agentId?: string;
  readonly importer?: string;
  readonly site?: string;
}

/** Search criteria; members are combined with "and". A call counts as in a time range if it may have begun in it. */
export interface CatalogQuery extends TimeRange {
  /** `in`: only calls that certainly began in the range; `perhaps`: only the others. Absent: both. */
  readonly inRange?: 'in' | 'perhaps';
  /** Range in the catalog's sort order, regardless of possible starts: for reading all calls piece by piece. */
  readonly starts?: TimeRange;
  /** Words in numbers, names, ids and tags; a trailing `*` matches prefixes, quotation marks make phrases, numbers match in every spelling. */
  readonly text?: string;
  /** Each word of the text matches prefixes. */
  readonly begins?: boolean;
  /** Numbering plan of the country for numbers in national form. */
  readonly plan?: NumberPlan;
  /** Prefixes of words in agents' names and ids. */
  readonly agent?: string;
  /** Prefixes of words in tags, each `name=value`. */
  readonly tag?: string;
  /** Ids of recordings that reviewers gave the tag; they match in addition to those tagged by the recorder. Without `tag`: only these match. */
  readonly tagged?: readonly string[];
  /** IANA name of the zone of `from` and `to`. Absent: UTC. Times of scopes are in UTC. */
  readonly zone?: string;
  /** Duration, weekday, time of day. */
  readonly filter?: CallFilter;
  /** Only these calls. */
  readonly faulty?: FaultyCalls;
  /** Only calls without a start. */
  readonly undated?: boolean;
  readonly status?: string;
  /** Match status, from metadata, whatever decoding found. */
  readonly joined?: string;
  /** The recorder's id of an interaction with several recordings. */
  readonly groupId?: string;
  readonly importer?: string;
  readonly site?: string;
  readonly direction?: string;
  readonly codec?: string;
  readonly bag?: string;
  /** Only recordings that were possibly decoded with the wrong codec. */
  readonly doubtful?: boolean;
  /** Only recordings without audio: no file, empty files, bare headers, silence. */
  readonly withoutSound?: boolean;
  /** An id or a prefix of one. */
  readonly recordingId?: string;
  /** Scopes of the user: a recording must be in one of them. Absent: everything. Empty: nothing. */
  readonly scopes?: readonly CatalogScope[];
  /** Newest first; else oldest first. Recordings without a start are last in both orders. */
  readonly newestFirst?: boolean;
  /** Only recordings after this position (`Found.position`) in the requested order. */
  readonly after?: number;
  /** Rows to skip. */
  readonly offset?: number;
  readonly limit?: number;
}

/** One alternative of a search: an FTS5 expression and positions [low, high). */
export interface Branch extends Stretch {
  /** Null: every recording matches. */
  readonly match: string | null;
  /** Only recordings of the query's `tagged`. */
  readonly tagged: boolean;
}

/** Returns the search terms of a query's text. */
export function termsOf({
  text = '',
  begins = false,
  plan = null,
}: Pick<CatalogQuery, 'text' | 'begins'> & { readonly plan?: NumberPlan | null }): SearchTerms {
  return readSearch(text, { begins, plan });
}

/** Returns the alternatives by which a recording can match; an empty list: nothing matches. @param search the terms, if not all of the text is to be searched */
export function branchesOf(query: CatalogQuery, hasUnsure: HasUnsure, search: SearchTerms = termsOf(query)): Branch[] {
  if (search.hopeless) return [];
  const columns: string[] = [];
  if (query.agent !== undefined) {
    const agent = columnMatch('agentWords', beginningsOf(query.agent));
    if (agent === null) return [];
    columns.push(agent);
  }
  const labels: string[] = [];
  for (const kind of ['status', 'joined', 'importer', 'site', 'direction', 'codec'] as const) {
    const value = query[kind];
    if (value !== undefined) labels.push(labelOf(kind, value));
  }
  if (query.groupId !== undefined) labels.push(labelOf('group', query.groupId));
  if (query.doubtful === true) labels.push(labelOf('doubtful', 'yes'));
  if (query.withoutSound === true) labels.push(labelOf('sound', 'no'));
  const text = matchOf(search);
  const words = [...(text === null ? [] : [text]), ...columns];
  const tags = waysOfTags(query);
  const branches: Branch[] = [];
  for (const scope of query.scopes ?? [{}]) {
    const stretches = timesOf(query, scope, hasUnsure).map((one) =>
      query.undated === true ? { ...one, low: Math.max(one.low, undatedPositions.low) } : one,
    );
    // Starting with the rarest would be best; FTS5 walks all of them in parallel, so that the order matters little.
    const wanted = [...new Set([...labels, ...labelsOfScope(scope)])];
    const terms = [...words, ...(wanted.length === 0 ? [] : [`labels : (${wanted.join(' AND ')})`])];
    for (const { match, tagged } of tags) {
      const all = match === null ? terms : [...terms, match];
      for (const stretch of stretches) branches.push({ ...stretch, match: all.length === 0 ? null : all.join(' AND '), tagged });
    }
  }
  // Equal scopes give one branch.
  return [...new Map(branches.map((branch) => [JSON.stringify(branch), branch])).values()];
}

/** Returns the alternatives by which a recording can have a tag: from its recorder, or from a reviewer. An empty list: nothing matches. */
function waysOfTags({ tag, tagged }: CatalogQuery): readonly Pick<Branch, 'match' | 'tagged'>[] {
  const ofReviewers = tagged === undefined ? [] : [{ match: null, tagged: true }];
  if (tag === undefined) return tagged === undefined ? [{ match: null, tagged: false }] : ofReviewers;
  const match = columnMatch('tagWords', beginningsOf(tag));
  return match === null ? [] : [{ match, tagged: false }, ...ofReviewers];
}

function labelsOfScope({ org = [], tags = [], agentId, importer, site }: CatalogScope): string[] {
  const named = (kind: LabelKind, pairs: readonly NameAndValue[]): string[] => pairs.map(({ name, value }) => labelOf(kind, value, name));
  return [
    ...named('org', org),
    ...named('tag', tags),
    ...(agentId === undefined ? [] : [labelOf('agent', agentId)]),
    ...(importer === undefined ? [] : [labelOf('importer', importer)]),
    ...(site === undefined ? [] : [labelOf('site', site)]),
  ];
}
