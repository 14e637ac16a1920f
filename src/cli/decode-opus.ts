import type { DecodeCopy } from '../cases/muted-copy.ts';
import type { MediaTools } from '../media/types.ts';
import { type Surroundings, workerSettings } from './surroundings.ts';

/** Decodes Opus copies. Libraries and programs are looked for when the first one is to be decoded. */
export function opusDecoding({ env }: Pick<Surroundings, 'env'>): DecodeCopy {
  let found: Promise<MediaTools> | null = null;
  return async (rateHz, signal) => {
    const [{ mediaTools }, { createCopyDecoder }] = await Promise.all([import('./media-tools.ts'), import('../media/copy-decoder.ts')]);
    found ??= mediaTools(workerSettings(env));
    return createCopyDecoder('opus', await found, rateHz, signal);
  };
}
