import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../../src/core/base/limits.ts';
import { createWavReader } from '../../../src/media/copy/wav-reader.ts';
import { createWavWriter, waveHeader } from '../../../src/media/copy/wav-writer.ts';
import { asFloat, glide } from '../copies.ts';

const samples = glide(8_000, 2, 300);

function copyOf(source: Int16Array | Float32Array): Buffer {
  const parts: Uint8Array[] = [];
  const writer = createWavWriter({ sampleRateHz: 8_000, channels: 2, frames: source.length / 2 }, (bytes) => parts.push(bytes));
  writer.push(source);
  writer.finish();
  return Buffer.concat(parts);
}

function read(file: Uint8Array, pieces: readonly number[] = [65_536]): { samples: number[]; problems: readonly string[] } {
  const reader = createWavReader();
  const found: number[] = [];
  for (let at = 0, piece = 0; at < file.length; piece++) {
    // A buffer that is reused for each piece, like that of a file reader.
    const bytes = Buffer.from(file.subarray(at, at + (pieces[piece % pieces.length] ?? 1)));
    found.push(...reader.push(bytes));
    at += bytes.length;
    bytes.fill(0xff);
  }
  reader.finish();
  return { samples: found, problems: reader.problems };
}

/** The copy with one field of its header changed. */
function changed(at: number, ...bytes: number[]): Buffer {
  const file = copyOf(samples);
  file.set(bytes, at);
  return file;
}

describe('a WAV copy', () => {
  test('reads the same in pieces of any size', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 }), (float, pieces) => {
        const source = float ? asFloat(samples) : samples;
        expect(read(copyOf(source), pieces)).toEqual({ samples: [...source], problems: [] });
      }),
      { numRuns: 50 },
    );
  });

  test('truncated anywhere reports it and gives the complete frames', () => {
    const file = copyOf(samples);
    for (let length = 0; length < file.length; length++) {
      const { samples: found, problems } = read(file.subarray(0, length));
      expect(problems).toHaveLength(1);
      expect(found.length).toBe(2 * Math.floor(Math.max(0, length - 80) / 4));
    }
  });

  test.each<[string, Buffer, string]>([
    ['no bytes', Buffer.alloc(0), 'the file is empty'],
    ['another container', changed(0, 0x58), 'not a RIFF or RF64 file of form WAVE'],
    ['another form', changed(8, 0x58), 'not a RIFF or RF64 file of form WAVE'],
    ['a wrong RIFF size', changed(4, 0), 'the header states 1032 bytes, the file has 1280'],
    ['RF64 without ds64', changed(0, 0x52, 0x46, 0x36, 0x34), 'an RF64 file without a ds64 chunk'],
    ['mu-law', changed(56, 7), 'samples of 16 bits with format tag 0x0007'],
    ['no channels', changed(58, 0), 'the fmt chunk contradicts itself: 0 channels, 8000 Hz, 4 bytes per frame, 32000 per second'],
    ['another rate', changed(60, 0x41), 'the fmt chunk contradicts itself: 2 channels, 8001 Hz, 4 bytes per frame, 32000 per second'],
    ['samples before their format', changed(48, 0x58), 'no fmt chunk before the samples'],
    ['an oversized chunk', changed(16, 0xff, 0xff, 0xff, 0xff), 'a chunk of 4294967295 bytes before the samples'],
    ['bytes at the end', Buffer.concat([copyOf(samples), Buffer.alloc(3)]), '3 bytes follow the samples'],
    ['half a frame', changed(76, 0xae), '1198 bytes of samples do not fill frames of 4 bytes; 2 bytes follow the samples'],
  ])('with %s reports it', (_, file, problem) => {
    expect(read(file).problems.join('; ')).toBe(problem);
  });

  test('whose fact chunk has another count reports it', () => {
    const file = copyOf(asFloat(samples));
    file[file.indexOf('fact') + 8] = 1;
    expect(read(file).problems).toEqual(['the fact chunk says 257 frames, the data chunk has 300']);
  });

  test('without a data chunk is abandoned', () => {
    const chunk = Buffer.from([0x4a, 0x55, 0x4e, 0x4b, 0, 16, 0, 0]);
    const file = Buffer.concat([copyOf(samples).subarray(0, 12), ...new Array(40).fill(Buffer.concat([chunk, Buffer.alloc(4_096)]))]);
    expect(read(file, [1_000]).problems).toEqual([`no samples in the first ${limits.waveHeaderBytes} bytes`]);
  });

  test('made of random bytes never causes a throw', () => {
    const start = waveHeader({ sampleFormat: 's16le', sampleRateHz: 8_000, channels: 1 }, 10);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(79), fc.nat(255))), fc.uint8Array({ maxLength: 40 }), (changes, rest) => {
        const file = Buffer.concat([start, rest]);
        for (const [at, value] of changes) file[at] = value;
        const { problems } = read(file, [13]);
        expect(problems).toEqual(read(file).problems);
      }),
    );
  });
});
