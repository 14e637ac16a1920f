import type { CallRow, PageQuery } from '../../core/page/data.ts';
import { callFilterOf } from '../../core/page/question.ts';
import type { Coded, Shard } from '../../core/page/viewer-data.ts';
import { filterTest, windowOf } from '../../core/search/call-filter.ts';
import { beginningsOf, certaintyOfTerm, hintsOf, holdsBeginnings, holdsTerm, keyMark, leastCertainty } from '../../core/search/match-terms.ts';
import { readSearch, type SearchTerm } from '../../core/search/search-terms.ts';
import { type InWindow, inWindow, type TimeWindow } from '../../core/time/time-span.ts';
import { isoMs } from '../../core/time/zone-clock.ts';
import { foldedWords, searchedWords } from '../../core/words/fold-text.ts';

/** Searchable lines of a shard and their offsets; built once per searched shard. */
interface Lines {
  /** One line per row: its id, then words and marked keys, each between spaces. */
  readonly text: string;
  readonly starts: Int32Array;
}

const known = new WeakMap<Shard, Lines>();

function linesOf(shard: Shard): Lines {
  const there = known.get(shard);
  if (there !== undefined) return there;
  const lines: string[] = [];
  const starts = new Int32Array(shard.recordings + 1);
  let from = 0;
  let at = 0;
  for (let row = 0; row < shard.recordings; row++) {
    const end = shard.words.indexOf('\n', from);
    const line = ` ${idWords(idOf(shard, row))} ${shard.words.slice(from, end)} \n`;
    lines.push(line);
    starts[row] = at;
    at += line.length;
    from = end + 1;
  }
  starts[shard.recordings] = at;
  const made = { text: lines.join(''), starts };
  known.set(shard, made);
  return made;
}

function lineOf(shard: Shard, index: number): string {
  const { text, starts } = linesOf(shard);
  return text.slice(starts[index], starts[index + 1]);
}

/** Returns the search terms of a query's text: each word matches prefixes, as on the pages of `serve`. */
export function termsOfPage({ text = '' }: PageQuery): readonly SearchTerm[] | null {
  const { terms, hopeless } = readSearch(text, { begins: true });
  return hopeless ? null : terms;
}

/** Returns a row with the certainty of its number match, which is the certainty of its least certain number. */
export function rowFor(shard: Shard, index: number, terms: readonly SearchTerm[]): CallRow {
  const row = rowOf(shard, index);
  const open = terms.filter(({ numbers, alike }) => numbers.length + alike.length > 0);
  if (open.length === 0) return row;
  const line = lineOf(shard, index);
  const number = leastCertainty(open.map((term) => certaintyOfTerm(line, line, term, keyMark)));
  return number === null ? row : { ...row, number };
}

/** Returns the `searchedWords` of an id; most ids contain only plain characters. */
function idWords(id: string): string {
  return /[0-9]{6}/.test(id) ? searchedWords(id) : id.replaceAll('-', ' ');
}

