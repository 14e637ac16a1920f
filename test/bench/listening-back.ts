import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Samples } from '../../src/core/format.ts';
import type { Comparison } from '../../src/core/measurement.ts';
import { createCompare } from '../../src/media/compare.ts';
import { demandsOf } from '../../src/media/compare-demands.ts';
import { createCopyDecoder } from '../../src/media/copy-decoder.ts';
import { createCopyEncoder } from '../../src/media/copy-encoder.ts';
import { decodeMedium, playable } from '../../src/media/decode-medium.ts';
import { identifyMedium } from '../../src/media/identify-medium.ts';
import { opusRatesHz } from '../../src/media/libopus.ts';
import { openMedium } from '../../src/media/medium-bytes.ts';
import { never, realTools, woven } from '../media/medium-rig.ts';

// Measures what docs/listening-back.md states. Usage: node dist/test/bench/listening-back.js FOLDER-OF-RECORDINGS

const tools = await realTools();
const complexity = 4;

interface Sound {
  readonly name: string;
  readonly rateHz: number;
  readonly samples: Int16Array;
}

async function encoded(samples: Int16Array, rateHz: number, channels: number, bitratePerChannel: number): Promise<Int16Array> {
  const written: Uint8Array[] = [];
  const stream = { sampleRateHz: rateHz, channels, serialName: 'access-1', opus: tools.opus, ffmpeg: tools.ffmpeg };
  const encoder = createCopyEncoder({ format: 'opus', bitratePerChannel, complexity }, stream, (bytes) => written.push(bytes));
  await encoder.push(samples);
  await encoder.finish();
  const decoder = createCopyDecoder('opus', tools, rateHz);
  const heard = new Int16Array(samples.length);
  let at = 0;
  const keep = (piece: Samples): void => {
    heard.set(piece, at);
    at += piece.length;
  };
  for (const bytes of written) keep(await decoder.push(bytes));
  keep(await decoder.finish());
  return heard;
}

function compared(original: Int16Array, copy: Int16Array, rateHz: number, channels: number, bitratePerChannel: number): Comparison {
  const work = createCompare({ sampleRateHz: rateHz, channels, bitratePerChannel });
  work.expect(original);
  work.found(copy);
  return work.finish();
}

/** Every recording below a folder that can be decoded to one channel at a rate of Opus, its first minute. */
async function recordings(folder: string): Promise<Sound[]> {
  const sounds: Sound[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const bytes = openMedium({ kind: 'bytes', bytes: readFileSync(join(entry.parentPath, entry.name)) }, entry.name);
    const answer = await identifyMedium(bytes.reader, { name: entry.name }, tools.formats, never);
    const play = answer === null ? null : playable(answer, tools, entry.name);
    if (play === null || 'reason' in play || play.channels !== 1 || !opusRatesHz.includes(play.sampleRateHz)) continue;
    const most = 60 * play.sampleRateHz;
    const samples = new Int16Array(most);
    let at = 0;
    const keep = (piece: Samples): void => {
      const whole = piece instanceof Int16Array ? piece : Int16Array.from(piece, (sample) => Math.round(sample * 32_767));
      const fits = whole.subarray(0, most - at);
      samples.set(fits, at);
      at += fits.length;
    };
    await decodeMedium(play, bytes, entry.name, keep, never);
    // Shorter ones are tones and single words: too little for a second of it to be missing.
    if (at < 1.2 * play.sampleRateHz) continue;
    sounds.push({ name: join(entry.parentPath.split('/').at(-1) ?? '', entry.name), rateHz: play.sampleRateHz, samples: samples.subarray(0, at) });
  }
  return sounds.sort((a, b) => (a.name < b.name ? -1 : 1));
}

let state = 7;
function random(): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  return state / 0x80000000 - 1;
}
const bell = (): number => random() + random() + random();
const sine = (hz: number, t: number): number => Math.sin(2 * Math.PI * hz * t);

function made(name: string, rateHz: number, seconds: number, at: (t: number) => number): Sound {
  const samples = Int16Array.from({ length: rateHz * seconds }, (_, index) => Math.max(-32_768, Math.min(32_767, Math.round(at(index / rateHz)))));
  return { name, rateHz, samples };
}

const low = [697, 770, 852, 941];
const high = [1_209, 1_336, 1_477];
const pick = (tones: readonly number[], t: number): number => tones[Math.floor(t * 5) % tones.length] ?? 0;

