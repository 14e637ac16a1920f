import { codecs } from './index.ts';

const ids = new Set(codecs.map(({ id }) => id));

/** Whether a codec of this id stands in the list. Formats may name codecs of other builds: such a track is `unknown` here. */
export function isKnownCodec(id: string): boolean {
  return ids.has(id);
}

/** The codec's id where it stands in the list of codecs; `unknown` otherwise, and the track's `codecName` says which coding it is. */
export function knownCodec(id: string | null): string {
  return id !== null && isKnownCodec(id) ? id : 'unknown';
}
