import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { wavePrefix, wavePrefixArgs } from '../../../formats/codecs/base/wave-prefix.ts';
import { pack, voice } from '../wave/builder.ts';
import { sndfileJudge, spandspJudge } from './c-judge.ts';
import { codec, decode, int16Of, run, track } from './judges.ts';

/** Streams of 2,400 samples by third-party encoders, `<codec>.bin`, and the output of third-party decoders: number of samples and their SHA-256 as 16 bits, low byte first. */
const folder = join(import.meta.dirname, '../../../samples/codecs');
const expectedPath = join(folder, 'expected.json');

const speech = voice(2400, 7);
const s16 = pack(speech, 's16le');
type Made = readonly [coded: Uint8Array, decoded: Int16Array];

function bySpandsp(name: string, rate: number): Made {
  const judge = spandspJudge();
  const coded = judge.encode(name, rate, speech);
  return [coded, judge.decode(name, rate, coded)];
}

function bySndfile(subtype: number): Made {
  const judge = sndfileJudge();
  const scratch = mkdtempSync(join(tmpdir(), 'longplay-golden-'));
  const path = join(scratch, 'a.wav');
  judge.encode(subtype, speech, path);
  const file = readFileSync(path);
  const at = file.indexOf('data');
  const made: Made = [file.subarray(at + 8, at + 8 + file.readUInt32LE(at + 4)), judge.decode(path)];
  rmSync(scratch, { recursive: true });
  return made;
}

/** FFmpeg's output for bytes after a WAVE header, or of a raw kind. */
const byFfmpeg = (args: readonly string[], bytes: Uint8Array): Int16Array =>
  int16Of(run('ffmpeg', ['-v', 'error', ...args, '-i', 'pipe:0', '-f', 's16le', 'pipe:1'], bytes));
const underTag = (tag: number, bytes: Uint8Array): Int16Array => {
  const header = { tag, channels: 1, sampleRateHz: 8000, bytesPerSecond: 4000, blockBytes: 400, bitsPerSample: 4, extra: new Uint8Array(0) };
  return byFfmpeg(wavePrefixArgs, Buffer.concat([wavePrefix(header), bytes]));
};
function g722(bits: number): Made {
  const coded = run('ffmpeg', ['-v', 'error', '-f', 's16le', '-ar', '16000', '-i', 'pipe:0', '-f', 'g722', 'pipe:1'], s16);
  return [coded, byFfmpeg(['-f', 'g722', '-bits_per_codeword', String(bits)], coded)];
}

const makers = new Map<string, () => Made>([
  ['g722', () => g722(8)],
  ['g722-48', () => g722(6)],
  ['g722-56', () => g722(7)],
  ...[16, 24, 32, 40].flatMap((kbits): [string, () => Made][] => [
    [`g726-${kbits}-lsb`, () => bySpandsp('g726-right', kbits * 1000)],
    [`g726-${kbits}-msb`, () => bySpandsp('g726-left', kbits * 1000)],
  ]),
  ['nms-adpcm-16', () => bySndfile(0x0022)],
  ['nms-adpcm-24', () => bySndfile(0x0023)],
  ['nms-adpcm-32', () => bySndfile(0x0024)],
  [
    'oki-adpcm',
    () => {
      const coded = run('sox', ['-D', '-t', 's16', '-r', '8000', '-c', '1', '-', '-t', 'vox', '-'], s16);
      return [coded, underTag(0x17, coded)];
    },
  ],
  ['oki-adpcm-parts', () => bySpandsp('oki', 32_000)],
  [
    'yamaha-adpcm',
    () => {
      const args = ['-f', 's16le', '-ar', '8000', '-i', 'pipe:0', '-c:a', 'adpcm_yamaha', '-f', 'wav', 'pipe:1'];
      const file = run('ffmpeg', ['-v', 'error', ...args], s16);
      const coded = file.subarray(file.indexOf('data') + 8).subarray(0, 1200); // it pads its last block
      return [coded, underTag(0x20, coded)];
    },
  ],
]);

interface Expected {
  readonly samples: number;
  readonly sha256: string;
}
const digest = (samples: Int16Array): Expected => ({
  samples: samples.length,
  sha256: createHash('sha256').update(pack(samples, 's16le')).digest('hex'),
});

test('absent golden streams are made by other programs; every stream has such a program', () => {
  mkdirSync(folder, { recursive: true });
  const expected: Record<string, Expected> = existsSync(expectedPath) ? JSON.parse(readFileSync(expectedPath, 'utf8')) : {};
  const lost: string[] = [];
  for (const [id, make] of makers) {
    const path = join(folder, `${id}.bin`);
    if (existsSync(path)) continue;
    lost.push(id);
    const [coded, decoded] = make();
    writeFileSync(path, coded);
    expected[id] = digest(decoded);
    writeFileSync(expectedPath, `${JSON.stringify(expected, null, 2)}\n`);
  }
  // A lost stream must not count as one that was never made.
  expect(lost.map((id) => `${id} was not there; it is made now: look at it and run again`)).toEqual([]);
  expect(readdirSync(folder).sort()).toEqual(['expected.json', ...[...makers.keys()].map((id) => `${id}.bin`)].sort());
  expect(Object.keys(expected).sort()).toEqual([...makers.keys()].sort());
});

test.each([...makers.keys()])('%s: the golden stream decodes to the samples of another decoder', (id) => {
  const expected = JSON.parse(readFileSync(expectedPath, 'utf8'))[id];
  const bytes = readFileSync(join(folder, `${id}.bin`));
  const of = track({ spans: [[0, bytes.length]] });
  const { samples, droppedBytes } = decode(id, of, bytes);
  expect(samples).toBeInstanceOf(Int16Array);
  expect(digest(Int16Array.from(samples))).toEqual(expected);
  expect(codec(id).frames?.(of)).toBe(samples.length);
  expect(droppedBytes).toBe(0);
});
