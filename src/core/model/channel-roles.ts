import type { MediaRef, PartyRole } from './recording.ts';

/** Limits the channels of forged documents; `limits.channels` limits what is decoded. */
const mostChannels = 64;

/**
 * Returns who is on each channel of a file, by index; `unknown` if the recorder does not say, or names several parties. If roles are given for more
 * channels than the file has, all are `unknown`: the recorder should have written each side to a channel of its own and wrote everybody to one.
 * @param said roles according to the recorder or a mapping
 * @param channels channels of the file; infinite: it was not decoded
 */
export function rolesOfChannels(said: MediaRef['channels'], channels: number): readonly PartyRole[] {
  const isMix = isMixOf(said, channels);
  return Array.from({ length: Math.min(channels, mostChannels) }, (_, at) => {
    const [only, ...more] = isMix ? [] : said.filter(({ index }) => index === at);
    return only === undefined || more.length > 0 ? 'unknown' : only.role;
  });
}

/** Returns the sides and channels of a file after decoding. @param channels channels of the file; null: it was not decoded */
export function sidesAfterDecoding<T extends Pick<MediaRef, 'side' | 'channels'>>(
  ref: T,
  channels: number | null,
): Pick<MediaRef, 'side' | 'channels'> {
  if (channels === null || channels === 0 || !isMixOf(ref.channels, channels)) return { side: ref.side, channels: ref.channels };
  return { side: ref.side === 'stereo' && channels === 1 ? 'mixed' : ref.side, channels: [] };
}

function isMixOf(said: MediaRef['channels'], channels: number): boolean {
  return said.some(({ index }) => index >= channels);
}
