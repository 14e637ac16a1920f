import { codecs } from './codecs/index.ts';

const ids = new Set(codecs.map(({ id }) => id));

/** The codec's id where it stands in the list of codecs; `unknown` otherwise, and the track's `codecName` says which coding it is. */
export function knownCodec(id: string | null): string {
  return id !== null && ids.has(id) ? id : 'unknown';
}
