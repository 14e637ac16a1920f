import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { formats } from '../../../formats/index.ts';
import { looseFiles } from '../../../importers/loose-files/importer.ts';
import { LongplayError } from '../../../src/core/base/error.ts';
import { openSource } from '../../../src/source/open-source.ts';
import { importAll } from '../import-all.ts';
import { media } from '../media.ts';
import { memorySource } from '../memory-source.ts';

const options = { zone: null, mapping: null, encoding: null, media, scratch: '' };
const never = new AbortController().signal;
const latin = (text: string): Uint8Array => Buffer.from(text.padEnd(64, '\0'), 'latin1');
const run = async (files: Record<string, string | Uint8Array>) => {
  const { recordings, files: others, findings } = await importAll(looseFiles, memorySource(files));
  return { audio: recordings.map(({ key }) => key), aliens: others.map(({ path }) => path), findings };
};

describe('files without metadata', () => {
  it('are audio under every extension that a format has', async () => {
    const names = formats.flatMap(({ extensions }) => extensions.map((extension) => `a${extension}`)).sort();
    expect((await run(Object.fromEntries(names.map((name) => [name, ''])))).audio).toEqual([...new Set(names)]);
  });

  it.each([
    ['RIFF', 'RIFF\x24\0\0\0WAVEfmt '],
    ['a line feed in the size', 'RIFF\n\0\0\0WAVEfmt '],
    ['AU', '.snd\0\0\0\x20'],
    ['Ogg', 'OggS\0'],
    ['ID3', 'ID3\x04\0'],
    ['AMR', '#!AMR\n'],
    ['pcap', '\xd4\xc3\xb2\xa1\x02\0'],
    ['pcapng', '\x0a\x0d\x0d\x0a\x1c\0'],
  ])('are audio by their first bytes if the extension is lost: %s', async (_, start) => {
    expect(await run({ 'a hash of a name': latin(start), 'x.dat': latin(start) })).toEqual({
      audio: ['a hash of a name', 'x.dat'],
      aliens: [],
      findings: ['I190 export'],
    });
    expect(await looseFiles.recognise(memorySource({ noext: latin(start) }), options, never)).toMatch(/1 of 1 by their bytes/);
  });

  it('are audio if the user declared their format, whatever the name', async () => {
    const declared = { ...options, isDeclared: (path: string) => path.endsWith('.dat') };
    const files = memorySource({ 'a.dat': latin('no sign'), 'b.txt': latin('text') });
    expect(await looseFiles.recognise(files, declared, never)).toMatch(/1 audio file by its name, 1 other file;/);
    const found = [];
    for await (const item of looseFiles.items(files, declared, never))
      if (item.kind === 'recording') found.push(...item.media.map(({ path }) => path));
    expect(found).toEqual(['a.dat']);
  });

  it('are captures and their pieces too, and nothing else', async () => {
    expect(await run({ 'c.pcap': '', 'c.pcap#1': '', 'README.txt': 'RIFF is a container of WAVE', 'r.xml': '<a/>' })).toEqual({
      audio: ['c.pcap', 'c.pcap#1'],
      aliens: ['README.txt', 'r.xml'],
      findings: ['I190 export'],
    });
    expect(await looseFiles.recognise(memorySource({ 'r.xml': latin('<a/>') }), options, never)).toBeNull();
  });

  it('report whether a proposal would describe their names', async () => {
    const told = async (names: readonly string[]): Promise<string> => {
      const source = memorySource(Object.fromEntries(names.map((name) => [name, ''])));
      for await (const item of looseFiles.items(source, options, never)) if (item.kind === 'finding') return item.message;
      return '';
    };
    expect(await told(['Ch 12 2019-03-04 10-15-22.wav', 'Ch 14 2019-03-04 10-20-00.wav', 'Ch 12 2019-03-04 11-00-41.wav'])).toMatch(
      /3 of 3 names have a form with a time in common: `longplay survey SOURCE --propose/,
    );
    expect(await told(['aa.wav', 'b1.wav', 'intro.wav'])).toBe('3 recordings have no metadata except their names');
  });

  it('of one name in one tar are all imported', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'loose-'));
    try {
      const packed = pack();
      for (const content of ['one', 'two', 'three']) packed.entry({ name: 'a.wav' }, content);
      packed.finalize();
      writeFileSync(join(folder, 't.tar'), await buffer(packed));
      const source = await openSource([join(folder, 't.tar')], { scratch: folder }, never);
      const { recordings, files } = await importAll(looseFiles, source);
      await source.close();
      expect([recordings.map(({ key }) => key), files]).toEqual([['a#2.wav', 'a#3.wav', 'a.wav'], []]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('that cannot be examined are reported, and the others are imported', async () => {
    const source = memorySource({ 'a.bin': latin('x'), 'b.wav': '' });
    const shut = { ...source, open: async () => Promise.reject(new LongplayError('incomplete', 'S102', 'no right to read it', 'mend it')) };
    const { recordings, files, findings } = await importAll(looseFiles, shut);
    expect([recordings.map(({ key }) => key), files.map(({ path }) => path), findings]).toEqual([
      ['b.wav'],
      ['a.bin'],
      ['S110 a.bin', 'I190 export'],
    ]);
  });
});
