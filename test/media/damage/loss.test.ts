import { expect, test } from 'vitest';
import { memoryReader } from '../../../src/core/base/bytes.ts';
import { lossOf } from '../../../src/media/damage/loss.ts';
import { codecDoing, trackOf } from '../medium-rig.ts';

test('bytes at the end that fill no block are missing sound from a quarter of a second on, if they are 5 % or 2 s', () => {
  const told = (droppedBytes: number, codedBytes = 8_000): string[] => {
    const track = trackOf('made-up', codedBytes);
    const codec = codecDoing('made-up', () => new Int16Array(0));
    const answer = { format: 'made-up', confidence: 'signature', basis: 'made-up at 0', tracks: [track], findings: [], state: 'ok' } as const;
    const part = { track, codec: { id: codec.id, codec, decode: codec.decode, ffmpeg: null } } as const;
    if (part.codec.decode.by !== 'us') throw new Error('made by us');
    const play = { sampleRateHz: 8_000, channels: 1, parts: [{ track, codec: { ...part.codec, decode: part.codec.decode } }], findings: [] };
    const reader = memoryReader(new Uint8Array(0), 'a');
    const bytes = { size: codedBytes + 44, reader, piece: () => new Uint8Array(0), close: async () => {}, assertUnchanged: async () => {} };
    const rest = { spannedFrames: null, packets: null, durationMs: null };
    return lossOf({ answer, play, bytes, frames: 2 * (codedBytes - droppedBytes), droppedBytes, ...rest }, 'a').map(
      ({ code, message }) => `${code} ${message}`,
    );
  };
  expect(told(0)).toEqual([]);
  expect(told(900)).toEqual([]);
  expect(told(2_000)).toEqual([expect.stringMatching(/^M145 about 0\.5 of 2\.0 s \(25 %\) are missing: the last 2000 bytes do not fill a block/)]);
  expect(told(2_000, 80_000)).toEqual([]);
});
