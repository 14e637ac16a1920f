import type { CallRow, PageQuery } from '../core/page-data.ts';
import { certaintyInWords, foldedWords, hintsOf, holdsNeedle, holdsWords, type Needle, needlesOf } from '../core/search-words.ts';
import type { Coded, Shard } from '../core/viewer-data.ts';

/** Where the lines of a shard's words begin; found once for each shard of which rows are shown. */
const lineStarts = new WeakMap<Shard, Int32Array>();

function lineOf(shard: Shard, index: number): string {
  let starts = lineStarts.get(shard);
  if (starts === undefined) {
    starts = new Int32Array(shard.recordings + 1);
    for (let row = 0, at = 0; row < shard.recordings; row++) {
      starts[row] = at;
      at = shard.words.indexOf('\n', at) + 1;
      starts[row + 1] = at;
    }
    lineStarts.set(shard, starts);
  }
  return shard.words.slice(starts[index], (starts[index + 1] ?? 1) - 1);
}

/** The row with how sure it is that its number is the one that a text asks for: that of the number that is least sure. */
export function rowFor(shard: Shard, index: number, needles: readonly Needle[]): CallRow {
  const row = rowOf(shard, index);
  const numbers = needles.filter((needle) => needle.numbers.length > 0);
  if (numbers.length === 0) return row;
  const line = lineOf(shard, index);
  const open = numbers.filter((needle) => !holdsWords(line, needle)).map((needle) => certaintyInWords(line, needle.numbers));
  const number = open.includes('damaged') ? 'damaged' : open.includes('possible') ? 'possible' : null;
  return number === null ? row : { ...row, number };
}

/** A row of a shard. */
export function rowOf(shard: Shard, index: number): CallRow {
  const hex = shard.ids.slice(index * 32, index * 32 + 32);
  return {
    id: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`,
    start: shard.starts[index] ?? null,
    certainty: decoded(shard.certainty, index) ?? null,
    durationMs: shard.durationsMs[index] ?? null,
    direction: decoded(shard.direction, index) ?? 'unknown',
    from: shard.from[index] ?? '',
    to: shard.to[index] ?? '',
    agent: decoded(shard.agent, index) ?? '',
    text: '',
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

/** Value of a coded column in a row. */
export function decoded<Value>({ values, rows }: Coded<Value>, index: number): Value | undefined {
  return values[rows[index] ?? -1];
}

/** Index of a recording in a shard; -1 where it is not there. */
export function indexOfId(shard: Shard, id: string): number {
  const hex = id.replaceAll('-', '').toLowerCase();
  for (let at = shard.ids.indexOf(hex); at >= 0; at = shard.ids.indexOf(hex, at + 1)) if (at % 32 === 0) return at / 32;
  return -1;
}

/** True where a question is about nothing but time. */
export function asksTimeOnly({ from: _from, to: _to, ...rest }: PageQuery): boolean {
  return Object.values(rest).every((value) => value === undefined || value.trim() === '');
}

/** Rows of a shard that answer a question, in order. */
export function matchingRows(shard: Shard, query: PageQuery): Int32Array {
  const tests = testsOf(shard, query);
  const found = new Int32Array(shard.recordings);
  let size = 0;
  const take = (index: number): void => {
    for (const test of tests) if (!test(index)) return;
    found[size++] = index;
  };
  const text = query.text?.trim() ?? '';
  if (text === '') for (let index = 0; index < shard.recordings; index++) take(index);
  else for (const index of rowsWith(shard, text)) take(index);
  return found.slice(0, size);
}

function testsOf(shard: Shard, query: PageQuery): ((index: number) => boolean)[] {
  const { from, to } = query;
  const tests: ((index: number) => boolean)[] = [];
  if (from !== undefined) tests.push((index) => (shard.starts[index] ?? '') >= from);
  if (to !== undefined) tests.push((index) => shard.starts[index] !== null && (shard.starts[index] ?? '') < to);
  const coded = <Value>(column: Coded<Value>, matches: (value: Value) => boolean): void => {
    const allowed = column.values.map(matches);
    tests.push((index) => allowed[column.rows[index] ?? -1] === true);
  };
  if (query.direction !== undefined) coded(shard.direction, (value) => value === query.direction);
  if (query.status !== undefined) coded(shard.status, (value) => value === query.status);
  if (query.importer !== undefined) coded(shard.importer, (value) => value === query.importer);
  if (query.codec !== undefined) coded(shard.codecs, (values) => values.includes(query.codec ?? ''));
  const { agent, tag } = query;
  if (agent !== undefined) coded(shard.agent, (value) => holds(value, agent));
  if (tag !== undefined) coded(shard.tags, (values) => values.some((value) => holds(value, tag)));
  return tests;
}

/** True where each word that was asked for begins a word of a text. */
function holds(text: string, asked: string): boolean {
  const words = ` ${foldedWords(text)}`;
  return foldedWords(asked)
    .split(' ')
    .every((word) => words.includes(` ${word}`));
}

/** Rows whose words, or whose id, are as a text asks. */
function rowsWith(shard: Shard, text: string): Iterable<number> {
  const needles = needlesOf(text);
  const ids = /^[0-9a-f][0-9a-f-]{3,35}$/i.test(text) ? rowsOfIds(shard, text) : [];
  // Signs alone ask for nothing that could be there.
  const words = needles.length === 0 ? [] : rowsOfWords(shard, needles);
  if (ids.length === 0) return words;
  return [...new Set([...ids, ...words])].sort((a, b) => a - b);
}

function rowsOfIds({ ids }: Shard, text: string): number[] {
  const hex = text.replaceAll('-', '').toLowerCase();
  const rows: number[] = [];
  for (let at = ids.indexOf(hex); at >= 0; at = ids.indexOf(hex, at + 1)) if (at % 32 === 0) rows.push(at / 32);
  return rows;
}

/** One long text is searched by the engine's own means, which is many times faster than a loop over rows. */
function rowsOfWords({ words }: Shard, needles: readonly Needle[]): Iterable<number> {
  const hints = needles.map((needle) => ({ needle, texts: hintsOf(needle) })).filter(({ texts }) => texts.length > 0);
  // The longest occurs least often; then by the fewest looks.
  const [first] = hints.sort((a, b) => shortest(b.texts) - shortest(a.texts) || a.texts.length - b.texts.length);
  // A word's own text is all that there is to be of it.
  const left = first?.needle.numbers.length === 0 ? needles.filter((needle) => needle !== first.needle) : needles;
  const holds = (line: string): boolean => left.every((needle) => holdsNeedle(line, needle));
  if (first === undefined) return rowsWhere(words, '', holds);
  if (first.texts.length === 1) return rowsWhere(words, first.texts[0] ?? '', left.length === 0 ? null : holds);
  const rows = new Set(first.texts.flatMap((text) => [...rowsWhere(words, text, holds)]));
  return [...rows].sort((a, b) => a - b);
}

function shortest(texts: readonly string[]): number {
  return Math.min(...texts.map((text) => text.length));
}

/** Rows whose line has a text, and is as a test wants it. @param holds null: it wants nothing */
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
