import { createReadingHistory, type ReadingHistory } from '../../src/log/history/reading-history.ts';
import { createBudget } from '../../src/verify/schedule/budget.ts';
import { type DuePolicy, dueList } from '../../src/verify/schedule/due-list.ts';
import { createWorkQueue } from '../../src/verify/schedule/work-queue.ts';
import { createTestLog, day, dayMs, type TestLog } from './schedule-log.ts';

/** Events between two nights, and during the night. */
export interface Night {
  /** Days by which the clock is set, forward or back, before the run. */
  readonly clockDays?: number;
  /** The machine is off. */
  readonly missed?: boolean;
  /** The run is killed after this number of bags. */
  readonly killedAfter?: number;
  /** A bag is damaged before the run. */
  readonly damaged?: number;
  /** All damage is repaired before the run. */
  readonly mended?: boolean;
  /** A bag of this size is imported before the run. */
  readonly imported?: number;
  /** Delay of the run in minutes. */
  readonly lateMin?: number;
}

/** An archive, a machine whose clock may be wrong, and a timer. Only the log persists from one night to the next. */
export interface World {
  readonly log: TestLog;
  readonly policy: DuePolicy;
  /** Simulates one night. @returns the bags that were read */
  pass(night: Night): string[];
  /** By true time: the longest that any bag was unread, and undecoded, at the worst moment so far. */
  worst(): { readonly readMs: number; readonly playMs: number };
  /** By true time: bags that are damaged and reported, by name. */
  foundDamaged(): ReadonlySet<string>;
  /** True time and the machine's clock. */
  times(): { readonly trueMs: number; readonly clockMs: number };
  /** The log, read from the beginning. */
  history(): ReadingHistory;
  bags(): readonly { readonly bag: string; readonly bytes: number }[];
}

/** Properties of a world. */
export interface WorldTraits {
  /** Time from one run to the next; a day by default. */
  readonly pauseDays?: number;
  /** All bags of the first day were read on it. */
  readonly readAtFirst?: boolean;
  /** For a bag, by its number: it is never readable. */
  readonly unreachable?: (bag: number) => boolean;
  /** For a bag, by its number: one of its recordings can never be tried. */
  readonly undecodable?: (bag: number) => boolean;
}

/** A world on its first day. @param budget bytes that a run may read; depends on the archive */
export function createWorld(
  sizes: readonly number[],
  policy: DuePolicy,
  budget: (bytes: number) => number,
  { pauseDays = 1, readAtFirst = false, unreachable = () => false, undecodable = () => false }: WorldTraits = {},
): World {
  const log = createTestLog();
  const bags: { readonly bag: string; readonly bytes: number; readMs: number; playMs: number; damaged: boolean; found: boolean }[] = [];
  let trueMs = day(0);
  let offsetMs = 0;
  let worstRead = 0;
  let worstPlay = 0;
  const clock = (): number => trueMs + offsetMs;
  const land = (bytes: number): void => {
    const bag = `2026/202601${String(10 + (bags.length % 20))}-${String(bags.length).padStart(4, '0')}`;
    bags.push({ bag, bytes, readMs: trueMs, playMs: trueMs, damaged: false, found: false });
    log.landed(clock(), bag);
  };
  const history = (): ReadingHistory => {
    const made = createReadingHistory(clock);
    for (const step of log.steps) made.add(step);
    return made;
  };
  const look = (): void => {
    for (const [at, { readMs, playMs }] of bags.entries()) {
      if (unreachable(at)) continue;
      worstRead = Math.max(worstRead, trueMs - readMs);
      if (!undecodable(at)) worstPlay = Math.max(worstPlay, trueMs - playMs);
    }
  };
  const run = (runBytes: number | null, killedAfter: number): string[] => {
    const name = `run-${log.steps.length}`;
    const known = history();
    const list = dueList(
      known,
      bags.map(({ bag, bytes }) => ({ bag, bytes })),
      null,
      { ...policy, runBytes },
    );
    const queue = createWorkQueue(list, {
      budget: createBudget({ ms: null, bytes: runBytes }, () => 0),
      knownFaults: (bag) => known.copy(bag, null).damage?.faults ?? null,
      bytesOf: ({ bytes }) => bytes,
    });
    log.add(clock(), 'verification-started', { run: name, replica: null, scope: 'due' });
    const read: string[] = [];
    while (read.length < killedAfter) {
      const item = queue.next();
      if (item === null) break;
      const at = bags.findIndex(({ bag }) => bag === item.bag);
      const found = bags[at];
      if (found === undefined) throw new Error(`${item.bag} is not there`);
      look();
      const verdict = unreachable(at) ? 'unreachable' : found.damaged ? 'faults' : 'ok';
      const faults = verdict === 'ok' ? '' : verdict === 'faults' ? 'corrupt=1' : 'unreachable=3';
      const bytes = verdict === 'unreachable' ? 0 : found.bytes;
      if (verdict !== 'unreachable') {
        found.readMs = trueMs;
        found.found = found.damaged;
        // Damaged bags are not decoded; the schedule reads them in each run until they are.
        if (item.play !== 'none') found.playMs = trueMs;
      }
      const untried = undecodable(at) && item.play !== 'none' ? 1 : 0;
      log.verified(clock(), found.bag, { run: name, verdict, faults, bytes, played: item.play, untried });
      queue.checked(found.bag, { verdict, faults, bytes });
      read.push(found.bag);
    }
    if (read.length < killedAfter) log.add(clock(), 'verification-finished', { run: name, replica: null, complete: true, bytes: 1 });
    return read;
  };
  log.add(clock(), 'archive-created');
  for (const size of sizes) land(size);
  if (readAtFirst) for (const { bag, bytes } of bags) log.verified(clock(), bag, { bytes, played: 'copies', untried: 0 });
  return {
    log,
    policy,
    pass: (night) => {
      trueMs += pauseDays * dayMs;
      offsetMs += (night.clockDays ?? 0) * dayMs;
      look();
      for (const bag of bags) if (night.mended === true) bag.damaged = false;
      const struck = night.damaged === undefined ? undefined : bags[night.damaged % bags.length];
      if (struck !== undefined) struck.damaged = true;
      if (night.imported !== undefined) land(night.imported);
      if (night.missed === true) return [];
      const lateMs = (night.lateMin ?? 0) * 60_000;
      trueMs += lateMs;
      const total = bags.reduce((sum, { bytes }) => sum + bytes, 0);
      const limit = budget(total);
      const read = run(limit === Number.POSITIVE_INFINITY ? null : Math.ceil(limit), night.killedAfter ?? Number.POSITIVE_INFINITY);
      look();
      trueMs -= lateMs;
      return read;
    },
    worst: () => ({ readMs: worstRead, playMs: worstPlay }),
    foundDamaged: () => new Set(bags.filter(({ found }) => found).map(({ bag }) => bag)),
    times: () => ({ trueMs, clockMs: clock() }),
    history,
    bags: () => bags,
  };
}
