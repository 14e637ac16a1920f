import { type Finding, finding } from '../../core/findings/finding.ts';
import type { Track } from '../../core/model/format.ts';
import type { StoredMedium } from '../../core/model/recording-document.ts';
import type { PacketsRead } from '../ffmpeg/packets.ts';
import type { UsableCodec } from './usable-codec.ts';

/** The tracks of a medium that are played together. Several tracks are either mono and of one rate, one per channel, or sides of a call in packets. */
export interface Playable {
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly parts: readonly { readonly track: Track; readonly codec: UsableCodec }[];
  readonly findings: readonly Finding[];
}

/** Why no part of a medium can be decoded. */
export interface Unplayable {
  readonly reason: string;
  readonly state: StoredMedium['state'];
  readonly findings: readonly Finding[];
}

/** Result of `decodeMedium`. */
export interface DecodedMedium {
  readonly decoder: string;
  /** False if a track stopped early. */
  readonly whole: boolean;
  /** As in `DecodedTrack`, for a single track. */
  readonly spannedFrames: number | null;
  /** As in `DecodedTrack`, for all tracks together. */
  readonly droppedBytes: number;
  readonly packets: PacketsRead | null;
  readonly findings: readonly Finding[];
}

/** Returns true for audio that needs no copy, because every player opens Opus. Opus in packets of a capture does need one. */
export function isOpenAlready({ codec, packets }: Pick<Track, 'codec' | 'packets'>): boolean {
  return codec === 'opus' && packets === undefined;
}

/** Code of a header with an impossible rate, number of channels or length. */
export const boundsCode = 'M140';

/** Returns the result for a header with impossible values: decoding it would not give a call, and might fill the disk. */
export function outOfBounds(beyond: string, place: string): Unplayable {
  return { reason: 'out of bounds', state: 'damaged', findings: [finding(boundsCode, place, `the header states ${beyond}`)] };
}
