import type { WindowCounts } from '../core/time-span.ts';
import { count } from './units.ts';

/** What an answer over a range of time says of its calls; null: no range was asked for. @param taken what was done with those that are perhaps in it @param more the first number is a least one */
export function windowText(window: WindowCounts | null, taken = 'listed as well', more = false): string | null {
  if (window === null) return null;
  const { perhaps, withoutTime } = window;
  const why = perhaps === 0 ? '' : ` (their time is not certain; ${taken})`;
  return `In this time: ${more ? 'more than ' : ''}${count(window.in)}; perhaps in it: ${count(perhaps)}${why}; without any time, so left out: ${count(withoutTime)}.`;
}