function idOf({ ids }: Shard, index: number): string {
  const hex = ids.slice(index * 32, index * 32 + 32);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Returns a row of a shard. */
export function rowOf(shard: Shard, index: number): CallRow {
  const name = decoded(shard.names, index) ?? '';
  return {
    id: idOf(shard, index),
    start: shard.starts[index] ?? null,
    certainty: decoded(shard.certainty, index) ?? null,
    durationMs: shard.durationsMs[index] ?? null,
    direction: decoded(shard.direction, index) ?? 'unknown',
    from: shard.from[index] ?? '',
    to: shard.to[index] ?? '',
    ...(name === '' ? {} : { name }),
    agent: decoded(shard.agent, index) ?? '',
    tags: decoded(shard.tags, index) ?? [],
    codecs: decoded(shard.codecs, index) ?? [],
    status: decoded(shard.status, index) ?? '',
    importer: decoded(shard.importer, index) ?? '',
    findings: decoded(shard.findings, index) ?? 0,
    doubtful: decoded(shard.doubtful, index) ?? 0,
    bag: decoded(shard.bag, index) ?? '',
    groupId: decoded(shard.groupId, index) ?? null,
  };
}

/** Returns the value of a coded column in a row. */
export function decoded<Value>({ values, rows }: Coded<Value>, index: number): Value | undefined {
  return values[rows[index] ?? -1];
}

/** Returns the index of a recording in a shard; -1 if it is not there. */
export function indexOfId(shard: Shard, id: string): number {
  const hex = id.replaceAll('-', '').toLowerCase();
  for (let at = shard.ids.indexOf(hex); at >= 0; at = shard.ids.indexOf(hex, at + 1)) if (at % 32 === 0) return at / 32;
  return -1;
}

/** Returns true if a query contains only a time range. */
export function asksTimeOnly({ from: _from, to: _to, zone: _zone, ...rest }: PageQuery): boolean {
  return Object.values(rest).every((value) => value === undefined || value.trim() === '');
}

/** Returns true if a recording of a bag has known faults. */
export type IsFaulty = (bag: string, recordingId: string) => boolean;

/** Returns the rows of a shard that match a query, in order. */
export function matchingRows(shard: Shard, query: PageQuery, isFaulty: IsFaulty = () => false): Int32Array {
  const tests = testsOf(shard, query, isFaulty);
  const found = new Int32Array(shard.recordings);
  let size = 0;
  const take = (index: number): void => {
    for (const test of tests) if (!test(index)) return;
    found[size++] = index;
  };
  const terms = termsOfPage(query);
  if (terms?.length === 0) for (let index = 0; index < shard.recordings; index++) take(index);
  else if (terms !== null) for (const index of rowsWith(shard, terms)) take(index);
  return found.slice(0, size);
}

function testsOf(shard: Shard, query: PageQuery, isFaulty: IsFaulty): ((index: number) => boolean)[] {
  const { from, to, zone } = query;
  const tests: ((index: number) => boolean)[] = [];
  if (from !== undefined || to !== undefined) {
    const window = windowOf({ ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }, zone);
    const where = window === null ? null : whereIn(shard, window);
    tests.push((index) => where !== null && where(index) !== 'out');
  }
  const filter = callFilterOf(query);
  if (filter !== null) {
    const passes = filterTest(filter);
    tests.push((index) => passes(shard.starts[index] ?? null, shard.durationsMs[index] ?? null));
  }
  if (query.damaged === 'yes') tests.push((index) => isFaulty(decoded(shard.bag, index) ?? '', idOf(shard, index)));
  const coded = <Value>(column: Coded<Value>, matches: (value: Value) => boolean): void => {
    const allowed = column.values.map(matches);
    tests.push((index) => allowed[column.rows[index] ?? -1] === true);
  };
  if (query.direction !== undefined) coded(shard.direction, (value) => value === query.direction);
  if (query.status !== undefined) coded(shard.status, (value) => value === query.status);
  if (query.importer !== undefined) coded(shard.importer, (value) => value === query.importer);
  if (query.codec !== undefined) coded(shard.codecs, (values) => values.includes(query.codec ?? ''));
  const { agent, tag } = query;
  const agentAsked = beginningsOf(agent ?? '');
  const tagAsked = beginningsOf(tag ?? '');
  if (agent !== undefined) coded(shard.agentWords, (words) => holdsBeginnings(words, agentAsked));
  if (tag !== undefined) coded(shard.tags, (values) => holdsBeginnings(foldedWords(values.join(' ')), tagAsked));
  return tests;
}

/**
 * Returns a function that compares a call with a time window. Most starts are exact to the millisecond: comparing their texts takes a tenth of the time of
 * parsing them.
 */
function whereIn(shard: Shard, window: TimeWindow): (index: number) => InWindow {
  const [from = null, to = null] = [window.fromMs, window.toMs].map((ms) =>
    ms === null || ms < yearZero || ms > year9999 ? null : new Date(ms).toISOString(),
  );
  const isText = (from === null) === (window.fromMs === null) && (to === null) === (window.toMs === null);
  const sure = shard.spans.values.map(isSure);
  return (index) => {
    const start = shard.starts[index] ?? null;
    if (start === null) return 'out';
    if (isText && sure[shard.spans.rows[index] ?? -1] === true && start.length === isoLength && start.endsWith('Z'))
      return (from === null || start >= from) && (to === null || start < to) ? 'in' : 'out';
    const ms = isoMs(start);
    const [earliest, latest] = decoded(shard.spans, index) ?? [0, 0];
    return ms === null ? 'out' : inWindow({ earliestMs: ms + earliest, latestMs: ms + latest }, window);
  };
}

function isSure([earliest, latest]: readonly [number, number]): boolean {
  return earliest === 0 && latest === 0;
}

const isoLength = '2019-03-12T09:15:04.120Z'.length;
/** `toISOString` writes other years with a sign and six digits. */
const yearZero = Date.UTC(-1, 12);
const year9999 = Date.UTC(9_999, 11, 31);

/** Counts the rows that are only possibly within the range of a query. */
export function perhapsAmong(shard: Shard, { from, to, zone }: PageQuery, rows: Int32Array): number {
  if (shard.spans.values.every(isSure) || (from === undefined && to === undefined)) return 0;
  const window = windowOf({ ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }, zone);
  if (window === null) return 0;
  const where = whereIn(shard, window);
  let found = 0;
  for (const row of rows) if (where(row) === 'perhaps') found++;
  return found;
}

/** Finds rows with all terms. Searching one long text natively is many times faster than a loop over rows. */
function rowsWith(shard: Shard, terms: readonly SearchTerm[]): Iterable<number> {
  const { text } = linesOf(shard);
  const hints = terms.map((term) => ({ term, texts: hintsOf(term) })).filter(({ texts }) => texts.length > 0);
  // The longest hint occurs least often; among equal ones, the one with the fewest look-ups comes first.
  const [first] = hints.sort((a, b) => shortest(b.texts) - shortest(a.texts) || a.texts.length - b.texts.length);
  // A term of plain words is matched by its only hint.
  const left =
    first !== undefined && first.texts.length === 1 && first.term.numbers.length === 0 ? terms.filter((term) => term !== first.term) : terms;
  const holds = (line: string): boolean => left.every((term) => holdsTerm(line, term));
  if (first === undefined) return rowsWhere(text, ' ', holds);
  if (first.texts.length === 1) return rowsWhere(text, first.texts[0] ?? '', left.length === 0 ? null : holds);
  const rows = new Set(first.texts.flatMap((hint) => [...rowsWhere(text, hint, holds)]));
  return [...rows].sort((a, b) => a - b);
}

function shortest(texts: readonly string[]): number {
  return Math.min(...texts.map((text) => text.length));
}

/** Yields rows whose line contains a text and passes a test. @param holds the test; null: none */
function* rowsWhere(words: string, text: string, holds: ((line: string) => boolean) | null): Generator<number> {
  let row = 0;
  let end = words.indexOf('\n');
  for (let at = words.indexOf(text); at >= 0 && end >= 0; at = words.indexOf(text, end + 1)) {
    while (end >= 0 && end < at) {
      end = words.indexOf('\n', end + 1);
      row++;
    }
    if (end < 0) return;
    if (holds === null || holds(words.slice(words.lastIndexOf('\n', at) + 1, end))) yield row;
  }
}
