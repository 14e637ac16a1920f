import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { home } from '../../src/core/base/home.ts';
import { voice } from './make-corpus.ts';

/** Samples from one position of a clip, interleaved; each channel from a different position, like two speakers. */
function pieceOf(clip: Int16Array, place: number, count: number, channels: number): Int16Array {
  const piece = new Int16Array(count * channels);
  for (let channel = 0; channel < channels; channel++) {
    const from = (place + channel * 1_000_003) % Math.max(1, clip.length - count);
    for (let at = 0; at < count; at++) piece[at * channels + channel] = clip[from + at] ?? 0;
  }
  return piece;
}

/** A recording of a corpus, with its samples for programs that do not decode it. */
export interface MixedFile {
  readonly path: string;
  /** FFmpeg's input options (before `-i`) for a file without a header. */
  readonly ffmpegInput: readonly string[];
  /** 16-bit samples, interleaved, of the same call. */
  readonly rawPath: string;
  readonly rateHz: number;
  readonly channels: number;
}

/** Recordings in typical codecs of old recorders, with their CDR table. */
export interface MixedCorpus {
  readonly folder: string;
  readonly files: readonly MixedFile[];
  readonly bytes: number;
  readonly hours: number;
}

/** Coding of a call: FFmpeg's encoder, the file's ending, and further arguments. */
export interface Coding {
  readonly encoder: string;
  readonly ending: string;
  readonly rateHz?: number;
  readonly channels?: number;
  readonly options?: readonly string[];
  readonly ffmpegInput?: readonly string[];
  /** Without an encoder: repeats one of longplay's samples after a single header. */
  readonly repeated?: { readonly sample: string; readonly headerBytes: number; readonly frameBytes: number; readonly bytesPerSecond: number };
}

/** Codecs that longplay decodes itself; a fifth of the calls have two channels. */
export const ownCodings: readonly Coding[] = [
  { encoder: 'pcm_mulaw', ending: 'wav' },
  { encoder: 'pcm_alaw', ending: 'wav' },
  { encoder: 'libgsm_ms', ending: 'wav' },
  { encoder: 'pcm_alaw', ending: 'wav', channels: 2 },
  { encoder: 'adpcm_ima_wav', ending: 'wav' },
  { encoder: 'pcm_s16le', ending: 'wav' },
  { encoder: 'adpcm_ms', ending: 'wav' },
  { encoder: 'g722', ending: 'g722', rateHz: 16_000, ffmpegInput: ['-f', 'g722'] },
  { encoder: 'pcm_mulaw', ending: 'wav', channels: 2 },
  { encoder: 'g726', ending: 'wav', options: ['-b:a', '32k'] },
];

/** Codecs that only FFmpeg decodes, and G.729, for which longplay has its own decoder. */
export const foreignCodings: readonly Coding[] = [
  { encoder: 'g723_1', ending: 'wav', options: ['-b:a', '6300'] },
  { encoder: 'amr', ending: 'amr', repeated: { sample: 'amr-nb.amr', headerBytes: 6, frameBytes: 32, bytesPerSecond: 1_600 } },
  { encoder: 'libmp3lame', ending: 'mp3', options: ['-b:a', '32k'] },
  {
    encoder: 'g729',
    ending: 'g729',
    ffmpegInput: ['-f', 'g729'],
    repeated: { sample: 'raw-g729.g729', headerBytes: 0, frameBytes: 10, bytesPerSecond: 1_000 },
  },
];

/**
 * Writes `count` calls with the lengths in docs/facts (median 90 s, a tail up to 15 minutes), alternating between all codings. The same arguments give the same calls. @param
 * lengthS a fixed length instead
 */
