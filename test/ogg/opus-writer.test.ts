import { describe, expect, test } from 'vitest';
import { createOggOpusWriter, oggSerial } from '../../src/ogg/opus-writer.ts';
import { type OggPage, oggFlag } from '../../src/ogg/page.ts';
import { createOggPageParser } from '../../src/ogg/page-parser.ts';
import { hasProgram, output, withFile } from '../media/programs.ts';

/** A packet of 20 ms at 48 kHz: CELT, mono, one frame. */
function packet(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes[0] = 31 << 3;
  return bytes;
}

const stream = {
  channels: 1,
  preSkip: 312,
  inputSampleRateHz: 8_000,
  serial: oggSerial('access-1'),
  vendor: 'libopus 1.5.2',
  comments: ['ENCODER=x'],
};

function write(sizes: readonly number[], samples: number): Buffer {
  const parts: Uint8Array[] = [];
  const writer = createOggOpusWriter(stream, (bytes) => parts.push(bytes));
  for (const size of sizes) writer.packet(packet(size), 960);
  writer.finish(samples);
  return Buffer.concat(parts);
}

function pagesOf(file: Uint8Array): (Pick<OggPage, 'flags' | 'granule' | 'serial' | 'sequence'> & { segments: number; body: Buffer })[] {
  const found: ReturnType<typeof pagesOf> = [];
  const parser = createOggPageParser({
    page: ({ flags, granule, serial, sequence, lacing, body }) =>
      found.push({ flags, granule, serial, sequence, segments: lacing.length, body: Buffer.from(body) }),
    problem: (offset, text) => expect.unreachable(`${offset}: ${text}`),
  });
  parser.push(file);
  parser.finish();
  return found;
}

describe('pages', () => {
  test('have separate headers; audio pages end every 0.2 s; the last ends with the samples', () => {
    const pages = pagesOf(write(new Array(25).fill(60), 25 * 960 - 312 - 7));
    expect(pages.map(({ flags, granule, sequence, segments }) => [flags, granule, sequence, segments])).toEqual([
      [oggFlag.first, 0, 0, 1],
      [0, 0, 1, 1],
      [0, 9_600, 2, 10],
      [0, 19_200, 3, 10],
      [oggFlag.last, 23_993, 4, 5],
    ]);
    expect(new Set(pages.map((page) => page.serial))).toEqual(new Set([oggSerial('access-1')]));
  });

  test('hold ten packets, the last page included; the eleventh begins another', () => {
    expect(pagesOf(write(new Array(10).fill(60), 9_000)).map((page) => page.segments)).toEqual([1, 1, 10]);
    expect(pagesOf(write(new Array(11).fill(60), 10_000)).map((page) => page.segments)).toEqual([1, 1, 10, 1]);
  });

  test('lace packets of 254, 255, 256, 510 and 1,276 bytes according to RFC 3533', () => {
    const sizes = [254, 255, 256, 510, 1_276];
    const pages = pagesOf(write(sizes, 4_000));
    expect(pages[2]?.segments).toBe(1 + 2 + 2 + 3 + 6);
    expect(pages[2]?.body.length).toBe(254 + 255 + 256 + 510 + 1_276);
  });

  test('end early if their 255 segments are full', () => {
    const sizes = new Array(6).fill(60 * 255);
    expect(pagesOf(write(sizes, 5_000)).map((page) => page.segments)).toEqual([1, 1, 244, 122]);
  });

  test("the headers contain the stream's values and nothing more", () => {
    const pages = pagesOf(write([60], 100));
    expect(pages[0]?.body.toString('hex')).toBe(`${Buffer.from('OpusHead').toString('hex')}01013801401f0000000000`);
    expect(pages[1]?.body.toString('latin1')).toBe('OpusTags\x0d\0\0\0libopus 1.5.2\x01\0\0\0\x09\0\0\0ENCODER=x');
  });

  test('an end beyond the packets, or one that leaves the last page empty, is refused', () => {
    expect(() => write([60], 960 - 312 + 1)).toThrow(RangeError);
    expect(() => write([], 0)).toThrow(RangeError);
    expect(() => write(new Array(11).fill(60), 9_600 - 312)).toThrow(RangeError);
  });

  test('a packet too large for a page is refused', () => {
    expect(() => write([65_025], 0)).toThrow(RangeError);
  });
});

test('the serial number is the CRC-32 of the name', () => {
  // By hand from the polynomial 0x04c11db7: one byte 0x01 leaves the polynomial itself.
  expect(oggSerial('\x01')).toBe(0x04c11db7);
  expect(oggSerial('')).toBe(0);
});

describe.skipIf(!hasProgram('opusinfo'))('opusinfo', () => {
  test('reads 0.2 s pages, the rate, the encoder and the exact length, and reports no warning', () => {
    const text = withFile('copy.opus', write(new Array(100).fill(60), 96_000 - 312), (path) => output('opusinfo', path));
    expect(text).toContain('Page duration:    200.0ms (max),  200.0ms (avg),  200.0ms (min)');
    expect(text).toContain('Pre-skip: 312');
    expect(text).toContain('Original sample rate: 8000 Hz');
    expect(text).toContain('Playback length: 0m:01.993s');
    expect(text).not.toMatch(/warning/i);
  });
});

describe.skipIf(!hasProgram('oggz-validate'))('oggz-validate', () => {
  test('finds nothing wrong', () => {
    withFile('copy.opus', write(new Array(25).fill(60), 23_000), (path) => expect(output('oggz-validate', path)).toBe(''));
  });
});
