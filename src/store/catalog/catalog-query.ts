import type { NumberPlan } from '../../core/numbers/numbering-plan.ts';
import type { FaultyCalls } from '../../core/page/call-fault.ts';
import type { CallFilter, TimeRange } from '../../core/search/call-filter.ts';
import { beginningsOf } from '../../core/search/match-terms.ts';
import { readSearch, type SearchTerms } from '../../core/search/search-terms.ts';
import { type LabelKind, labelOf } from './labels.ts';
import { columnMatch, matchOf } from './match-expression.ts';
import { undatedPositions } from './position.ts';
import { type HasUnsure, type Stretch, timesOf } from './query-times.ts';

/** A name and the value that a recording must have under it, both to the letter. */
export interface NameAndValue {
  readonly name: string;
  readonly value: string;
}

/** Recordings that somebody may know of; members are joined by "and", an absent one allows everything. A call is in a range of time where it began in it for certain. */
export interface CatalogScope extends TimeRange {
  /** Queue, department, tenant … as the recorder names them. */
  readonly org?: readonly NameAndValue[];
  readonly tags?: readonly NameAndValue[];
  /** In which the agent with this id took part: own calls. */
  readonly agentId?: string;
  readonly importer?: string;
  readonly site?: string;
}

/** What to look for; members are joined by "and". A call is in a range of time where it may have begun in it. */
export interface CatalogQuery extends TimeRange {
  /** Of those in the range: only those that began in it for certain, or only the others. Absent: both. */
  readonly inRange?: 'in' | 'perhaps';
  /** The range of the order of the catalog, whenever calls may have begun: for whoever goes through all of them piece by piece. */
  readonly starts?: TimeRange;
  /** Words over numbers, names, ids, tags; a trailing `*` finds beginnings, marks keep words together, numbers are found in every spelling. */
  readonly text?: string;
  /** Each word of the text finds beginnings. */
  readonly begins?: boolean;
  /** Of the country that numbers written nationally are of. */
  readonly plan?: NumberPlan;
  /** Beginnings of words of agents' names and ids. */
  readonly agent?: string;
  /** Beginnings of words of tags, each `name=value`. */
  readonly tag?: string;
  /** Ids of recordings that reviewers gave the tag: found beside those that have it of their recorder. Without `tag`: only these. */
  readonly tagged?: readonly string[];
  /** IANA name of the zone whose clock tells `from` and `to`. Absent: UTC. Those of scopes are of UTC. */
  readonly zone?: string;
  /** Length, weekday, time of day. */
  readonly filter?: CallFilter;
  /** Only these. */
  readonly faulty?: FaultyCalls;
  /** Only those without a start. */
  readonly undated?: boolean;
  readonly status?: string;
  /** Status that the join gave, whatever the audio made of it. */
  readonly joined?: string;
  /** The recorder's id of an interaction of several recordings. */
  readonly groupId?: string;
  readonly importer?: string;
  readonly site?: string;
  readonly direction?: string;
  readonly codec?: string;
  readonly bag?: string;
  /** Only those whose sound may be noise of a wrong decoding. */
  readonly doubtful?: boolean;
  /** Only those that have no sound: no file, empty files, headers, silence. */
  readonly withoutSound?: boolean;
  /** An id or the beginning of one. */
  readonly recordingId?: string;
  /** What whoever asks may know of: one of these. Absent: everything. Empty: nothing. */
  readonly scopes?: readonly CatalogScope[];
  /** Newest first; else oldest first. Recordings without a start are last either way. */
  readonly newestFirst?: boolean;
  /** Only what stands behind this place (`Found.position`) in the order asked for. */
  readonly after?: number;
  /** Rows to leave out. */
  readonly offset?: number;
  readonly limit?: number;
}

/** One way to be found: an expression of FTS5, and places [low, high). */
export interface Branch extends Stretch {
  /** Null: every recording. */
  readonly match: string | null;
  /** Only those of the query's `tagged`. */
  readonly tagged: boolean;
}

/** What the text of a query asks for. */
export function termsOf({
  text = '',
  begins = false,
  plan = null,
}: Pick<CatalogQuery, 'text' | 'begins'> & { readonly plan?: NumberPlan | null }): SearchTerms {
  return readSearch(text, { begins, plan });
}

/** The ways in which a recording can be found; none: nothing matches. @param search what the text asks for, where not all of it is to be asked */
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
    // The rarest first would be best; FTS5 goes through all of them side by side, so that order means little.
    const wanted = [...new Set([...labels, ...labelsOfScope(scope)])];
    const terms = [...words, ...(wanted.length === 0 ? [] : [`labels : (${wanted.join(' AND ')})`])];
    for (const { match, tagged } of tags) {
      const all = match === null ? terms : [...terms, match];
      for (const stretch of stretches) branches.push({ ...stretch, match: all.length === 0 ? null : all.join(' AND '), tagged });
    }
  }
  // Two scopes that say the same are one.
  return [...new Map(branches.map((branch) => [JSON.stringify(branch), branch])).values()];
}

/** The ways in which a recording has a tag: of its recorder, of a reviewer. None: nothing has it. */
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
