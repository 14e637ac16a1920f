import type { WindowCounts } from '../../core/time/time-span.ts';
import { count } from '../report/units.ts';

/** What an answer to a question leaves open: calls perhaps in a range of time, without any time, of an unknown direction. None: nothing. @param taken what was done with those that are perhaps in it @param more the first number is a least one */
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

/** What an answer over a range of time says of its calls; null: no range was asked for. @param taken what was done with those that are perhaps in it @param more the first number is a least one */
export function windowText(window: WindowCounts | null, taken = 'listed as well', more = false): string | null {
  if (window === null) return null;
  const { perhaps, withoutTime } = window;
  const why = perhaps === 0 ? '' : ` (their time is not certain; ${taken})`;
  return `In this time: ${more ? 'more than ' : ''}${count(window.in)}; perhaps in it: ${count(perhaps)}${why}; without any time, so left out: ${count(withoutTime)}.`;
}
