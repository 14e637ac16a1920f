import { placeSide, type SideLine, segmentsOf } from './rtp-line.ts';
import type { StreamGroup } from './rtp-sides.ts';
import { type TypedStream, typeStream } from './rtp-types.ts';

/** One side of the call that is played. */
export interface CallSide {
  /** Channel: 0 is the caller if the signalling names it, otherwise the party who sent first. */
  readonly side: number;
  readonly streams: readonly TypedStream[];
  readonly line: SideLine;
  /** Number of packets with an isolated timestamp, which are left out. */
  readonly strays: number;
}

/** The call of a capture that is played, and facts about the rest of the capture. */
export interface CaptureCall {
  readonly sides: readonly CallSide[];
  readonly isSignalled: boolean;
  /** True if the sides are two media in one direction: a recording session. */
  readonly isRecording: boolean;
  /** False if the arrival times in the capture are meaningless. */
  readonly byTime: boolean;
  /** Streams of the call that overlap the played ones in time, or have no audio. */
  readonly beside: readonly TypedStream[];
  /** Durations of the other calls in seconds, the longest first. */
  readonly others: readonly number[];
  /** Number of streams of other calls with the same content as the played ones: captured on another part of the route. */
  readonly legs: number;
}

/** Number of quarters of a second for which streams of one side may overlap, e.g. when one sender takes over from another. */
const touching = 8;
const quarters = 4;

/** A group with the codings of its streams. */
interface Candidate {
  readonly sides: readonly [TypedStream[], TypedStream[]];
  readonly isSignalled: boolean;
  readonly isRecording: boolean;
  readonly begin: number;
  readonly seconds: number;
}

/** Returns the call to be played, which is the one with the most audio; null if no group has audio. */
export function chooseCall(groups: readonly StreamGroup[]): CaptureCall | null {
  const candidates = groups
    .map(candidateOf)
    .filter(({ sides }) => sides.some((side) => side.some(({ main }) => main !== null)))
    // Prefers audio that can be decoded.
    .sort((a, b) => Number(isNameless(a)) - Number(isNameless(b)) || b.seconds - a.seconds || a.begin - b.begin);
  const [main, ...others] = candidates;
  if (main === undefined) return null;
  const voices = new Map<number, TypedStream[]>();
  for (const typed of main.sides.flat()) voices.set(typed.stream.ssrc, [...(voices.get(typed.stream.ssrc) ?? []), typed].slice(-mostVoices));
  const isLeg = (other: Candidate): boolean =>
    other.sides.flat().every((typed) => (voices.get(typed.stream.ssrc) ?? []).some((voice) => isSameVoice(typed, voice)));
  const legs = others.filter(isLeg);
  const sorted = main.sides.map((side) => taking(side.filter((typed) => typed.main !== null)));
  const chosen = sorted.map(({ taken }) => taken);
  const beside = [...sorted.flatMap(({ left }) => left), ...main.sides.flat().filter((typed) => typed.main === null)];
  const legsBeside = sorted.reduce((sum, side) => sum + side.legs, 0);
  const order = main.isSignalled ? [0, 1] : byFirst(chosen);
  const byTime = chosen.flat().every(isTimed);
  const runs = order.map((index) => segmentsOf(chosen[index] ?? [], byTime));
  const origin = runs.flatMap(({ segments }) => segments).reduce((least, { seconds }) => Math.min(least, seconds), Number.POSITIVE_INFINITY);
  const sides = runs.flatMap(({ segments, strays }, side) => {
    if (segments.length === 0) return [];
    return [{ side, streams: chosen[order[side] ?? 0] ?? [], line: placeSide(segments, origin), strays }];
  });
  return {
    sides,
    isSignalled: main.isSignalled,
    isRecording: main.isRecording,
    byTime,
    beside,
    others: others.filter((other) => !legs.includes(other)).map(({ seconds }) => seconds),
    legs: legsBeside + legs.reduce((sum, { sides: both }) => sum + both.flat().length, 0),
  };
}

function candidateOf({ sides, isSignalled, isRecording }: StreamGroup): Candidate {
  const typed = sides.map((side) => side.map(typeStream));
  const [first = [], second = []] = typed;
  const all = [...first, ...second].filter(({ main }) => main !== null);
  const begin = Math.min(...all.map(beginOf));
  return { sides: [first, second], isSignalled, isRecording, begin, seconds: all.length === 0 ? 0 : Math.max(...all.map(endOf)) - begin };
}

