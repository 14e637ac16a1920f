/** Time of a log entry. The clock decides later how far to trust it. */
export interface Moment {
  readonly seq: number;
  /** Time on the machine's clock; Infinity if it is invalid. */
  readonly statedMs: number;
  /** Total forward movement of the clock since the first entry; backward steps do not count. */
  readonly elapsedMs: number;
}

/** Reliability of the clock that dated the entries. */
export interface ClockAccount {
  readonly entries: number;
  /** Number of entries with an earlier time than a preceding entry. */
  readonly behind: number;
  /** Largest such difference in ms. */
  readonly mostBehindMs: number;
  /** Number of entries at the end with a time later than now; their times are not trusted. */
  readonly future: number;
}

/**
 * Determines times from a log whose clock may have been wrong. It gives two answers, each conservative for its purpose.
 * `timeOf` is the latest time of an action that all entries allow: the minimum of its own time and those of all later entries.
 * `ageOf` is the longest time that may have passed since the action. It is not the difference of now and `timeOf`: if the clock was set back in
 * between, the time that it had already shown passes twice. The age is the sum of all forward movements since the action. A backward step hides at
 * most the pause between the two entries around it; a forward step makes everything look older. A wrong clock thus causes more work, never less.
 */
export interface LogClock {
  /** Reads the next entry, in log order. */
  take(seq: number, time: string): Moment;
  /**
   * Returns the latest possible time in milliseconds since 1970. Null: the time would be later than now, and the entry counts as if it had never
   * happened.
   */
  timeOf(moment: Moment): number | null;
  /** Returns the longest possible age in ms, which is never less than now minus `timeOf`. */
  ageOf(moment: Moment): number;
  account(): ClockAccount;
  /** Returns the number of times in memory. */
  held(): number;
  /** Drops what is needed only for entries other than these. */
  keep(moments: Iterable<Moment>): void;
}

/** Creates a clock before the first entry. @param now milliseconds since 1970; may advance while entries come */
export function createLogClock(now: () => number): LogClock {
  // Entries whose time is not later than that of any later entry, by ascending seq and therefore ascending time. The minimum time from an entry on is
  // that of the first of these entries at or after it.
  let floor: { readonly seq: number; readonly ms: number }[] = [];
  let lastSeq = 0;
  let lastMs: number | null = null;
  let latestMs = Number.NEGATIVE_INFINITY;
  let elapsedMs = 0;
  let believedSeq = 0;
  let entries = 0;
  let behind = 0;
  let mostBehindMs = 0;
  return {
    take: (seq, time) => {
      const parsed = Date.parse(time);
      const statedMs = Number.isNaN(parsed) ? Number.POSITIVE_INFINITY : parsed;
      entries++;
      lastSeq = seq;
      while ((floor.at(-1)?.ms ?? Number.NEGATIVE_INFINITY) >= statedMs) floor.pop();
      floor.push({ seq, ms: statedMs });
      if (Number.isFinite(statedMs)) {
        elapsedMs += Math.max(0, statedMs - (lastMs ?? statedMs));
        lastMs = statedMs;
        if (statedMs < latestMs) {
          behind++;
          mostBehindMs = Math.max(mostBehindMs, latestMs - statedMs);
        }
        latestMs = Math.max(latestMs, statedMs);
      }
      if (statedMs <= now()) believedSeq = seq;
      return { seq, statedMs, elapsedMs };
    },
    timeOf: ({ seq, statedMs }) => {
      const time = Math.min(statedMs, floor[firstAtOrBehind(floor, seq)]?.ms ?? statedMs);
      return time <= now() ? time : null;
    },
    ageOf: (moment) => elapsedMs + Math.max(0, now() - (lastMs ?? now())) - moment.elapsedMs,
    account: () => ({ entries, behind, mostBehindMs, future: lastSeq - believedSeq }),
    held: () => floor.length,
    keep: (moments) => {
      const needed = new Set<number>();
      for (const { seq } of moments) needed.add(firstAtOrBehind(floor, seq));
      floor = floor.filter((_, at) => needed.has(at));
    },
  };
}

function firstAtOrBehind(floor: readonly { readonly seq: number }[], seq: number): number {
  let [low, high] = [0, floor.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((floor[middle]?.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
