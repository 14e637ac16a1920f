import { codecs } from './index.ts';

const ids = new Set(codecs.map(({ id }) => id));

/** Whether a codec of this id stands in the list. Formats may name codecs of other builds: such a track is `unknown` here. */
export function isKnownCodec(id: string): boolean {
  return ids.has(id);
}
