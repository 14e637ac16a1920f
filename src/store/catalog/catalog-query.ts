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

/**
 * Recordings that a user may access. A recording must meet all members; an absent member permits everything. A call counts as in a time range only if it
 * certainly began in the range.
 */
export interface CatalogScope extends TimeRange {
  /** Queue, department, tenant etc. as the recorder names them. */
  readonly org?: readonly NameAndValue[];
  readonly tags?: readonly NameAndValue[];
  /** Only calls in which the agent with this id took part. */
  readonly agentId?: string;
  readonly importer?: string;
  readonly site?: string;
}

/** Search criteria. A recording must meet all members. A call counts as in a time range if it may have begun in the range. */
export interface CatalogQuery extends TimeRange {
  /** `in`: only calls that certainly began in the range; `perhaps`: only calls that possibly began in it. Absent: both. */
  readonly inRange?: 'in' | 'perhaps';
  /** Range in the catalog's sort order, whatever the possible starts: for reading all calls in portions. */
  readonly starts?: TimeRange;
  /** Words in numbers, names, ids and tags; a trailing `*` matches prefixes, quotation marks enclose phrases, numbers match in every spelling. */
  readonly text?: string;
  /** Each word of the text matches prefixes. */
  readonly begins?: boolean;
  /** Numbering plan of the country, for numbers in national form. */
  readonly plan?: NumberPlan;
  /** Prefixes of words in agents' names and ids. */
  readonly agent?: string;
  /** Prefixes of words in tags; each tag reads `name=value`. */
  readonly tag?: string;
  /** Ids of recordings to which reviewers gave the tag. They match in addition to those that the recorder tagged. Without `tag`, only they match. */
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
  /** Match status, from metadata, before decoding. */
  readonly joined?: string;
  /** The recorder's id of an interaction to which several recordings belong. */
  readonly groupId?: string;
  readonly importer?: string;
  readonly site?: string;
  readonly direction?: string;
  readonly codec?: string;
  readonly bag?: string;
  /** Only recordings possibly decoded with the wrong codec. */
  readonly doubtful?: boolean;
  /** Only recordings without audio: no file, empty files, bare headers, silence. */
  readonly withoutSound?: boolean;
  /** An id or a prefix of one. */
  readonly recordingId?: string;
  /** Scopes of the user: a recording must be within at least one. Absent: everything. Empty: nothing. */
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
  /** True: only recordings in the query's `tagged`. */
  readonly tagged: boolean;
}

/** Returns the search terms in a query's text. */
export function termsOf({
  text = '',
  begins = false,
  plan = null,
}: Pick<CatalogQuery, 'text' | 'begins'> & { readonly plan?: NumberPlan | null }): SearchTerms {
  return readSearch(text, { begins, plan });
}

/**
 * Returns the alternatives by which a recording can match a query; an empty list: nothing matches.
 * @param search the terms to search for, if they are not all terms of the text
 */
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
    // Rare terms first would be best, but FTS5 walks all terms in parallel, so the order matters little.
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

/** Returns the alternatives by which a recording can have the requested tag: the recorder gave it, or a reviewer did. An empty list: nothing matches. */
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
