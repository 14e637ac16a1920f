import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withoutLengths } from '../../../formats/codecs/base/g7231.ts';
import { countG7231, isOutOfStep, walkG7231 } from '../../../formats/frames/g723-frames.ts';
import { memoryReader } from '../../../src/core/base/bytes.ts';
import { answer, codesOf, never } from '../answers.ts';
import { expectSame, hasShared, run, shared, throughFfmpeg } from '../codecs/judges.ts';
import { pack, randomBytes, voice } from '../wave/builder.ts';

/** Frames of FFmpeg's encoder at 6.3 kbit/s. */
function encoded(samples: Int16Array): Uint8Array {
  const args = ['-v', 'error', '-f', 's16le', '-ar', '8000', '-ac', '1', '-i', 'pipe:0', '-c:a', 'g723_1', '-b:a', '6300', '-f', 'wav', 'pipe:1'];
  const wave = run('ffmpeg', args, pack(samples, 's16le'));
  return Uint8Array.from(wave.subarray(wave.indexOf('data') + 8));
}

const stream = encoded(voice(24_000));

function framesIn(bytes: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = [24, 20, 4, 1][(bytes[at] ?? 0) & 3] ?? 1;
    frames.push(bytes.subarray(at, at + size));
    at += size;
  }
  return frames;
}
const asOnAsterisk = (frames: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(Buffer.concat(frames.flatMap((frame) => [Uint8Array.of(0, frame.length), frame])));

/** A call with the silence frames of an encoder with annex A: descriptors of 4 bytes, and 1 byte if nothing is sent. */
const quiet = [Uint8Array.of(0xa2, 0x31, 0x42, 0x17), Uint8Array.of(3), Uint8Array.of(3)];
const call = [...framesIn(stream).slice(0, 40), ...quiet, ...framesIn(stream).slice(40, 80), ...quiet];

test('frames of FFmpeg’s encoder are identified without a header, with their exact length', async () => {
  const found = await answer(stream, 'a.g723');
  expect(found).toMatchObject({
    format: 'raw-g723',
    confidence: 'statistics',
    tracks: [{ codec: 'g723.1', frames: (stream.length / 24) * 240 }],
    findings: [],
  });
  const track = found.tracks[0];
  if (track !== undefined) expect(throughFfmpeg(track, stream).length).toBe(track.frames);
});

test('the lengths that Asterisk writes are detected, and without them FFmpeg gives the samples of the bare frames', async () => {
  const bare = Uint8Array.from(Buffer.concat(call));
  const [plain, stored] = [await answer(bare, 'a.g723'), await answer(asOnAsterisk(call), 'a.g723')];
  expect(stored).toMatchObject({ tracks: [{ codec: 'g723.1-asterisk', frames: call.length * 240 }], findings: [], state: 'ok' });
  const [a, b] = [plain.tracks[0], stored.tracks[0]];
  if (a === undefined || b === undefined) throw new Error('no track');
  expect(a).toMatchObject({ codec: 'g723.1', frames: call.length * 240 });
  expectSame(throughFfmpeg(b, asOnAsterisk(call)), throughFfmpeg(a, bare));
});

test('lengths are removed for any split into pieces, and nothing is passed on after a wrong one', () => {
  const bytes = asOnAsterisk(call);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }), (pieces) => {
      const repack = withoutLengths();
      const parts: Uint8Array[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const size = pieces[turn % pieces.length] ?? 1;
        parts.push(repack(bytes.subarray(at, at + size)).slice());
        at += size;
      }
      expect(Buffer.concat(parts).equals(Buffer.concat(call))).toBe(true);
    }),
    { numRuns: 30 },
  );
  const wrong = Buffer.concat([asOnAsterisk(call.slice(0, 5)), Buffer.from([0, 20, 0x00]), asOnAsterisk(call.slice(5))]);
  expect(Buffer.from(withoutLengths()(wrong)).equals(Buffer.concat(call.slice(0, 5)))).toBe(true);
});

test('data after a contradictory length are reported and omitted', async () => {
  const good = asOnAsterisk(call);
  const found = await answer(Uint8Array.from([...good, 9, 9, 9, ...good]), 'a.g723');
  expect(found).toMatchObject({ state: 'damaged', tracks: [{ codec: 'g723.1-asterisk', frames: call.length * 240, spans: [[0, good.length]] }] });
  expect(codesOf(found)).toEqual(['F253']);
});

test('bytes that are not a chain of frames are reported and not decoded; a single forbidden code is only reported', async () => {
  const found = await answer(randomBytes(5_000, 3), 'a.g723');
  expect(found.tracks[0]?.codec).toBe('unknown');
  expect(codesOf(found)).toEqual(['F253']);
  expect(isOutOfStep(await countG7231(memoryReader(stream, 'a'), [[0, stream.length]], false, never))).toBe(false);
  const damaged = stream.slice();
  damaged[24 * 7 + 3] = 0xff;
  damaged[24 * 7 + 4] = 0xff;
  const doubted = await answer(damaged, 'a.g723');
  expect(doubted.tracks[0]?.codec).toBe('g723.1');
  expect(codesOf(doubted)).toEqual(['F253']);
});

test('any bytes are parsed to their end or to a wrong length', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), fc.boolean(), async (bytes, stated) => {
      const count = await countG7231(memoryReader(bytes, 'a'), [[0, bytes.length]], stated, never);
      expect(count.walkedBytes + count.restBytes).toBe(bytes.length);
      if (count.agreed) expect(count.restBytes).toBeLessThan(26);
      expect(withoutLengths()(bytes).length).toBeLessThanOrEqual(bytes.length);
    }),
    { numRuns: 200 },
  );
});

describe.skipIf(!hasShared)('derived files', () => {
  test.each(['a.g723', 'a.g723.wav'])('%s has 232 frames of 24 bytes', async (name) => {
    const found = await answer(readFileSync(join(shared, 'synthetic/derived-codecs', name)), name);
    expect(found).toMatchObject({ tracks: [{ codec: 'g723.1', frames: 232 * 240 }], findings: [] });
  });
});

test('bytes of 0xff that were never written are reported with place and time; pauses and mutes are not', async () => {
  const speech = Buffer.from(encoded(voice(80_000)));
  const of = async (...parts: Buffer[]): Promise<string[]> => {
    const bytes = Buffer.concat(parts);
    const track = {
      codec: 'g723.1',
      codecName: 'G.723.1',
      sampleRateHz: 8_000,
      channels: 1,
      bitsPerSample: null,
      blockBytes: null,
      frames: null,
      setup: null,
    };
    const { findings } = await walkG7231(memoryReader(bytes, 'a'), { ...track, spans: [[0, bytes.length]] }, never);
    return findings.filter(({ code }) => code === 'F396').map(({ message }) => message);
  };
  const bytes = (value: number, count: number): Buffer => Buffer.alloc(count, value);
  expect(await of(speech)).toEqual([]);
  expect(await of(speech, bytes(0xff, 900), speech)).toEqual([]);
  expect(await of(speech, bytes(0x03, 9_000), speech)).toEqual([]);
  const place = `${speech.length} at ${((speech.length / 24) * 0.03).toFixed(1)} s`;
  expect(await of(speech, bytes(0xff, 4_096))).toEqual([
    `0xff 4096 times from byte ${place}: read as frames without data they play 122.9 s of noise or silence`,
  ]);
  expect(await of(speech, bytes(0xff, 4_096), speech)).toHaveLength(1);
  expect(await of(speech, bytes(0x03, 12_000), speech)).toHaveLength(1);
});
