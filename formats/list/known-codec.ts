import type { Track } from '../../src/core/model/format.ts';
import { codecs } from '../codecs/index.ts';

const byId = new Map(codecs.map((codec) => [codec.id, codec]));

/** Returns the codec's id if it is in the list of codecs; otherwise `unknown`, in which case the track's `codecName` names the coding. */
export function knownCodec(id: string | null): string {
  return id !== null && byId.has(id) ? id : 'unknown';
}

/** Returns the number of samples per channel in that many bytes of a track, computed by its codec; null if only decoding shows it. */
export function framesIn(track: Track, sizeBytes: number): number | null {
  return byId.get(track.codec)?.frames?.({ ...track, frames: null, spans: [[0, sizeBytes]] }) ?? null;
}
