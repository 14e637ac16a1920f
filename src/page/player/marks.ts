import type { CallEvent, EventType, TimeValue } from '../../core/model/recording.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';

/** Something that happened, and where it lies in a sound. */
export interface Mark {
  readonly event: CallEvent;
  /** ms from the first sample; null: not known. */
  readonly atMs: number | null;
  /** null: a moment, or nobody knows how long. */
  readonly endMs: number | null;
  /** It has a length and none of its end: it lasts to the end of the sound. */
  readonly open: boolean;
}

/** What ends what. */
const ends: Readonly<Partial<Record<EventType, EventType>>> = { hold: 'retrieve', pause: 'resume', mask: 'unmask', mute: 'retrieve' };

/** Events of a recording with their places in a medium's sound. Nothing is placed by a time that is not sure to be in the same clock. */
export function marksOf(document: RecordingDocument, medium: number | null): Mark[] {
  const { recording, media } = document;
  const sound = medium === null ? (media.find(({ side }) => side === 'in') ?? media[0]) : media[medium];
  const begins = sound?.audioStart ?? null;
  const offset = sound?.startOffsetMs ?? difference(begins, recording.callStart);
  const only = media.filter(({ kind }) => kind === 'audio').length <= 1 || medium === null;
  const placed = recording.events.map((event): { event: CallEvent; atMs: number | null } => {
    // An event's place in the audio is that of the one file there is.
    if (typeof event.mediaOffsetMs === 'number' && only) return { event, atMs: event.mediaOffsetMs };
    if (typeof event.callOffsetMs === 'number' && offset !== null) return { event, atMs: event.callOffsetMs - offset };
    return { event, atMs: difference(event.at, begins ?? (offset === null ? null : recording.callStart)) };
  });
  const used = new Set<CallEvent>();
  return placed.map(({ event, atMs }, index): Mark => {
    const end = ends[event.type];
    if (event.lengthMs !== null && event.lengthMs > 0) return { event, atMs, endMs: spanEnd(event, atMs), open: false };
    if (end === undefined || atMs === null) return { event, atMs, endMs: null, open: false };
    const closing = placed
      .slice(index + 1)
      .find((other) => other.event.type === end && (other.event.party ?? null) === (event.party ?? null) && !used.has(other.event));
    if (closing !== undefined) used.add(closing.event);
    return { event, atMs, endMs: closing?.atMs ?? null, open: closing === undefined };
  });
}

/** What was cut out of the audio is a moment in it. */
function spanEnd({ lengthMs, mediaEffect }: CallEvent, atMs: number | null): number | null {
  if (atMs === null || lengthMs === null || mediaEffect === 'cut') return null;
  return atMs + lengthMs;
}

/** ms from one time to another; null where they are not of one clock. */
function difference(later: TimeValue | null, earlier: TimeValue | null): number | null {
  if (later === null || earlier === null) return null;
  if (later.utc !== null && earlier.utc !== null) return Date.parse(later.utc) - Date.parse(earlier.utc);
  // Two wall clocks of one recorder differ by what they say, unless an hour was doubled between them.
  if (later.utc !== null || earlier.utc !== null || later.local === null || earlier.local === null) return null;
  const ms = Date.parse(`${later.local}Z`) - Date.parse(`${earlier.local}Z`);
  return Number.isNaN(ms) || later.certainty === 'ambiguous-fold' || earlier.certainty === 'ambiguous-fold' ? null : ms;
}
