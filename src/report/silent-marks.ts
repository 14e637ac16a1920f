import { byCodePoint } from '../core/order.ts';
import { type DayCount, dayNumber, withoutStrays } from './coverage.ts';
import type { MarkCount } from './tally.ts';

/** A device, agent, channel … that is not heard of at the end, or at the beginning, of what the source holds. */
export interface SilentMark {
  readonly name: string;
  readonly value: string;
  readonly calls: number;
  readonly firstDay: string;
  readonly lastDay: string;
  /** `before-end`: no call from the day after `lastDay` on; `after-start`: none before `firstDay`. */
  readonly silent: 'before-end' | 'after-start';
  /** Days of silence on which others have calls. */
  readonly daysSilent: number;
  /** Calls that these days would have had at the rate of the days before, or after. */
  readonly usualCalls: number;
}

/** A mark must be known so long, and be silent so long, in days. */
const [leastKnown, leastSilent] = [28, 14] as const;
/** With so many calls expected, chance leaves none once in 20,000 marks (Poisson: e^-10). */
const leastUsual = 10;

/** The rule in words. */
export const silentRule =
  `A device, agent, channel or whatever else the recorder names falls silent, or starts late, where it has no call for ${leastSilent} days or more up to the last day, or from the ` +
  `first, and would have had ${leastUsual} or more at its own rate: its calls for each day with any calls between its first and its last. Only those are judged whose first and last ` +
  `call lie ${leastKnown} days or more apart. The first and the last call in 1,000 of all do not stretch the range. A telephone that was taken down and an agent who left are silent, too: ` +
  `the rule finds what to ask about, it does not say that anything is lost.`;

/** Marks that fall silent early or start late, the most missing calls first. `days` in order, each once. */
export function silentMarks(days: readonly DayCount[], marks: readonly MarkCount[]): SilentMark[] {
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
        found.push({ name, value, calls, firstDay, lastDay, silent, daysSilent, usualCalls: Math.round(usualCalls) });
    };
    tell('before-end', end - last, numbers.length - until);
    tell('after-start', first - start, before);
  }
  return found.sort((a, b) => b.usualCalls - a.usualCalls || byCodePoint(`${a.name}\n${a.value}\n${a.silent}`, `${b.name}\n${b.value}\n${b.silent}`));
}

/** How many of ascending numbers are less than this one. */
function countBelow(numbers: readonly number[], bound: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? bound) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
