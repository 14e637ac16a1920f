import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Samples } from '../../src/core/model/format.ts';
import { openMedium } from '../../src/media/bytes/medium-bytes.ts';
import { createCopyDecoder } from '../../src/media/copy/copy-decoder.ts';
import { createCopyEncoder } from '../../src/media/copy/copy-encoder.ts';
import { decodeMedium, playable } from '../../src/media/decode/decode-medium.ts';
import { identifyMedium } from '../../src/media/identify/identify-medium.ts';
import { opusRatesHz } from '../../src/media/libopus/libopus.ts';
import { never, realTools } from '../media/medium-rig.ts';

const tools = await realTools();

/** One channel to encode. */
export interface Sound {
  readonly name: string;
  readonly rateHz: number;
  readonly samples: Int16Array;
}

/** The sound of an Opus copy of these samples, aligned with them in time. */
export async function encoded(samples: Int16Array, rateHz: number, channels: number, bitratePerChannel: number, complexity = 4): Promise<Int16Array> {
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

/** The first minute of every recording below a folder that can be decoded to one channel at a rate of Opus. */
export async function recordings(folder: string): Promise<Sound[]> {
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
    await decodeMedium(play, { bytes, place: entry.name }, keep, never);
    // Shorter ones are tones and single words: too short to lack a second.
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
/** Gaussian noise. */
export const bell = (): number => random() + random() + random();
const sine = (hz: number, t: number): number => Math.sin(2 * Math.PI * hz * t);

/** A sound by its formula. */
export function made(name: string, rateHz: number, seconds: number, at: (t: number) => number): Sound {
  const samples = Int16Array.from({ length: rateHz * seconds }, (_, index) => Math.max(-32_768, Math.min(32_767, Math.round(at(index / rateHz)))));
  return { name, rateHz, samples };
}

const low = [697, 770, 852, 941];
const high = [1_209, 1_336, 1_477];
const pick = (tones: readonly number[], t: number): number => tones[Math.floor(t * 5) % tones.length] ?? 0;

/** Noise, tones, DTMF, hum, silences. */
export function signals(): Sound[] {
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

/** Double talk, faint speech, speech in noise: made of the first recordings. */
export function mixtures(sounds: readonly Sound[]): Sound[] {
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