function signals(): Sound[] {
  const noises = [8_000, 16_000].flatMap((rateHz) => [
    made(`noise at -6 dBFS, ${rateHz} Hz`, rateHz, 10, () => 30_000 * random()),
    made(`noise at -18 dBFS, ${rateHz} Hz`, rateHz, 10, () => 4_000 * bell()),
    made(`noise at -40 dBFS, ${rateHz} Hz`, rateHz, 10, () => 330 * bell()),
    made(`noise at -60 dBFS, ${rateHz} Hz`, rateHz, 10, () => 33 * bell()),
    made(`noise at -79 dBFS, ${rateHz} Hz`, rateHz, 10, () => 4 * bell()),
  ]);
  return [
    ...noises,
    made('tone 400 Hz', 8_000, 5, (t) => 8_000 * sine(400, t)),
    made('tone 3400 Hz', 8_000, 5, (t) => 8_000 * sine(3_400, t)),
    made('hum 50 Hz', 8_000, 5, (t) => 8_000 * sine(50, t)),
    made('hum 50 Hz at -53 dBFS', 8_000, 5, (t) => 100 * sine(50, t)),
    made('DTMF', 8_000, 8, (t) => (t % 0.2 < 0.1 ? 6_000 * (sine(pick(low, t), t) + sine(pick(high, t), t)) : 0)),
    made('busy tone', 8_000, 8, (t) => (t % 1 < 0.5 ? 6_000 * sine(425, t) : 0)),
    made('tone on direct current', 8_000, 5, (t) => 8_000 + 3_000 * sine(300, t)),
    made('clipped tone', 8_000, 5, (t) => 60_000 * sine(300, t) * sine(2, t)),
    made('digital silence', 8_000, 5, () => 0),
    made('silence of mu-law (constant 8)', 8_000, 5, () => 8),
    made('last bit noise', 8_000, 5, () => (random() > 0 ? 1 : 0)),
  ];
}

function mixtures(sounds: readonly Sound[]): Sound[] {
  const [a, b] = sounds.filter((sound) => sound.rateHz === 8_000 && sound.samples.length > 40_000);
  if (a === undefined || b === undefined) return [];
  const changed = (name: string, change: (sample: number, index: number) => number): Sound => ({ ...a, name, samples: a.samples.map(change) });
  return [
    changed('double talk', (sample, index) => (sample + (b.samples[index] ?? 0)) / 2),
    changed('speech 30 dB down', (sample) => Math.round(sample / 32)),
    changed('speech 48 dB down', (sample) => Math.round(sample / 256)),
    changed('speech in noise', (sample) => Math.max(-32_768, Math.min(32_767, sample + 600 * bell()))),
  ];
}

const shifted = (copy: Int16Array, by: number): Int16Array => copy.map((_, index) => copy[index - by] ?? 0);
const harms: readonly (readonly [name: string, harm: (copy: Int16Array, rateHz: number) => Int16Array])[] = [
  ['late by 1 ms', (copy, rateHz) => shifted(copy, rateHz / 1_000)],
  ['early by 1 ms', (copy, rateHz) => shifted(copy, -rateHz / 1_000)],
  ['late by 20 ms', (copy, rateHz) => shifted(copy, rateHz / 50)],
  ['one second silent', (copy, rateHz) => copy.slice().fill(0, Math.floor(copy.length * 0.37), Math.floor(copy.length * 0.37) + rateHz)],
  ['0.2 s silent', (copy, rateHz) => copy.slice().fill(0, Math.floor(copy.length * 0.37), Math.floor(copy.length * 0.37) + rateHz / 5)],
  ['one second from elsewhere', elsewhere],
  ['6 dB down', (copy) => copy.map((sample) => Math.round(sample / 2))],
  ['polarity inverted', (copy) => copy.map((sample) => -sample)],
  ['one sample short', (copy) => copy.subarray(0, copy.length - 1)],
  ['stretched by 1 %', (copy) => copy.map((_, index) => copy[Math.floor(index * 1.01)] ?? 0)],
  ['stretched by 0.1 %', (copy) => copy.map((_, index) => copy[Math.floor(index * 1.001)] ?? 0)],
  ['silent throughout', (copy) => new Int16Array(copy.length)],
];

function elsewhere(copy: Int16Array, rateHz: number): Int16Array {
  const out = copy.slice();
  const at = Math.floor(copy.length / 2);
  out.set(copy.subarray(0, Math.min(rateHz, copy.length - at)), at);
  return out;
}

const write = (line: string): void => void process.stdout.write(`${line}\n`);
const quantile = (values: readonly number[], share: number): number => values[Math.floor(share * (values.length - 1))] ?? Number.NaN;

function spread(values: readonly (number | null | undefined)[]): string {
  const sorted = values.filter((value) => typeof value === 'number').sort((a, b) => a - b);
  return [0, 0.05, 0.5, 0.95, 1].map((share) => quantile(sorted, share).toFixed(3)).join(' | ');
}

