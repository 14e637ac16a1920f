/** How a duration is written. `auto-clock`: in any of the forms that `parseDuration` lists, which state their own units. */
export type DurationUnit = 's' | 'ms' | 'us' | 'min' | 'h:mm:ss' | 'auto-clock';

/** All units, for messages and for the validation of settings. */
export const durationUnits: readonly DurationUnit[] = ['s', 'ms', 'us', 'min', 'h:mm:ss', 'auto-clock'];

const unitMs = { s: 1_000, ms: 1, us: 0.001, min: 60_000 } as const;

/**
 * Parses a duration into whole milliseconds; null if the text is not one. Numbers may have a decimal point or comma (`12,5`). `h:mm:ss` accepts only this form,
 * with optional decimals. `auto-clock` reads `h:mm:ss`, `mm:ss`, `h.mm.ss`, .NET's `d.hh:mm:ss`, `1h 5m 3s` and ISO 8601's `PT1H5M3S`; a bare number has no
 * unit and gives null.
 */
export function parseDuration(raw: string, unit: DurationUnit): number | null {
  const text = raw.trim();
  const ms =
    unit === 'h:mm:ss'
      ? clock(text, /^(?<h>\d{1,6}):(?<m>\d{2}):(?<s>\d{2}(?:[.,]\d{1,9})?)$/)
      : unit === 'auto-clock'
        ? autoClock(text)
        : count(text, unit);
  return ms !== null && Number.isSafeInteger(ms) ? ms : null;
}

function count(text: string, unit: keyof typeof unitMs): number | null {
  return /^\d{1,15}(?:[.,]\d{1,15})?$/.test(text) ? Math.round(decimal(text) * unitMs[unit]) : null;
}

const clockForms: readonly RegExp[] = [
  /^(?:(?<d>\d{1,4})[. ])?(?<h>\d{1,6}):(?<m>\d{1,2}):(?<s>\d{1,2}(?:[.,]\d{1,9})?)$/,
  /^(?<h>\d{1,6})\.(?<m>\d{2})\.(?<s>\d{2})$/,
  /^(?<m>\d{1,6}):(?<s>\d{2}(?:[.,]\d{1,9})?)$/,
];
/** The first number may be large: `90m`. */
const letterForms: readonly RegExp[] = [
  /^P(?:(?<d>\d{1,6})D)?(?:T(?:(?<h>\d{1,6})H)?(?:(?<m>\d{1,6})M)?(?:(?<s>\d{1,9}(?:[.,]\d{1,9})?)S)?)?$/i,
  /^(?:(?<d>\d{1,6})\s?d)?\s*(?:(?<h>\d{1,6})\s?h)?\s*(?:(?<m>\d{1,6})\s?m(?:in)?)?\s*(?:(?<s>\d{1,9}(?:[.,]\d{1,9})?)\s?s(?:ec)?)?$/i,
];

function autoClock(text: string): number | null {
  for (const form of clockForms) {
    const ms = clock(text, form);
    if (ms !== null) return ms;
  }
  for (const form of letterForms) {
    const parts = form.exec(text)?.groups;
    if (parts !== undefined && Object.values(parts).some((part) => part !== undefined)) return total(parts);
  }
  return null;
}

/** Parses a clock duration. Parts after a colon must be below 60. */
function clock(text: string, form: RegExp): number | null {
  const parts = form.exec(text)?.groups;
  if (parts === undefined) return null;
  const { d, h, m, s } = parts;
  if (decimal(s ?? '0') >= 60 || (h !== undefined && Number(m) >= 60) || (d !== undefined && Number(h) >= 24)) return null;
  return total(parts);
}

function total(parts: Readonly<Record<string, string | undefined>>): number {
  const { d = '0', h = '0', m = '0', s = '0' } = parts;
  return Math.round(Number(d) * 86_400_000 + Number(h) * 3_600_000 + Number(m) * 60_000 + decimal(s) * 1_000);
}

function decimal(text: string): number {
  return Number(text.replace(',', '.'));
}
