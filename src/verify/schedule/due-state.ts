import type { CopyHistory } from '../../log/history/reading-history.ts';

/** State of a replica, for display. */
export interface DueState {
  readonly bags: number;
  readonly bytes: number;
  /** Bags read within the period. */
  readonly inTime: number;
  /** Bags not read since they were written. */
  readonly unread: number;
  readonly damaged: number;
  readonly neighbours: number;
  /** Overdue bags, and how long the longest has been; of reading and of decoding. */
  readonly overdue: Overdue;
  readonly playOverdue: Overdue;
  /** Largest age of a reading. */
  readonly oldestMs: number;
  /** End of the next period that has not ended; null: all have ended, or there are no bags. */
  readonly nextDueMs: number | null;
  /** Time from one run to the next, as assumed. */
  readonly runEveryMs: number;
  /** A bag is read this much before the end of its period: three intervals between runs, for runs that fail. */
  readonly marginMs: number;
  /** Bytes per run at an even pace. */
  readonly shareBytes: number;
}

/** Overdue bags. */
export interface Overdue {
  readonly bags: number;
  /** Null if there are none. */
  readonly sinceMs: number | null;
}

/** A bag with its ages. */
export interface StandingBag {
  readonly copy: CopyHistory;
  /** Bytes, known or estimated; above zero. */
  readonly weight: number;
  readonly ageMs: number;
  readonly playAgeMs: number;
}

/** Computes the state of a replica's bags. */
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

/** Returns the largest value, as a list of one or none: a call with a million arguments overflows the stack. */
function extremes(values: readonly number[]): number[] {
  return values.length === 0 ? [] : [values.reduce((most, value) => Math.max(most, value))];
}
