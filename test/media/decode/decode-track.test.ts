import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../src/core/findings/finding.ts';
import type { Codec, Samples, Track } from '../../../src/core/model/format.ts';
import { openMedium } from '../../../src/media/bytes/medium-bytes.ts';
import { type DecodedTrack, decodeTrack } from '../../../src/media/decode/decode-track.ts';
import { sampleJoin } from '../../../src/media/decode/through-ffmpeg.ts';
import { canDecode } from '../../../src/media/decode/usable-codec.ts';
import { bytesOf, codecDoing, never, realTools, repeated, speech, trackOf } from '../medium-rig.ts';

const tools = await realTools();
const shared = fileURLToPath(new URL('../../../../shared/samples/audio/', import.meta.url));

type Outcome = DecodedTrack & { readonly samples: Int16Array };

async function decode(bytes: Uint8Array, track: Track, codecs = tools.codecs): Promise<Outcome> {
  const codec = canDecode(track, { ...tools, codecs }, 'place');
  if ('kind' in codec) throw new Error(codec.message);
  const samples: number[] = [];
  const keep = (piece: Samples): void => {
    for (const sample of piece) samples.push(sample);
  };
  const result = await decodeTrack({ track, codec, bytes: openMedium({ kind: 'bytes', bytes }, 'x'), place: 'place' }, keep, never);
  return { ...result, samples: Int16Array.from(samples) };
}

const codes = (findings: readonly Finding[]): string[] => findings.map(({ code, message }) => `${code} ${message}`);
const equal = (a: Int16Array, b: Int16Array): boolean => Buffer.from(bytesOf(a)).equals(bytesOf(b));
const gsmOf = (samples: Int16Array): Buffer =>
  execFileSync('sox', ['-t', 's16', '-r', '8000', '-c', '1', '-', '-t', 'gsm', '-'], { input: bytesOf(samples) });
const mp3Of = (samples: Int16Array): Buffer =>
  execFileSync('ffmpeg', ['-v', 'error', '-f', 's16le', '-ar', '8000', '-ac', '1', '-i', '-', '-f', 'mp3', '-'], { input: bytesOf(samples) });
const soxDecoded = (gsm: Buffer): Int16Array => {
  const raw = execFileSync('sox', ['-t', 'gsm', '-', '-t', 's16', '-'], { input: gsm, maxBuffer: 1e8 });
  return new Int16Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length));
};

test('spans are read in their order, and nothing else', async () => {
  const samples = speech(8_000, 2);
  const [first, second] = [bytesOf(samples.subarray(0, 7_000)), bytesOf(samples.subarray(7_000))];
  const junk = Buffer.alloc(1_001, 0x55);
  const bytes = Buffer.concat([junk, second, junk, first]);
  const at = junk.length + second.length + junk.length;
  const spans = [
    [at, at + first.length],
    [junk.length, junk.length + second.length],
  ] as const;
  const result = await decode(bytes, trackOf('pcm-s16le', bytes.length, { spans, bitsPerSample: 16 }));
  expect(equal(result.samples, samples)).toBe(true);
  expect(result).toMatchObject({ frames: 16_000, whole: true, decoder: 'longplay 0.1.0 pcm-s16le', findings: [] });
});

test('GSM gives the samples of sox', async () => {
  const gsm = gsmOf(speech(8_000, 40));
  const result = await decode(gsm, trackOf('gsm', gsm.length));
  expect(equal(result.samples, soxDecoded(gsm))).toBe(true);
  expect(result.decoder).toBe('longplay 0.1.0 gsm');
  expect(result.findings).toEqual([]);
});