async function noiseTable(): Promise<void> {
  write('\nTable 1. What white noise keeps (similarity in whole; the demand of it in brackets)\n');
  const rates = [6_000, 8_000, 12_000, 16_000, 20_000, 24_000, 32_000, 48_000, 64_000, 96_000];
  write(`| Hz | ${rates.map((rate) => `${rate / 1_000} kb/s`).join(' | ')} |\n|---|${rates.map(() => '---|').join('')}`);
  for (const rateHz of opusRatesHz) {
    const { samples } = made('', rateHz, 6, () => 3_000 * bell());
    const cells: string[] = [];
    for (const bitrate of rates) {
      const result = compared(samples, await encoded(samples, rateHz, 1, bitrate), rateHz, 1, bitrate);
      const { similarity } = demandsOf({ sampleRateHz: rateHz, channels: 1, bitratePerChannel: bitrate });
      cells.push(`${(result.channels[0]?.similarity ?? 0).toFixed(3)} (${similarity})${result.passed ? '' : ` FAILS: ${result.reasons.join('; ')}`}`);
    }
    write(`| ${rateHz} | ${cells.join(' | ')} |`);
  }
}

async function goodTable(groups: readonly (readonly [string, readonly Sound[]])[], bitrates: readonly number[]): Promise<void> {
  write('\nTable 2. Good copies\n');
  write('| material | kb/s | copies | passed | | min | 5 % | median | 95 % | max |\n|---|---|---|---|---|---|---|---|---|---|');
  for (const [group, sounds] of groups) {
    for (const bitrate of bitrates) {
      const results: Comparison[] = [];
      for (const { samples, rateHz, name } of sounds) {
        const result = compared(samples, await encoded(samples, rateHz, 1, bitrate), rateHz, 1, bitrate);
        if (!result.passed) process.stderr.write(`${bitrate} ${name}: ${result.reasons.join('; ')}\n`);
        results.push(result);
      }
      const channels = results.flatMap((result) => result.channels);
      const head = `| ${group} | ${bitrate / 1_000} | ${results.length} | ${results.filter((result) => result.passed).length}`;
      const judged = channels.filter((channel) => channel.worstWindow !== null);
      write(`${head} | in whole | ${spread(judged.map((channel) => channel.similarity))} |`);
      write(`| | | | | worst second | ${spread(judged.map((channel) => channel.worstWindow))} |`);
      write(`| | | | | level, dB | ${spread(judged.map((channel) => channel.levelDifferenceDb))} |`);
    }
  }
}

/** Two sides of a call on two channels: every kind of other side beside a speaker and beside music on hold. */
async function stereoTable(sounds: readonly Sound[], bitrates: readonly number[]): Promise<void> {
  const music = sounds.find((sound) => sound.name.includes('moh'));
  const [speaker, other] = sounds.filter((sound) => sound.rateHz === 8_000 && sound.samples.length > 40_000 && sound !== music);
  if (speaker === undefined || other === undefined || music === undefined) return;
  const second = (index: number): number => other.samples[index % other.samples.length] ?? 0;
  const turn = (index: number): number => Math.floor(index / 16_000) % 2;
  const sides: readonly (readonly [string, (index: number, first: Int16Array) => number])[] = [
    ['digital silence', () => 0],
    ['silence of mu-law', () => 8],
    ['noise at -78 dBFS', () => 4.5 * bell()],
    ['noise at -70 dBFS', () => 10 * bell()],
    ['noise at -60 dBFS', () => 33 * bell()],
    ['noise at -50 dBFS', () => 100 * bell()],
    ['speech', (index) => second(index)],
    ['speech 30 dB down', (index) => second(index) / 32],
    ['speech 48 dB down', (index) => second(index) / 256],
    ['turns of speech and digital silence, cut hard', (index) => second(index) * turn(index)],
    ['turns of speech and noise at -78 dBFS, cut hard', (index) => second(index) * turn(index) + 5 * bell()],
    ['echo of the first, 50 ms late, 20 dB down', (index, first) => (first[index - 400] ?? 0) / 10],
    ['the first itself', (index, first) => first[index] ?? 0],
    ['the first inverted', (index, first) => -(first[index] ?? 0)],
  ];
  write('\nTable 4. Two-sided calls: copies that passed, with the lowest similarity of the second side\n');
  write(
    `| beside speech or music: | ${bitrates.map((bitrate) => `${bitrate / 1_000} kb/s`).join(' | ')} |\n|---|${bitrates.map(() => '---|').join('')}`,
  );
  for (const [name, side] of sides) {
    const cells: string[] = [];
    for (const bitrate of bitrates) {
      const results: Comparison[] = [];
      for (const first of [speaker.samples, music.samples.subarray(0, 160_000)]) {
        const samples = woven(
          first,
          Int16Array.from(first, (_, index) => Math.round(side(index, first))),
        );
        results.push(compared(samples, await encoded(samples, 8_000, 2, bitrate), 8_000, 2, bitrate));
      }
      const passed = results.filter((result) => result.passed).length;
      const worst = results.flatMap((result) => result.channels[1]?.similarity ?? []).sort((a, b) => a - b)[0];
      cells.push(`${passed} of ${results.length}, ${worst === undefined ? 'silent' : worst.toFixed(3)}`);
      for (const result of results) if (!result.passed) process.stderr.write(`${bitrate} ${name}: ${result.reasons.join('; ')}\n`);
    }
    write(`| ${name} | ${cells.join(' | ')} |`);
  }
}

