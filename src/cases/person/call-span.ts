import type { PartyPlace } from '../../core/identity/judge-party.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import { spanOf, type TimeSpan } from '../../core/time/time-span.ts';

/** Returns the earliest and the latest moment at which a call may have been in progress; null if it has no time. */
export function callSpan({ recording, media }: Pick<RecordingDocument, 'recording' | 'media'>): TimeSpan | null {
  const begin = spanOf(recording.callStart) ?? media.map(({ audioStart }) => spanOf(audioStart)).find((span) => span !== null) ?? null;
  if (begin === null) return null;
  const lengths = [
    recording.durationDeclared?.ms ?? 0,
    ...media.map(({ measurement, startOffsetMs }) => (measurement?.durationMs ?? 0) + (startOffsetMs ?? 0)),
  ];
  const end = spanOf(recording.callEnd)?.latestMs ?? begin.latestMs;
  return { earliestMs: begin.earliestMs, latestMs: Math.max(end, begin.latestMs + Math.max(0, ...lengths.filter((ms) => Number.isFinite(ms)))) };
}

/** Returns the recording, field, site and time of a party, as `judgeParty` needs them. */
export function placeOf(document: RecordingDocument, field: string): PartyPlace {
  return { recordingId: document.recordingId, field, site: document.site, span: callSpan(document) };
}
