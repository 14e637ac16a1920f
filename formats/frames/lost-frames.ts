import { agree } from '../../src/core/base/agree.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';

/** Bytes in a stream of frames that belong to neither a frame nor a tag. */
export interface LostStretch {
  /** Offset in the file at which the stretch begins. */
  readonly offset: number;
  readonly bytes: number;
  /** Seconds of audio in the frames before the stretch. */
  readonly seconds: number;
}

/** Stretches that a walk over frames did not cover. */
export interface LostFrames {
  /** Stretches between frames, in order. */
  readonly between: readonly LostStretch[];
  /** Stretch from the last frame to the end of the file, or to the tags there; null if there is none. */
  readonly behind: LostStretch | null;
  /** Total size of all frames, and their playing time. */
  readonly frameBytes: number;
  readonly seconds: number;
}

/**
 * Returns the stretches with offsets in the file, for a walk over spans of the file.
 * @param origin returns the spans of the file that hold bytes of the walk
 */
export function lostInFile(lost: LostFrames, origin: (start: number, end: number) => readonly (readonly [number, number])[]): LostFrames {
  const placed = (stretch: LostStretch): LostStretch => ({
    ...stretch,
    offset: origin(stretch.offset, stretch.offset + 1)[0]?.[0] ?? stretch.offset,
  });
  return { ...lost, between: lost.between.map(placed), behind: lost.behind === null ? null : placed(lost.behind) };
}

/** Smallest stretch that may be an unwritten block: file systems allocate at least 4 KiB (as for `M130`). */
const stretchBytes = 4_096;
/** Share of all coded bytes from which many short stretches together, or the bytes after the last frame, are reported. */
const share = 0.05;
const fewestBytes = 1_024;
/** Seconds after the last frame from which its bytes are reported in any case; programs leave some bytes there. */
const behindSeconds = 2;
/** Largest number of stretches that a walk keeps and a finding names. */
export const mostLost = 1_000;
const named = 5;

/**
 * Returns the finding that makes a copy doubtful if frames are missing: at least 4 KiB between two frames, 5 % of all bytes, or 2 s after the last frame. Tags,
 * pictures and some junk bytes at either end are not lost audio.
 */
export function lostFramesFindings({ between, behind, frameBytes, seconds }: LostFrames, place: string): Finding[] {
  const inside = between.reduce((sum, { bytes }) => sum + bytes, 0);
  const after = behind?.bytes ?? 0;
  const all = frameBytes + inside + after;
  const perSecond = seconds > 0 ? frameBytes / seconds : 0;
  const isMuch = (bytes: number): boolean => bytes >= fewestBytes && bytes >= share * all;
  const tellsBehind = behind !== null && (isMuch(after) || (after >= stretchBytes && perSecond > 0 && after >= behindSeconds * perSecond));
  const long = between.filter(({ bytes }) => bytes >= stretchBytes);
  if (!tellsBehind && long.length === 0 && !isMuch(inside)) return [];
  const told = [...(long.length > 0 || tellsBehind ? long : between), ...(tellsBehind ? [behind] : [])];
  const places = told.slice(0, named).map(({ offset, bytes, seconds: at }) => `${bytes} from byte ${offset} at ${at.toFixed(1)} s`);
  const more = told.length > named ? agree` and ${told.length - named} other place[s]` : '';
  const lost = inside + (tellsBehind ? after : 0);
  const time = perSecond > 0 ? `, about ${(lost / perSecond).toFixed(1)} s in addition to the ${seconds.toFixed(1)} s that are played` : '';
  const percent = Math.max(0.1, (lost / (frameBytes + lost)) * 100).toFixed(1);
  return [finding('F395', place, `bytes outside of frames: ${places.join(', ')}${more}; ${lost} in all, ${percent} % of the coded bytes${time}`)];
}
