import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { namesTag, rangeHolds, wantedBytes } from '../../../src/serve/answer/byte-range.ts';

const part = (start: number, end: number) => ({ kind: 'part', start, end });

describe('a Range header', () => {
  test.each([
    ['bytes=0-0', part(0, 1)],
    ['bytes=0-', part(0, 100)],
    ['bytes=99-', part(99, 100)],
    ['bytes=10-19', part(10, 20)],
    ['bytes=10-1000', part(10, 100)],
    ['bytes=-1', part(99, 100)],
    ['bytes=-1000', part(0, 100)],
    ['BYTES=5-6', part(5, 7)],
    ['bytes= 5-6 ', part(5, 7)],
    ['bytes=0-99999999999999999999999999', part(0, 100)],
  ])('%s is that part of a file of 100 bytes', (header, wanted) => {
    expect(wantedBytes(header, 100)).toEqual(wanted);
  });

  test.each([
    'bytes=100-',
    'bytes=100-200',
    'bytes=99999999999999999999-',
    'bytes=-0',
    'bytes=0-1,2-3',
    'bytes=0-,0-,0-,0-',
    `bytes=${'0'.repeat(300)}-`,
  ])('%s requests a nonexistent part, or several parts: 416', (header) => {
    expect(wantedBytes(header, 100)).toEqual({ kind: 'none' });
  });

  test.each([
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=a-b',
    'bytes=5-2',
    'bytes=1-2-3',
    'bytes=0x1-',
    'bytes=+1-2',
    'bytes=1.0-2',
    'seconds=0-1',
    'bytes:0-1',
    '',
  ])("'%s' is not a byte range, and is ignored (RFC 9110 section 14.2)", (header) => {
    expect(wantedBytes(header, 100)).toEqual({ kind: 'whole' });
  });

  test('cannot select a part of an empty file', () => {
    for (const header of ['bytes=0-', 'bytes=-5', 'bytes=0-0']) expect(wantedBytes(header, 0)).toEqual({ kind: 'none' });
  });

  test('never leads outside of the file, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'bytes=-,0123456789 ') }), fc.nat(1_000), (text, size) => {
        const wanted = wantedBytes(`bytes=${text}`, size);
        if (wanted.kind !== 'part') return;
        expect(wanted.start).toBeGreaterThanOrEqual(0);
        expect(wanted.end).toBeGreaterThan(wanted.start);
        expect(wanted.end).toBeLessThanOrEqual(size);
      }),
    );
  });
});

test('a range applies to the state that If-Range names, and not to a weak or unknown one', () => {
  expect(rangeHolds(null, '"a"')).toBe(true);
  expect(rangeHolds('"a"', '"a"')).toBe(true);
  for (const other of ['W/"a"', '"b"', 'Tue, 12 Mar 2019 09:15:04 GMT', '*', '']) expect(rangeHolds(other, '"a"')).toBe(false);
});

test('lists of tags are compared strongly for If-Match and weakly for If-None-Match', () => {
  expect(namesTag('"x", "a"', '"a"', false)).toBe(true);
  expect(namesTag('*', '"a"', false)).toBe(true);
  expect(namesTag('W/"a"', '"a"', false)).toBe(false);
  expect(namesTag('W/"a"', '"a"', true)).toBe(true);
});
