import { describe, expect, test } from 'vitest';
import { memoryReader } from '../../src/core/base/bytes.ts';
import { isOnLine, unitsOnLine } from '../../src/erasure/request/rows-on-line.ts';
import type { KeptRow } from '../../src/tables/keep/kept-row.ts';
import { type KeptContent, replacedBytes, rowReplacements } from '../../src/tables/keep/row-replacements.ts';

const signal = new AbortController().signal;

/** Numbers from 0 to `below` - 1, the same for each seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 374761393) >>> 0;
    return (state >>> 8) % below;
  };
}

/** Words of a document, each once, with what must be erased together with it at most. */
interface Words {
  /** Returns a new word. @param unit the element to which it belongs */
  word(unit: string): string;
  readonly unitOf: ReadonlyMap<string, string>;
}

function words(): Words {
  const unitOf = new Map<string, string>();
  return {
    unitOf,
    word: (unit) => {
      const made = `wört${String(unitOf.size).padStart(4, '0')}q`;
      unitOf.set(made, unit);
      return made;
    },
  };
}

/** A random JSON document with records at a path, and lists, objects and values beside them. */
function jsonDocument(seed: number): { readonly text: string; readonly path: string; readonly words: Words } {
  const next = numbers(seed);
  const made = words();
  let units = 0;
  const leaf = (unit: string): unknown => ({ name: made.word(unit), tel: made.word(unit), n: next(9) });
  const element = (depth: number): unknown => {
    const unit = `element ${++units}`;
    const form = next(depth > 2 ? 2 : 5);
    if (form === 0) return leaf(unit);
    if (form === 1) return made.word(unit);
    if (form === 2) return { name: made.word(unit), tags: [made.word(unit), made.word(unit)], at: leaf(unit) };
    if (form === 3) return { name: made.word(unit), members: [leaf(`element ${++units}`), ...list(depth + 1)] };
    return list(depth + 1);
  };
  const list = (depth: number): unknown[] => Array.from({ length: next(4) }, () => element(depth));
  const record = (): unknown => {
    const unit = `record ${++units}`;
    return { id: made.word(unit), from: made.word(unit), legs: [{ to: made.word(unit) }, { to: made.word(unit) }] };
  };
  const beside = (depth: number): [string, unknown][] =>
    Array.from({ length: next(4) }, (_none, at): [string, unknown] => {
      const name = `m${depth}${at}`;
      const form = next(depth > 2 ? 2 : 4);
      if (form === 0) return [name, made.word(`value ${++units}`)];
      if (form === 1) return [name, leaf(`object ${++units}`)];
      if (form === 2) return [name, list(0)];
      // An object without lists and objects is one unit on its line.
      return [name, Object.fromEntries([...beside(depth + 1), ['none', []]])];
    });
  const path = ['items', 'data.items', 'data.page.items'][next(3)] ?? 'items';
  const around = (names: readonly string[]): unknown => {
    const [name, ...rest] = names;
    if (name === undefined) return Array.from({ length: 1 + next(3) }, record);
    return Object.fromEntries([...beside(0), [name, around(rest)], ...beside(1)]);
  };
  const value = around(path.split('.'));
  const indent = [undefined, 1, undefined][next(3)];
  const plain = JSON.stringify(value, null, indent);
  // One element per line, as many programs write lists.
  const text = next(2) === 0 ? plain : plain.replaceAll('},{', '},\n{').replaceAll(':[', ':[\n');
  return { text, path, words: made };
}

/** A random XML document. */
function xmlDocument(seed: number): { readonly text: string; readonly words: Words } {
  const next = numbers(seed);
  const made = words();
  let units = 0;
  const end = (): string => (next(2) === 0 ? '\n' : '');
  const unit = (kind: string): string => `${kind} ${++units}`;
  const record = (): string => {
    const own = unit('record');
    return `<call id="${made.word(own)}"><from>${made.word(own)}</from>${end()}<leg><to>${made.word(own)}</to></leg></call>${end()}`;
  };
  const agent = (): string => {
    const own = unit('agent');
    return `<agent id="${made.word(own)}">${end()}<name>${made.word(own)}</name>${end()}<tel>${made.word(own)}</tel></agent>${end()}`;
  };
  const beside = (): string =>
    Array.from({ length: next(3) }, () => {
      const form = next(5);
      if (form === 0) return `<!-- by ${made.word(unit('comment'))} -->${end()}`;
      if (form === 1) return `<note>${made.word(unit('note'))}</note>${end()}`;
      if (form === 2) return `${made.word(unit('text'))}${end()}<br/>`;
      const inside = Array.from({ length: 2 + next(2) }, agent).join('');
      return `<agents of="${made.word(unit('attribute'))}" to='${made.word(unit('attribute'))}'>${end()}${inside}</agents>${end()}`;
    }).join('');
  const group = (): string => `<group tel="${made.word(unit('attribute'))}">${end()}${record()}${beside()}${record()}</group>${end()}`;
  const groups = Array.from({ length: 1 + next(3) }, () => `${beside()}${group()}`).join('');
  return { text: `<?xml version="1.0"?>\n<export by="${made.word(unit('attribute'))}">${end()}${groups}${beside()}</export>\n`, words: made };
}

