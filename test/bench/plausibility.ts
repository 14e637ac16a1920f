import { randomFillSync } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { mediaTools } from '../../src/cli/machine/media-tools.ts';
import { memoryReader } from '../../src/core/base/bytes.ts';
import type { Codec, Samples, Track } from '../../src/core/model/format.ts';
import { openMedium } from '../../src/media/bytes/medium-bytes.ts';
import { decodeMedium, playable } from '../../src/media/decode/decode-medium.ts';
import { decodeTrack } from '../../src/media/decode/decode-track.ts';
import { identifyMedium } from '../../src/media/identify/identify-medium.ts';
import { createSeconds, type Second } from '../../src/media/measure/seconds.ts';
import { createPlausibility } from '../../src/media/plausible.ts';

// Measures what rightly and wrongly decoded sound looks like, for docs/explanation/plausibility.md. Run by hand: node dist/test/bench/plausibility.js FOLDER…
const never = new AbortController().signal;
const tools = await mediaTools({ ffmpeg: null, opus: null });
const ours = [...tools.codecs.values()].filter((codec): codec is Codec & { decode: { by: 'us' } } => codec.decode.by === 'us');
const loudPower = 1e-5;
const codedSeconds = 120_000;

interface Row {
  tracks: number;
  doubtful: number;
  readonly seconds: Second[];
}
const rows = new Map<string, Row>();

/** Measures the result of `decode`, under a name of the table. */
async function measure(name: string, rate: number, channels: number, decode: (sink: (samples: Samples) => void) => Promise<unknown>): Promise<void> {
  const row = rows.get(name) ?? { tracks: 0, doubtful: 0, seconds: [] };
  let [plausibility, seconds] = [createPlausibility(rate, channels, 's16le'), createSeconds(rate, channels, 's16le', () => {})];
  let begun = false;
  await decode((samples) => {
    if (!begun) {
      const format = samples instanceof Int16Array ? 's16le' : 'f32le';
      plausibility = createPlausibility(rate, channels, format);
      seconds = createSeconds(rate, channels, format, (_, second) => void (second.power >= loudPower && row.seconds.push(second)));
      begun = true;
    }
    plausibility.push(samples);
    seconds.push(samples);
  }).catch(() => undefined);
  seconds.finish();
  row.tracks++;
  const doubts = plausibility.finish();
  if (doubts.length > 0) row.doubtful++;
  if (name.startsWith('right') && doubts.length > 0) process.stderr.write(`${current}: ${doubts.join('; ')}\n`);
  rows.set(name, row);
}

let current = '';
function* filesBelow(folder: string): Generator<string> {
  if (lstatSync(folder).isFile()) return void (yield folder);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory() || entry.isFile()) yield* filesBelow(join(folder, entry.name));
  }
}

const plain = (track: Track, codec: string): Track => ({ ...track, codec, channels: 1, frames: null, setup: null, blockBytes: null });

async function decodeAs(bytes: Uint8Array, track: Track, codec: (typeof ours)[number]): Promise<void> {
  const medium = openMedium({ kind: 'bytes', bytes }, current);
  const name = track.codecName;
  await measure(name, track.sampleRateHz, 1, (sink) =>
    decodeTrack(
      { track: plain(track, codec.id), codec: { id: codec.id, codec, decode: codec.decode, ffmpeg: null }, bytes: medium, place: '' },
      sink,
      never,
    ),
  );
}

for (const file of process.argv.slice(2).flatMap((folder) => [...filesBelow(folder)])) {
  const bytes = readFileSync(file);
  if (bytes.length === 0 || bytes.length > 16_000_000) continue;
  current = file;
  const found = await identifyMedium(memoryReader(bytes, file), { name: basename(file) }, tools.formats, never);
  const track = found?.tracks[0];
  if (found === null || track === undefined) continue;
  const play = playable(found, tools, file);
  if ('reason' in play) continue;
  const medium = openMedium({ kind: 'bytes', bytes }, file);
  await measure(`right: ${track.codec}`, play.sampleRateHz, play.channels, (sink) => decodeMedium(play, { bytes: medium, place: file }, sink, never));
  if (track.channels !== 1) continue;
  const limited = track.spans.map(([start, end]) => [start, Math.min(end, start + codedSeconds)] as const);
  for (const codec of ours) {
    if (codec.id === track.codec) continue;
    await decodeAs(bytes, { ...track, codecName: `wrong: ${track.codec} as ${codec.id}`, spans: limited }, codec);
  }
}

current = 'random bytes';
const noise = randomFillSync(new Uint8Array(codedSeconds));
for (const codec of ours) {
  const track = { codecName: `random bytes as ${codec.id}`, sampleRateHz: 8000, channels: 1, bitsPerSample: null, spans: [[0, noise.length]] };
  await decodeAs(noise, track as unknown as Track, codec);
}

const at = (values: readonly number[], share: number): string =>
  (values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0).toFixed(2);
const spread = (values: readonly number[]): string => {
  const sorted = [...values].sort((a, b) => a - b);
  return `${at(sorted, 0.05)} / ${at(sorted, 0.5)} / ${at(sorted, 0.95)} / ${at(sorted, 0.999)}`;
};
process.stdout.write(
  '| | tracks | doubtful | loud seconds | unpredictable 5 / 50 / 95 / 99.9 % | below 80 Hz | full scale |\n|---|---|---|---|---|---|---|\n',
);
for (const [name, { tracks, doubtful, seconds }] of [...rows].sort(([a], [b]) => (a < b ? -1 : 1))) {
  const cells = [seconds.map((s) => s.unpredictable), seconds.map((s) => s.lowShare), seconds.map((s) => s.clippedShare)].map(spread);
  process.stdout.write(`| ${name} | ${tracks} | ${doubtful} | ${seconds.length} | ${cells.join(' | ')} |\n`);
}
