import { agree } from '../../core/base/agree.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';
import type { Identification, Track } from '../../core/model/format.ts';
import type { Measurement } from '../../core/model/measurement.ts';
import { codedBytesOf } from '../bytes/coded-bytes.ts';
import type { MediumBytes } from '../bytes/medium-bytes.ts';
import type { Playable } from '../decode/playable.ts';
import type { MediumTask } from '../tools/types.ts';
import { type CodedView, viewOf } from './coded-view.ts';
import { fileAtSector, type OtherFile } from './file-within.ts';
import { followCodes, followOrder, followParity, followText, mostStretches } from './foreign-bytes.ts';
import { type Gap, gapsOf } from './gaps.ts';
import type { NoiseRun } from './noise.ts';
import { type Repeated, repeatedOf } from './repeated.ts';
import { blockBytes, createRepeats, type Repeat } from './repeats.ts';
import { fewestTailBytes, type Unwritten, unwrittenOf } from './unwritten.ts';
import type { ByteStretch } from './window-runs.ts';

/** Number of sections that are listed individually. */
const named = 5;

/** A decoded medium whose original bytes are to be examined. */
export interface DecodedBytes {
  readonly play: Playable;
  readonly bytes: MediumBytes;
  /** Format and packing of the medium. */
  readonly answer: Pick<Identification, 'format' | 'packed'>;
  readonly measurement: Measurement;
  /** Number of frames at the end without loud samples (`Measure`). */
  readonly quietFrames: number;
  /** Sections of the decoded audio that are noise. */
  readonly noise: readonly NoiseRun[];
}

/** Damage in the middle or at the end of a medium, and the part of it that makes the copy doubtful. */
export interface Damage {
  readonly findings: readonly Finding[];
  readonly doubts: readonly string[];
}

/** Largest number of repeated sections that are examined. */
const mostRepeats = 1_000;

/** Codes of findings that already cover a muted section. */
const codesOfSilence = ['M132', 'M134'];

/** Formats of files that consist only of frames. */
const withoutHeader = new Set(['raw-gsm', 'raw-g729', 'raw-framed']);

type Told = readonly [code: FindingCode, message: string];

/**
 * Finds bytes that were never written or are not audio: `M130` to `M134`, `M136`. Reads the coded bytes again, which are in memory unless the medium is large.
 * @throws as `decodeTrack`
 */
export async function damageOf(
  task: Pick<MediumTask, 'location' | 'further' | 'place'>,
  decoded: DecodedBytes,
  signal: AbortSignal,
): Promise<Damage> {
  const { play, measurement, bytes } = decoded;
  const seconds = measurement.samples / measurement.sampleRateHz;
  const quietSeconds = decoded.quietFrames / measurement.sampleRateHz;
  const fileOffset = fileOffsets(task, decoded.answer.packed !== undefined);
  const told: Told[] = [];
  let isNoise = false;
  for (const [index, part] of play.parts.entries()) {
    const { track, codec } = part;
    if (track.packets !== undefined) continue;
    const where = play.parts.length === 1 ? '' : ` of channel ${index + 1}`;
    const marks = codec.codec.marks ?? {};
    const evenness = followCodes(track, marks);
    const parity = followParity(track, marks);
    const order = followOrder(marks);
    const text = followText();
    const isWholeFile = codedBytesOf(track) === bytes.size;
    let other: OtherFile | null = null;
    const facts = { seconds, quietSeconds, marks, fileOffset };
    const view = viewOf(track, bytes);
    const repeats: Repeat[] = [];
    const following = createRepeats(view, blockBytes / 2, fewestTailBytes(view.total, seconds), (repeat) => {
      if (repeats.length < mostRepeats) repeats.push(repeat);
    });
    const unwritten = unwrittenOf(track, bytes, facts, mostStretches, (piece, at) => {
      evenness?.push(piece);
      parity?.push(piece);
      order?.push(piece);
      text.push(piece);
      following.push(piece, fileOffset(at));
      // A track that is the whole file is searched for trailing data elsewhere (`lossOf`).
      if (other === null && !isWholeFile) other = fileAtSector(piece, at, at === track.spans[0]?.[0]);
    });
    const [even = [], broken = [], disordered = [], texts = []] = [evenness?.finish(), parity?.finish(), order?.finish(), text.finish()];
    const throughout = evenness?.throughout() ?? null;
    if (throughout !== null) {
      isNoise = true;
      const size = codedBytesOf(track);
      told.push([
        'M160',
        agree`codes${where} are as evenly distributed as those of encrypted or random bytes: ${throughout.toFixed(1)} deviation[s] in ${size} byte[s]`,
      ]);
    }
    told.push(...unwrittenTold(unwritten, track, seconds, where));
    following.finish();
    const repeated = await repeatedOf(repeats, part, bytes, { ...facts, measurement, view, told: unwritten }, signal);
    told.push(...repeatedTold(repeated, view, track, seconds, where));
    // If everything is encrypted, no sections are listed.
    if (throughout === null) {
      const what = evenness?.areEven() === true ? 'bytes as evenly distributed as random ones' : 'bytes without the frame structure of this coding';
      // A section found to be text is not reported again as something else.
      const beside = (runs: readonly ByteStretch[]): ByteStretch[] =>
        runs.filter((run) => !texts.some(({ start, end }) => start < run.end && run.start < end));
      const foreign: Told[] = [
        ...noiseOfBytes('text in place of audio', texts, track, seconds, where),
        ...noiseOfBytes(what, beside(even), track, seconds, where),
        ...noiseOfBytes('frames whose parity is that of random bytes', beside(broken), track, seconds, where),
        ...noiseOfBytes('frames in an order that no encoder writes', beside(disordered), track, seconds, where),
      ];
      told.push(...foreign);
      isNoise ||= foreign.length > 0;
    }
    if (other !== null) told.push(otherTold(other, bytes.size, where));
    if (withoutHeader.has(decoded.answer.format)) told.push(...gapsTold(gapsOf(track, bytes, seconds, mostStretches), track, seconds));
  }
  // Sections that were already located in the bytes, with more precise times, are not repeated.
  if (!isNoise) told.push(...noiseOfSound(decoded.noise, seconds, measurement.channels));
  return {
    findings: told.map(([code, message]) => finding(code, task.place, message)),
    doubts: told.flatMap(([code, message]) => (codesOfSilence.includes(code) ? [] : [message])),
  };
}

