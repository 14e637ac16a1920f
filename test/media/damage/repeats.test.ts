import { describe, expect, test } from 'vitest';
import { openMedium } from '../../../src/media/bytes/medium-bytes.ts';
import { viewOf } from '../../../src/media/damage/coded-view.ts';
import { createRepeats, type Repeat } from '../../../src/media/damage/repeats.ts';
import { randomBytes } from '../../formats/wave/builder.ts';
import { trackOf } from '../medium-rig.ts';

/** Repeats of at least 2,048 bytes, or 500 at the end, of bytes that arrive in pieces. */
function found(bytes: Uint8Array, pieceBytes = 65_536, header = 0): Repeat[] {
  const medium = openMedium({ kind: 'bytes', bytes }, 'made-up');
  const repeats: Repeat[] = [];
  const view = viewOf(trackOf('made-up', 0, { spans: [[header, bytes.length]] }), medium);
  const following = createRepeats(view, 2_048, 500, (repeat) => repeats.push(repeat));
  for (let at = header; at < bytes.length; at += pieceBytes) following.push(bytes.subarray(at, at + pieceBytes), at);
  following.finish();
  return repeats;
}

/** Random bytes, of which [start, end) repeat those `period` bytes before. */
function filled(size: number, start: number, end: number, period: number): Uint8Array {
  const bytes = Uint8Array.from(randomBytes(size, 3));
  for (let at = start; at < end; at++) bytes[at] = bytes[at - period] ?? 0;
  return bytes;
}

describe.each([1, 2, 3, 33, 512, 1_000, 4_096])('a pattern of %i bytes', (period) => {
  test.each([65_536, 5_000, 700])('is found in the middle and at the end, in pieces of %i bytes', (pieceBytes) => {
    const midst = found(filled(200_000, 70_001, 79_000, period), pieceBytes);
    expect(midst).toHaveLength(1);
    expect(midst[0]).toMatchObject({ periodBytes: period });
    expect(Math.abs((midst[0]?.start ?? 0) - 70_001)).toBeLessThan(3);
    expect(Math.abs((midst[0]?.end ?? 0) - 79_000)).toBeLessThan(3);
    expect(found(filled(200_000, 199_400, 200_000, period), pieceBytes)).toMatchObject([{ end: 200_000, periodBytes: period }]);
  });

  test('is reported once, however long it is', () => {
    expect(found(filled(400_000, 50_000, 390_000, period))).toHaveLength(1);
  });
});

test('a block of the file that is repeated within 1 MiB is found, and one that is farther away is not', () => {
  expect(found(filled(2_000_000, 81_920, 98_304, 65_536))).toMatchObject([{ start: 81_920, end: 98_304, periodBytes: 65_536 }]);
  expect(found(filled(2_000_000, 1_515_520, 1_531_904, 1_441_792))).toEqual([]);
});

test('random bytes have no repeats, and repeats shorter than the limit are not reported', () => {
  expect(found(randomBytes(500_000, 8))).toEqual([]);
  expect(found(filled(200_000, 73_000, 74_000, 100))).toEqual([]);
  expect(found(filled(200_000, 199_600, 200_000, 100))).toEqual([]);
});

test('an empty track and one of a few bytes have no repeats', () => {
  expect(found(new Uint8Array(0))).toEqual([]);
  expect(found(Uint8Array.of(1, 2, 3))).toEqual([]);
});
