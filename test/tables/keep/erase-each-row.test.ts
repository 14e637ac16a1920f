import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { memoryReader } from '../../../src/core/base/bytes.ts';
import type { KeptRow } from '../../../src/tables/keep/kept-row.ts';
import { type KeptContent, replacedBytes, rowReplacements } from '../../../src/tables/keep/row-replacements.ts';
import { numbers, type RandomTable, randomCsv, randomDump } from './random-rows.ts';

const signal = new AbortController().signal;

async function replaced(bytes: Uint8Array, content: KeptContent, isChosen: (row: KeptRow) => boolean): Promise<Buffer> {
  const reader = memoryReader(bytes, 'table');
  const replacements = [];
  for await (const one of rowReplacements(reader, content, isChosen, signal)) replacements.push(one);
  const pieces: Buffer[] = [];
  for await (const piece of replacedBytes(reader, replacements, signal)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

async function rowsOf(bytes: Uint8Array, content: KeptContent): Promise<KeptRow[]> {
  const rows: KeptRow[] = [];
  await replaced(bytes, content, (row) => {
    rows.push(row);
    return false;
  });
  return rows;
}

/** Returns one character per byte. */
const readable = (bytes: Buffer): string => JSON.stringify(bytes.toString('latin1'));

/** Erases each row of a table by itself, then all of them one after the other; compares the bytes, and the rows that are left. */
async function eraseEach({ text, rows, encode, about }: RandomTable, content: KeptContent, seed: number): Promise<number> {
  const bytes = encode(text);
  const before = await rowsOf(bytes, content);
  const rawsOf = (found: readonly KeptRow[]): string[] => found.map(({ table, raws }) => `${table} ${JSON.stringify(raws)}`);
  for (const row of rows) {
    const isMeant = ({ raws }: KeptRow): boolean => raws[0]?.includes(row.word) ?? false;
    const [found, ...others] = before.filter(isMeant);
    expect([found?.raws[0], others], `${about}\n${text}`).toEqual([row.raw, []]);
    const after = await replaced(bytes, content, isMeant);
    expect(readable(after), `${about}\n${text}`).toBe(readable(encode(row.without)));
    const left = await rowsOf(after, content);
    expect(rawsOf(left), `${about}\n${text}`).toEqual(rawsOf(before.filter((each) => !isMeant(each))));
    // Rows of SQL leave no gap.
    if (content.kind === 'csv') expect(left.map(({ number }) => number)).toEqual(before.filter((each) => !isMeant(each)).map(({ number }) => number));
  }
  const next = numbers(seed);
  const order = [...rows].map((row) => ({ row, at: next(1_000) })).sort((a, b) => a.at - b.at);
  let now: Buffer = bytes;
  const gone = new Set<string>();
  for (const { row } of order) {
    gone.add(row.word);
    now = await replaced(now, content, ({ raws }) => raws[0] === row.raw);
    const stays = before.filter(({ raws }) => ![...gone].some((word) => raws[0]?.includes(word)));
    expect(rawsOf(await rowsOf(now, content)), `${about}, without ${[...gone]}\n${text}\n${readable(now)}`).toEqual(rawsOf(stays));
  }
  return rows.length;
}

describe('each row is erased alone, and all other bytes stay', () => {
  test('in separated tables', async () => {
    let erased = 0;
    for (let seed = 1; seed <= 100; seed++) erased += await eraseEach(randomCsv(seed), { kind: 'csv', form: 'file' }, seed);
    expect(erased).toBeGreaterThan(400);
  });

  test('in dumps of four programs', async () => {
    let erased = 0;
    for (let seed = 1; seed <= 100; seed++) erased += await eraseEach(randomDump(seed), { kind: 'sql', form: 'file' }, seed);
    expect(erased).toBeGreaterThan(400);
  });
});
