import { type Finding, finding } from '../../src/core/findings/finding.ts';

/** Bytes in a stream of frames that belong to no frame and to no tag. */
export interface LostStretch {
  /** Where it begins in the file. */
  readonly offset: number;
  readonly bytes: number;
  /** Seconds of sound in the frames before it. */
  readonly seconds: number;
}

/** What a walk over frames did not cover. */
export interface LostFrames {
  /** Between frames, in order. */
  readonly between: readonly LostStretch[];
  /** From the last frame to the end of the file, or to the tags there; null where nothing is. */
  readonly behind: LostStretch | null;
  /** Bytes of all frames, and how long they play. */
  readonly frameBytes: number;
  readonly seconds: number;
}

/** The same with offsets of the file, where the walk went over spans of it. @param origin spans of the file that hold bytes of the walk */
export function lostInFile(lost: LostFrames, origin: (start: number, end: number) => readonly (readonly [number, number])[]): LostFrames {
  const placed = (stretch: LostStretch): LostStretch => ({
    ...stretch,
    offset: origin(stretch.offset, stretch.offset + 1)[0]?.[0] ?? stretch.offset,
  });
  return { ...lost, between: lost.between.map(placed), behind: lost.behind === null ? null : placed(lost.behind) };
}

/** File systems allocate by 4 KiB and more: as `M130`, less is no block that was never written. */
const stretchBytes = 4_096;
/** Many short stretches count together, and what lies behind the last frame, from this share of all coded bytes on. */
const share = 0.05;
const fewestBytes = 1_024;
/** Or behind the last frame from so many seconds on; programs leave some bytes there. */
const behindSeconds = 2;
/** Stretches that a walk keeps, and that are named. */
export const mostLost = 1_000;
const named = 5;

/**
 * Returns the finding that makes a copy doubtful where frames are missing: 4 KiB between two frames, 5 % of all bytes, or 2 s behind the last frame. Tags, pictures
 * and some bytes of junk at either end are no lost sound.
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
  const more = told.length > named ? ` and ${told.length - named} other places` : '';
  const lost = inside + (tellsBehind ? after : 0);
  const time = perSecond > 0 ? `, about ${(lost / perSecond).toFixed(1)} s beside the ${seconds.toFixed(1)} s that are played` : '';
  const percent = Math.max(0.1, (lost / (frameBytes + lost)) * 100).toFixed(1);
  return [finding('F395', place, `bytes that no frame covers: ${places.join(', ')}${more}; ${lost} in all, ${percent} % of the coded bytes${time}`)];
}
