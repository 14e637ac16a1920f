import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../src/core/base/limits.ts';
import { findOpusLibrary } from '../../src/media/libopus/libopus.ts';
import { createOggOpusReader, inspectOggOpus, type OggOpusSummary } from '../../src/ogg/opus-reader.ts';
import { encodeOggPage, noGranule, type OggPage, oggFlag } from '../../src/ogg/page.ts';
import { createOggPageParser } from '../../src/ogg/page-parser.ts';
import { encodeCopy, glide } from '../media/copies.ts';

function inspect(file: Uint8Array, pieces: readonly number[] = [65_536]): OggOpusSummary {
  const reader = inspectOggOpus();
  for (let at = 0, piece = 0; at < file.length; piece++) {
    // A buffer that is reused for each piece, like that of a file reader.
    const bytes = Buffer.from(file.subarray(at, at + (pieces[piece % pieces.length] ?? 1)));
    reader.push(bytes);
    at += bytes.length;
    bytes.fill(0xff);
  }
  return reader.finish();
}

function split(file: Uint8Array): OggPage[] {
  const pages: OggPage[] = [];
  const parser = createOggPageParser({
    page: (page) => pages.push({ ...page, lacing: new Uint8Array(page.lacing), body: new Uint8Array(page.body) }),
    problem: () => {},
  });
  parser.push(file);
  parser.finish();
  return pages;
}

/** Rebuilds the pages, so that their checksums are right after any change. */
function build(pages: readonly OggPage[]): Buffer {
  return Buffer.concat(pages.map(encodeOggPage));
}

/** 1.1 s: header pages 0 and 1, audio pages 2 to 7. */
const frames = 8_800;
let good: Buffer = Buffer.alloc(0);
let pages: OggPage[] = [];
/** Byte offset of each page, and of the end. */
let offsets: number[] = [];

beforeAll(async () => {
  good = await encodeCopy('opus', { opus: findOpusLibrary(), ffmpeg: null }, { sampleRateHz: 8_000, channels: 1 }, glide(8_000, 1, frames));
  pages = split(good);
  offsets = [0];
  for (const page of pages) offsets.push((offsets.at(-1) ?? 0) + encodeOggPage(page).length);
});

/** The pages with one changed. */
function changed(index: number, change: Partial<OggPage>): OggPage[] {
  return pages.map((page, at) => (at === index ? { ...page, ...change } : page));
}

const place = (index: number): string => `page ${index} at byte ${offsets[index]}`;

test('an intact copy has no problems and its exact length', () => {
  expect(inspect(good)).toEqual({ problems: [], samplesAt48k: frames * 6, channels: 1, preSkip: 312, inputSampleRateHz: 8_000, pages: 8 });
});

