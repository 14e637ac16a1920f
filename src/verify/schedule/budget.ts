import { LongplayError } from '../../core/base/error.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** The Julian year of astronomy; a month is a twelfth of it. Neither follows the calendar: a period must not depend on its first day. */
const yearMs = 365.25 * dayMs;

/** Limits of one run. Null: no limit. */
export interface BudgetLimits {
  readonly ms: number | null;
  readonly bytes: number | null;
}

/** The budget of a run in progress. */
export interface Budget {
  /**
   * Returns true if another bag may be begun. The first bag always may: otherwise an archive with a small budget would never be read. A bag that has been begun
   * is finished.
   */
  begin(): boolean;
  /** Counts bytes being read; a negative number corrects an earlier estimate. */
  spent(bytes: number): void;
  /** Returns what remains; never below zero. */
  left(): BudgetLimits;
}

const periodUnits = new Map([
  ['h', hourMs],
  ['d', dayMs],
  ['w', 7 * dayMs],
  ['mo', yearMs / 12],
  ['y', yearMs],
]);

/** Default periods within which bags are read and copies are decoded. */
export const usualPeriods = { every: '90d', playEvery: '365d' } as const;

/** Longest period; no archive is older. */
const longestPeriodMs = 100 * yearMs;

/**
 * Parses `90d`, `12w`, `6mo` (a month is 30.4375 d) or `1y` (365.25 d) into milliseconds.
 * @param option name of the option, for the message
 * @throws LongplayError usage U300
 */
export function parsePeriod(text: string, option: string): number {
  const [, number = '', unit = ''] = /^(\d{1,9}(?:\.\d{1,9})?)\s*([a-z]*)$/.exec(text.trim().toLowerCase()) ?? [];
  const ms = Math.round(Number(number) * (periodUnits.get(unit) ?? 0));
  if (ms >= hourMs && ms <= longestPeriodMs) return ms;
  const why =
    number === ''
      ? 'is not a period'
      : unit === 'm' || unit === 'min'
        ? 'is in minutes, or in months'
        : !periodUnits.has(unit)
          ? 'has an unknown unit'
          : ms < hourMs
            ? 'is less than an hour'
            : 'is more than 100 years';
  throw usage('U300', `${option} '${text}' ${why}`, "write it as '90d', '12w', '6mo' or '1y'; hours are 'h'");
}

const timeUnits = new Map([
  ['s', secondMs],
  ['m', minuteMs],
  ['min', minuteMs],
  ['h', hourMs],
  ['d', dayMs],
]);

const sizeUnits = new Map(
  ['', 'k', 'm', 'g', 't'].flatMap((prefix, power) => [
    [`${prefix}b`, 1_000 ** power],
    ...(prefix === '' ? [] : ([[`${prefix}ib`, 1_024 ** power]] as const)),
  ]) as [string, number][], // pairs of a name and a number, as listed above
);

/**
 * Parses a budget such as `2h`, `90m`, `500GB`, `500GiB`, or both: `2h,500GB`; the first limit reached ends the run.
 * @param option name of the option, for the message
 * @throws LongplayError usage U301
 */
export function parseBudget(text: string, option = '--budget'): BudgetLimits {
  let ms: number | null = null;
  let bytes: number | null = null;
  for (const part of text.split(',')) {
    const [, number = '', unit = ''] = /^(\d{1,9}(?:\.\d{1,9})?)\s*([a-z]*)$/.exec(part.trim().toLowerCase()) ?? [];
    const time = timeUnits.get(unit);
    const size = sizeUnits.get(unit);
    const value = Math.floor(Number(number) * (time ?? size ?? 0));
    if (number === '' || (time === undefined && size === undefined))
      throw notUnderstood(option, text, `'${part.trim()}' is neither a time nor a size`);
    if (value < 1) throw notUnderstood(option, text, `'${part.trim()}' is nothing`);
    if (time !== undefined) {
      if (ms !== null) throw notUnderstood(option, text, 'it names two times');
      ms = value;
    } else {
      if (bytes !== null) throw notUnderstood(option, text, 'it names two sizes');
      bytes = value;
    }
  }
  return { ms, bytes };
}

/** Returns true for `never` in place of a period. */
export function isNever(text: string): boolean {
  return text.trim().toLowerCase() === 'never';
}

function notUnderstood(option: string, text: string, why: string): LongplayError {
  return usage('U301', `${option} '${text}': ${why}`, "write it as '2h', '90m', '500GB', '500GiB', or '2h,500GB' for both");
}

function usage(code: FindingCode, message: string, hint: string): LongplayError {
  return new LongplayError('usage', code, message, hint);
}

/** Starts a budget. @param elapsed returns milliseconds of a monotonic clock, e.g. `performance.now` */
export function createBudget(limits: BudgetLimits, elapsed: () => number): Budget {
  const startedMs = elapsed();
  let begun = false;
  let used = 0;
  const left = (): BudgetLimits => ({
    ms: limits.ms === null ? null : Math.max(0, limits.ms - (elapsed() - startedMs)),
    bytes: limits.bytes === null ? null : Math.max(0, limits.bytes - used),
  });
  return {
    begin: () => {
      const { ms, bytes } = left();
      if (begun && (ms === 0 || bytes === 0)) return false;
      begun = true;
      return true;
    },
    spent: (bytes) => {
      used += bytes;
    },
    left,
  };
}
