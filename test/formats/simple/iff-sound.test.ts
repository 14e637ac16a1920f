import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { answer, codesOf } from '../answers.ts';
import { expectSame, int16Of, run } from '../codecs/judges.ts';
import { samplesOf } from '../playback.ts';
import { join, pack, text, voice } from '../wave/builder.ts';
import { chan, delta, exponential, fibonacci, iffChunk, iffForm, mhdr, vhdr } from './iff-builder.ts';

const folder = mkdtempSync(joinPath(tmpdir(), 'longplay-iff-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => joinPath(folder, name);
const s8 = pack(voice(4000), 's8');

/** Decoded samples of the file: tracks side by side. */
async function played(bytes: Uint8Array) {
  const found = await answer(bytes, 'call.dat');
  const tracks = found.tracks.map((track) => samplesOf(track, bytes));
  const [first] = tracks;
  if (first === undefined || tracks.length === 1) return { found, samples: Int16Array.from(first ?? []) };
  const samples = new Int16Array(first.length * tracks.length);
  for (const [side, own] of tracks.entries()) for (let i = 0; i < own.length; i++) samples[i * tracks.length + side] = own[i] ?? 0;
  return { found, samples };
}

function sox(file: string): Int16Array {
  return int16Of(run('sox', ['-D', file, '-t', 'raw', '-e', 'signed', '-b', '16', '-L', '-']));
}

function ffmpeg(file: string): Int16Array {
  return int16Of(run('ffmpeg', ['-v', 'error', '-i', file, '-f', 's16le', '-']));
}

describe('samples equal those of sox and FFmpeg', () => {
  test.each([
    ['8svx', [], 1, 1, 'pcm-s8'],
    ['8svx', [], 1, 30, 'pcm-s8'],
    ['8svx', [], 2, 1, 'pcm-s8'],
    ['8svx', [], 2, 30, 'pcm-s8'],
    ['maud', [], 1, 1, 'pcm-s16be'],
    ['maud', [], 1, 30, 'pcm-s16be'],
    ['maud', [], 2, 30, 'pcm-s16be'],
    ['maud', ['-b', '8'], 2, 5, 'pcm-u8'],
    ['maud', ['-e', 'a-law'], 1, 30, 'alaw'],
    ['maud', ['-e', 'mu-law'], 2, 30, 'mulaw'],
  ] as const)('%s %j of %i channels, %i s: %s', async (type, args, channels, seconds, codec) => {
    const file = path(`call.${type}`);
    const source = ['-R', '-D', '-r', '8000', '-n', '-c', String(channels), ...args, '-t', type, file];
    // An odd count of samples, and different sound in each channel.
    run('sox', [...source, 'synth', `${seconds * 8000 + 1}s`, 'sine', '300:900', ...(channels === 2 ? ['sine', '1100:200'] : []), 'vol', '0.8']);
    const { found, samples } = await played(readFileSync(file));
    expect([found.format, found.state, codesOf(found)]).toEqual(['iff-sound', 'ok', []]);
    expect(found.tracks.map((track) => track.codec)).toEqual(type === '8svx' ? Array(channels).fill(codec) : [codec]);
    expect(samples).toHaveLength((seconds * 8000 + 1) * channels);
    // If the count is odd, sox also takes the pad byte of MAUD for a sample.
    for (const theirs of [sox(file), ffmpeg(file)]) {
      expect([0, 1]).toContain(theirs.length - samples.length);
      expectSame(samples, theirs.subarray(0, samples.length));
    }
  });

  test('four channels are stored one after the other, as sox writes them', async () => {
    run('sox', [
      '-D',
      '-n',
      '-r',
      '8000',
      '-c',
      '4',
      '-t',
      '8svx',
      path('four.8svx'),
      'synth',
      '1',
      'sine',
      '300',
      'sine',
      '400',
      'sine',
      '500',
      'sine',
      '600',
    ]);
    const { found, samples } = await played(readFileSync(path('four.8svx')));
    expect(found.tracks).toHaveLength(4);
    expectSame(samples, sox(path('four.8svx')));
  });

  test.each([
    [1, fibonacci],
    [2, exponential],
  ])(
    'delta coding %i in two channels: every second sample equals FFmpeg’s, which reads the codes of a byte in the other order',
    async (compression, differences) => {
      const body = join(delta(voice(4000), differences), delta(voice(8000).subarray(4000), differences));
      const bytes = iffForm('8SVX', vhdr({ once: 4000, compression }), chan(6), iffChunk('BODY', body));
      writeFileSync(path('delta.8svx'), bytes);
      const { found, samples } = await played(bytes);
      const theirs = ffmpeg(path('delta.8svx'));
      expect([codesOf(found), samples.length, theirs.length]).toEqual([[], 8000, 8000]);
      const second = (all: Int16Array): Int16Array => all.filter((_, i) => i % 4 > 1);
      expectSame(second(samples), second(theirs));
      // The differences follow the voice while it changes slowly, so the order of the codes is the encoder's.
      const first = voice(4000);
      expect(samples.filter((sample, i) => i % 2 === 0 && Math.abs(sample - (first[i >> 1] ?? 0)) <= 1024).length).toBeGreaterThan(3000);
    },
  );
});

test.each([
  [
    'a BODY of 0 bytes followed by sound',
    iffForm('8SVX', vhdr({ once: 4000 }), join(iffChunk('BODY', new Uint8Array(0)), s8)),
    ['F101'],
    'damaged',
    [4000],
  ],
  ['a size of 0xFFFFFFFF', iffForm('8SVX', vhdr({ once: 4000 }), iffChunk('BODY', s8, 0xffffffff)), ['F101'], 'ok', [4000]],
  ['a rate of 0', iffForm('8SVX', vhdr({ once: 4000, rate: 0 }), iffChunk('BODY', s8)), ['F123'], 'ok', [4000]],
  ['a CHAN of no channel', iffForm('8SVX', vhdr({ once: 4000 }), chan(0), iffChunk('BODY', s8)), ['F123'], 'ok', [4000]],
  ['another count of samples', iffForm('8SVX', vhdr({ once: 3000 }), iffChunk('BODY', s8)), ['F220'], 'ok', [4000]],
  ['a part to repeat', iffForm('8SVX', vhdr({ once: 1000, repeated: 3000 }), iffChunk('BODY', s8)), ['F221'], 'ok', [4000]],
  ['octaves of inconsistent size', iffForm('8SVX', vhdr({ once: 1000, octaves: 3 }), iffChunk('BODY', s8)), ['F113'], 'ok', [4000]],
  ['255 octaves', iffForm('8SVX', vhdr({ once: 4000, octaves: 255 }), iffChunk('BODY', s8)), ['F113'], 'ok', [4000]],
  [
    'octaves in two channels',
    iffForm('8SVX', vhdr({ once: 500, octaves: 2 }), chan(6), iffChunk('BODY', s8.subarray(0, 3000))),
    ['F471'],
    'ok',
    [500, 500],
  ],
  [
    'an odd byte in two channels',
    iffForm('8SVX', vhdr({ once: 1000 }), chan(6), iffChunk('BODY', s8.subarray(0, 2001))),
    ['F118'],
    'ok',
    [1000, 1000],
  ],
  [
    'bytes beyond the end',
    join(iffForm('8SVX', vhdr({ once: 4000 }), chan(6), iffChunk('BODY', s8)), text('\0\0\0\0\0\0')),
    ['F111'],
    'ok',
    [2000, 2000],
  ],
  [
    'two channels beside the information of one',
    iffForm('MAUD', mhdr({ bits: 8, channels: 2, kind: 0, samples: 4000 }), iffChunk('MDAT', pack(voice(4000), 'u8'))),
    ['F113'],
    'ok',
    [2000],
  ],
  [
    '0 channels',
    iffForm('MAUD', mhdr({ bits: 8, channels: 0, kind: 0, samples: 4000 }), iffChunk('MDAT', pack(voice(4000), 'u8'))),
    ['F123'],
    'ok',
    [4000],
  ],
  [
    'mu-law that is A-law',
    iffForm('MAUD', mhdr({ bits: 8, compression: 3, samples: 4000 }), iffChunk('MDAT', pack(voice(4000), 'alaw'))),
    ['F202'],
    'ok',
    [4000],
  ],
] as const)('%s is reported', async (_, bytes, codes, state, lengths) => {
  const found = await answer(bytes, 'call.dat');
  expect([codesOf(found), found.state]).toEqual([codes, state]);
  expect(found.tracks.map((track) => samplesOf(track, bytes).length / track.channels)).toEqual(lengths);
});

test('65,535 channels and 12 bits are not decoded', async () => {
  for (const fields of [{ channels: 65_535 }, { bits: 12 }, { bits: 16, compression: 3 }]) {
    const found = await answer(iffForm('MAUD', mhdr(fields), iffChunk('MDAT', pack(voice(4000), 's16be'))), 'call.maud');
    expect(found.tracks.map(({ codec }) => codec)).toEqual(['unknown']);
  }
});
