import type { Samples } from '../../core/model/format.ts';
import type { Measurement } from '../../core/model/measurement.ts';
import type { MediumBytes } from '../bytes/medium-bytes.ts';
import { decodeTrack } from '../decode/decode-track.ts';
import type { Playable } from '../decode/playable.ts';
import { unpredictableShare } from '../measure/seconds.ts';
import { type CodedView, partOf } from './coded-view.ts';
import { blockBytes, type Repeat } from './repeats.ts';
import { isTonal } from './tonal.ts';
import { beginsBlock, fewestTailBytes, isCutOut, packetBytesAt, slackBytes, type TrackFacts, type Unwritten } from './unwritten.ts';

/** A section that repeats earlier bytes and is neither silence nor a tone. */
export interface Repeated {
  readonly start: number;
  readonly end: number;
  readonly offset: number;
  readonly periodBytes: number;
}

/**
 * Shortest length in seconds of a repeat within a call that is not aligned with sectors. Decoders on a line repeat the last packet for a while if one is lost.
 */
const fewestSeconds = 0.5;
/**
 * Seconds that are decoded per section and, below, number of sections that are decoded per track, longest first. Through FFmpeg each of them costs a process.
 */
const decodedSeconds = 4;
const mostDecoded = { here: 40, throughFfmpeg: 4 } as const;
/** Share at the beginning of a section that may still contain the decay of earlier audio. */
const ringingShare = 0.25;
/** Run-in for decoders with state, after which they are in the right state. Without it, Yamaha ADPCM would be off by a constant. */
const runInSeconds = 10;
/** Resolution of cadences in seconds and, below, the shortest cadence in these steps: a call waiting tone of 0.2 s. */
const cadenceStep = 0.01;
const cadenceSteps = 20;
const smallestSector = 512;
/** Length of the longest frame: GSM in WAVE has 65 bytes. */
const longestFrame = 65;
/** −36 dBFS, the limit of silence everywhere and, below, the same limit in steps of the waveform's peaks. */
const quietPeak = 2 / 128;
const quietStep = Math.round(quietPeak * 255);

/** Softer noise may be comfort noise, which some devices repeat from a table. */
const comfort = { share: 0.25, power: 10 ** -3.5 } as const;

type Part = Playable['parts'][number];

/** Facts for this test about a part of a medium. */
export interface RepeatFacts extends TrackFacts {
  readonly measurement: Measurement;
  readonly view: CodedView;
  /** Sections that have already been reported. */
  readonly told: readonly Unwritten[];
}

/**
 * Returns repeats that cannot have been recorded, because audio does not repeat bit for bit. Leaves out tones, which machines produce, and silence; a section
 * of one value counts only if a disk cut it out. Decodes a few seconds of each remaining section; an undamaged call has almost none.
 */
export async function repeatedOf(
  found: readonly Repeat[],
  part: Part,
  bytes: MediumBytes,
  facts: RepeatFacts,
  signal: AbortSignal,
): Promise<Repeated[]> {
  const { view } = facts;
  const left = found.filter((repeat) => !facts.told.some(({ start, end }) => start < repeat.end && repeat.start < end));
  const longest = left.sort((a, b) => b.end - b.start - (a.end - a.start));
  let toDecode = part.codec.ffmpeg === null ? mostDecoded.here : mostDecoded.throughFfmpeg;
  const kept: Repeated[] = [];
  for (const repeat of longest) {
    const isCut = liesInSectors(repeat, frameBytesOf(part), facts);
    if (!isCut && (isCadence(repeat, facts) || !isLong(repeat, facts))) continue;
    // A single value may be silence, like zeros, unless a disk cut it out.
    if (!(isCut && isOneValue(repeat, view))) {
      if (isQuiet(repeat, facts) || toDecode-- <= 0) continue;
      if (!(await isSound(repeat, part, bytes, facts, signal))) continue;
    }
    const { start, end, periodBytes } = repeat;
    kept.push({ start, end, offset: view.offsetOf(start), periodBytes });
  }
  return kept.sort((a, b) => a.start - b.start);
}

/**
 * Returns true if the period of a repeat is the cadence of a tone. Busy, congestion and ringing tones switch in multiples of 50 ms (ITU-T E.180), and all their
 * periods are identical, as are those of a jingle in a loop. Blocks of a disk or a buffer, however, have a fixed number of bytes.
 */
function isCadence({ periodBytes }: Repeat, { view, seconds }: RepeatFacts): boolean {
  if (periodBytes % smallestSector === 0) return false;
  const steps = (periodBytes * seconds) / view.total / cadenceStep;
  return steps >= cadenceSteps && Math.abs(steps - Math.round(steps)) < 0.02;
}

