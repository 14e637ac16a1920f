import { describe, expect, it } from 'vitest';
import { niceTrading } from '../../importers/nice-trading/importer.ts';
import { wav } from './asterisk/rows.ts';
import { brief, importAll } from './import-all.ts';
import { memorySource } from './memory-source.ts';

/** Bytes of no format, as evenly distributed as those of an encrypted file. */
const foreign = Uint8Array.from({ length: 4_000 }, (_, at) => (at * 7919 + (at >> 3) * 104_729) & 0xff);
const table = (...places: readonly string[]) =>
  ['CVSKEY,CVSSDT,CVSLCT', ...places.map((place, at) => `${at + 1},2019-03-12 10:15:00,${place}`), ''].join('\n');

describe('a file that a record names', () => {
  it.each([
    ['a foreign extension', '0001.aud'],
    ['no extension', '0002'],
    ['the extension of a text', '0003.txt'],
    ['a blank behind the name', '0004.wav '],
  ])('is its medium with %s, whether or not longplay recognises its content', async (_, name) => {
    for (const bytes of [wav(3), foreign]) {
      const imported = await importAll(niceTrading, memorySource({ 'cvs.csv': table(`D:\\rec\\${name}`), [`rec/${name}`]: bytes }));
      expect(brief(imported)).toMatchObject({ 1: { status: 'matched', media: [`unknown rec/${name}`] } });
    }
  });

  it('is distinguished by its folder from others of its name', async () => {
    const files = { 'a/x.rec': foreign, 'b/x.rec': wav(3) };
    const imported = await importAll(niceTrading, memorySource({ 'cvs.csv': table('a/x.rec', 'b/x.rec'), ...files }));
    expect(brief(imported)).toMatchObject({ 1: { media: ['unknown a/x.rec'] }, 2: { media: ['unknown b/x.rec'] } });
  });

  it('is preferred to one of the same name that is not audio', async () => {
    const imported = await importAll(niceTrading, memorySource({ 'cvs.csv': table('x.rec'), 'notes/x.rec': 'a note', 'voice/x.rec': wav(3) }));
    expect(brief(imported)).toMatchObject({ 1: { status: 'matched', media: ['unknown voice/x.rec'] } });
    expect(imported.files.filter(({ role }) => role === 'alien').map(({ path }) => path)).toEqual(['notes/x.rec']);
  });
});

describe('a file that no record names', () => {
  it('is audio without a row if its content is audio, and unclaimed if not', async () => {
    const imported = await importAll(niceTrading, memorySource({ 'cvs.csv': table('x.wav'), 'x.wav': wav(2), 'y.bin': wav(3), 'x.txt': 'a note' }));
    expect(brief(imported)).toMatchObject({ 1: { media: ['unknown x.wav'] }, 'y.bin': { status: 'audio-without-row' } });
    expect(imported.files.filter(({ role }) => role === 'alien')).toEqual([
      { kind: 'file', path: 'x.txt', role: 'alien', reason: expect.stringContaining('no record names it'), alien: { content: 'other' } },
    ]);
  });

  it('is not taken for the file of another extension that a row names', async () => {
    const imported = await importAll(niceTrading, memorySource({ 'cvs.csv': table('x.wav'), 'x.txt': 'a note', 'CH1_1_1.wav': wav(3) }));
    expect(brief(imported)).toMatchObject({ 1: { status: 'row-without-audio', media: [] } });
  });
});

it('a name in Latin-1 is joined with the row that contains it', async () => {
  const source = memorySource({ 'cvs.csv': table('rec/Åsa.wav', 'rec/Örn.wav'), 'rec/\ufffdsa.wav': wav(2), 'rec/\ufffdrn.rec': wav(3) });
  const named = { ...source, entries: (signal: AbortSignal) => withRawNames(source.entries(signal)) };
  const imported = await importAll(niceTrading, named);
  expect(brief(imported)).toMatchObject({
    1: { status: 'matched', media: ['unknown rec/\ufffdsa.wav'] },
    2: { status: 'matched', media: ['unknown rec/\ufffdrn.rec'] },
  });
});

async function* withRawNames(entries: ReturnType<ReturnType<typeof memorySource>['entries']>) {
  const raw = new Map([
    ['rec/\ufffdsa.wav', 'rec/Åsa.wav'],
    ['rec/\ufffdrn.rec', 'rec/Örn.rec'],
  ]);
  for await (const entry of entries) {
    const stored = raw.get(entry.path);
    yield stored === undefined ? entry : { ...entry, rawName: Buffer.from(stored, 'latin1').toString('base64') };
  }
}
