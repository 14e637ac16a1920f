import type { DamageMarks, Track } from '../../core/model/format.ts';
import { codedBytesOf, pieces } from '../bytes/coded-bytes.ts';
import type { MediumBytes } from '../bytes/medium-bytes.ts';
import { type Tail, tailOf } from './tail.ts';
import { createZeroRuns } from './zero-runs.ts';

/** A section of the coded bytes that was not written, certainly or possibly. */
export interface Unwritten {
  /**
   * `hole`: zero bytes followed by audio; `tail`: one code up to the end; `quiet tail`: a tail that may be silence; `quiet half`: a quiet tail that is most of
   * the track.
   */
  readonly kind: 'hole' | 'tail' | 'quiet tail' | 'quiet half';
  /** Start and, below, end of the section among the coded bytes: [start, end). */
  readonly start: number;
  readonly end: number;
  /** Offset of the section in the medium. */
  readonly offset: number;
  readonly code: Uint8Array;
}

/** Facts about a track, apart from its bytes. */
export interface TrackFacts {
  /** Duration of the audio in seconds. */
  readonly seconds: number;
  /** Number of seconds at the end without anything louder than silence. */
  readonly quietSeconds: number;
  readonly marks: DamageMarks;
  /** Returns the offset in the recorder's file of an offset in the medium; null if unknown. */
  readonly fileOffset: (offset: number) => number | null;
}

/** File systems allocate at least 4 KiB, so fewer zero bytes are not a block. */
const blockBytes = 4_096;
/** Disks write sectors of at least 512 bytes. */
const sectorBytes = 512;
/** Number of bytes by which a hole may miss a border, because audio next to a hole may itself contain one or two zeros. */
export const slackBytes = 4;
/** A tail is reported from this share of the track or this many seconds on, but never if it is shorter than a click. */
const tailShare = 0.05;
const tailSeconds = 2;
const fewestTailSeconds = 0.1;
/** Share of the track above which a quiet tail is a kind of its own. */
const quietHalf = 0.5;
/** Length of a quiet tail's beginning that may be loud: decoders decay after the end of the audio, in IMA ADPCM up to the end of a block of 1,024 bytes. */
const ringingSeconds = 0.3;
/** Length of the shortest packet. Mutes begin and end with a packet, and packets last 10 ms or a multiple. */
const packetSeconds = 0.01;

/**
 * Finds the unwritten sections of a track: at most `most` holes in order, then the tail.
 * @param onPiece receives all coded bytes in order, with their offset in the medium, so that they are read only once
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
  /** Offset in the file of the first byte and, below, of the first byte after the section; null if the bytes have no file of their own. */
  readonly from: number | null;
  readonly to: number | null;
  /** Position among the coded bytes. */
  readonly start: number;
  readonly end: number;
}

/**
 * Returns true if a disk, and not a mute, cut out zeros that may be silence: both ends are at sector borders, and not both at the borders of a mute of whole
 * packets.
 * @param slack number of bytes by which an end may miss a border
 */
export function isCutOut({ from, to, start, end }: Stretch, packetBytes: number, slack = slackBytes): boolean {
  if (from === null || to === null) return false;
  const [before, after] = [-from & (sectorBytes - 1), to & (sectorBytes - 1)];
  // With frames, an end may be on either side of a border.
  const isNear = (rest: number): boolean => rest <= slack || (slack > slackBytes && sectorBytes - rest <= slack);
  if (!isNear(before) || !isNear(after)) return false;
  return !(isPacketBorder(start + before, packetBytes) && isPacketBorder(end - after, packetBytes));
}

/** Returns the number of bytes in 10 ms of audio. */
export function packetBytesAt(bytesPerSecond: number): number {
  return Math.max(1, Math.round(bytesPerSecond * packetSeconds));
}

function isPacketBorder(position: number, packetBytes: number): boolean {
  return position % packetBytes === 0;
}

/** Returns the length, in bytes, from which a tail is reported. */
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
  // Complete silence has a finding of its own (M121).
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