test("MP3 through FFmpeg gives FFmpeg's samples of the file", async () => {
  const mp3 = mp3Of(speech(8_000, 40));
  const result = await decode(mp3, trackOf('mp3', mp3.length));
  const raw = execFileSync('ffmpeg', ['-v', 'error', '-f', 'mp3', '-i', 'pipe:0', '-f', 's16le', 'pipe:1'], { input: mp3, maxBuffer: 1e8 });
  expect(Buffer.from(bytesOf(result.samples)).equals(raw)).toBe(true);
  expect(result.decoder).toBe(`FFmpeg ${tools.ffmpeg?.version} mp3`);
  expect(result.findings).toEqual([]);
});

describe.skipIf(!existsSync(`${shared}debian_asterisk-prompt-de`))('recorded speech', () => {
  test('in GSM gives the samples of sox', async () => {
    const gsm = readFileSync(`${shared}debian_asterisk-prompt-de/both_help.gsm`);
    const result = await decode(gsm, trackOf('gsm', gsm.length));
    expect(equal(result.samples, soxDecoded(gsm))).toBe(true);
  });
});

describe('a stated length', () => {
  const gsm = gsmOf(speech(8_000, 1));
  const block = { blockBytes: 33 };

  test('within the last block cuts it', async () => {
    expect(await decode(gsm, trackOf('gsm', gsm.length, { ...block, frames: 7_950 }))).toMatchObject({ frames: 7_950, findings: [] });
    expect(await decode(gsm, trackOf('gsm', gsm.length, { ...block, frames: 7_841 }))).toMatchObject({ frames: 7_841, findings: [] });
  });

  test('that is a whole block or more too short cuts nothing and is a finding', async () => {
    const result = await decode(gsm, trackOf('gsm', gsm.length, { ...block, frames: 7_840 }));
    expect(result.frames).toBe(8_000);
    expect(equal(result.samples, soxDecoded(gsm))).toBe(true);
    expect(codes(result.findings)).toEqual(['M104 the container states 7840 samples per channel, 8000 were decoded']);
  });

  test('that is longer than the decoded sound is a finding', async () => {
    const result = await decode(gsm, trackOf('gsm', gsm.length, { ...block, frames: 9_000 }));
    expect(codes(result.findings)).toEqual(['M104 the container states 9000 samples per channel, 8000 were decoded']);
  });

  test('that is far too short is abandoned before the end, and every sample occurs once', async () => {
    const samples = speech(8_000, 20);
    const result = await decode(bytesOf(samples), trackOf('pcm-s16le', samples.byteLength, { bitsPerSample: 16, frames: 100 }));
    expect(equal(result.samples, samples)).toBe(true);
    expect(codes(result.findings)).toEqual(['M104 the container states 100 samples per channel, 160000 were decoded']);
  });
});

test('bytes at the end that do not fill a block are a finding with their number', async () => {
  const result = await decode(new Uint8Array(101), trackOf('pcm-s16le', 101, { bitsPerSample: 16 }));
  expect(result.frames).toBe(50);
  expect(codes(result.findings)).toEqual(['M103 the last 1 byte does not fill a block and gave no sample']);
});

test('changes that a codec makes to its payload for FFmpeg are made for pieces of any size', async () => {
  const bare = execFileSync('ffmpeg', ['-v', 'error', '-f', 's16le', '-ar', '8000', '-i', '-', '-c:a', 'g723_1', '-b:a', '6300', '-f', 'wav', '-'], {
    input: bytesOf(repeated(speech(8_000, 20), 6)),
  });
  const frames = bare.subarray(bare.indexOf('data') + 8);
  const stored = Buffer.concat(Array.from({ length: frames.length / 24 }, (_, i) => [Buffer.of(0, 24), frames.subarray(24 * i, 24 * i + 24)]).flat());
  expect(stored.length).toBeGreaterThan(64 * 1024);
  const plain = await decode(frames, trackOf('g723.1', frames.length));
  const repacked = await decode(stored, trackOf('g723.1-asterisk', stored.length));
  expect(repacked).toMatchObject({ frames: (frames.length / 24) * 240, whole: true, findings: [] });
  expect(equal(repacked.samples, plain.samples)).toBe(true);
});