describe('any damage is found', () => {
  test('for each single bit that flips', () => {
    const missed: number[] = [];
    const file = Buffer.from(good);
    for (let bit = 0; bit < 8 * file.length; bit++) {
      file[bit >> 3] = (file[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      if (inspect(file).problems.length === 0) missed.push(bit);
      file[bit >> 3] = good[bit >> 3] ?? 0;
    }
    expect(missed).toEqual([]);
  });

  test('for each truncation', () => {
    const missed = Array.from({ length: good.length }, (_, length) => length).filter(
      (length) => inspect(good.subarray(0, length)).problems.length === 0,
    );
    expect(missed).toEqual([]);
  });

  test('for each page that is missing, doubled, or out of order', () => {
    for (const [index, page] of pages.entries()) {
      expect(inspect(build(pages.toSpliced(index, 1))).problems).not.toEqual([]);
      expect(inspect(build(pages.toSpliced(index, 0, page))).problems).not.toEqual([]);
      const next = pages[index + 1];
      if (next !== undefined) expect(inspect(build(pages.toSpliced(index, 2, next, page))).problems).not.toEqual([]);
    }
  });

  test('for bytes before, between and after pages', () => {
    for (const at of offsets) {
      const file = Buffer.concat([good.subarray(0, at), Buffer.from([1, 2, 3]), good.subarray(at)]);
      const problems = inspect(file).problems;
      expect(problems).toEqual([expect.stringMatching(/3 bytes that belong to no page$/)]);
    }
  });
});

describe('problems are described', () => {
  test('of a flipped bit, which costs one page', () => {
    const file = Buffer.from(good);
    const at = (offsets[3] ?? 0) + 100;
    file[at] = (file[at] ?? 0) ^ 1;
    const { problems, samplesAt48k } = inspect(file);
    expect(problems).toEqual([`${place(3)}: CRC mismatch`, `page 3 at byte ${offsets[4]}: has number 4 where 3 should be`]);
    expect(samplesAt48k).toBe(frames * 6 - 9_600);
  });

  test('of a missing page', () => {
    const { problems, samplesAt48k } = inspect(build(pages.toSpliced(4, 1)));
    expect(problems).toEqual([`${place(4)}: has number 5 where 4 should be`]);
    expect(samplesAt48k).toBe(frames * 6 - 9_600);
  });

  test('of a missing page although the numbers are consecutive', () => {
    const renumbered = pages.toSpliced(4, 1).map((page, sequence) => ({ ...page, sequence }));
    expect(inspect(build(renumbered)).problems).toEqual([`${place(4)}: has granule position 38400 where its packets make 28800`]);
  });

  test('of a file that ends between two pages', () => {
    expect(inspect(good.subarray(0, offsets[7])).problems).toEqual(['the last page is missing: the stream does not end']);
  });

  test('of a file that ends within a page', () => {
    const length = (offsets[7] ?? 0) + 30;
    expect(inspect(good.subarray(0, length)).problems).toEqual([
      expect.stringMatching(new RegExp(`^${place(7)}: the page is truncated: 30 bytes are left, it needs \\d+$`)),
      'the last page is missing: the stream does not end',
    ]);
    expect(inspect(good.subarray(0, (offsets[7] ?? 0) + 10)).problems[0]).toBe(
      `${place(7)}: the page is truncated: 10 bytes are left, it needs 27 or more`,
    );
  });

  test('of zero bytes, and of other data', () => {
    expect(inspect(Buffer.alloc(0))).toEqual({
      problems: ['not an Ogg page'],
      samplesAt48k: 0,
      channels: null,
      preSkip: null,
      inputSampleRateHz: null,
      pages: 0,
    });
    expect(inspect(Buffer.alloc(5_000, 'RIFF')).problems).toEqual(['page 0 at byte 0: 5000 bytes that belong to no page', 'not an Ogg page']);
  });

  test('of a stream without a beginning', () => {
    expect(inspect(build(changed(0, { flags: 0 }))).problems).toEqual([`${place(0)}: the stream does not begin here, its first page is missing`]);
  });

  test('of a stream that begins twice', () => {
    expect(inspect(build(changed(3, { flags: oggFlag.first }))).problems).toEqual([
      `${place(3)}: declares the beginning of the stream a second time`,
    ]);
  });

  test('of a stream without an end, and one that continues after its end', () => {
    const count = frames * 6 + 312;
    expect(inspect(build(changed(7, { flags: 0 }))).problems).toEqual([
      `${place(7)}: has granule position ${count} where its packets make ${Math.ceil(count / 960) * 960}`,
      'the last page is missing: the stream does not end',
    ]);
    expect(inspect(build(changed(6, { flags: oggFlag.last }))).problems).toEqual([`${place(7)}: follows the end of the stream`]);
  });

  test('of a page of another stream, which is not played', () => {
    const { problems, samplesAt48k } = inspect(build(changed(3, { serial: 5 })));
    expect(problems[0]).toMatch(/of another stream \(serial 0x00000005 instead of 0x[0-9a-f]{8}\)$/);
    expect(problems[1]).toBe(`${place(4)}: has number 4 where 3 should be`);
    expect(problems).toHaveLength(2);
    expect(samplesAt48k).toBe(frames * 6 - 9_600);
  });

  test('of a granule position that is wrong, decreases, or is missing', () => {
    expect(inspect(build(changed(3, { granule: 19_201 }))).problems).toEqual([
      `${place(3)}: has granule position 19201 where its packets make 19200`,
      `${place(4)}: has granule position 28800 where its packets make 28801`,
    ]);
    expect(inspect(build(changed(4, { granule: 100 }))).problems[0]).toBe(`${place(4)}: granule position goes back from 19200 to 100`);
    expect(inspect(build(changed(7, { granule: 100 }))).problems[0]).toBe(`${place(7)}: granule position goes back from 48000 to 100`);
    expect(inspect(build(changed(4, { granule: noGranule }))).problems[0]).toBe(`${place(4)}: granule position goes back from 19200 to -1`);
    expect(inspect(build(changed(1, { granule: 5 }))).problems).toEqual([`${place(1)}: a header page has granule position 5 instead of 0`]);
  });

  test('of an end before the pre-skip', () => {
    const head = pages[0]?.body.slice() ?? new Uint8Array();
    new DataView(head.buffer).setUint16(10, 65_000, true);
    expect(inspect(build(changed(0, { body: head }))).problems).toEqual(['ends at 53112, before the 65000 samples of its pre-skip']);
  });

  test('of pages with parts of packets that do not fit together', () => {
    expect(inspect(build(changed(3, { flags: oggFlag.continued }))).problems).toEqual([
      `${place(3)}: continues a packet that did not begin`,
      `${place(3)}: has granule position 19200 where its packets make 18240`,
    ]);
    const body = new Uint8Array(255);
    const open = changed(3, { lacing: Uint8Array.of(255), body, granule: noGranule });
    const next = `page 4 at byte ${(offsets[3] ?? 0) + 27 + 1 + 255}`;
    expect(inspect(build(open)).problems).toEqual([
      `${next}: a packet of the previous page does not continue here`,
      `${next}: has granule position 28800 where its packets make 19200`,
    ]);
  });

  test('of a packet that violates RFC 6716', () => {
    const [page] = pages.slice(3, 4);
    const body = page?.body.slice() ?? new Uint8Array();
    body.set([0xff, 0x00]);
    const first = page?.lacing[0];
    expect(inspect(build(changed(3, { body }))).problems).toEqual([
      `${place(3)}: packet 0 of ${first} bytes violates RFC 6716`,
      `${place(3)}: has granule position 19200 where its packets make 18240`,
    ]);
  });

  test.each<[string, (head: Uint8Array) => Uint8Array, string[]]>([
    ['another magic', (head) => head.fill(0x58, 0, 8), ['no readable OpusHead']],
    ['a truncated header', (head) => head.subarray(0, 18), ['no readable OpusHead']],
    ['another version', (head) => head.fill(2, 8, 9), ['OpusHead has version 2 instead of 1']],
    ['no channels', (head) => head.fill(0, 9, 10), ['OpusHead has 0 channels of mapping family 0, not 1 or 2 of family 0', 'no readable OpusHead']],
    [
      'three channels',
      (head) => head.fill(3, 9, 10),
      ['OpusHead has 3 channels of mapping family 0, not 1 or 2 of family 0', 'no readable OpusHead'],
    ],
    ['a gain', (head) => head.fill(1, 17, 18), ['OpusHead requests a gain of 1 dB']],
  ])('of a header with %s', (_, change, problems) => {
    const body = change(pages[0]?.body.slice() ?? new Uint8Array());
    const found = inspect(build(changed(0, { body, lacing: Uint8Array.of(body.length) }))).problems;
    expect(found).toEqual(problems.map((text) => `${place(0)}: ${text}`));
  });

  test.each<[string, (tags: Uint8Array) => Uint8Array, string]>([
    ['of another magic', (tags) => tags.fill(0x58, 0, 8), 'no OpusTags'],
    ['that are truncated', (tags) => tags.subarray(0, tags.length - 1), 'OpusTags is truncated'],
    ['with an excessive number of comments', (tags) => tags.fill(0xff, 25, 29), 'OpusTags is truncated'],
    ['with an excessive vendor string', (tags) => tags.fill(0xff, 8, 12), 'OpusTags is truncated'],
    ['of eight bytes', (tags) => tags.subarray(0, 8), 'OpusTags is truncated'],
  ])('of tags %s', (_, change, problem) => {
    const body = change(pages[1]?.body.slice() ?? new Uint8Array());
    expect(inspect(build(changed(1, { body, lacing: Uint8Array.of(body.length) }))).problems).toEqual([`${place(1)}: ${problem}`]);
  });

  test('up to the limit if they have no end, and are then counted', () => {
    const many = Array.from({ length: 300 }, (_, sequence) => ({ ...(pages[3] as OggPage), sequence, serial: sequence }));
    const { problems } = inspect(build(many));
    expect(problems).toHaveLength(limits.containerProblems + 1);
    expect(problems.at(-1)).toMatch(/^\d+ more problems$/);
  });
});

describe('packets', () => {
  /** The same packets on pages of one lacing value each: every packet of 255 bytes or more spans pages. */
  function spread(source: readonly OggPage[]): OggPage[] {
    const all: OggPage[] = source.slice(0, 2) as OggPage[];
    let granule = 0;
    for (const page of source.slice(2)) {
      let at = 0;
      for (const [index, length] of page.lacing.entries()) {
        const ends = length < 255;
        const last = page === source.at(-1) && index === page.lacing.length - 1;
        if (ends) granule = last ? page.granule : granule + 960;
        const flags = (all.at(-1)?.lacing[0] === 255 ? oggFlag.continued : 0) | (last ? oggFlag.last : 0);
        const body = page.body.subarray(at, at + length);
        all.push({ flags, granule: ends ? granule : noGranule, serial: page.serial, sequence: all.length, lacing: Uint8Array.of(length), body });
        at += length;
      }
    }
    return all;
  }

  function packetsOf(file: Uint8Array): { packets: string[]; problems: readonly string[] } {
    const packets: string[] = [];
    const reader = createOggOpusReader((packet, samples, from, to) =>
      packets.push(`${Buffer.from(packet).toString('hex')} ${samples} ${from} ${to}`),
    );
    const bytes = Buffer.from(file);
    reader.push(bytes);
    return { packets, problems: reader.finish().problems };
  }

  test('are the same from pages of any size', async () => {
    const loud = await encodeCopy('opus', { opus: findOpusLibrary(), ffmpeg: null }, { sampleRateHz: 48_000, channels: 2 }, glide(48_000, 2, 20_000));
    for (const file of [good, loud]) {
      const whole = packetsOf(file);
      expect(whole.problems).toEqual([]);
      expect(packetsOf(build(spread(split(file))))).toEqual(whole);
    }
  });

  test('state the part to play: pre-skip and end cut', () => {
    const ends = packetsOf(good).packets.map((text) => text.split(' ').slice(1).map(Number));
    expect(ends[0]).toEqual([960, 312, 960]);
    expect(ends[1]).toEqual([960, 0, 960]);
    expect(ends.at(-1)).toEqual([960, 0, (frames * 6 + 312) % 960]);
  });

  test('without an end are dropped at the limit', () => {
    const endless = Array.from({ length: 20 }, (_, index) => ({
      flags: index === 0 ? 0 : oggFlag.continued,
      granule: noGranule,
      serial: pages[0]?.serial ?? 0,
      sequence: index + 2,
      lacing: new Uint8Array(255).fill(255),
      body: new Uint8Array(65_025),
    }));
    const { problems } = inspect(build([...pages.slice(0, 2), ...endless]));
    expect(problems).toContainEqual(expect.stringMatching(`a packet is longer than ${limits.oggPacketBytes} bytes$`));
    expect(problems.at(-1)).toBe('the last page is missing: the stream does not end');
  });
});

describe('pieces of any size', () => {
  test('give the same result for intact and damaged files', () => {
    const damage = fc.record({ at: fc.nat(), value: fc.integer({ min: 1, max: 255 }), cut: fc.nat(200) });
    fc.assert(
      fc.property(fc.option(damage, { nil: null }), fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 5 }), (hurt, pieces) => {
        const file = Buffer.from(good);
        if (hurt !== null) file[hurt.at % file.length] = (file[hurt.at % file.length] ?? 0) ^ hurt.value;
        const bytes = file.subarray(0, file.length - (hurt?.cut ?? 0));
        expect(inspect(bytes, pieces)).toEqual(inspect(bytes));
      }),
      { numRuns: 200 },
    );
  });

  test('random bytes never cause a throw', () => {
    const parts = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 80 }),
        fc.constant(Buffer.from('OggS\0\x02')),
        fc.nat(7).map((index) => ({ index })),
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(parts, (all) => {
        const bytes = Buffer.concat(
          all.map((part) => ('index' in part ? encodeOggPage(pages[part.index as number] as OggPage) : (part as Uint8Array))),
        );
        expect(inspect(bytes, [7, 100]).problems).toEqual(inspect(bytes).problems);
      }),
    );
  });
});
