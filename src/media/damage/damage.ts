import { type Finding, finding } from '../../core/finding.ts';
import type { Identification, Track } from '../../core/format.ts';
import type { Measurement } from '../../core/measurement.ts';
import { codedBytesOf } from '../coded-bytes.ts';
import type { MediumBytes } from '../medium-bytes.ts';
import type { Playable } from '../playable.ts';
import type { MediumTask } from '../types.ts';
import { evenCodesOf } from './even-codes.ts';
import { type Unwritten, unwrittenOf } from './unwritten.ts';

/** Stretches of one kind that one medium has told of it. */
const mostStretches = 20;
/** Of which so many are named. */
const named = 5;

/** A decoded medium whose original bytes are looked at. */
export interface DecodedBytes {
  readonly play: Playable;
  readonly bytes: MediumBytes;
  readonly packed: Identification['packed'];
  readonly measurement: Measurement;
  /** Frames at the end in which nothing is loud (`Measure`). */
  readonly quietFrames: number;
}

/** What is wrong with the middle or the end of a medium, and which of it makes the copy doubtful. */
export interface Damage {
  readonly findings: readonly Finding[];
  readonly doubts: readonly string[];
}

/** Looks for what was never written: `M130` to `M132`. Reads the coded bytes once more: from memory, but for large media. */
export function damageOf(task: Pick<MediumTask, 'location' | 'further' | 'place'>, decoded: DecodedBytes): Damage {
  const findings: Finding[] = [];
  const doubts: string[] = [];
  const { parts } = decoded.play;
  for (const [index, { track, codec }] of parts.entries()) {
    if (track.packets !== undefined) continue;
    const where = parts.length === 1 ? '' : ` of channel ${index + 1}`;
    const seconds = decoded.measurement.samples / decoded.measurement.sampleRateHz;
    const quietSeconds = decoded.quietFrames / decoded.measurement.sampleRateHz;
    const facts = { seconds, quietSeconds, marks: codec.codec.marks ?? {}, fileOffset: fileOffsets(task, decoded.packed !== undefined) };
    const found = unwrittenOf(track, decoded.bytes, facts, mostStretches);
    const marks = codec.codec.marks?.codes;
    const even = marks === undefined ? null : evenCodesOf(track, decoded.bytes, marks);
    if (even !== null) {
      const message = `codes${where} are as evenly spread as those of encrypted or random bytes: ${even.deviations.toFixed(1)} deviations in ${even.bytes} bytes looked at`;
      findings.push(finding('M160', task.place, message));
      doubts.push(message);
    }
    for (const [code, message] of told(found, track, seconds, where)) {
      findings.push(finding(code, task.place, message));
      if (code !== 'M132') doubts.push(message);
    }
  }
  return { findings, doubts };
}

/** Where a byte lies in the file that it came in: of a file in pieces each is its own; bytes that were packed have no place. */
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

function* told(found: readonly Unwritten[], track: Track, seconds: number, where: string): Generator<readonly [code: string, message: string]> {
  const total = codedBytesOf(track);
  const time = (position: number): string => ((position / total) * seconds).toFixed(1);
  const holes = found.filter(({ kind }) => kind === 'hole');
  if (holes.length > 0) {
    const times = holes
      .slice(0, named)
      .map(({ start, end, offset }) => `${time(start)} to ${time(end)} s (${end - start} bytes from byte ${offset})`);
    const further = holes.length > named ? ` and ${holes.length - named}${holes.length === mostStretches ? ' or more' : ''} others` : '';
    yield ['M130', `zero bytes in place of sound${where}: ${times.join(', ')}${further}`];
  }
  for (const { kind, start, end, offset, code } of found) {
    if (kind === 'hole') continue;
    const share = Math.round(((end - start) / total) * 100);
    const run = `nothing but 0x${Buffer.from(code).toString('hex')}`;
    const place = `from ${time(start)} s to the end${where} at ${time(end)} s (${share} %, ${end - start} bytes from byte ${offset})`;
    yield kind === 'tail' ? ['M131', `${run} ${place}`] : ['M132', `${run}, which is silence, ${place}`];
  }
}
