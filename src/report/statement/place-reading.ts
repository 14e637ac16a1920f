import type { LeftUntried } from '../../log/history/left-untried.ts';
import type { ReadingHistory } from '../../log/history/reading-history.ts';
import type { EndedRun } from '../../log/history/run-register.ts';
import { isoOf } from '../calls/iso-time.ts';
import type { LastRun, LastSuccess, LeftOver, PlaceReading } from './statement.ts';

/** Period that is assumed if none is known: 365 d. */
export const assumedPeriodMs = 365 * 24 * 3_600_000;

/** Number of bars in the chart of ages: tenths of the period up to twice its length, and one for older bags. */
const bars = 21;

/**
 * Summarises how the bags of one place were read. A bag counts as well only if it was read completely within the period and after it was last written, and no
 * fault is known. A run that could not reach the bag does not count.
 */
export function readingOf(
  replica: string | null,
  landed: readonly string[],
  history: Pick<ReadingHistory, 'copy' | 'replicas' | 'runs'>,
): PlaceReading {
  const runs = history.runs.of(replica);
  const own = replica === null ? undefined : history.replicas.get(replica);
  const periodMs = own?.everyMs ?? runs.everyMs ?? assumedPeriodMs;
  const ages = new Array<number>(bars).fill(0);
  const counts = { well: 0, damaged: 0, late: 0, unread: 0, overdue: 0, playOverdue: 0 };
  const { playEveryMs } = runs;
  let oldest: { readonly ageMs: number; readonly bag: string } | null = null;
  for (const bag of landed) {
    const copy = history.copy(bag, replica);
    const read = copy.readMs !== null && !copy.unread;
    if (copy.damage !== null) counts.damaged++;
    else if (read && copy.readAgeMs <= periodMs) counts.well++;
    else counts.late++;
    if (read) {
      const bar = Math.min(bars - 1, Math.floor((copy.readAgeMs * 10) / periodMs));
      ages[bar] = (ages[bar] ?? 0) + 1;
    } else counts.unread++;
    if (copy.readAgeMs > periodMs) counts.overdue++;
    if (playEveryMs !== null && copy.playAgeMs > playEveryMs) counts.playOverdue++;
    if (oldest === null || copy.readAgeMs > oldest.ageMs) oldest = { ageMs: copy.readAgeMs, bag };
  }
  const left = leftOver(runs.left, new Set(landed));
  return {
    replica,
    medium: own?.medium ?? null,
    periodMs,
    periodFrom: own?.everyMs != null ? 'replica' : runs.everyMs !== null ? 'log' : 'assumed',
    playEveryMs,
    bags: landed.length,
    ...counts,
    oldestAgeMs: oldest?.ageMs ?? null,
    oldestBag: oldest?.bag ?? null,
    ages,
    lastSuccess: runs.succeeded === null ? null : successOf(runs.succeeded),
    lastKept: runs.kept === null ? null : successOf(runs.kept),
    lastRun: runs.ended === null ? null : lastRunOf(runs.ended),
    ...(left === null ? {} : { left }),
    unfinished: runs.unfinished,
  };
}

/** Summarises what was left untried in the bags that count and outside of them; null: nothing. */
function leftOver({ bags, around, timeMs }: LeftUntried, landed: ReadonlySet<string>): LeftOver | null {
  const counts = { recordings: 0, unopened: 0, items: around };
  let first: string | null = null;
  for (const [bag, { recordings, unopened, items }] of bags) {
    if (!landed.has(bag)) continue;
    first ??= bag;
    counts.recordings += recordings;
    counts.unopened += unopened;
    counts.items += items;
  }
  return counts.recordings + counts.items === 0 ? null : { time: isoOf(timeMs), ...counts, bag: first };
}

function successOf({ run, scope, bags, recordings, played, sound, timeMs, ageMs }: EndedRun): LastSuccess {
  return { run, time: isoOf(timeMs), ageMs, scope, bags, recordings, played, sound };
}

function lastRunOf({ run, complete, scope, bags, errors, unreachable, elsewhere, sound, untried, closed, timeMs, ageMs }: EndedRun): LastRun {
  return { run, time: isoOf(timeMs), ageMs, complete, scope, bags, errors, unreachable, elsewhere, sound, untried, closed };
}
