import type { TimeValue } from '../model/recording.ts';

// Formats a time together with its clock: UTC, or local time. Used for tables of cases, lists and names of exported files.

/** Formats a local time with what is known of its zone: `2025-10-26 02:30:10 +01:00 Europe/Stockholm`; empty if there is no local time. */
export function clockText({ local, utc, offsetMin, zone }: TimeValue): string {
  const clock = (local ?? (utc === null ? null : shifted(utc, offsetMin ?? 0)))?.replace('T', ' ').slice(0, 19) ?? null;
  if (clock === null) return '';
  const known = utc !== null && local === null && offsetMin === null ? 0 : offsetMin;
  const parts = [clock, known === null ? '' : offsetText(known), zone ?? ''].filter((part) => part !== '');
  return parts.length === 1 ? `${clock} (no zone is known)` : parts.join(' ');
}

/**
 * Returns the parts of a start for file names: `2025-10-26` and `013010Z` for UTC, `023010-local` for local time; empty if there is no start.
 * @param start as in the catalog
 */
export function startParts(start: string | null): { readonly date: string; readonly time: string } {
  if (start === null) return { date: '', time: '' };
  return { date: start.slice(0, 10), time: `${start.slice(11, 19).replaceAll(':', '')}${start.endsWith('Z') ? 'Z' : '-local'}` };
}

function shifted(utc: string, offsetMin: number): string {
  const ms = Date.parse(utc) + offsetMin * 60_000;
  return Number.isNaN(ms) ? '' : new Date(ms).toISOString().slice(0, 23);
}

function offsetText(minutes: number): string {
  const all = Math.abs(minutes);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(all / 60))}:${two(all % 60)}`;
}
