import { expect, test } from 'vitest';
import { familyImporter } from '../../../importers/engine/family-importer.ts';
import { nameKey, stemKey } from '../../../importers/engine/records/keys.ts';
import { wav } from '../asterisk/rows.ts';
import { importAll } from '../import-all.ts';
import { memorySource } from '../memory-source.ts';

/** Rows of one call may each name a file exactly, or without its extension. */
const family = familyImporter({
  id: 'any',
  title: 'a family of this test',
  grade: 'experimental',
  tested: ['this test'],
  facts: ['this test'],
  shapes: [
    {
      name: 'row',
      unit: 'rows',
      role: 'call',
      at: { kind: 'table', columns: ['id', 'file', 'stem'] },
      key: (row) => row.peek(['id']),
      claims: (row) => {
        const [file, stem] = [row.peek(['file']), row.peek(['stem'])];
        return [
          ...(stem === null ? [] : [{ key: stemKey(stem), by: 'stem', path: stem, strength: 'other-name' as const }]),
          ...(file === null ? [] : [{ key: nameKey(file), by: 'name', path: file }]),
        ];
      },
    },
  ],
  describe: ({ key }) => ({ key }),
});

async function mediaOf(rows: readonly string[]): Promise<Record<string, string[]>> {
  const { recordings } = await importAll(
    family,
    memorySource({ 'rows.csv': `id,file,stem\n${rows.join('\n')}\n`, 'a.wav': wav(800), 'b.wav': wav(1_600) }),
  );
  return Object.fromEntries(recordings.map(({ key, media }) => [key, media.map(({ path }) => path)]));
}

test('a weaker claim of one row of a call does not count if an exact claim of another row found a file', async () => {
  expect(await mediaOf(['1,a.wav,', '1,,b'])).toEqual({ '1': ['a.wav'], 'b.wav': ['b.wav'] });
  expect(await mediaOf(['1,,b', '1,a.wav,'])).toEqual({ '1': ['a.wav'], 'b.wav': ['b.wav'] });
});

test('weaker claims of all rows of a call count if no exact claim found a file', async () => {
  expect(await mediaOf(['1,c.wav,', '1,,a', '1,,b'])).toEqual({ '1': ['a.wav', 'b.wav'] });
});

test('a weaker claim of another call counts, whatever the first call found', async () => {
  expect(await mediaOf(['1,a.wav,', '2,,b'])).toEqual({ '1': ['a.wav'], '2': ['b.wav'] });
});