const beginOf = ({ stream }: TypedStream): number => stream.times[0] ?? 0;
const endOf = ({ stream }: TypedStream): number => stream.times[stream.count - 1] ?? 0;

/** Largest number of streams of one source that are compared with another call's: a relay has no more. */
const mostVoices = 8;
/**
 * Number of packets of a stream that are searched for in another stream; `fewestFound`: number that must be found, because some may be lost on either route.
 */
const probes = 9;
const fewestFound = 5;

/**
 * Returns true if one stream has the packets of the other, e.g. if one call was captured in two places. Equal SSRCs do not suffice, because some senders use
 * the same one for every call.
 */
function isSameVoice({ stream: a }: TypedStream, { stream: b }: TypedStream): boolean {
  if (a.ssrc !== b.ssrc) return false;
  const wanted = new Set(Array.from({ length: probes }, (_, probe) => Math.floor((probe * (a.count - 1)) / (probes - 1))));
  const keys = new Set([...wanted].map((index) => keyOf(a, index)));
  for (let index = 0; index < b.count && keys.size > 0; index++) keys.delete(keyOf(b, index));
  return wanted.size - keys.size >= Math.min(wanted.size, fewestFound);
}

const keyOf = ({ sequences, timestamps, sizes, heads }: TypedStream['stream'], index: number): string =>
  `${(sequences[index] ?? 0) % 0x1_0000} ${timestamps[index]} ${sizes[index]} ${heads[index]}`;

const isNameless = ({ sides }: Candidate): boolean => sides.flat().every(({ main }) => main === null || main.codec === 'unknown');

/**
 * Chooses the streams of one side that follow each other; among overlapping ones, the one with more packets. `legs`: number of other streams that have the
 * packets of a chosen one.
 */
function taking(side: readonly TypedStream[]): {
  readonly taken: readonly TypedStream[];
  readonly left: readonly TypedStream[];
  readonly legs: number;
} {
  const taken: TypedStream[] = [];
  const left: TypedStream[] = [];
  const bySource = new Map<number, TypedStream[]>();
  /** Quarters of a second in which a chosen stream has audio. */
  const filled = new Set<number>();
  let legs = 0;
  for (const typed of [...side].sort((a, b) => b.stream.count - a.stream.count || beginOf(a) - beginOf(b))) {
    const same = bySource.get(typed.stream.ssrc) ?? [];
    if (same.some((voice) => isSameVoice(typed, voice))) {
      legs++;
      continue;
    }
    const active = activeIn(typed);
    const together = active.reduce((sum, quarter) => sum + (filled.has(quarter) ? 1 : 0), 0);
    if (together > Math.min(touching, active.length / 2)) {
      left.push(typed);
      continue;
    }
    taken.push(typed);
    same.push(typed);
    bySource.set(typed.stream.ssrc, same);
    // Other streams may begin and end where this one does. But without arrival times, everything happens at one moment.
    const isStill = typed.seconds > active.length / quarters + 1;
    for (const quarter of isStill ? active : active.slice(1, -1)) filled.add(quarter);
  }
  return { taken: taken.sort((a, b) => beginOf(a) - beginOf(b)), left, legs };
}

/** Returns the quarters of a second in which a stream has packets, in order: a stream on hold is silent in between. */
function activeIn({ stream }: TypedStream): number[] {
  const active = new Set<number>();
  for (let index = 0; index < stream.count; index++) active.add(Math.floor((stream.times[index] ?? 0) * quarters));
  return [...active].sort((a, b) => a - b);
}

/** Returns the order of channels: the side that sent first is channel 0; a single side is the only channel. */
function byFirst([first = [], second = []]: readonly (readonly TypedStream[])[]): number[] {
  const begins = (side: readonly TypedStream[]): number => Math.min(...side.map(beginOf));
  return begins(second) < begins(first) ? [1, 0] : [0, 1];
}

/** Returns true if the arrival times are plausible: packets that all arrived within half of their playing time were not stamped on arrival. */
function isTimed(typed: TypedStream): boolean {
  return typed.seconds < 1 || endOf(typed) - beginOf(typed) >= typed.seconds / 2;
}
