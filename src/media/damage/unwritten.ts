import type { DamageMarks, Track } from '../../core/model/format.ts';
import { codedBytesOf, pieces } from '../bytes/coded-bytes.ts';
import type { MediumBytes } from '../bytes/medium-bytes.ts';
import { type Tail, tailOf } from './tail.ts';
import { createZeroRuns } from './zero-runs.ts';

/** A section of the coded bytes that was not written, or possibly not. */
export interface Unwritten {
  /**
   * `hole`: zero bytes followed by audio; `tail`: one code up to the end; `quiet tail`: the same, possibly silence; `quiet half`: the same over most
   * of the track.
   */
  readonly kind: 'hole' | 'tail' | 'quiet tail' | 'quiet half';
  /** Position among the coded bytes: [start, end). */
  readonly start: number;
  readonly end: number;
  /** Its offset in the medium. */
  readonly offset: number;
  readonly code: Uint8Array;
}

/** Facts about a track besides its bytes. */
export interface TrackFacts {
  /** Duration of the audio in seconds. */
  readonly seconds: number;
  /** Seconds at the end without anything louder than silence. */
  readonly quietSeconds: number;
  readonly marks: DamageMarks;
  /** Returns the offset of a medium's byte in the recorder's file; null if unknown. */
  readonly fileOffset: (offset: number) => number | null;
}

/** File systems allocate 4 KiB and more: fewer zero bytes are not a block. */
const blockBytes = 4_096;
/** Disks write sectors of at least 512 bytes. */
const sectorBytes = 512;
/** Audio beside a hole may contain one or two zeros itself. */
export const slackBytes = 4;
/** A tail is reported from this share of the track, or this many seconds, on, but never if shorter than a click. */
const tailShare = 0.05;
const tailSeconds = 2;
const fewestTailSeconds = 0.1;
/** Quiet tails longer than this share are a separate kind. */
const quietHalf = 0.5;
/** Decoders decay after the audio ends, in IMA ADPCM to the end of a block of 1,024 bytes: this much of a quiet tail may be loud. */
const ringingSeconds = 0.3;
/** Mutes begin and end with a packet, and packets have 10 ms or a multiple. */
const packetSeconds = 0.01;

/**
 * Finds the unwritten sections of a track: holes in order, then its tail. At most `most` holes.
 * @param onPiece also receives the coded bytes, in order, with their offset in the medium, so that they are read once
 */
export function unwrittenOf(
  track: Track,
  bytes: MediumBytes,
  facts: TrackFacts,
  most: number,
  onPiece: (piece: Uint8Array, offset: number) => void,
): Unwritten[] {
  if (facts.marks.zeros === 'padding') return [];
  const total = codedBytesOf(track);
  const tail = total === 0 ? null : judgedTail(track, bytes, facts, total);
  const holes: Unwritten[] = [];
  const packetBytes = packetBytesAt(total / facts.seconds);
  const runs = createZeroRuns(blockBytes, ({ start, end, offset, endOffset }) => {
    if (end === total || holes.length === most) return;
    if (facts.marks.zeros === 'silence' && !isCutOut({ from: facts.fileOffset(offset), to: facts.fileOffset(endOffset), start, end }, packetBytes))
      return;
    holes.push({ kind: 'hole', start, end, offset, code: Uint8Array.of(0) });
  });
  let span = 0;
  let at = track.spans[0]?.[0] ?? 0;
  for (const piece of pieces(track, bytes)) {
    while (at >= (track.spans[span]?.[1] ?? Number.POSITIVE_INFINITY)) at = track.spans[++span]?.[0] ?? 0;
    runs.push(piece, at);
    onPiece(piece, at);
    at += piece.length;
  }
  runs.finish();
  return tail === null ? holes : [...holes, tail];
}

/** A section of coded bytes, and its place in the file. */
interface Stretch {
  /** Offset in the file of its first byte, and of the first byte after it; null if the bytes are in no file of their own. */
  readonly from: number | null;
  readonly to: number | null;
  /** Its position among the coded bytes. */
  readonly start: number;
  readonly end: number;
}

/**
 * Returns true if zeros that may be silence were cut out by a disk: both ends lie at sector borders, and not at those of a mute of whole packets.
 * @param slack bytes by which an end may miss a border
 */
export function isCutOut({ from, to, start, end }: Stretch, packetBytes: number, slack = slackBytes): boolean {
  if (from === null || to === null) return false;
  const [before, after] = [-from & (sectorBytes - 1), to & (sectorBytes - 1)];
  // Frames end on either side of a border.
  const isNear = (rest: number): boolean => rest <= slack || (slack > slackBytes && sectorBytes - rest <= slack);
  if (!isNear(before) || !isNear(after)) return false;
  return !(isPacketBorder(start + before, packetBytes) && isPacketBorder(end - after, packetBytes));
}

/** Returns the bytes of 10 ms of audio. */
export function packetBytesAt(bytesPerSecond: number): number {
  return Math.max(1, Math.round(bytesPerSecond * packetSeconds));
}

function isPacketBorder(position: number, packetBytes: number): boolean {
  return position % packetBytes === 0;
}

/** Returns the length in bytes from which a tail is reported. */
export function fewestTailBytes(total: number, seconds: number): number {
  const bytesPerSecond = total / seconds;
  return Math.max(fewestTailSeconds * bytesPerSecond, Math.min(tailShare * total, tailSeconds * bytesPerSecond));
}

function judgedTail(track: Track, bytes: MediumBytes, facts: TrackFacts, total: number): Unwritten | null {
  const sampleBytes = (facts.marks.sampleBytes ?? 1) * track.channels;
  const bytesPerSecond = total / facts.seconds;
  const fewest = fewestTailBytes(total, facts.seconds);
  const long = (found: Tail | null): found is Tail => found !== null && total - found.start >= fewest;
  let tail = tailOf(track, bytes, 1);
  if (!long(tail) && sampleBytes > 1) tail = tailOf(track, bytes, sampleBytes);
  if (!long(tail)) return null;
  const found = { start: tail.start, end: total, offset: tail.offset, code: tail.code };
  const zeros = tail.code.every((byte) => byte === 0);
  const seconds = (total - tail.start) / bytesPerSecond;
  const quiet = facts.quietSeconds + ringingSeconds >= seconds;
  if (!quiet || (zeros && facts.marks.zeros !== 'silence')) return { kind: 'tail', ...found };
  // Complete silence is reported as such (M121).
  if (tail.start === 0) return null;
  if (beginsBlock(tail.start, facts.fileOffset(tail.offset), packetBytesAt(bytesPerSecond))) return { kind: 'tail', ...found };
  return { kind: seconds > quietHalf * facts.seconds ? 'quiet half' : 'quiet tail', ...found };
}

/** Returns true if a position is at the beginning of a file block, and not where a mute of whole packets would begin. */
export function beginsBlock(start: number, fileOffset: number | null, packetBytes: number): boolean {
  if (fileOffset === null) return false;
  const before = -fileOffset & (blockBytes - 1);
  return before <= slackBytes && !isPacketBorder(start + before, packetBytes);
}