/** Returns true if a repeat is as long as a reportable tail of one code, and too long for a packet that replaced lost ones. */
function isLong({ start, end, periodBytes }: Repeat, { view, seconds }: RepeatFacts): boolean {
  return periodBytes <= blockBytes && end - start >= Math.max(fewestTailBytes(view.total, seconds), (fewestSeconds * view.total) / seconds);
}

/** Returns true if a repeat consists of whole sectors of the file, with or without its first period; at the end of the track, if it begins with a block. */
function liesInSectors({ start, end, periodBytes }: Repeat, frameBytes: number, { view, seconds, fileOffset }: RepeatFacts): boolean {
  const packetBytes = packetBytesAt(view.total / seconds);
  const last = fileOffset(view.offsetOf(end - 1));
  return [start, ...(periodBytes <= blockBytes ? [start - periodBytes] : [])].some((first) => {
    const from = fileOffset(view.offsetOf(first));
    if (from === null || last === null || end - first < blockBytes) return false;
    return end === view.total
      ? beginsBlock(first, from, packetBytes)
      : isCutOut({ from, to: last + 1, start: first, end }, packetBytes, Math.max(slackBytes, frameBytes));
  });
}

/** Returns the frame length of a speech coder, whose frames are left out if a sector border cuts them; 0 if the coder has no frames. */
function frameBytesOf({ track: { blockBytes }, codec }: Part): number {
  return codec.codec.marks?.codes?.frameBytes.length && blockBytes !== null && blockBytes <= longestFrame ? blockBytes : 0;
}

/** Returns true for a repeat of one value; false for zeros, which `unwrittenOf` reports, and for runs up to the end. */
function isOneValue({ start, end, periodBytes }: Repeat, view: CodedView): boolean {
  return periodBytes === 1 && end < view.total && view.read(start, start + 1)[0] !== 0;
}

/** Returns true if a repeat is quiet, judged by the peaks that are measured of every medium, if these are fine enough. */
function isQuiet({ start, end }: Repeat, { view, measurement: { samples, peaks } }: RepeatFacts): boolean {
  const perByte = samples / view.total / peaks.samplesPerPeak;
  return peaks.channels.every((channel) => {
    const steps = Buffer.from(channel, 'base64');
    const begin = start + (end - start) * ringingShare;
    return steps.subarray(Math.floor(begin * perByte), Math.ceil(end * perByte)).every((step) => step <= quietStep);
  });
}

/** Returns true if at least one channel of a repeat is loud and not a tone. */
async function isSound(
  { start, end, periodBytes }: Repeat,
  { track, codec }: Part,
  bytes: MediumBytes,
  facts: RepeatFacts,
  signal: AbortSignal,
): Promise<boolean> {
  const { view, seconds } = facts;
  const block = track.blockBytes ?? 1;
  const bytesPerSecond = view.total / seconds;
  const early = Math.max(0, start - Math.floor(runInSeconds * bytesPerSecond));
  const from = early - (early % block);
  const to = Math.min(end, start + Math.ceil(Math.max(decodedSeconds * bytesPerSecond, block)));
  const part = partOf(track, view, from, to);
  const channels = Array.from({ length: track.channels }, (): number[] => []);
  await decodeTrack({ track: part, codec, bytes, place: '' }, (samples) => addTo(channels, samples), signal);
  const skipped = (start + (to - start) * ringingShare - from) / (to - from);
  const periodSamples = (periodBytes * facts.measurement.samples) / view.total;
  return channels.some((channel) => {
    const sound = Float64Array.from(channel).subarray(Math.floor(channel.length * skipped));
    const mean = sound.reduce((sum, value) => sum + value, 0) / Math.max(1, sound.length);
    const about = sound.map((value) => value - mean);
    // After the end of the audio, ADPCM keeps its last value, and a constant is not audio.
    if (about.every((value) => Math.abs(value) <= quietPeak)) return false;
    const { share, power } = unpredictableShare(about.slice(0, track.sampleRateHz));
    if (power < comfort.power && share > comfort.share) return false;
    return !isTonal(facts.marks.codes === undefined ? sound : about, track.sampleRateHz, periodSamples);
  });
}

function addTo(channels: readonly number[][], samples: Samples): void {
  const scale = samples instanceof Int16Array ? 1 / 32_768 : 1;
  for (const [channel, values] of channels.entries())
    for (let at = channel; at < samples.length; at += channels.length) values.push((samples[at] as number) * scale); // below the length
}