test('a truncated GSM frame affects only itself', async () => {
  const gsm = gsmOf(speech(8_000, 1)).subarray(0, 33 * 20 + 7);
  const result = await decode(gsm, trackOf('gsm', gsm.length));
  expect(result.frames).toBe(3_200);
  expect(result.whole).toBe(true);
});

test('messages of FFmpeg are one finding, the same at every run', async () => {
  const mp3 = mp3Of(speech(8_000, 3));
  mp3.fill(0xa5, 1_500, 2_700);
  const track = trackOf('mp3', mp3.length);
  const result = await decode(mp3, track);
  expect(result.findings.map(({ code }) => code)).toEqual(['M102']);
  expect(result.findings[0]?.message).toMatch(/^\d+ lines?, the first: /);
  expect(result.findings[0]?.message).not.toContain('0x');
  expect((await decode(mp3, track)).findings).toEqual(result.findings);
});

test('FFmpeg has no message about a complete MP3, with and without the header that states its size', async () => {
  const wave = (more: readonly string[]): Buffer =>
    execFileSync('ffmpeg', ['-v', 'error', '-f', 's16le', '-ar', '8000', '-ac', '1', '-i', '-', '-id3v2_version', '0', ...more], {
      input: bytesOf(speech(80_000, 4)),
    });
  const folder = mkdtempSync(join(tmpdir(), 'mp3-'));
  wave([join(folder, 'a.mp3')]); // FFmpeg writes the Xing header if it can seek back
  const withHeader = readFileSync(join(folder, 'a.mp3'));
  rmSync(folder, { recursive: true });
  for (const mp3 of [withHeader, wave(['-write_xing', '0', '-f', 'mp3', '-'])])
    expect((await decode(mp3, trackOf('mp3', mp3.length))).findings).toEqual([]);
});

test('bytes that FFmpeg cannot open at all are a finding, and no sample', async () => {
  const result = await decode(new Uint8Array(5_000), trackOf('opus', 5_000));
  expect(result).toMatchObject({ frames: 0, whole: false });
  expect(result.findings.map(({ code }) => code)).toEqual(['M101', 'M102']);
});

test('a decoder that fails is a finding, and earlier samples are kept', async () => {
  let calls = 0;
  const codec = codecDoing('fails', () => {
    if (++calls > 2) throw new Error('index out of range');
    return new Int16Array(10);
  });
  const result = await decode(new Uint8Array(1_000_000), trackOf('fails', 1_000_000), new Map([['fails', codec]]));
  expect(result).toMatchObject({ frames: 20, whole: false });
  expect(codes(result.findings)).toEqual(['M109 the fails decoder stopped after 20 samples: index out of range']);
});

test('excessive samples end the decoding', async () => {
  const codec = codecDoing('bomb', () => new Int16Array(4_000_000));
  const result = await decode(new Uint8Array(100), trackOf('bomb', 100), new Map([['bomb', codec]]));
  expect(result).toMatchObject({ frames: 0, whole: false });
  expect(codes(result.findings)).toEqual(['M122 more than 8192 samples per coded byte']);
});

test("an abort ends longplay's decoding between two pieces, and FFmpeg's at once", async () => {
  const bytes = mp3Of(repeated(speech(8_000, 20), 30));
  for (const id of ['mulaw', 'mp3']) {
    const abort = new AbortController();
    const reason = new Error('stop');
    const codec = canDecode(trackOf(id, bytes.length), tools, 'place');
    if ('kind' in codec) throw new Error(codec.message);
    let pieces = 0;
    const sink = (): void => {
      if (++pieces === 2) abort.abort(reason);
    };
    const medium = openMedium({ kind: 'bytes', bytes }, 'x');
    await expect(decodeTrack({ track: trackOf(id, bytes.length), codec, bytes: medium, place: 'place' }, sink, abort.signal)).rejects.toBe(reason);
  }
});

