import { agree } from '../../core/base/agree.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { type DayCount, dayNumber, withoutStrays } from './coverage.ts';
import type { CallNumbers, MarkCount, QuietMark } from './tally.ts';

/** A device, agent, channel … that has no calls at the end or the beginning of the source's period, or that has calls but no audio for days. */
export interface SilentMark {
  readonly name: string;
  readonly value: string;
  readonly calls: number;
  readonly firstDay: string;
  readonly lastDay: string;
  /** `before-end`: no call after `lastDay`; `after-start`: no call before `firstDay`; `without-audio`: calls from `from` to `to`, but none with audio. */
  readonly silent: 'before-end' | 'after-start' | 'without-audio';
  /** Number of silent days on which other marks have calls; for `without-audio`, days on which the mark itself has calls. */
  readonly daysSilent: number;
  /**
   * Number of calls expected on these days at the mark's own rate. For `without-audio`: number of calls expected to have audio, at the rate of all other marks
   * if the mark never has audio.
   */
  readonly usualCalls: number;
  /** First and last day, only for `without-audio`. */
  readonly from: string | null;
  readonly to: string | null;
}

/** Smallest number of days with calls and of silent days of a mark. */
const [leastKnown, leastSilent] = [28, 14] as const;
/** If this many calls are expected, none occur by chance once in 20,000 marks (Poisson: e^-10). */
const leastUsual = 10;

/** The rule in words. */
export const silentRule =
  agree`A device, agent, channel or other value of the recorder falls silent, or starts late, if it has no call for ${leastSilent} day[s] or more up to the last day, or from the ` +
  agree`first, although ${leastUsual} call[s] or more would be expected in that time at its own rate. That rate is its calls divided by the days with any calls between its first and its last ` +
  agree`call. A value is judged only if its first and last call are ${leastKnown} day[s] or more apart. A value is without audio if for ${leastSilent} day[s] or more in a row it has calls but none of them has ` +
  `audio, although ${leastUsual} or more would be expected to have audio: at its rate on the other days on which it has calls, or, if it never has audio, at the rate of all calls. ` +
  'The first and the last call in 1,000 of all do not extend the range. A telephone that was removed and an agent who left are silent, too: ' +
  `the rule finds what to ask about; it does not prove that anything is lost.`;

/** Finds marks that fall silent early, start late or have no audio; those with the most missing calls come first. @param days in order, without duplicates */
export function silentMarks(days: readonly DayCount[], { marks, quiet }: MarksOverTime): SilentMark[] {
  const found = [...withoutCalls(days, marks), ...withoutAudio(days, marks, quiet)];
  const key = ({ name, value, silent, from }: SilentMark): string => `${name}\n${value}\n${silent}\n${from ?? ''}`;
  return found.sort((a, b) => b.usualCalls - a.usualCalls || byCodePoint(key(a), key(b)));
}

/** Marks with their calls over time. */
interface MarksOverTime extends Pick<CallNumbers, 'marks'> {
  readonly quiet: readonly QuietMark[];
}

function withoutAudio(days: readonly DayCount[], marks: readonly MarkCount[], quiet: readonly QuietMark[]): SilentMark[] {
  const sum = (pick: (day: DayCount) => number): number => days.reduce((total, day) => total + pick(day), 0);
  const share =
    sum((day) => day.withAudio) /
    Math.max(
      1,
      sum((day) => day.calls),
    );
  const known = new Map(marks.map((mark) => [`${mark.name}\n${mark.value}`, mark]));
  return quiet.flatMap(({ name, value, calls, withAudio: sounding, callDays, stretches }) =>
    stretches.flatMap(({ from, to, callDays: daysSilent }): SilentMark[] => {
      const usualCalls = sounding === 0 ? share * calls : (sounding / Math.max(1, callDays - daysSilent)) * daysSilent;
      const { firstDay = null, lastDay = null } = known.get(`${name}\n${value}`) ?? {};
      if (firstDay === null || lastDay === null || usualCalls < leastUsual || dayNumber(to) - dayNumber(from) + 1 < leastSilent) return [];
      return [{ name, value, calls, firstDay, lastDay, silent: 'without-audio', daysSilent, usualCalls: Math.round(usualCalls), from, to }];
    }),
  );
}

function withoutCalls(days: readonly DayCount[], marks: readonly MarkCount[]): SilentMark[] {
  const numbers = withoutStrays(days).flatMap(({ day, calls }) => (calls > 0 ? [dayNumber(day)] : []));
  const [start, end] = [numbers[0], numbers.at(-1)];
  if (start === undefined || end === undefined) return [];
  const found: SilentMark[] = [];
  for (const { name, value, calls, firstDay, lastDay } of marks) {
    if (firstDay === null || lastDay === null) continue;
    const [first, last] = [dayNumber(firstDay), dayNumber(lastDay)];
    if (last - first < leastKnown) continue;
    const [before, until] = [countBelow(numbers, first), countBelow(numbers, last + 1)];
    if (until === before) continue;
    const rate = calls / (until - before);
    const tell = (silent: SilentMark['silent'], length: number, daysSilent: number): void => {
      const usualCalls = rate * daysSilent;
      if (length >= leastSilent && usualCalls >= leastUsual)
        found.push({ name, value, calls, firstDay, lastDay, silent, daysSilent, usualCalls: Math.round(usualCalls), from: null, to: null });
    };
    tell('before-end', end - last, numbers.length - until);
    tell('after-start', first - start, before);
  }
  return found;
}

/** Describes when a mark is silent. */
export function silenceText({ silent, from, to, firstDay, lastDay }: SilentMark): string {
  if (silent === 'without-audio')
    return from === to ? `calls without audio on ${from ?? ''}` : `calls without audio from ${from ?? ''} to ${to ?? ''}`;
  return silent === 'before-end' ? `silent after ${lastDay}` : `not before ${firstDay}`;
}

/** Counts the ascending numbers that are less than a bound. */
function countBelow(numbers: readonly number[], bound: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? bound) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