async function badTable(sounds: readonly Sound[], bitrate: number): Promise<void> {
  write(`\nTable 3. Bad copies at ${bitrate / 1_000} kb/s\n`);
  write('| harm | copies | not noticed | in whole: median | 95 % | max | worst second: median | 95 % | max |\n|---|---|---|---|---|---|---|---|---|');
  const copies = new Map<Sound, Int16Array>();
  for (const sound of sounds) copies.set(sound, await encoded(sound.samples, sound.rateHz, 1, bitrate));
  const row = (name: string, results: readonly (readonly [string, Comparison])[]): void => {
    const passed = results.filter(([, result]) => result.passed).map(([sound]) => sound);
    const channels = results.flatMap(([, result]) => result.channels);
    const upper = (values: readonly (number | null)[]): string => spread(values).split(' | ').slice(2).join(' | ');
    const cells = [upper(channels.map((channel) => channel.similarity)), upper(channels.map((channel) => channel.worstWindow))];
    write(
      `| ${name} | ${results.length} | ${passed.length}${passed.length > 0 && passed.length < 40 ? `: ${passed.join(', ')}` : ''} | ${cells.join(' | ')} |`,
    );
  };
  for (const [name, harm] of harms) {
    const results = sounds.map((sound) => {
      const bad = harm(copies.get(sound) ?? sound.samples, sound.rateHz);
      return [sound.name, compared(sound.samples, bad, sound.rateHz, 1, bitrate)] as const;
    });
    row(name, results);
  }
  const wrong: (readonly [string, Comparison])[] = [];
  const swapped: (readonly [string, Comparison])[] = [];
  for (const [index, a] of sounds.entries()) {
    for (const b of sounds.slice(index + 1)) {
      if (a.rateHz !== b.rateHz || alike(a, b)) continue;
      const length = Math.min(a.samples.length, b.samples.length);
      const copy = (copies.get(b) ?? b.samples).subarray(0, length);
      wrong.push([`${a.name} for ${b.name}`, compared(a.samples.subarray(0, length), copy, a.rateHz, 1, bitrate)]);
      if (swapped.length >= 100 || index % 5 > 0) continue;
      const sides = [a.samples.subarray(0, length), b.samples.subarray(0, length)] as const;
      const stereo = await encoded(woven(...sides), a.rateHz, 2, bitrate);
      swapped.push([`${a.name} and ${b.name}`, compared(woven(sides[1], sides[0]), stereo, a.rateHz, 2, bitrate)]);
    }
  }
  row('another recording, of the same length', wrong);
  row('channels swapped', swapped);
}

/** The same prompt in another coding is no other recording, nor is the silence of one line another than that of the next. */
function alike(a: Sound, b: Sound): boolean {
  const length = Math.min(a.samples.length, b.samples.length);
  const [channel] = compared(a.samples.subarray(0, length), b.samples.subarray(0, length), a.rateHz, 1, 32_000).channels;
  return channel === undefined || channel.worstWindow === null || (channel.similarity ?? 0) > 0.5;
}

const [, , folder] = process.argv;
const recorded = folder === undefined ? [] : await recordings(folder);
const others = [...mixtures(recorded), ...signals()];
await noiseTable();
await goodTable(
  [
    ['recordings, 8 kHz', recorded.filter((sound) => sound.rateHz === 8_000)],
    ['recordings, 16 to 48 kHz', recorded.filter((sound) => sound.rateHz > 8_000)],
    ['mixtures and signals', others],
  ],
  [16_000, 24_000, 32_000, 64_000],
);
await badTable([...recorded, ...others], 32_000);
await stereoTable(recorded, [16_000, 24_000, 32_000, 64_000]);