test('an error of the sink is passed on unchanged', async () => {
  const full = new Error('disk');
  for (const id of ['mulaw', 'mp3']) {
    const bytes = mp3Of(speech(8_000, 3));
    const codec = canDecode(trackOf(id, bytes.length), tools, 'place');
    if ('kind' in codec) throw new Error(codec.message);
    const sink = async (): Promise<void> => Promise.reject(full);
    await expect(
      decodeTrack({ track: trackOf(id, bytes.length), codec, bytes: openMedium({ kind: 'bytes', bytes }, 'x'), place: 'place' }, sink, never),
    ).rejects.toBe(full);
  }
});

test('a codec that is unknown, has no decoder or lacks FFmpeg is a finding', () => {
  const without = { ...tools, ffmpeg: null };
  const message = (id: string): unknown => canDecode(trackOf(id, 10), without, 'place');
  expect(message('no-such')).toMatchObject({ code: 'M107', message: 'no-such: no decoder is known' });
  expect(message('unknown')).toMatchObject({ code: 'M107' });
  expect(message('mp3')).toMatchObject({ code: 'M108', message: 'mp3: only FFmpeg decodes it, and it is not installed' });
  expect(message('mulaw')).toMatchObject({ id: 'mulaw' });
});

test('a decoder that needs a password is a finding until the right one is given, and receives the given one', () => {
  const given: (readonly Uint8Array[] | undefined)[] = [];
  const closed: Codec = {
    id: 'closed',
    title: 'closed',
    facts: ['this test'],
    decode: {
      by: 'us',
      locked: (_, passwords) => (passwords.some((password) => password[0] === 7) ? null : ['F331', 'it does not fit']),
      decoder(_, passwords) {
        given.push(passwords);
        return { decode: () => new Int16Array(0), finish: () => new Int16Array(0), droppedBytes: 0, troubles: [['F326', '1 of 2 frames']] };
      },
    },
  };
  const passwords = [Uint8Array.of(1), Uint8Array.of(7)];
  const codecs = new Map([['closed', closed]]);
  expect(canDecode(trackOf('closed', 10), { codecs, ffmpeg: null }, 'place')).toMatchObject({ code: 'F331', message: 'closed: it does not fit' });
  const usable = canDecode(trackOf('closed', 10), { codecs, ffmpeg: null, passwords }, 'place');
  if ('kind' in usable || usable.ffmpeg !== null) throw new Error('not usable');
  usable.decode.decoder(trackOf('closed', 10));
  expect(given).toEqual([passwords]);
});

test("a decoder's report about the coded bytes becomes a finding with its place", async () => {
  const saying: Codec = {
    ...codecDoing('saying', (bytes) => new Int16Array(bytes.length)),
    decode: {
      by: 'us',
      decoder: () => ({
        decode: (bytes) => new Int16Array(bytes.length),
        finish: () => new Int16Array(0),
        droppedBytes: 0,
        troubles: [['F326', '1 of 2 frames']],
      }),
    },
  };
  const result = await decode(new Uint8Array(10), trackOf('saying', 10), new Map([['saying', saying]]));
  expect([result.frames, result.whole, result.findings]).toMatchObject([10, true, [{ code: 'F326', place: 'place', message: '1 of 2 frames' }]]);
});

test('raw bytes in pieces of any size become whole frames', () => {
  const samples = speech(8_000, 0.5);
  const bytes = bytesOf(samples);
  for (const size of [1, 2, 3, 5, 1_000, 7_999]) {
    const join = sampleJoin(2);
    const out: number[] = [];
    for (let from = 0; from < bytes.length; from += size) {
      const frames = join(bytes.subarray(from, from + size));
      expect(frames.length % 2).toBe(0);
      out.push(...frames);
    }
    expect(out).toEqual([...samples]);
  }
});
