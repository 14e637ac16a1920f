import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { formats } from '../../../formats/index.ts';
import type { FreeReading } from '../../../src/core/model/format.ts';
import { decodedTogether } from '../ffmpeg-together.ts';

// A program runs for each of some 200 samples.

/** The statement of the file beside the samples about each. */
interface Sample {
  readonly file: string;
  readonly format: string;
  readonly codec: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Samples per channel. */
  readonly samples: number;
  readonly rmsDb: readonly (number | null)[];
}

const folder = fileURLToPath(new URL('../../../samples/', import.meta.url));
const samples = JSON.parse(readFileSync(`${folder}canaries.json`, 'utf8')) as readonly Sample[];
const readingsOf = new Map(formats.map((format) => [format.id, format.readings ?? []]));

/** Some programs keep the padding of some codecs, and the silence after the last frame. */
const paddingSamples = 2_500;
const nearDb = 0.6;

const commands = {
  ffmpeg: (args: readonly string[], file: string) => ['-v', 'error', '-nostdin', ...args, '-i', file, '-f', 's16le', '-'],
  sox: (args: readonly string[], file: string) => ['-V1', '-D', ...args, file, '-t', 'raw', '-e', 'signed', '-b', '16', '-L', '-'],
};

/** The arguments of a reading, for a sample. */
function argumentsFor({ sampleRateHz, channels }: Sample, { args }: FreeReading): string[] {
  return args
    .replace('RATE', String(sampleRateHz))
    .replace('CHANNELS', String(channels))
    .split(' ')
    .filter((arg) => arg !== '');
}

/** True if the program alone decodes the same sound from the file. */
function isAlikeAlone(sample: Sample, reading: FreeReading): boolean {
  const { program } = reading;
  const run = spawnSync(program, commands[program](argumentsFor(sample, reading), `${folder}${sample.file}`), { maxBuffer: 64 * 1024 * 1024 });
  return run.status === 0 && isAlike(sample, run.stdout);
}

/** The samples from which FFmpeg decodes the same sound, of those that one process for many files decodes: all others are tried alone. */
function alikeTogether(pairs: readonly (readonly [Sample, FreeReading])[]): ReadonlySet<Sample> {
  const ofFfmpeg = pairs.filter(([, { program }]) => program === 'ffmpeg');
  const decoded = decodedTogether(ofFfmpeg.map(([sample, reading]) => ({ path: `${folder}${sample.file}`, args: argumentsFor(sample, reading) })));
  return new Set(
    ofFfmpeg.flatMap(([sample], at) => (decoded[at] !== null && decoded[at] !== undefined && isAlike(sample, decoded[at]) ? [sample] : [])),
  );
}

/** Judges decoded sound by length and level. */
function isAlike({ channels, samples: length, rmsDb }: Sample, raw: Buffer): boolean {
  const pcm = new Int16Array(raw.buffer, raw.byteOffset, Math.floor(raw.length / 2));
  if (pcm.length === 0 || Math.abs(pcm.length / channels - length) > paddingSamples) return false;
  return rmsDb.every((expected, channel) => {
    const own = pcm.filter((_, index) => index % channels === channel);
    const power = own.reduce((sum, value) => sum + (value / 32_768) ** 2, 0) / Math.max(1, own.length);
    const found = 10 * Math.log10(Math.max(power, 1e-12));
    return expected === null ? found < -80 : Math.abs(found - expected) < nearDb;
  });
}

test.each(['ffmpeg', 'sox'] as const)(
  'the statement about %s is true for our samples: it names no coding of which the program opens none, and omits none of which it opens all',
  (program) => {
    const pairs = new Map<string, boolean[]>();
    const named = new Set<string>();
    for (const [id, readings] of readingsOf)
      for (const one of readings) if (one.program === program) for (const codec of one.codecs) named.add(`${id} ${codec}`);
    const nameOf = ({ format, codec }: Sample): string => `${format} ${codec}`;
    const read = samples.flatMap((sample) => {
      const reading = readingsOf.get(sample.format)?.find((one) => one.program === program);
      return reading === undefined ? [] : [[sample, reading] as const];
    });
    // Files that it should open are decoded together: a file that it cannot open would end the process.
    const opened = read.filter(([sample]) => named.has(nameOf(sample)));
    const firstOf = new Map(opened.map((one) => [nameOf(one[0]), one] as const).reverse());
    const together = alikeTogether([...firstOf.values()]);
    for (const [sample, reading] of read) {
      const pair = nameOf(sample);
      const before = pairs.get(pair) ?? [];
      // One sample that opens shows that a coding is rightly named; one that does not shows that it is rightly omitted.
      if (!before.includes(named.has(pair))) pairs.set(pair, [...before, together.has(sample) || isAlikeAlone(sample, reading)]);
    }
    const wronglyNamed = [...named].filter((pair) => !(pairs.get(pair) ?? []).includes(true));
    const leftOut = [...pairs].filter(([pair, alike]) => !named.has(pair) && !alike.includes(false)).map(([pair]) => pair);
    expect({ wronglyNamed, leftOut }).toEqual({ wronglyNamed: [], leftOut: [] });
  },
);
