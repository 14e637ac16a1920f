import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../src/core/base/limits.ts';
import { oggCrc } from '../../src/ogg/crc.ts';
import { encodeOggPage, noGranule, type OggPage, oggPageBytes, readOggPage } from '../../src/ogg/page.ts';
import { createOggPageParser } from '../../src/ogg/page-parser.ts';

/** The checksum as RFC 3533 defines it, bit by bit. */
function plainCrc(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return crc >>> 0;
}

const pages = fc
  .record({
    flags: fc.integer({ min: 0, max: 7 }),
    granule: fc.oneof(fc.constant(noGranule), fc.maxSafeNat()),
    serial: fc.integer({ min: 0, max: 0xffffffff }),
    sequence: fc.integer({ min: 0, max: 0xffffffff }),
    lacing: fc.uint8Array({ maxLength: 255 }),
  })
  .map((page): OggPage => {
    const size = page.lacing.reduce((sum, length) => sum + length, 0);
    return { ...page, body: Uint8Array.from({ length: size }, (_, at) => (at * 7 + size) & 0xff) };
  });

/** Output of a parser for bytes in pieces of these sizes, in rotation. */
function parse(bytes: Uint8Array, pieces: readonly number[]): { pages: OggPage[]; problems: string[] } {
  const found: OggPage[] = [];
  const problems: string[] = [];
  const parser = createOggPageParser({
    page: (page) => found.push({ ...page, lacing: new Uint8Array(page.lacing), body: new Uint8Array(page.body) }),
    problem: (offset, text) => problems.push(`${offset}: ${text}`),
  });
  for (let at = 0, piece = 0; at < bytes.length; piece++) {
    const end = at + (pieces[piece % pieces.length] ?? 1);
    parser.push(bytes.subarray(at, end));
    at = end;
  }
  parser.finish();
  return { pages: found, problems };
}

const page = (sequence: number, size = 10): OggPage => ({
  flags: 0,
  granule: sequence,
  serial: 7,
  sequence,
  lacing: Uint8Array.of(size),
  body: new Uint8Array(size).fill(sequence),
});

describe('the checksum', () => {
  test('equals RFC 3533, for any length and any split', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, cut) => {
        expect(oggCrc(bytes)).toBe(plainCrc(bytes));
        const at = Math.min(cut, bytes.length);
        expect(oggCrc(bytes, at, bytes.length, oggCrc(bytes, 0, at))).toBe(plainCrc(bytes));
      }),
    );
  });
});

describe('pages', () => {
  test('are parsed as they were written, in pieces of any size', () => {
    fc.assert(
      fc.property(
        fc.array(pages, { maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 4 }),
        (written, pieces) => {
          expect(parse(Buffer.concat(written.map(encodeOggPage)), pieces)).toEqual({ pages: written, problems: [] });
        },
      ),
      { numRuns: 60 },
    );
  });

  test('are parsed byte by byte', () => {
    const written = [page(0), page(1, 0), page(2, 254)];
    expect(parse(Buffer.concat(written.map(encodeOggPage)), [1])).toEqual({ pages: written, problems: [] });
  });

  test('are not lost by random bytes between them, which are reported', () => {
    const good = [page(0), page(1), page(2)];
    const [first, second, third] = good.map(encodeOggPage) as [Uint8Array, Uint8Array, Uint8Array];
    const file = Buffer.concat([Buffer.from('OgOggOg'), first, second, Buffer.from('xyOgg'), third, Buffer.from('Og')]);
    for (const piece of [1, 2, 3, 5, 1_000]) {
      expect(parse(file, [piece])).toEqual({
        pages: good,
        problems: ['0: 7 bytes that belong to no page', '83: 5 bytes that belong to no page', '126: 2 bytes that belong to no page'],
      });
    }
  });

  test('after a damaged size are found although the size extends over them', () => {
    const file = Buffer.concat([page(0), page(1), page(2), page(3)].map(encodeOggPage));
    file[38 + 27] = 50; // the size of page 1
    for (const piece of [1, 37, 1_000]) expect(parse(file, [piece])).toEqual({ pages: [page(0), page(2), page(3)], problems: ['38: CRC mismatch'] });
    file[38 + 27] = 255;
    for (const piece of [1, 37, 1_000]) {
      expect(parse(file, [piece])).toEqual({
        pages: [page(0), page(2), page(3)],
        problems: ['38: the page is truncated: 114 bytes are left, it needs 283'],
      });
    }
  });

  test('of another version are damage', () => {
    const bytes = encodeOggPage(page(0));
    bytes[4] = 1;
    bytes.fill(0, 22, 26);
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(22, oggCrc(bytes), true);
    expect(parse(bytes, [100])).toEqual({ pages: [], problems: ['0: page version 1 instead of 0'] });
  });

  test('a file of false capture patterns is abandoned at the limit', () => {
    const file = Buffer.alloc(200 * limits.oggDamagedPages, Buffer.concat([Buffer.from('OggS'), Buffer.alloc(96)]));
    const { pages: found, problems } = parse(file, [4_096]);
    expect(found).toEqual([]);
    expect(problems).toHaveLength(limits.oggDamagedPages + 1);
    expect(problems.at(-1)).toBe('99900: 1000 damaged pages so far: the rest was not read');
  });
});

describe('a page read at an offset', () => {
  test('is the one written there', () => {
    fc.assert(
      fc.property(pages, fc.nat(40), (written, before) => {
        const bytes = encodeOggPage(written);
        const file = Buffer.concat([Buffer.alloc(before, 'O'), bytes, Buffer.from('OggS')]);
        const found = readOggPage(new Uint8Array(file), before);
        expect(found).toEqual(written);
        expect(found && oggPageBytes(found)).toBe(bytes.length);
      }),
      { numRuns: 60 },
    );
  });

  test('is null at any other offset, at each cut, and with any bit changed', () => {
    const bytes = encodeOggPage(page(3));
    for (let at = 1; at <= bytes.length; at++) expect(readOggPage(bytes, at)).toBeNull();
    for (let cut = 0; cut < bytes.length; cut++) expect(readOggPage(bytes.subarray(0, cut), 0)).toBeNull();
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const changed = bytes.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(readOggPage(changed, 0)).toBeNull();
    }
  });

  test('with a granule position of 2^53 or more has no usable position', () => {
    for (const granule of [2n ** 53n, 2n ** 53n + 1n, 2n ** 62n + 3n, -(2n ** 63n)]) {
      const bytes = encodeOggPage(page(3));
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      view.setBigInt64(6, granule, true);
      bytes.fill(0, 22, 26);
      view.setUint32(22, plainCrc(bytes), true);
      expect(Number.isSafeInteger(readOggPage(bytes, 0)?.granule)).toBe(false);
    }
  });
});
