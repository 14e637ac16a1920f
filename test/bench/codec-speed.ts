import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codecs } from '../../formats/codecs/index.ts';
import { formats } from '../../formats/index.ts';
import { memoryReader } from '../../src/core/base/bytes.ts';
import { home } from '../../src/core/base/home.ts';
import type { Codec, FfmpegInput, Track } from '../../src/core/model/format.ts';
import type { Canary } from '../../src/media/canaries.ts';
import { identifyAs } from '../../src/media/declared-medium.ts';

const samples = new URL('samples/', home);
const never = new AbortController().signal;
/** Long enough that the start of FFmpeg, some 50 ms, is a small part. */
const wantedSeconds = 1_200;
const pieceBytes = 64 * 1024;

/** FFmpeg takes no part in the judgement of a codec here, but its speed is of interest. */
const table =
  (format: string) =>
  ({ sampleRateHz, channels }: Track): FfmpegInput => ({
    args: ['-f', format, '-ar', String(sampleRateHz), '-ac', String(channels)],
    prefix: new Uint8Array(0),
  });
const tables = new Map([
  ['mulaw', table('mulaw')],
  ['alaw', table('alaw')],
  ['pcm-s16le', table('s16le')],
]);

type Ours = Codec & { readonly decode: { readonly by: 'us' } };

/** A table: hours of audio that each codec of longplay decodes per CPU-second, beside FFmpeg with the same bytes. */
export async function codecSpeeds(say: (text: string) => void): Promise<string> {
  const canaries: readonly Canary[] = JSON.parse(readFileSync(new URL('canaries.json', samples), 'utf8'));
  const folder = mkdtempSync(join(tmpdir(), 'longplay-speed-'));
  const rows: string[] = [];
  try {
    for (const codec of codecs.filter((one): one is Ours => one.decode.by === 'us').sort((a, b) => (a.id < b.id ? -1 : 1))) {
      const material = await materialOf(codec, canaries);
      if (material === null) continue;
      say(codec.id);
      const { track, payload } = material;
      const frames = decodeAll(codec, track, payload);
      const hours = frames.samples / track.channels / track.sampleRateHz / 3_600;
      const ours = hours / frames.cpuSeconds;
      const input = codec.second?.(track) ?? tables.get(codec.id)?.(track) ?? null;
      const theirs = input === null ? null : hours / ffmpegSeconds(input, payload, join(folder, 'coded'));
      rows.push(
        `| \`${codec.id}\` | ${ours.toFixed(2)} | ${theirs === null ? '' : theirs.toFixed(2)} | ${theirs === null ? '' : `${(ours / theirs).toFixed(1)} ×`} |`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return ['| codec | longplay, hours of audio per CPU-second | FFmpeg | ratio |', '|---|---|---|---|', ...rows].join('\n');
}

/** Repeats the longest canary of a codec whose coded bytes can be concatenated, until it lasts long enough. */
async function materialOf(codec: Ours, canaries: readonly Canary[]): Promise<{ track: Track; payload: Uint8Array } | null> {
  const own = canaries.filter((canary) => canary.codec === codec.id && canary.channels === 1).sort((a, b) => b.samples - a.samples);
  let chosen: { track: Track; payload: Uint8Array } | null = null;
  for (const { file, declared, sampleRateHz, channels } of own) {
    const bytes = new Uint8Array(readFileSync(new URL(file, samples)));
    const declaration = declared === true ? { glob: '*', codec: codec.id, codecName: codec.title, sampleRateHz, channels } : null;
    const name = file.slice(file.lastIndexOf('/') + 1);
    const found = await identifyAs(memoryReader(bytes, name), { name }, formats, declaration, never);
    const track = found?.tracks[0];
    if (track === undefined || track.packets !== undefined || track.codec !== codec.id) continue;
    const once = Buffer.concat(track.spans.map(([start, end]) => bytes.subarray(start, end)));
    const whole = once.subarray(0, once.length - (once.length % (track.blockBytes ?? 1)));
    const seconds = decodeAll(codec, track, whole).samples / track.sampleRateHz;
    // Data that begins with a header of its own (FLAC, dictation) cannot be concatenated.
    const twice = decodeAll(codec, track, Buffer.concat([whole, whole])).samples / track.sampleRateHz;
    if (seconds === 0 || twice < 1.9 * seconds) continue;
    chosen ??= { track: { ...track, frames: null }, payload: Buffer.concat(new Array<Buffer>(Math.ceil(wantedSeconds / seconds)).fill(whole)) };
    // Prefers one that FFmpeg decodes as well.
    if (codec.second === undefined || codec.second(track) !== null)
      return { track: { ...track, frames: null }, payload: Buffer.concat(new Array<Buffer>(Math.ceil(wantedSeconds / seconds)).fill(whole)) };
  }
  return chosen;
}

function decodeAll(codec: Ours, track: Track, payload: Uint8Array): { readonly samples: number; readonly cpuSeconds: number } {
  const decoder = codec.decode.decoder({ ...track, frames: null, spans: [[0, payload.length]] });
  let samples = 0;
  const began = process.cpuUsage();
  for (let at = 0; at < payload.length; at += pieceBytes) samples += decoder.decode(payload.subarray(at, at + pieceBytes)).length;
  samples += decoder.finish().length;
  const { user, system } = process.cpuUsage(began);
  return { samples, cpuSeconds: (user + system) / 1e6 };
}

function ffmpegSeconds({ args, prefix }: FfmpegInput, payload: Uint8Array, file: string): number {
  writeFileSync(file, Buffer.concat([prefix, payload]));
  const script = 'TIMEFORMAT="%U %S"; time ffmpeg -v quiet -nostdin "$@" -f s16le -c:a pcm_s16le -y /dev/null';
  const times = execFileSync('bash', ['-c', `{ ${script}; } 2>&1`, 'bash', ...args, '-i', file], { encoding: 'utf8' });
  return times
    .trim()
    .split(/\s+/)
    .map(Number)
    .reduce((sum, seconds) => sum + seconds, 0);
}
