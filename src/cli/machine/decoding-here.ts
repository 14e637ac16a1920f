import type { Decoding } from '../../verify/play/check-decoders.ts';
import type { Surroundings } from './surroundings.ts';

/** Returns the decoders. They are loaded on demand, because most verifications decode nothing. */
export async function decodingHere({ decoding, samples }: Surroundings): Promise<Decoding> {
  const [{ mediaTools }, { decoderIdentities }] = await Promise.all([import('./media-tools.ts'), import('../../media/tools/decoder-identity.ts')]);
  const tools = await mediaTools(decoding);
  return { decoders: decoderIdentities(tools), samples, codecs: tools.codecs };
}
