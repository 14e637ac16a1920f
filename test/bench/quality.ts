import { mulawValues } from '../../formats/codecs/waveform/g711.ts';
import { type Noise, noiseOf } from './masking.ts';
import { encoded, mixtures, recordings, type Sound, signals } from './sounds.ts';

// Measures the values that docs/explanation/quality.md states. Usage: node dist/test/bench/quality.js FOLDER-OF-RECORDINGS

/** Bits per second and complexity; null for a second G.711 mu-law coding, the loss of the telephone network itself. */
const settings: readonly (readonly [bitrate: number, complexity: number] | null)[] = [
  null,
  [12_000, 4],
  [16_000, 4],
  [20_000, 4],
  [24_000, 4],
  [32_000, 0],
  [32_000, 4],
  [32_000, 10],
  [48_000, 4],
  [64_000, 4],
  [64_000, 10],
];

/** The values of the 256 codes of mu-law, ascending. */
const levels = mulawValues.slice().sort();

function onceMore(sample: number): number {
  let [low, high] = [0, levels.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((levels[middle] ?? 0) <= sample) low = middle;
    else high = middle;
  }
  const [a, b] = [levels[low] ?? 0, levels[high] ?? 0];
  return sample - a <= b - sample ? a : b;
}

/** Without frequencies below 3 Hz, which libopus removes (`dc_reject` in opus_encoder.c) and which are inaudible. */
function withoutDirect(samples: Int16Array, rateHz: number): Int16Array {
  const keep = 1 - (6.3 * 3) / rateHz;
  let direct = 0;
  return samples.map((sample) => {
    const rest = sample - direct;
    direct = keep * direct + (1 - keep) * sample;
    return rest;
  });
}

const write = (line: string): void => void process.stdout.write(`${line}\n`);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Grouped by the original coding, as stated by the file or folder name. */
function groupOf({ name, rateHz }: Sound): string {
  if (rateHz > 8_000) return 'recorded at 16 kHz and more';
  if (/g729|g723|gsm|ilbc|speex|amr/i.test(name)) return 'recorded in GSM, G.729 and the like';
  return 'recorded in G.711, PCM, ADPCM';
}

const [, , folder] = process.argv;
if (folder === undefined) throw new Error('name a folder of recordings');
const recorded = await recordings(folder);
const groups = new Map<string, Sound[]>();
const add = (group: string, sound: Sound): void => void groups.set(group, [...(groups.get(group) ?? []), sound]);
for (const sound of recorded) add(groupOf(sound), sound);
for (const sound of mixtures(recorded)) add(sound.name, sound);
for (const sound of signals().filter(({ name }) => /^(noise at -18 dBFS, 8000|DTMF|busy)/.test(name))) add(sound.name, sound);

write('| material | copy | CPU-s per hour | noise to mask, dB | bands above mask | segmental SNR, dB |\n|---|---|---|---|---|---|');
for (const [group, sounds] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
  for (const setting of settings) {
    const noises: Noise[] = [];
    let [cpuSeconds, seconds] = [0, 0];
    for (const { samples, rateHz } of sounds) {
      const before = process.cpuUsage();
      const copy = setting === null ? samples.map(onceMore) : await encoded(samples, rateHz, 1, ...setting);
      const { user, system } = process.cpuUsage(before);
      cpuSeconds += (user + system) / 1e6;
      seconds += samples.length / rateHz;
      const noise = noiseOf(setting === null ? samples : withoutDirect(samples, rateHz), copy, rateHz);
      if (noise !== null) noises.push(noise);
    }
    const what = setting === null ? 'G.711 once more' : `${setting[0] / 1_000} kb/s, complexity ${setting[1]}`;
    const cost = setting === null ? '' : ((cpuSeconds * 3_600) / seconds).toFixed(1);
    const numbers = [
      mean(noises.map((n) => n.noiseToMaskDb)).toFixed(1),
      `${(100 * mean(noises.map((n) => n.aboveMask))).toFixed(1)} %`,
      mean(noises.map((n) => n.segmentalSnrDb)).toFixed(1),
    ];
    write(`| ${setting === null ? `${group} (${sounds.length}, ${Math.round(seconds)} s)` : ''} | ${what} | ${cost} | ${numbers.join(' | ')} |`);
  }
}
