import type { DecodeCopy } from '../../cases/mask/muted-copy.ts';
import type { MediaTools } from '../../media/tools/types.ts';
import type { Surroundings } from './surroundings.ts';

/** Returns a function that locates libraries and programs when it is first called. */
export function toolsLater({ decoding }: Pick<Surroundings, 'decoding'>): () => Promise<MediaTools> {
  let found: Promise<MediaTools> | null = null;
  return async () => {
    const { mediaTools } = await import('./media-tools.ts');
    found ??= mediaTools(decoding);
    return await found;
  };
}

/** Creates a decoder of Opus copies. */
export function opusDecoding(tools: () => Promise<MediaTools>): DecodeCopy {
  return async (rateHz, signal) => {
    const { createCopyDecoder } = await import('../../media/copy/copy-decoder.ts');
    return createCopyDecoder('opus', await tools(), rateHz, signal);
  };
}
