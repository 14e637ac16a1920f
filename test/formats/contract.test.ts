import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codecs } from '../../formats/codecs/index.ts';
import { formats } from '../../formats/index.ts';
import { type ByteReader, memoryReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import { findingTable } from '../../src/core/findings/finding-table.ts';
import type { Identification, Packets, Track } from '../../src/core/model/format.ts';
import { everything } from '../faults/trials.ts';
import { answer, answers, answersFrom, codesOf, never, soundBytes } from './answers.ts';
import { formatSamples } from './make-samples.ts';
import { randomBytes } from './wave/builder.ts';

const samples = formatSamples();
const codecIds = new Set(codecs.map(({ id }) => id));

/** Fails the test if a condition is false. An `expect` for each span of each answer would take longer than the answers. */
function must(holds: boolean, what: string): void {
  if (!holds) expect.fail(what);
}

/** Invariants of every answer, for any bytes. */
function checkAnswer(found: Identification, size: number): void {
  for (const { code } of found.findings) must(findingTable.has(code), `${code} is a finding`);
  must(found.basis !== '', 'an answer has a basis');
  if (found.state === 'header-only') must(found.tracks.length === 0, 'a header alone has no tracks');
  for (const track of found.tracks) {
    must(codecIds.has(track.codec), `${track.codec} is a codec`);
    if (track.codec !== 'unknown') {
      must(track.channels > 0 && track.channels <= limits.channels * 4, `${track.channels} channels`);
      must(track.sampleRateHz > 0, `${track.sampleRateHz} Hz`);
    }
    if (track.packets === undefined) must(track.spans.length > 0, 'a track has spans or packets');
    else checkPackets(track, track.packets, found.packed?.size ?? size);
    for (const [start, end] of track.spans) must(start >= 0 && end > start && end <= size, `a span from ${start} to ${end} of ${size} bytes`);
  }
}

/** Columns of equal length, every packet within the file, and in playing order. */
function checkPackets(track: Track, { side, offsets, sizes, positions }: Packets, size: number): void {
  must(track.spans.length === 0, 'packets or spans');
  must(track.frames !== null, 'packets have a length');
  must(side >= 0, `side ${side}`);
  must(offsets.length === sizes.length && positions.length === sizes.length, 'columns of equal length');
  for (let index = 0; index < sizes.length; index++) {
    const [offset = -1, bytes = 0, position = -1] = [offsets[index], sizes[index], positions[index]];
    if (offset < 0 || bytes === 0 || offset + bytes > size) throw new Error(`packet ${index} lies outside of the file`);
    if (position < (positions[index - 1] ?? 0)) throw new Error(`packet ${index} is out of order`);
  }
}

/** A reader that streams pieces of `piece` bytes; it reuses one buffer, as a file's reader may. */
function chopped(bytes: Uint8Array, name: string, piece: number): ByteReader {
  const reused = new Uint8Array(piece);
  return {
    ...memoryReader(bytes, name),
    async *stream(start, end) {
      for (let at = start; at < Math.min(end, bytes.length); at += piece) {
        const part = bytes.subarray(at, Math.min(at + piece, end, bytes.length));
        reused.set(part);
        yield reused.subarray(0, part.length);
      }
    },
  };
}

describe('the list of formats', () => {
  test('has unique ids, extensions with a dot in lower case, and facts', () => {
    expect(new Set(formats.map(({ id }) => id)).size).toBe(formats.length);
    // .vox is either headerless or indexed, and .pcap plain or packed, which the content shows.
    const extensions = formats.flatMap((format) => (format.id === 'nms-vox' || format.id === 'voipmonitor-packed' ? [] : format.extensions));
    expect(new Set(extensions).size).toBe(extensions.length);
    for (const extension of extensions) expect(extension).toMatch(/^\.[a-z0-9-]+$/);
    for (const format of formats) {
      expect(format.facts[0]).not.toBe('');
      // Frames of G.729 under names of their own belong to another format.
      if (format.id !== 'raw-framed') expect(format.extensions.length).toBeGreaterThan(0);
    }
  });

  test('has a sample for each of its formats', () => {
    expect(new Set(samples.map(({ format }) => format))).toEqual(new Set(formats.map(({ id }) => id)));
  });
});

test('codecs have unique ids and facts', () => {
  expect(codecIds.size).toBe(codecs.length);
  for (const codec of codecs) expect(codec.facts[0]).not.toBe('');
});

describe.each(samples)('$name', (sample) => {
  test('is identified only by its own format, with its codec, state and complete findings', async () => {
    const found = await answer(sample.bytes, sample.name);
    expect({
      format: found.format,
      codec: found.tracks[0]?.codec ?? null,
      state: found.state,
      findings: codesOf(found),
    }).toEqual({ format: sample.format, codec: sample.codec, state: sample.state, findings: sample.findings });
    if (sample.soundBytes !== undefined && /^(riff-wave|wave64)$/.test(sample.format)) expect(soundBytes(found)).toBe(sample.soundBytes);
    checkAnswer(found, sample.bytes.length);
  });

  test('gets the same answer in pieces of 1, 7 and 4096 bytes and in any order of the list', async () => {
    const whole = await answers(sample.bytes, sample.name);
    // Byte by byte if it is short: this includes the head, which decides.
    for (const piece of everything || sample.bytes.length < 3_000 ? [1, 7, 4096] : [7, 4096]) {
      expect(await answersFrom(chopped(sample.bytes, sample.name, piece), sample.name)).toEqual(whole);
    }
    expect(await answers(sample.bytes, sample.name, [...formats].reverse())).toEqual(whole);
  });

  test('never causes a throw when truncated at any place', async () => {
    // Places in the head, where the structure is, and some after it; every one of the head in the long form.
    const step = (sample.bytes.length > 1000 ? 211 : 5) * (everything ? 1 : 2);
    for (let cut = 0; cut < sample.bytes.length; cut += cut >= 100 ? step : everything ? 1 : 3) {
      for (const found of await answers(sample.bytes.subarray(0, cut), sample.name)) checkAnswer(found, cut);
    }
  });

  test('never causes a throw when bytes of its head are changed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(Math.min(99, sample.bytes.length - 1)), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff, 0x41)), {
          minLength: 1,
          maxLength: 6,
        }),
        async (changes) => {
          const bytes = sample.bytes.slice();
          for (const [at, value] of changes) bytes[at] = value;
          for (const found of await answers(bytes, sample.name)) checkAnswer(found, bytes.length);
        },
      ),
      { numRuns: 8 },
    );
  });
});

