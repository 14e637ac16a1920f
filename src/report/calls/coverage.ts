import { agree } from '../../core/base/agree.ts';
import { count } from '../../core/words/quantity.ts';

/** Calls of one day. */
export interface DayCount {
  /** Day, e.g. `2019-03-12`, in UTC if the start of a call is known in UTC. */
  readonly day: string;
  readonly calls: number;
  /** Number of these calls that have an audio file. */
  readonly withAudio: number;
  readonly durationMs: number;
}

/** Calls over time. */
export interface Coverage {
  readonly days: readonly DayCount[];
  readonly months: readonly PeriodCount[];
  readonly thin: readonly ThinRun[];
  readonly rule: string;
}

/** Consecutive days with far fewer calls than usual. */
export interface ThinRun {
  readonly from: string;
  readonly to: string;
  /** Number of such days; days of the week that never have calls may lie between them. */
  readonly days: number;
  readonly calls: number;
  readonly withAudio: number;
  /** Number of calls that these days would have at the median of their weekdays. */
  readonly usualCalls: number;
  readonly usualWithAudio: number;
}

/** Calls of a month, or of a year. */
export interface PeriodCount {
  readonly period: string;
  readonly calls: number;
  readonly withAudio: number;
  readonly durationMs: number;
  /** Number of days with a call. */
  readonly days: number;
}

/** Number of days of the same weekday on each side with which a day is compared, and the smallest number that suffices. */
const [neighbours, fewestNeighbours] = [8, 4] as const;
/** A day with a smaller usual number of calls is not judged: such days are empty by chance. */
const leastUsual = 10;
/**
 * A day with less than one part in this many of its usual calls is thin. With 10 usual calls that happens by chance once in 2,000 days (Poisson: 0 or 1 of 10).
 */
const thinShare = 5;
/** One part in this many of the calls at each end does not extend the range, so that a clock at 1970 makes no gap of 40 years. */
const strayShare = 1_000;

/** The rule in words, for reports. */
const thinRule =
  `A day is thin if it has less than a fifth of the usual calls, or of the usual calls with audio, for its weekday. Usual is the median of the ` +
  agree`${neighbours} day[s] of the same weekday before and the ${neighbours} after it that [has|have] any calls, so that a long gap does not become usual; a day is not judged if fewer than ` +
  agree`${fewestNeighbours} such day[s] [is|are] known, or if the usual number is below ${leastUsual}. The first and the last call in ${count(strayShare)} do not extend the range. ` +
  `Holidays are thin, too: the rule finds days to ask about; it does not prove that anything is lost.`;

/** Summarises calls over time for a report. @param days in order, without duplicates */
export function coverageOf(days: readonly DayCount[]): Coverage {
  return { days, months: periods(days, 'month'), thin: thinDays(days), rule: thinRule };
}

/** Finds days with conspicuously few calls. @param days in order, without duplicates; days without a call may be missing */
export function thinDays(days: readonly DayCount[]): ThinRun[] {
  const range = withoutStrays(days);
  const [first, last] = [range[0], range.at(-1)];
  if (first === undefined || last === undefined) return [];
  const byNumber = new Map(range.map((day) => [dayNumber(day.day), day]));
  const [start, end] = [dayNumber(first.day), dayNumber(last.day)];
  const usual = usualOf(range);
  const runs: { -readonly [Key in keyof ThinRun]: ThinRun[Key] }[] = [];
  let open: (typeof runs)[number] | null = null;
  for (let number = start; number <= end; number++) {
    const day = byNumber.get(number);
    const [calls, withAudio] = [day?.calls ?? 0, day?.withAudio ?? 0];
    const expected = usual(number);
    const isThin = isFew(calls, expected.calls) || isFew(withAudio, expected.withAudio);
    if (!isThin) {
      // A weekday that never has calls does not end a gap.
      if (calls > 0) open = null;
      continue;
    }
    if (open === null) {
      open = { from: dayText(number), to: '', days: 0, calls: 0, withAudio: 0, usualCalls: 0, usualWithAudio: 0 };
      runs.push(open);
    }
    open.to = dayText(number);
    open.days++;
    open.calls += calls;
    open.withAudio += withAudio;
    open.usualCalls += expected.calls;
    open.usualWithAudio += expected.withAudio;
  }
  return runs;
}

function isFew(count: number, usual: number): boolean {
  return usual >= leastUsual && count * thinShare < usual;
}

/** Removes the days at both ends that have hardly any of the calls. @param days in order, without duplicates */
export function withoutStrays(days: readonly DayCount[]): readonly DayCount[] {
  const most = Math.floor(days.reduce((sum, { calls }) => sum + calls, 0) / strayShare);
  const cut = (ordered: readonly DayCount[]): number => {
    let seen = 0;
    let at = 0;
    for (const { calls } of ordered) {
      seen += calls;
      if (seen > most) break;
      at++;
    }
    return at;
  };
  const [before, after] = [cut(days), cut(days.toReversed())];
  return days.slice(before, days.length - after);
}

/** Returns a function that computes the usual calls of a day from its day number; call it in ascending order. */
function usualOf(days: readonly DayCount[]): (number: number) => { readonly calls: number; readonly withAudio: number } {
  const weekdays = Array.from({ length: 7 }, () => ({ numbers: [] as number[], days: [] as DayCount[], at: 0 }));
  for (const day of days) {
    if (day.calls === 0) continue;
    const weekday = weekdays[dayNumber(day.day) % 7];
    weekday?.numbers.push(dayNumber(day.day));
    weekday?.days.push(day);
  }
  return (number) => {
    const weekday = weekdays[number % 7];
    if (weekday === undefined) return { calls: 0, withAudio: 0 };
    while (weekday.at < weekday.numbers.length && (weekday.numbers[weekday.at] ?? 0) < number) weekday.at++;
    const after = weekday.numbers[weekday.at] === number ? weekday.at + 1 : weekday.at;
    const around = [...weekday.days.slice(Math.max(0, weekday.at - neighbours), weekday.at), ...weekday.days.slice(after, after + neighbours)];
    if (around.length < fewestNeighbours) return { calls: 0, withAudio: 0 };
    return { calls: median(around.map(({ calls }) => calls)), withAudio: median(around.map(({ withAudio }) => withAudio)) };
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? 0) + (sorted[Math.floor(half)] ?? 0)) / 2;
}

/** Sums calls by month (`2019-03`) or year, in order. */
export function periods(days: readonly DayCount[], by: 'month' | 'year'): PeriodCount[] {
  const found = new Map<string, { -readonly [Key in keyof PeriodCount]: PeriodCount[Key] }>();
  for (const { day, calls, withAudio, durationMs } of days) {
    const period = day.slice(0, by === 'month' ? 7 : 4);
    const one = found.get(period) ?? { period, calls: 0, withAudio: 0, durationMs: 0, days: 0 };
    found.set(period, one);
    one.calls += calls;
    one.withAudio += withAudio;
    one.durationMs += durationMs;
    if (calls > 0) one.days++;
  }
  return [...found.values()];
}

const dayMs = 86_400_000;

/** Returns the days since 1970-01-01, shifted so that no day since year 0 is negative. */
export function dayNumber(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / dayMs + yearZero;
}

function dayText(number: number): string {
  return new Date((number - yearZero) * dayMs).toISOString().slice(0, 10);
}

/** Days from 0000-01-01 to 1970-01-01. */
const yearZero = 719_528;
