import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Samples } from '../../../src/core/model/format.ts';
import { openMedium } from '../../../src/media/bytes/medium-bytes.ts';
import { decodeTrack } from '../../../src/media/decode/decode-track.ts';
import { fillSilences } from '../../../src/media/decode/silences.ts';
import { canDecode } from '../../../src/media/decode/usable-codec.ts';
import { bytesOf, never, realTools, speech, trackOf } from '../medium-rig.ts';

type Stretch = readonly [start: number, end: number];

/** Passes samples through in pieces of these many frames; returns the output as one. */
async function filled(samples: Samples, channels: number, silences: readonly Stretch[], pieces: readonly number[]): Promise<number[]> {
  const out: number[] = [];
  const taker = {
    push: (piece: Samples): void => {
      for (const sample of piece) out.push(sample);
    },
    excess: () => null,
    decoded: 0,
  };
  const filler = fillSilences({ silences, channels }, taker);
  for (let at = 0, turn = 0; at < samples.length; turn++) {
    const size = channels * (pieces[turn % pieces.length] ?? 1);
    await filler.push(samples.subarray(at, at + size));
    at += size;
  }
  await filler.finish();
  return out;
}

/** Alternating lengths of sound and of silence, at least 1 each. */
const turns = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 20_000 })), { maxLength: 4 });

test('silence is at its place and sound is complete, in pieces of any size, of one and of two channels', async () => {
  await fc.assert(
    fc.asyncProperty(
      turns,
      fc.boolean(),
      fc.constantFrom(1, 2),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 4 }),
      async (lengths, silentFirst, channels, pieces) => {
        const expected: number[] = [];
        const sound: number[] = [];
        const silences: Stretch[] = [];
        let value = 0;
        const silence = (frames: number): void => {
          const at = expected.length / channels;
          silences.push([at, at + frames]);
          for (let i = 0; i < frames * channels; i++) expected.push(0);
        };
        const play = (frames: number): void => {
          for (let i = 0; i < frames * channels; i++) {
            value = (value % 30_000) + 1;
            expected.push(value);
            sound.push(value);
          }
        };
        for (const [loud, quiet] of lengths) {
          if (silentFirst) silence(quiet);
          play(loud);
          if (!silentFirst) silence(quiet);
        }
        expect(await filled(Int16Array.from(sound), channels, silences, pieces)).toEqual(expected);
      },
    ),
    { numRuns: 60 },
  );
});

test('silence has the type of the samples', async () => {
  const kinds = new Set<string>();
  const filler = fillSilences(
    { silences: [[0, 5]], channels: 1 },
    {
      push: (piece) => {
        kinds.add(piece.constructor.name);
      },
      excess: () => null,
      decoded: 0,
    },
  );
  await filler.push(Float32Array.of(0.5));
  expect([...kinds]).toEqual(['Float32Array']);
});

test('if nothing was decoded, no silence is added', async () => {
  expect(await filled(new Int16Array(0), 1, [[0, 100]], [1])).toEqual([]);
});

test('a track includes its silences in its length', async () => {
  const tools = await realTools();
  const samples = speech(8_000, 1);
  const track = trackOf('pcm-s16le', samples.byteLength, {
    bitsPerSample: 16,
    blockBytes: 2,
    frames: 8_500,
    silences: [
      [0, 100],
      [4_000, 4_200],
      [8_300, 8_500],
    ],
  });
  const codec = canDecode(track, tools, 'place');
  if ('kind' in codec) throw new Error(codec.message);
  const parts: number[] = [];
  const sink = (piece: Samples): void => {
    for (const sample of piece) parts.push(sample);
  };
  const medium = openMedium({ kind: 'bytes', bytes: bytesOf(samples) }, 'x');
  const result = await decodeTrack({ track, codec, bytes: medium, place: 'place' }, sink, never);
  expect(result).toMatchObject({ frames: 8_500, whole: true, findings: [] });
  expect(parts.slice(100, 4_000)).toEqual([...samples.subarray(0, 3_900)]);
  expect(parts.slice(4_200, 8_300)).toEqual([...samples.subarray(3_900)]);
});
