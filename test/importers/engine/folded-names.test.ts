import { expect, test } from 'vitest';
import { generic } from '../../../importers/mapping/importer.ts';
import type { Importer } from '../../../src/core/model/importer.ts';
import { wav } from '../asterisk/rows.ts';
import { importAll } from '../import-all.ts';
import { memorySource } from '../memory-source.ts';
import { summaryOf } from '../summary.ts';

const text = '[table]\nfiles = "calls.csv"\n[columns]\nkey = "id"\n[join]\ncolumn = "file"\n';

/** Rows with keys from 1, each naming a file, beside some files. */
async function joined(rows: readonly string[], names: readonly string[], more = '') {
  const table = ['id,file', ...rows.map((file, at) => `${at + 1},${file}`), ''].join('\n');
  const files = Object.fromEntries(names.map((name, at) => [name, wav(100 + at)]));
  const told: string[] = [];
  const listening: Importer = {
    ...generic,
    items: async function* (...asked) {
      for await (const item of generic.items(...asked)) {
        if (item.kind === 'finding' && /^I34[56]$/.test(item.code)) told.push(`${item.code} ${item.count}`);
        yield item;
      }
    },
  };
  const imported = await importAll(listening, memorySource({ 'calls.csv': table, ...files }), { mapping: { name: 'm.toml', text: text + more } });
  return { recordings: summaryOf(imported).recordings, told };
}

test.each([
  ['letter case', 'rec0001.wav', 'REC0001.WAV'],
  ['a share and letter case', '\\\\srv\\rec$\\k11.wav', 'K11.WAV'],
  ['no extension', 'k7', 'k7.wav'],
  ['another extension', 'k8.dat', 'k8.wav'],
  ['an escaped blank', 'k%206.wav', 'k 6.wav'],
  ['escaped letters', '%C3%BC8.wav', 'ü8.wav'],
  ['the query of a URL', 'https://h/x/k5.wav?sig=1', 'k5.wav'],
  ['escapes in the file name', 'k 6.wav', 'k%206.wav'],
  ['folders, of which the row has fewer', 'a/X.wav', '2024/a/x.mp3'],
])('a row and a file that differ by %s are joined, and it is reported', async (_, row, file) => {
  expect(await joined(['g.wav', row], ['g.wav', file])).toEqual({ recordings: ['1 | matched | g.wav', `2 | matched | ${file}`], told: ['I345 1'] });
  expect((await joined([row], [file], 'match = "name"\n')).told).toEqual(['I345 1']);
});

test.each([
  ['two rows of one name', ['x.wav', 'X.mp3'], ['X.WAV'], 2],
  ['two files of one name', ['x.wav'], ['X.WAV', 'x.mp3'], 1],
  ['other folders', ['a/x.wav'], ['b/x.wav'], 1],
  ['two endings that may be parts of names', ['x.ann'], ['x.bob'], 1],
])('%s are not joined, and it is an alarm', async (_, rows, files, count) => {
  const { recordings, told } = await joined(rows, files);
  expect(told).toEqual([`I346 ${count}`]);
  expect(recordings.filter((each) => each.includes('| matched'))).toEqual([]);
});

test('an exact name takes precedence over a similar one, in any order of the rows', async () => {
  expect(await joined(['X.wav', 'x.wav'], ['x.wav'])).toEqual({ recordings: ['1 | row-without-audio', '2 | matched | x.wav'], told: [] });
  expect(await joined(['x.wav', 'X.wav'], ['x.wav', 'X.MP3'])).toMatchObject({
    recordings: ['1 | matched | x.wav', '2 | matched | X.MP3'],
    told: ['I345 1'],
  });
});

test('ids with different digits after a dot are different names, and nothing is reported', async () => {
  expect((await joined(['1588.17', 'g.wav'], ['1588.18', 'g.wav'])).told).toEqual([]);
});

test('a file that is not audio is matched only by its exact name', async () => {
  const source = memorySource({ 'calls.csv': 'id,file\n1,x.wav\n2,g.wav\n', 'X.txt': 'a note', 'g.wav': wav(3) });
  const imported = await importAll(generic, source, { mapping: { name: 'm.toml', text } });
  expect(summaryOf(imported).recordings).toEqual(['1 | row-without-audio', '2 | matched | g.wav']);
});