test('random bytes have no signature, no structure and cause no throw under any name', async () => {
  const names = [...formats.flatMap((format) => format.extensions), '', '.txt'].map((extension) => `a${extension}`);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), fc.constantFrom(...names), async (bytes, name) => {
      for (const found of await answers(bytes, name)) {
        must(['hint', 'statistics'].includes(found.confidence), `random bytes are ${found.confidence}`);
        checkAnswer(found, bytes.length);
      }
    }),
    { numRuns: 300 },
  );
});

test('random bytes after each known beginning never cause a throw', async () => {
  const beginnings = samples.map(({ bytes, name }) => ({ head: bytes.subarray(0, 48), name }));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...beginnings), fc.uint8Array({ maxLength: 600 }), async ({ head, name }, rest) => {
      const bytes = Uint8Array.from([...head, ...rest]);
      for (const found of await answers(bytes, name)) checkAnswer(found, bytes.length);
    }),
    { numRuns: 500 },
  );
});

test('an empty file is claimed by no format', async () => {
  for (const extension of formats.flatMap((format) => format.extensions)) expect(await answers(new Uint8Array(0), `a${extension}`)).toEqual([]);
});

test('encrypted bytes are never accepted as sound without a warning', async () => {
  for (const extension of ['.ulaw', '.alaw', '.sln', '.raw', '.g722', '.gsm']) {
    const found = await answer(randomBytes(20_000, 5), `a${extension}`);
    expect(found.tracks[0]?.codec).toBe('unknown');
    expect(codesOf(found)).toContain('F133');
  }
});

test('an abort is passed on', async () => {
  const aborted = AbortSignal.abort(new Error('stop'));
  const wave = samples.find(({ name }) => name === 'wave-ok.wav');
  const format = formats.find(({ id }) => id === wave?.format);
  await expect(format?.identify(memoryReader(wave?.bytes ?? new Uint8Array(0), 'a.wav'), { name: 'a.wav' }, aborted)).rejects.toThrow('stop');
  expect(never.aborted).toBe(false);
});
