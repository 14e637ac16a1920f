import type { MediaRef, PartyRole } from './recording.ts';

/** Bound of what a forged document may ask for; `limits.channels` bounds what is decoded. */
const mostChannels = 64;

/**
 * Returns who is on each channel of a file, by index; `unknown` where the recorder does not say, or says several. What is said of more channels than the file
 * has holds for none of them: a recorder that was to write both sides apart wrote one channel, and everybody is in it.
 * @param said by the recorder or a mapping @param channels that the file has; infinite: it was not decoded
 */
export function rolesOfChannels(said: MediaRef['channels'], channels: number): readonly PartyRole[] {
  const isMix = isMixOf(said, channels);
  return Array.from({ length: Math.min(channels, mostChannels) }, (_, at) => {
    const [only, ...more] = isMix ? [] : said.filter(({ index }) => index === at);
    return only === undefined || more.length > 0 ? 'unknown' : only.role;
  });
}

/** The sides and channels of a file as it turned out to be. @param channels that it has; null: it was not decoded */
export function sidesAsFound<T extends Pick<MediaRef, 'side' | 'channels'>>(ref: T, channels: number | null): Pick<MediaRef, 'side' | 'channels'> {
  if (channels === null || channels === 0 || !isMixOf(ref.channels, channels)) return { side: ref.side, channels: ref.channels };
  return { side: ref.side === 'stereo' && channels === 1 ? 'mixed' : ref.side, channels: [] };
}

function isMixOf(said: MediaRef['channels'], channels: number): boolean {
  return said.some(({ index }) => index >= channels);
}
