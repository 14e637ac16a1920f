import type { Track } from '../../src/core/model/format.ts';
import { codecs } from '../codecs/index.ts';

const byId = new Map(codecs.map((codec) => [codec.id, codec]));

/** The codec's id where it stands in the list of codecs; `unknown` otherwise, and the track's `codecName` says which coding it is. */
export function knownCodec(id: string | null): string {
  return id !== null && byId.has(id) ? id : 'unknown';
}

/** Samples per channel that so many bytes of a track are, by the arithmetic of its codec; null where only decoding tells. */
export function framesIn(track: Track, sizeBytes: number): number | null {
  return byId.get(track.codec)?.frames?.({ ...track, frames: null, spans: [[0, sizeBytes]] }) ?? null;
}
