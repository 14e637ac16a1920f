import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codecs } from '../../formats/codecs/index.ts';
import { formats } from '../../formats/index.ts';
import type { Codec, Format, Identification, Samples, Track } from '../../src/core/model/format.ts';
import { findFfmpeg } from '../../src/media/ffmpeg/ffmpeg.ts';
import { findOpusLibrary } from '../../src/media/libopus/libopus.ts';
import type { AccessOptions, MediaTools, MediumTask } from '../../src/media/tools/types.ts';
import { remembered } from '../remembered.ts';

/** A signal that is never aborted. */
export const never = new AbortController().signal;

/** The settings for archives. */
export const usual: AccessOptions = { format: 'opus', bitratePerChannel: 32_000, complexity: 4 };

/** The tools of this machine. */
export async function realTools(): Promise<MediaTools> {
  return { formats, codecs: new Map(codecs.map((codec) => [codec.id, codec])), ffmpeg: await findFfmpeg(), opus: findOpusLibrary() };
}

/** A folder that is removed after the test. */
export function temporary(): { path: string; list(): string[]; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'longplay-media-'));
  return { path, list: () => readdirSync(path).sort(), [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A task over bytes in memory. */
export function taskOf(bytes: Uint8Array, name: string, folder: string, access: AccessOptions = usual): MediumTask {
  return {
    location: { kind: 'bytes', bytes },
    name,
    place: `calls/${name}`,
    originalBase: join(folder, 'original-1'),
    accessBase: join(folder, 'access-1'),
    access,
  };
}

/** A track with this number of coded bytes in one span. */
export function trackOf(codec: string, bytes: number, more: Partial<Track> = {}): Track {
  return {
    codec,
    codecName: codec,
    sampleRateHz: 8_000,
    channels: 1,
    bitsPerSample: null,
    blockBytes: null,
    frames: null,
    setup: null,
    spans: [[0, bytes]],
    ...more,
  };
}

/** A format that claims every file and gives a preset answer. */
export function formatSaying(answer: (size: number) => Partial<Identification>, id = 'made-up'): Format {
  return {
    id,
    title: id,
    extensions: ['.mup'],
    mediaType: 'audio/x-made-up',
    grade: 'documented',
    facts: ['this test'],
    identify: async (bytes) => ({
      format: id,
      confidence: 'signature',
      basis: `${id} at 0`,
      tracks: [],
      findings: [],
      state: 'ok',
      ...answer(bytes.size),
    }),
  };
}

/** A codec that applies a function to each piece. */
export function codecDoing(id: string, decode: (bytes: Uint8Array) => Samples, droppedBytes = 0): Codec {
  return { id, title: id, facts: ['this test'], decode: { by: 'us', decoder: () => ({ decode, finish: () => new Int16Array(0), droppedBytes }) } };
}

/** Speech-like sound: harmonics of a gliding voice in syllables of changing loudness, with breath between. Same seed, same samples. */
export const speech = remembered((rateHz: number, seconds: number, seed = 1): Int16Array => {
  let state = seed;
  const noise = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 0x80000000 - 1;
  };
  let phase = 0;
  const samples = new Int16Array(Math.round(rateHz * seconds));
  for (let index = 0; index < samples.length; index++) {
    const t = index / rateHz;
    phase += (2 * Math.PI * (110 + 15 * seed + 25 * Math.sin(2 * t + seed) + 10 * Math.sin(7.3 * t))) / rateHz;
    const syllable = Math.max(0, Math.sin(2 * Math.PI * 3.1 * t + seed) * Math.sin(2 * Math.PI * 0.4 * t + 2 * seed));
    const formant = 3 * Math.sin(5 * t);
    let voice = 0;
    for (let harmonic = 1; harmonic <= 20; harmonic++) voice += Math.sin(harmonic * phase) / (1 + Math.abs(harmonic - 4 - formant));
    samples[index] = Math.round(2_500 * syllable * voice + 40 * noise());
  }
  return samples;
});

/** Repeated samples, for tests of the length only. */
export function repeated(samples: Int16Array, times: number): Int16Array {
  const all = new Int16Array(samples.length * times);
  for (let at = 0; at < times; at++) all.set(samples, at * samples.length);
  return all;
}

/** The samples' bytes. */
export function bytesOf(samples: Samples): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

/** A plain PCM WAV file. */
export function wav(samples: Int16Array, rateHz: number, channels = 1): Uint8Array {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + samples.byteLength, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(rateHz, 24);
  header.writeUInt32LE(rateHz * channels * 2, 28);
  header.writeUInt16LE(channels * 2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(samples.byteLength, 40);
  return Buffer.concat([header, bytesOf(samples)]);
}

/** Interleaves channels into frames. */
export function woven(...channels: readonly Int16Array[]): Int16Array {
  const frames = Math.max(...channels.map((channel) => channel.length));
  return Int16Array.from(
    { length: frames * channels.length },
    (_, index) => channels[index % channels.length]?.[Math.floor(index / channels.length)] ?? 0,
  );
}
