import type { WindowCounts } from '../../core/time/time-span.ts';
import { count } from '../../core/words/quantity.ts';

/**
 * Describes what is uncertain about a result: calls that may be in a time range, calls without a time, calls of unknown direction. Empty if there are
 * none.
 * @param taken what was done with possible matches
 * @param more true: the first number is a minimum
 */
export function openText(
  { window, unknownDirection }: { readonly window: WindowCounts | null; readonly unknownDirection: number | null },
  taken?: string,
  more = false,
): string[] {
  const said = windowText(window, taken, more);
  const left =
    unknownDirection === null
      ? null
      : `Of an unknown direction, so left out: ${count(unknownDirection)}${unknownDirection === 0 ? '.' : ' that match the rest (--direction unknown).'}`;
  return [said, left].filter((line) => line !== null);
}

/**
 * Describes how many calls are in a time range; null: no range was requested.
 * @param taken what was done with possible matches
 * @param more true: the first number is a minimum
 */
export function windowText(window: WindowCounts | null, taken = 'listed as well', more = false): string | null {
  if (window === null) return null;
  const { perhaps, withoutTime } = window;
  const why = perhaps === 0 ? '' : ` (their time is not certain; ${taken})`;
  return `In this time: ${more ? 'more than ' : ''}${count(window.in)}; perhaps in it: ${count(perhaps)}${why}; without any time, so left out: ${count(withoutTime)}.`;
}