async function replaced(bytes: Uint8Array, content: KeptContent, isChosen: (row: KeptRow) => boolean): Promise<Buffer> {
  const reader = memoryReader(bytes, 'table');
  const replacements = [];
  for await (const one of rowReplacements(reader, content, isChosen, signal)) replacements.push(one);
  const pieces: Buffer[] = [];
  for await (const piece of replacedBytes(reader, replacements, signal)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

const nameOf = ({ table, number }: Pick<KeptRow, 'table' | 'number'>): string => `${table}:${number}`;
const wordsIn = (text: string): string[] => [...text.matchAll(/wört\d{4}q/g)].map(([word]) => word);

async function rowsOf(bytes: Uint8Array, content: KeptContent): Promise<KeptRow[]> {
  const rows: KeptRow[] = [];
  await replaced(bytes, content, (row) => {
    rows.push(row);
    return false;
  });
  return rows;
}

/** Erases each unit of each line by itself, and checks what is left. @returns the number of erasures */
async function eraseLines(text: string, content: KeptContent, { unitOf }: Words, check: (text: string) => void): Promise<number> {
  const bytes = Buffer.from(text, 'utf8');
  const rows = await rowsOf(bytes, content);
  const tried = new Set<string>();
  let start = 0;
  for (const line of text.split('\n')) {
    const end = start + Buffer.byteLength(line);
    const bounds = [start, end] as const;
    start = end + 1;
    if (wordsIn(line).length === 0) continue;
    const units = unitsOnLine(rows.filter((row) => isOnLine(row, bounds)));
    const covered = new Set(units.flatMap(({ span }) => wordsIn(bytes.subarray(span.offset, span.offset + span.bytes).toString('utf8'))));
    // Whatever a line says can be erased.
    for (const word of wordsIn(line)) expect(covered, `${line}\n${text}`).toContain(word);
    for (const unit of units) {
      // An empty object has no words.
      if (tried.has(nameOf(unit)) || wordsIn(unit.raws.at(-1) ?? '').length === 0) continue;
      tried.add(nameOf(unit));
      const after = await replaced(bytes, content, (row) => nameOf(row) === nameOf(unit));
      const { offset } = unit.span;
      const kept = bytes.length - unit.span.bytes - offset;
      // All other bytes stay.
      expect(after.subarray(0, offset)).toEqual(bytes.subarray(0, offset));
      expect(after.subarray(after.length - kept)).toEqual(bytes.subarray(bytes.length - kept));
      const left = new Set(wordsIn(after.toString('utf8')));
      const gone = [...unitOf.keys()].filter((word) => !left.has(word));
      // Only one unit is erased, a record as a whole.
      expect(new Set(gone.map((word) => unitOf.get(word))).size, `${nameOf(unit)}\n${text}`).toBe(1);
      const own = unitOf.get(gone[0] ?? '') ?? '';
      if (unit.table === '') expect(gone).toEqual([...unitOf].flatMap(([word, of]) => (of === own ? [word] : [])));
      check(after.toString('utf8'));
      // Others keep their numbers and text.
      const isInside = ({ table }: KeptRow): boolean => `${table}-`.startsWith(`${unit.table}-${unit.number}-`);
      const before = rows.filter((row) => nameOf(row) !== nameOf(unit) && !isInside(row) && !isAround(row, unit));
      const there = new Map((await rowsOf(after, content)).map((row) => [nameOf(row), row.raws.at(-1)]));
      for (const row of before) expect([nameOf(row), there.get(nameOf(row))], text).toEqual([nameOf(row), row.raws.at(-1)]);
    }
  }
  return tried.size;
}

function isAround({ span }: KeptRow, inner: KeptRow): boolean {
  return span.offset <= inner.span.offset && span.offset + span.bytes >= inner.span.offset + inner.span.bytes;
}

describe('whatever is on a line can be erased, and an erasure removes one unit', () => {
  test('in JSON', async () => {
    let erased = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const { text, path, words: made } = jsonDocument(seed);
      erased += await eraseLines(text, { kind: 'json', form: 'file', recordsAt: path }, made, (left) => JSON.parse(left));
    }
    expect(erased).toBeGreaterThan(1000);
  });

  test('in XML', async () => {
    let erased = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const { text, words: made } = xmlDocument(seed);
      const calls = text.match(/<call /g)?.length ?? 0;
      const isSame = (left: string): void => expect(left.match(/<call[ /]/g)).toHaveLength(calls);
      erased += await eraseLines(text, { kind: 'xml', form: 'file', recordsAt: 'call' }, made, isSame);
    }
    expect(erased).toBeGreaterThan(1000);
  });
});
