import { isoMs, offsetAt, utcClock, zoneClock } from '../../core/time/zone-clock.ts';
import type { TextKey, Texts } from '../texts/en.ts';
import { languages } from '../texts/index.ts';

/** Values filled into a text. */
export type Values = Readonly<Record<string, string | number>>;

/** Formats texts, numbers and times in one language. */
export interface Wording {
  /** Language tag. */
  readonly tag: string;
  /** IANA name of the zone in which times are shown. */
  readonly zone: string;
  text(key: TextKey, values?: Values): string;
  /** Returns the text of a known value, e.g. `status-matched`. Returns the value itself if it has no text, e.g. one from the archive of a later version. */
  valued(kind: string, value: string): string;
  number(value: number): string;
  /** Formats a count, e.g. `1 call`, `12,345 calls`. */
  counted(kind: 'calls' | 'findings' | 'rows' | 'overlaps' | 'gaps', value: number): string;
  /** Formats a length, e.g. `4:05`, `1:02:03`; with tenths below a minute. */
  length(ms: number | null): string;
  /** Formats a position in a recording, e.g. `4:05`; exact: `0:04.250`, `1:02:03.000`. */
  clock(ms: number, exact: boolean): string;
  /** Formats seconds, e.g. `0.850 s`. */
  seconds(ms: number): string;
  bytes(value: number): string;
}

/** Returns the language chosen before, else the browser's first supported language, else the first language of all. */
export function preferredLanguage(): string {
  const asked = [stored(), ...navigator.languages.flatMap((tag) => [tag, tag.split('-')[0] ?? ''])];
  return asked.find((tag) => tag !== null && Object.hasOwn(languages, tag)) ?? Object.keys(languages)[0] ?? 'en';
}

const storageKey = 'longplay-language';

/** Remembers a language, if the browser allows storage. */
export function rememberLanguage(tag: string): void {
  try {
    localStorage.setItem(storageKey, tag);
  } catch {
    // Storage is disabled for files, or altogether: the choice lasts for this visit.
  }
}

function stored(): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null;
  }
}

/** Creates the formatter of a language. @param zone zone in which `momentOf` shows times */
export function wordingIn(tag: string, zone = utcClock.zone): Wording {
  const [first] = Object.values(languages);
  const texts: Texts | undefined = Object.hasOwn(languages, tag) ? languages[tag] : first;
  const numbers = new Intl.NumberFormat(tag);
  const plural = new Intl.PluralRules(tag);
  const text = (key: TextKey, values: Values = {}): string =>
    (texts?.[key] ?? key).replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
  const number = (value: number): string => numbers.format(value);
  return {
    tag,
    zone,
    text,
    valued: (kind, value) => {
      const key = `${kind}-${value}`;
      return texts !== undefined && Object.hasOwn(texts, key) ? text(key as TextKey) : value; // checked by hasOwn
    },
    number,
    counted: (kind, value) => text(plural.select(value) === 'one' ? `${kind}_one` : `${kind}_other`, { n: number(value) }),
    length: (ms) => (ms === null ? '–' : lengthText(ms, numbers)),
    clock: (ms, exact) => clockText(Math.round(ms), exact, numbers.format(0.1).replace(/\d/g, '')),
    seconds: (ms) => `${new Intl.NumberFormat(tag, { minimumFractionDigits: 3, maximumFractionDigits: 3 }).format(ms / 1_000)} s`,
    bytes: (value) => {
      const units = ['B', 'kB', 'MB', 'GB', 'TB'];
      const at = Math.min(units.length - 1, value < 1 ? 0 : Math.floor(Math.log10(value) / 3));
      return `${new Intl.NumberFormat(tag, { maximumFractionDigits: at === 0 ? 0 : 1 }).format(value / 1000 ** at)} ${units[at]}`;
    },
  };
}

function lengthText(ms: number, numbers: Intl.NumberFormat): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const seconds = Math.floor(ms / 1000);
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (hours >= 100) return `${numbers.format(hours)} h`;
  if (hours > 0) return `${hours}:${two(minutes)}:${two(rest)}`;
  return seconds >= 60 ? `${minutes}:${two(rest)}` : `0:${two(rest)}${numbers.format(0.1).replace(/\d/g, '')}${Math.floor(ms / 100) % 10}`;
}

function clockText(ms: number, exact: boolean, point: string): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const seconds = Math.floor(ms / 1_000);
  const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const parts = exact ? `${point}${String(ms % 1_000).padStart(3, '0')}` : '';
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(rest)}${parts}`;
}

/**
 * Formats a time, e.g. `2019-10-27 02:15:03`, with `+02:00` or `UTC`. ISO dates are understood everywhere, and the offset distinguishes the two occurrences of
 * an ambiguous local time. A local time of unknown zone stays unchanged.
 * @param zone zone of the result if it differs from the page's
 */
export function momentOf(iso: string, wording: Wording, zone = wording.zone): { readonly text: string; readonly zone: string } {
  const clock = iso.endsWith('Z') ? (zoneClock(zone) ?? utcClock) : null;
  const ms = clock === null || clock === utcClock ? null : isoMs(iso);
  const offsetMin = clock === null || ms === null ? 0 : offsetAt(clock, ms);
  const shown = ms === null ? iso : new Date(ms + offsetMin * 60_000).toISOString();
  const name = clock === null ? wording.text('unknownOffset') : ms === null ? wording.text('utc') : offsetText(offsetMin);
  return { text: shown.replace('T', ' ').replace(/(\.\d+)?Z?$/, ''), zone: name };
}

/** Formats a UTC offset, e.g. `+01:00`. */
export function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '−' : '+'}${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`;
}

/** Returns the message of a thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Returns a text in the page's language that states a failure and its cause. */
export function failedText(error: unknown, { text }: Wording): string {
  return text('failed', { reason: messageOf(error) });
}
