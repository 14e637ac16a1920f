import { InvalidArgumentError } from 'commander';
import { isDay } from '../../core/time/calendar-day.ts';
import { isoMs } from '../../core/time/zone-clock.ts';

/**
 * Parses a day or a time in UTC, e.g. `2031-12-31` or `2031-12-31T12:00Z`, to an ISO time. Used for times in the future, for which relative times
 * have no words.
 */
export function utcTime(text: string): string {
  const ms = /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z?)?$/.test(text) ? isoMs(text) : null;
  if (ms !== null && !isDay(text.slice(0, 10))) throw new InvalidArgumentError(`there is no day ${text.slice(0, 10)}.`);
  if (ms === null) throw new InvalidArgumentError('give a day or a time in UTC: 2031-12-31, 2031-12-31T12:00Z.');
  return new Date(ms).toISOString();
}
