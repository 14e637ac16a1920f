import { describe, expect, test } from 'vitest';
import { importers } from '../../../importers/index.ts';
import { recognise } from '../../../src/pipeline/read/recognise.ts';
import { media } from '../../importers/media.ts';
import { memorySource } from '../../importers/memory-source.ts';

const options = { zone: null, mapping: null, encoding: null, scratch: '', media };
const refused = async (files: Record<string, string>) =>
  await recognise(memorySource(files), importers, null, options, new AbortController().signal).then(
    () => null,
    ({ code, message, hint }) => ({ code, message, hint }),
  );

describe('a source that no importer recognises', () => {
  test('without files refers its user to the path and the disk', async () => {
    expect(await refused({})).toEqual({ code: 'U112', message: 'export contains no files', hint: 'check the path, and that its disk is mounted' });
  });

  test('with tables lists its content, and refers its user to a proposal', async () => {
    const found = await refused({ 'a.csv': 'x,y\n1,2\n', 'b.CSV': 'x,y\n', LICENSE: '', 'r.md': '', 'Call 12.34 of somebody': '' });
    expect(found?.message).toBe('nothing in export looks like a recording: 5 files (2 .csv, 2 others, 1 .md)');
    expect(found?.hint).toContain('--propose mapping.toml');
  });

  test('without tables lists its content, the most frequent kinds by name', async () => {
    const found = await refused({ 'a.b1': '', 'a.b2': '', 'a.b3': '', 'a.b4': '', 'a.b5': '', 'a.b6': '', 'b.b6': '' });
    expect(found?.message).toBe('nothing in export looks like a recording: 7 files (2 .b6, 1 .b1, 1 .b2, 1 .b3, 1 .b4, 1 more kind)');
    expect(found?.hint).toContain('longplay identify');
  });
});
