import type { CallEvent, EventType, TimeValue } from '../../core/model/recording.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';

/** An event and its place in the audio. */
export interface Mark {
  readonly event: CallEvent;
  /** ms from the first sample; null: unknown. */
  readonly atMs: number | null;
  /** Null: a moment, or unknown length. */
  readonly endMs: number | null;
  /** True if it has a length but no known end: it lasts to the end of the audio. */
  readonly open: boolean;
}

/** For each type of event, the type of event that ends it. */
const ends: Readonly<Partial<Record<EventType, EventType>>> = { hold: 'retrieve', pause: 'resume', mask: 'unmask', mute: 'retrieve' };

/** Returns the events of a recording with their places in an audio file. An event gets a place only if its time certainly comes from the same clock. */
export function marksOf(document: RecordingDocument, medium: number | null): Mark[] {
  const { recording, media } = document;
  const sound = medium === null ? (media.find(({ side }) => side === 'in') ?? media[0]) : media[medium];
  const begins = sound?.audioStart ?? null;
  const offset = sound?.startOffsetMs ?? difference(begins, recording.callStart);
  const only = media.filter(({ kind }) => kind === 'audio').length <= 1 || medium === null;
  const placed = recording.events.map((event): { event: CallEvent; atMs: number | null } => {
    // With a single file, an event's place in the audio is its place in that file.
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

/** Returns the end of a span. A part that was cut out of the audio is a moment in it. */
function spanEnd({ lengthMs, mediaEffect }: CallEvent, atMs: number | null): number | null {
  if (atMs === null || lengthMs === null || mediaEffect === 'cut') return null;
  return atMs + lengthMs;
}

/** Returns the ms between two times; null if they do not come from one clock. */
function difference(later: TimeValue | null, earlier: TimeValue | null): number | null {
  if (later === null || earlier === null) return null;
  if (later.utc !== null && earlier.utc !== null) return Date.parse(later.utc) - Date.parse(earlier.utc);
  // Two local times of one recorder differ by their readings, unless an hour was repeated in between.
  if (later.utc !== null || earlier.utc !== null || later.local === null || earlier.local === null) return null;
  const ms = Date.parse(`${later.local}Z`) - Date.parse(`${earlier.local}Z`);
  return Number.isNaN(ms) || later.certainty === 'ambiguous-fold' || earlier.certainty === 'ambiguous-fold' ? null : ms;
}