export function makeMixedCorpus(folder: string, count: number, codings: readonly Coding[], lengthS: number | null): MixedCorpus {
  const clips = new Map<number, Int16Array>();
  const clip = (rateHz: number): Int16Array => {
    const found = clips.get(rateHz) ?? Int16Array.from(voice(1_200 * rateHz, rateHz));
    clips.set(rateHz, found);
    return found;
  };
  const rows: string[] = [];
  const files: MixedFile[] = [];
  const waiting: Encoding[] = [];
  let seconds = 0;
  let seed = 7;
  const random = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  for (let index = 0; index < count; index++) {
    const coding = codings[index % codings.length];
    if (coding === undefined) throw new Error('no coding');
    // Log-normal by Box and Muller: a median of 90 s and σ = 0.9.
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const length = lengthS ?? Math.min(900, Math.max(4, Math.round(90 * Math.exp(0.9 * normal))));
    const { rateHz = 8_000, channels = 1 } = coding;
    const samples = clip(rateHz);
    const piece = pieceOf(samples, index * 7_919, length * rateHz, channels);
    const start = new Date(Date.UTC(2019, 0, 1) + index * 1_200_000);
    const stamp = start.toISOString();
    const uniqueId = `${Math.floor(start.getTime() / 1_000)}.${index % 1_000}`;
    const caller = `+467017406${String(index % 95).padStart(2, '0')}`;
    const name = `in-1001-${caller}-${stamp.slice(0, 10).replaceAll('-', '')}-${stamp.slice(11, 19).replaceAll(':', '')}-${uniqueId}.${coding.ending}`;
    const path = join(folder, 'source', 'monitor', stamp.slice(0, 10).replaceAll('-', '/'), name);
    // Outside the corpus: bare samples are audio for `convert FOLDER`.
    const rawPath = join(`${folder}.raw`, `${index}.s16`);
    for (const file of [path, rawPath]) mkdirSync(dirname(file), { recursive: true });
    writeFileSync(rawPath, Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
    if (coding.repeated !== undefined) writeFileSync(path, repeat(coding.repeated, length, index));
    if (coding.repeated === undefined) {
      const input = ['-f', 's16le', '-ar', String(rateHz), '-ac', String(channels), '-i', rawPath];
      waiting.push({ input, output: ['-c:a', coding.encoder, ...(coding.options ?? []), path] });
    }
    if (waiting.length === filesAProcess || index === count - 1) encode(waiting.splice(0));
    files.push({ path, rawPath, rateHz, channels, ffmpegInput: coding.ffmpegInput ?? [] });
    seconds += length;
    const [local, end] = [start, new Date(start.getTime() + length * 1_000)].map((time) => time.toISOString().slice(0, 19).replace('T', ' '));
    rows.push(
      `"","${caller}","1001","from-trunk","""Trader"" <${caller}>","SIP/trunk-${index}","SIP/1001-${index}","Dial","SIP/1001,20","${local}","${local}","${end}",${length},${length},"ANSWERED","DOCUMENTATION","${uniqueId}","","","${uniqueId}",${index}`,
    );
  }
  mkdirSync(join(folder, 'source', 'cdr-csv'), { recursive: true });
  writeFileSync(join(folder, 'source', 'cdr-csv', 'Master.csv'), `${rows.join('\n')}\n`);
  const bytes = files.reduce((sum, { path }) => sum + statSync(path).size, 0);
  return { folder: join(folder, 'source'), files, bytes, hours: seconds / 3_600 };
}

interface Encoding {
  readonly input: readonly string[];
  readonly output: readonly string[];
}

/** 600 calls of 2 s took 55 s with a process each, and 4 s in this way. */
const filesAProcess = 40;

function encode(calls: readonly Encoding[]): void {
  if (calls.length === 0) return;
  const outputs = calls.flatMap(({ output }, index) => ['-map', `${index}:a`, ...output]);
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...calls.flatMap(({ input }) => input), ...outputs], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Repeats the sample; each call starts at another frame of it, so that no two neighbours are alike. */
function repeat({ sample, headerBytes, frameBytes, bytesPerSecond }: NonNullable<Coding['repeated']>, seconds: number, index: number): Buffer {
  const bytes = readFileSync(fileURLToPath(new URL(`samples/formats/${sample}`, home)));
  const frames = bytes.subarray(headerBytes);
  const from = ((index * 7) % Math.floor(frames.length / frameBytes)) * frameBytes;
  const times = 1 + Math.ceil((seconds * bytesPerSecond) / frames.length);
  const coded = Buffer.concat(Array.from({ length: times }, () => frames)).subarray(from, from + seconds * bytesPerSecond);
  return Buffer.concat([bytes.subarray(0, headerBytes), coded]);
}
