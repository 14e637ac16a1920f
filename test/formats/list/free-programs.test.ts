import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { formats } from '../../../formats/index.ts';
import type { FreeReading } from '../../../src/core/model/format.ts';

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

/** True if the program alone decodes the same sound from the file, judged by length and level. */
function isAlike({ file, sampleRateHz, channels, samples: length, rmsDb }: Sample, { program, args }: FreeReading): boolean {
  const asked = args
    .replace('RATE', String(sampleRateHz))
    .replace('CHANNELS', String(channels))
    .split(' ')
    .filter((arg) => arg !== '');
  const run = spawnSync(program, commands[program](asked, `${folder}${file}`), { maxBuffer: 64 * 1024 * 1024 });
  const pcm = new Int16Array(run.stdout.buffer, run.stdout.byteOffset, Math.floor(run.stdout.length / 2));
  if (run.status !== 0 || pcm.length === 0 || Math.abs(pcm.length / channels - length) > paddingSamples) return false;
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
    for (const sample of samples) {
      const reading = readingsOf.get(sample.format)?.find((one) => one.program === program);
      if (reading === undefined) continue;
      const pair = `${sample.format} ${sample.codec}`;
      const before = pairs.get(pair) ?? [];
      // One sample that opens shows that a coding is rightly named; one that does not shows that it is rightly omitted.
      if (!before.includes(named.has(pair))) pairs.set(pair, [...before, isAlike(sample, reading)]);
    }
    const wronglyNamed = [...named].filter((pair) => !(pairs.get(pair) ?? []).includes(true));
    const leftOut = [...pairs].filter(([pair, alike]) => !named.has(pair) && !alike.includes(false)).map(([pair]) => pair);
    expect({ wronglyNamed, leftOut }).toEqual({ wronglyNamed: [], leftOut: [] });
  },
);
