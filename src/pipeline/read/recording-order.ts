import type { MediaRef, Recording } from '../../core/model/recording.ts';

/** The members of a recording that determine its position among bags. */
type Placed = Pick<Recording, 'callStart' | 'key'> & { readonly media: readonly Pick<MediaRef, 'audioStart'>[] };

/** Returns the day of a call for the name of its bag: in UTC if known, otherwise in local time. A call in an ambiguous hour has a day as well. */
export function dayOf(recording: Placed): string | null {
  const start = recording.callStart ?? recording.media.find((m) => m.audioStart !== null)?.audioStart ?? null;
  if (start === null || start.certainty === 'sentinel' || start.certainty === 'unreadable') return null;
  const text = start.utc ?? start.local ?? start.candidates[0] ?? null;
  return text !== null && /^\d{4}-\d{2}-\d{2}/.test(text) ? text.slice(0, 10) : null;
}

/** Returns the text by which recordings are ordered in bags: day, start, key. */
export function orderOf(recording: Placed): string {
  return `${dayOf(recording) ?? '~'} ${recording.callStart?.utc ?? recording.callStart?.local ?? ''} ${recording.key}`;
}
