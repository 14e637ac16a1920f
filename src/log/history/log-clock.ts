/** When an entry of the log was made. Whoever keeps it asks the clock later what it is worth. */
export interface Moment {
  readonly seq: number;
  /** What the machine's clock said; Infinity where that is no time. */
  readonly statedMs: number;
  /** How far the clock had gone forward since the first entry; steps back do not count. */
  readonly elapsedMs: number;
}

/** What is to be known about the clock of the entries. */
export interface ClockAccount {
  readonly entries: number;
  /** Entries that carry a time earlier than that of an entry before them. */
  readonly behind: number;
  /** How far the worst of them lies behind. */
  readonly mostBehindMs: number;
  /** Entries at the end that carry a time later than now: their times are not believed. */
  readonly future: number;
}

/**
 * The times of a log whose clock may lie. Two answers, each on the safe side of its question:
 * `timeOf`, when a thing was done at the latest that all entries allow (the least of its own time and those of all later entries), and
 * `ageOf`, how long ago that is at the most. The second is not now less the first: where the clock was set back in between, the time
 * that it had shown passes twice. It is the sum of all its steps forward since; a step back costs it no more than the pause between the
 * two entries around it, a step forward makes everything look older. A lying clock makes work; it never saves any.
 */
export interface LogClock {
  /** Takes the next entry of the log, in log order. */
  take(seq: number, time: string): Moment;
  /** Milliseconds since 1970; null where the entry would have been made later than now: it counts as if it never happened. */
  timeOf(moment: Moment): number | null;
  /** Never less than now less `timeOf`. */
  ageOf(moment: Moment): number;
  account(): ClockAccount;
  /** Times that are held in memory. */
  held(): number;
  /** Forgets what only entries other than these need. */
  keep(moments: Iterable<Moment>): void;
}

/** A clock before the first entry. @param now milliseconds since 1970; may move on while entries come */
export function createLogClock(now: () => number): LogClock {
  // Entries whose time is not later than that of any entry behind them, by rising seq and therefore rising time. The least time
  // from an entry on is that of the first of these at or behind it.
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
