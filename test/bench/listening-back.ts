import type { Comparison } from '../../src/core/model/measurement.ts';
import { createCompare } from '../../src/media/copy/compare-copy.ts';
import { demandsOf } from '../../src/media/copy/compare-demands.ts';
import { opusRatesHz } from '../../src/media/libopus/libopus.ts';
import { woven } from '../media/medium-rig.ts';
import { bell, encoded, made, mixtures, recordings, type Sound, signals } from './sounds.ts';

// Measures the values that docs/explanation/listening-back.md states. Usage: node dist/test/bench/listening-back.js FOLDER-OF-RECORDINGS

function compared(original: Int16Array, copy: Int16Array, rateHz: number, channels: number, bitratePerChannel: number): Comparison {
  const work = createCompare({ sampleRateHz: rateHz, channels, bitratePerChannel });
  work.expect(original);
  work.found(copy);
  return work.finish();
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

/** The same prompt in another coding is not a different recording, and the silence of one line does not differ from that of the next. */
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
