import fc from 'fast-check';
import { expect, it } from 'vitest';
import { familyImporter } from '../../importers/engine/family-importer.ts';
import { idKey, nameKey, stemKey } from '../../importers/engine/records/keys.ts';
import { processorMs } from '../processor-ms.ts';
import { wav } from './asterisk/rows.ts';
import { importAll } from './import-all.ts';
import { memorySource } from './memory-source.ts';

/** A family whose records name files and other calls in every way that the engine knows. */
const family = familyImporter({
  id: 'any',
  title: 'a family of this test',
  grade: 'experimental',
  tested: ['this test'],
  facts: ['this test'],
  shapes: [
    {
      name: 'call',
      unit: 'calls',
      role: 'call',
      at: { kind: 'table', columns: ['id', 'file', 'link'] },
      key: (row) => row.peek(['id']),
      links: (row) => row.peek(['link'])?.split('|') ?? [],
      claims: (row) => {
        const path = row.peek(['file']);
        if (path === null) return [];
        return [
          { key: nameKey(path), by: 'name', path },
          { key: idKey(path), by: 'id' },
          { key: stemKey(path), by: 'stem', path, strength: 'other-name' },
          { key: `window ${path.length}`, by: 'window', strength: 'window' },
        ];
      },
    },
    { name: 'detail', unit: 'details', role: 'detail', at: { kind: 'table', columns: ['of', 'note'] }, key: (row) => row.peek(['of']) },
    {
      name: 'document',
      unit: 'documents',
      role: 'call',
      at: { kind: 'document', file: /\.json$/, holds: /"doc"/, as: 'json' },
      key: (row) => row.peek(['doc']),
    },
  ],
  fileKeys: (path) => [idKey(path.slice(0, 1)), `window ${path.length}`],
  describe: ({ key }, { details }) => {
    if (key !== null) details('detail', key);
    return { key };
  },
});

const id = fc.constantFrom(
  '1',
  '2',
  '3',
  'a',
  'A',
  'é',
  'e\u0301',
  '\u0000',
  'a\u0001b',
  ' 1',
  '',
  '= 1',
  '- 000000000000',
  '~',
  '\u{1f600}',
  '\uffff',
  'x'.repeat(1_000_000),
);
const name = fc.constantFrom('a.wav', 'A.wav', 'a.mp3', 'x/a.wav', 'x\\a.wav', 'b', '', '1', '\u0000.wav', 'é.wav', 'e\u0301.wav', '../a.wav');
const call = fc.record({
  id,
  file: name,
  link: fc
    .array(
      id.filter((each) => each.length < 10),
      { maxLength: 3 },
    )
    .map((ids) => ids.join('|')),
});
const audio = fc.constantFrom('a.wav', 'A.wav', 'x/a.wav', 'y/a.wav', 'z.tar!a.wav', '1.wav', 'é.wav', 'e\u0301.wav', 'b.mp3');

it('accounts for any combination of keys, links and files', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(call, { maxLength: 12 }),
      fc.array(fc.record({ of: id, note: name }), { maxLength: 6 }),
      fc.array(id, { maxLength: 3 }),
      fc.dictionary(audio, fc.nat({ max: 2 }), { maxKeys: 9, noNullPrototype: true }),
      async (calls, details, documents, files) => {
        const lines = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
        const first = { id: 'first', file: '', link: '' };
        const source: Record<string, string | Uint8Array> = {
          'calls.jsonl': lines([first, ...calls]),
          'details.jsonl': lines([{ of: 'first', note: '' }, ...details]),
        };
        for (const [at, doc] of documents.entries()) source[`d${at}.json`] = JSON.stringify({ doc });
        for (const [path, size] of Object.entries(files)) source[path] = size === 0 ? '' : wav(size);
        const imported = await importAll(family, memorySource(source), {}, 'repeat');
        const rows = imported.tables.reduce((sum, { records }) => sum + records, 0);
        expect(rows).toBe(calls.length + details.length + 2);
      },
    ),
    { numRuns: 30, endOnFailure: true },
  );
});

it.each([
  ['a row', 10_000, () => ({ id: '1', file: 'a.wav', link: '' })],
  ['a call whose rows all differ', 3_000, (at: number) => ({ id: '1', file: 'a.wav', link: '', at })],
  ['a cycle of calls', 3_000, (at: number) => ({ id: String(at), file: '', link: String((at + 1) % 3_000) })],
  ['a file that all calls name', 3_000, (at: number) => ({ id: String(at), file: 'a.wav', link: '' })],
])('processes %s %d times in seconds', async (_, count, row) => {
  const rows = Array.from({ length: count }, (_each, at) => `${JSON.stringify(row(at))}\n`).join('');
  const began = processorMs();
  const imported = await importAll(family, memorySource({ 'calls.jsonl': rows, 'a.wav': wav(1) }), {}, 'repeat');
  expect(imported.tables[0]?.records).toBe(count);
  expect(processorMs() - began).toBeLessThan(20_000);
});
