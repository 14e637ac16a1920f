import type { CopyHistory } from '../../log/history/reading-history.ts';

/** How a replica stands, for people. */
export interface DueState {
  readonly bags: number;
  readonly bytes: number;
  /** Read within the period. */
  readonly inTime: number;
  /** Never read since they were written. */
  readonly unread: number;
  readonly damaged: number;
  readonly neighbours: number;
  /** Bags whose period is over, and since when the longest is; of reading and of decoding. */
  readonly overdue: Overdue;
  readonly playOverdue: Overdue;
  /** Longest age of a reading. */
  readonly oldestMs: number;
  /** When the next period ends that is not over yet; null: all are over, or there are no bags. */
  readonly nextDueMs: number | null;
  /** From one run to the next, as it was taken. */
  readonly runEveryMs: number;
  /** By so much sooner than at the end of its period is a bag read: three pauses, for runs that fail. */
  readonly marginMs: number;
  /** Bytes that a run reads where all keep an even pace. */
  readonly shareBytes: number;
}

/** Bags whose period is over. */
export interface Overdue {
  readonly bags: number;
  /** Null where there are none. */
  readonly sinceMs: number | null;
}

/** A bag with its ages. */
export interface StandingBag {
  readonly copy: CopyHistory;
  /** Bytes, as they are known or guessed; above zero. */
  readonly weight: number;
  readonly ageMs: number;
  readonly playAgeMs: number;
}

/** How the bags of a replica stand. */
export function stateOf(
  bags: readonly StandingBag[],
  { everyMs, playEveryMs }: { readonly everyMs: number; readonly playEveryMs: number | null },
  nowMs: number,
  known: Pick<DueState, 'damaged' | 'neighbours' | 'runEveryMs' | 'marginMs' | 'shareBytes'>,
): DueState {
  const overdue = (ages: readonly number[], period: number): Overdue => {
    const over = ages.filter((age) => age > period);
    return { bags: over.length, sinceMs: over.length === 0 ? null : nowMs + period - Math.max(...extremes(over)) };
  };
  const ages = bags.map(({ ageMs }) => ageMs);
  const running = ages.filter((age) => age <= everyMs);
  return {
    bags: bags.length,
    bytes: bags.reduce((sum, { weight }) => sum + weight, 0),
    inTime: bags.filter(({ ageMs, copy }) => ageMs <= everyMs && copy.readMs !== null && !copy.unread).length,
    unread: bags.filter(({ copy }) => copy.unread).length,
    overdue: overdue(ages, everyMs),
    playOverdue:
      playEveryMs === null
        ? { bags: 0, sinceMs: null }
        : overdue(
            bags.map(({ playAgeMs }) => playAgeMs),
            playEveryMs,
          ),
    oldestMs: Math.max(0, ...extremes(ages)),
    nextDueMs: running.length === 0 ? null : nowMs + everyMs - Math.max(...extremes(running)),
    ...known,
  };
}

/** The largest, as a list of one or none: a call with a million arguments is too large for the stack. */
function extremes(values: readonly number[]): number[] {
  return values.length === 0 ? [] : [values.reduce((most, value) => Math.max(most, value))];
}
