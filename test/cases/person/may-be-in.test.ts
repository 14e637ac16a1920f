import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { mayBeIn } from '../../../src/cases/person/may-be-in.ts';
import { likeText } from '../../../src/cases/person/person.ts';
import { searchTables } from '../../../src/cases/person/search-tables.ts';
import { personOf } from '../../../src/core/identity/person.ts';
import type { ArchivedTable } from '../../../src/pipeline/open/read-kept-tables.ts';
import { createRig, type Rig } from '../../cli/rig.ts';
import { numbers } from '../../tables/keep/random-rows.ts';
import { randomPerson, randomText } from './random-person.ts';

/** Number of random texts, and of random tables; LONGPLAY_FUZZ=40000 is the long form. */
const texts = Number(process.env.LONGPLAY_FUZZ ?? 5_000);
const tables = Math.ceil((texts * 3) / 40);

/** True: the search compares every line exactly, without the checks before it. */
let isExact = false;
/** Sizes in which tables are read. */
let sizes = { blockBytes: 1024 * 1024, mostLineBytes: 4 * 1024 * 1024 };

vi.mock(import('../../../src/cases/person/may-be-in.ts'), async (original) => {
  const module = await original();
  return {
    mayBeIn: (...args: Parameters<typeof module.mayBeIn>) => isExact || module.mayBeIn(...args),
    mayHaveWord: (...args: Parameters<typeof module.mayHaveWord>) => isExact || module.mayHaveWord(...args),
  };
});
vi.mock(import('../../../src/tables/text/line-blocks.ts'), async (original) => {
  const module = await original();
  return { ...module, lineBlocks: (part, earlier) => module.lineBlocks(part, earlier, sizes) };
});

test('a text that may not have the person does not have the person, and neither has any part of it', () => {
  const count = { like: 0, unlike: 0, refused: 0 };
  for (let seed = 1; seed <= texts; seed++) {
    const next = numbers(seed);
    const { values, country } = randomPerson(next);
    const person = personOf(values, country);
    const text = randomText(values, next);
    const like = likeText(person, text, next(2) === 0 ? 'row' : 'text');
    const about = JSON.stringify({ seed, values, country, text });
    if (like === null) {
      count.unlike++;
      if (!mayBeIn(person, text)) count.refused++;
      continue;
    }
    count.like++;
    expect(mayBeIn(person, text), about).toBe(true);
    const [before, after] = [randomText(values, next), randomText(values, next)];
    for (const around of [`${before}\n${text}\n${after}`, `${before}\r${text}`, `1),(${text}),(${after}`, `<a>${text}</a>`])
      expect(mayBeIn(person, around), `${about} ${JSON.stringify(around)}`).toBe(true);
  }
  // The generators make what the test is about.
  expect(count.like).toBeGreaterThan(texts / 5);
  expect(count.refused).toBeGreaterThan(count.unlike / 3);
});

let rig: Rig;
beforeAll(() => {
  rig = createRig();
});
afterAll(() => rig[Symbol.asyncDispose]());

/** A random table of rows whose cells may have parts of the person. */
function randomTable(kind: string, values: readonly string[], seed: number): string {
  const next = numbers(seed);
  const cell = (): string => (next(3) === 0 ? randomText(values, next) : (['Anna', '1', '', 'Bo Ek', 'x y', '2024-05-02'][next(6)] ?? ''));
  const cells = (): string[] => Array.from({ length: 1 + next(4) }, cell).flatMap((one) => (next(6) === 0 ? one.split(' ') : [one]));
  const rows = Array.from({ length: 2 + next(12) }, cells);
  const damage = (text: string): string => (next(5) === 0 ? text.slice(0, next(text.length)) + text.slice(next(text.length)) : text);
  const end = next(3) === 0 ? '\n' : '';
  if (kind === 'csv') {
    const quoted = (one: string): string =>
      next(3) === 0 || /[",\n]/.test(one) ? `"${one.replaceAll('"', '""').replace(' ', next(3) === 0 ? '\n' : ' ')}"` : one;
    return damage(rows.map((row) => row.map(quoted).join(',')).join(next(8) === 0 ? '\r' : '\n'));
  }
  if (kind === 'json') {
    const value = (row: readonly string[], depth: number): unknown => {
      if (next(3) === 0) return row;
      const entries = row.map((one): [string, unknown] => [
        ['first', 'last', 'name', 'value', one][next(5)] ?? '',
        depth < 3 && next(4) === 0 ? value(cells(), depth + 1) : one,
      ]);
      const object = Object.fromEntries(entries.map(([name, one], at) => [next(5) === 0 ? name : `${name}${at}`, one]));
      return next(4) === 0 ? [object, row] : object;
    };
    return damage(
      JSON.stringify(
        rows.map((row) => value(row, 0)),
        null,
        next(2),
      ),
    ).replaceAll('},', `},${end}`);
  }
  if (kind === 'xml') {
    const written = (one: string): string =>
      one
        .replaceAll('&', next(3) === 0 ? '&' : '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('"', '&quot;')
        .replace(' ', next(4) === 0 ? '\n' : ' ');
    const element = (row: readonly string[], depth: number): string => {
      const attributes = next(3) === 0 ? ` a="${written(cell())}" value='${written(cell()).replaceAll("'", '')}'` : '';
      const inside = row.map((one) =>
        next(5) === 0 && depth < 3
          ? element(cells(), depth + 1)
          : `<c${next(3)}>${next(8) === 0 ? `<![CDATA[${one}]]>` : written(one)}</c${next(3)}>${end}`,
      );
      return `<row${attributes}>${inside.join('')}</row>${end}`;
    };
    return damage(`<?xml version="1.0"?>\n<rows>${rows.map((row) => element(row, 0)).join('')}<!-- ${cell()} --></rows>`);
  }
  const literal = (one: string): string => `'${one.replaceAll("'", next(2) === 0 ? "''" : "\\'")}'`;
  return damage(`INSERT INTO cdr VALUES ${rows.map((row) => `(${row.map(literal).join(',')})`).join(`,${end}`)};\n`);
}

test('the search of tables finds the same with and without the checks', async () => {
  const signal = new AbortController().signal;
  const folder = rig.path('archive/bags/tables/x/data/table-0001');
  mkdirSync(folder, { recursive: true });
  let found = 0;
  for (let seed = 1; seed <= tables; seed++) {
    const next = numbers(seed);
    const { values, country } = randomPerson(next);
    const person = personOf(values, country);
    const kind = ['csv', 'json', 'xml', 'sql'][seed % 4] ?? 'csv';
    const text = randomTable(kind, values, seed);
    writeFileSync(`${folder}/table.${kind}`, Buffer.from(text, next(4) === 0 ? 'latin1' : next(6) === 0 ? 'utf16le' : 'utf8'));
    // What the search reads of the document.
    const table = {
      part: { path: `table.${kind}` },
      source: { path: 'x' },
      site: 's',
      importer: 'i',
      kind,
      continues: [],
    } as unknown as ArchivedTable['table'];
    const blockBytes = 64 << next(5);
    sizes = { blockBytes, mostLineBytes: blockBytes * (1 + next(20)) };
    const answers: unknown[] = [];
    for (isExact of [true, false])
      for await (const one of searchTables(rig.path('archive'), [{ bag: 'tables/x', folder: 'data/table-0001', table }], person, signal))
        answers.push(one);
    isExact = false;
    expect(answers[1], JSON.stringify({ seed, values, country, text, sizes })).toEqual(answers[0]);
    found += (answers[0] as { readonly hits: readonly unknown[] }).hits.length;
  }
  expect(found).toBeGreaterThan(tables / 2);
});
