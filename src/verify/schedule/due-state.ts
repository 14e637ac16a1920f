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
  /** Number of overdue bags, and since when the longest has been overdue; for reading and for decoding. */
  readonly overdue: Overdue;
  readonly playOverdue: Overdue;
  /** Age of the oldest reading. */
  readonly oldestMs: number;
  /** End of the period that ends next; null: all have ended, or there are no bags. */
  readonly nextDueMs: number | null;
  /** Assumed time from one run to the next. */
  readonly runEveryMs: number;
  /** How long before the end of its period a bag is read: three intervals between runs, because runs may fail. */
  readonly marginMs: number;
  /** Bytes per run at an even pace. */
  readonly shareBytes: number;
}

/** Overdue bags. */
export interface Overdue {
  readonly bags: number;
  /** Since when; null if no bag is overdue. */
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

/** Returns a list of the largest value, or an empty list. A call of `Math.max` with a million arguments overflows the stack. */
function extremes(values: readonly number[]): number[] {
  return values.length === 0 ? [] : [values.reduce((most, value) => Math.max(most, value))];
}
