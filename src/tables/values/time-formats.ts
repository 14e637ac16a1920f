import { readRfc2822 } from './rfc-date.ts';
import { type CountedMoment, readEpoch, readExcel, readFileTime, readGregorianSeconds, readTicks } from './time-counts.ts';
import { readIso } from './time-text.ts';
import type { WrittenTime } from './written-time.ts';

// The named formats of times. Every other format is a pattern.

/** Parsers of formats that count to a moment. Each returns null if it cannot read the text. */
export const momentFormats: ReadonlyMap<string, (text: string) => CountedMoment | null> = new Map([
  ['epoch-s', (text: string) => readEpoch(text, 's')],
  ['epoch-ms', (text: string) => readEpoch(text, 'ms')],
  ['epoch-us', (text: string) => readEpoch(text, 'us')],
  ['gregorian-s', readGregorianSeconds],
  ['filetime', readFileTime],
]);

/** Parsers of formats that state a date and a time of day. Each returns null if it cannot read the text. */
export const writtenFormats: ReadonlyMap<string, (text: string) => WrittenTime | null> = new Map([
  ['iso', readIso],
  ['rfc2822', readRfc2822],
  ['excel', (text: string) => readExcel(text, '1900')],
  ['excel-1904', (text: string) => readExcel(text, '1904')],
  ['dotnet-ticks', readTicks],
]);

/** Names of all formats that are not patterns. */
export const namedTimeFormats: readonly string[] = [...writtenFormats.keys(), ...momentFormats.keys()];
