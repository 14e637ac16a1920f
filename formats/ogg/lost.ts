import type { Finding } from '../../src/core/findings/finding.ts';
import { lostFramesFindings } from '../frames/lost-frames.ts';
import type { OggWalk } from './walk.ts';

/**
 * Reports the stretches of an Ogg file that no page covers, by the rule for all frames.
 *
 * @param rate granule positions per second in the stream to which the times refer
 * @param first the granule position at which that stream's audio begins
 * @param granule its largest granule position; null if no page states one
 */
export function oggLostFindings({ streams, lost }: OggWalk, rate: number, first: number, granule: number | null, place: string): Finding[] {
  if (rate <= 0) return [];
  const end = Math.max(0, ...streams.map((stream) => stream.end));
  const inTime = lost.map((stretch) => ({ ...stretch, seconds: Math.max(0, stretch.seconds - first) / rate }));
  const between = inTime.filter(({ offset }) => offset < end);
  const inside = between.reduce((sum, { bytes }) => sum + bytes, 0);
  const pageBytes = end - inside;
  // Granule positions also count lost audio.
  const played = Math.max(0, (granule ?? 0) - first) / rate;
  const seconds = (played * pageBytes) / Math.max(1, end);
  // In a long file whose end has no page, only the beginning and the end of the bytes after the last page were read.
  const [behind = null, ...more] = inTime.filter(({ offset }) => offset >= end);
  const all = behind && { ...behind, bytes: more.reduce((sum, { bytes }) => sum + bytes, behind.bytes) };
  return lostFramesFindings({ between, behind: all, frameBytes: pageBytes, seconds }, place);
}