/** Returns a function that converts an offset in the medium to one in its source file: each piece of a split file has offsets of its own. Null: the bytes were unpacked. */
function fileOffsets({ location, further = [] }: Pick<MediumTask, 'location' | 'further'>, isPacked: boolean): (offset: number) => number | null {
  if (isPacked) return () => null;
  const sizes = [location, ...further].map((piece) => (piece.kind === 'bytes' ? piece.bytes.length : piece.size));
  return (offset) => {
    let within = offset;
    for (const size of sizes.slice(0, -1)) {
      if (within < size) break;
      within -= size;
    }
    return within;
  };
}

/** Returns a function that formats the time of a position among the coded bytes. */
function times(track: Track, seconds: number): (position: number) => string {
  const total = codedBytesOf(track);
  return (position) => ((position / total) * seconds).toFixed(1);
}

function listed(texts: readonly string[]): string {
  const more = texts.length - named;
  return texts.slice(0, named).join(', ') + (more > 0 ? ` and ${more}${texts.length === mostStretches ? ' or more' : ''} others` : '');
}

function* unwrittenTold(found: readonly Unwritten[], track: Track, seconds: number, where: string): Generator<Told> {
  const total = codedBytesOf(track);
  const time = times(track, seconds);
  const holes = found.filter(({ kind }) => kind === 'hole');
  if (holes.length > 0) {
    const stretches = holes.map(({ start, end, offset }) => agree`${time(start)} to ${time(end)} s (${end - start} byte[s] from byte ${offset})`);
    yield ['M130', `zero bytes in place of audio${where}: ${listed(stretches)}`];
  }
  for (const { kind, start, end, offset, code } of found) {
    if (kind === 'hole') continue;
    const share = Math.round(((end - start) / total) * 100);
    const run = `nothing but 0x${Buffer.from(code).toString('hex')}`;
    const place = agree`from ${time(start)} s to the end${where} at ${time(end)} s (${share} %, ${end - start} byte[s] from byte ${offset})`;
    if (kind === 'tail') yield ['M131', `${run} ${place}`];
    else yield [kind === 'quiet tail' ? 'M132' : 'M134', `${run}, which is silence, ${place}`];
  }
}

function* repeatedTold(found: readonly Repeated[], view: CodedView, track: Track, seconds: number, where: string): Generator<Told> {
  if (found.length === 0) return;
  const time = times(track, seconds);
  const stretches = found.map(({ start, end, offset, periodBytes }) => {
    const what =
      periodBytes === 1 ? `nothing but 0x${Buffer.from(view.read(start, start + 1)).toString('hex')}` : agree`repeating every ${periodBytes} byte[s]`;
    return agree`${time(start)} to ${time(end)} s (${what}, ${end - start} byte[s] from byte ${offset})`;
  });
  yield ['M136', `repeated bytes in place of audio${where}: ${listed(stretches)}`];
}

function* gapsTold(gaps: readonly Gap[], track: Track, seconds: number): Generator<Told> {
  const time = times(track, seconds);
  for (const isZero of [true, false]) {
    const stretches = gaps.flatMap(({ at, offset, bytes, zeros }) =>
      zeros === isZero ? [agree`at ${time(at)} s (${bytes} byte[s] from byte ${offset})`] : [],
    );
    if (stretches.length === 0) continue;
    const what = isZero ? 'zero bytes in place of frames' : 'bytes that are not frames';
    yield [isZero ? 'M130' : 'M133', `${what}, left out: ${listed(stretches)}`];
  }
}

function* noiseOfBytes(what: string, runs: readonly ByteStretch[], track: Track, seconds: number, where: string): Generator<Told> {
  if (runs.length === 0) return;
  const time = times(track, seconds);
  yield ['M133', `${what}${where}: ${listed(runs.map(({ start, end }) => `${time(start)} to ${time(end)} s`))}`];
}

function otherTold({ title, at }: OtherFile, size: number, where: string): Told {
  return ['M146', `${title} begins at byte ${at} of ${size}, in place of audio${where}`];
}

function* noiseOfSound(runs: readonly NoiseRun[], seconds: number, channels: number): Generator<Told> {
  if (runs.length === 0) return;
  const stretches = runs.map(({ channel, start, end }) => {
    const side = channels === 1 ? '' : ` on channel ${channel + 1}`;
    return `about ${start} to ${Math.min(end, Math.ceil(seconds))} s${side}`;
  });
  yield ['M133', `like white noise, and loud: ${listed(stretches)}`];
}
