import { type Finding, finding } from '../../core/findings/finding.ts';
import type { Track } from '../../core/model/format.ts';
import type { StoredMedium } from '../../core/model/recording-document.ts';
import type { PacketsRead } from '../ffmpeg/packets.ts';
import type { UsableCodec } from './usable-codec.ts';

/** The tracks of a medium that are played together. Several are mono and of one rate, each a channel; or sides of a call in packets. */
export interface Playable {
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly parts: readonly { readonly track: Track; readonly codec: UsableCodec }[];
  readonly findings: readonly Finding[];
}

/** Why nothing of a medium can be played. */
export interface Unplayable {
  readonly reason: string;
  readonly state: StoredMedium['state'];
  readonly findings: readonly Finding[];
}

/** What `decodeMedium` did. */
export interface DecodedMedium {
  readonly decoder: string;
  /** False where a track broke off. */
  readonly whole: boolean;
  /** As `DecodedTrack` has it, of an only track. */
  readonly spannedFrames: number | null;
  /** As `DecodedTrack` has them, of all tracks together. */
  readonly droppedBytes: number;
  readonly packets: PacketsRead | null;
  readonly findings: readonly Finding[];
}

/** True for sound that needs no copy: every player opens Opus. In packets of a capture it is not open: no player opens those. */
export function isOpenAlready({ codec, packets }: Pick<Track, 'codec' | 'packets'>): boolean {
  return codec === 'opus' && packets === undefined;
}

/** Where a header states a rate, channels or a length that no recording has. */
export const boundsCode = 'M140';

/** Such a header says nothing that can be relied on: what would come out is no call, and may fill the disk. */
export function outOfBounds(beyond: string, place: string): Unplayable {
  return { reason: 'out of bounds', state: 'damaged', findings: [finding(boundsCode, place, `the header states ${beyond}`)] };
}
