import type { TimeValue } from '../model/recording.ts';
import type { RecordingDocument } from '../model/recording-document.ts';
import { spanOf } from './time-span.ts';

// Positions of the files of a recording: each file has its own span. Used by the catalog, reports and timelines.

/** A span of audio, in ms from the start of the recording: [fromMs, toMs). */
export interface MediaSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Largest time between the start of a call and the beginning of one of its files: a later file has the time of another call. */
const mostOffsetMs = 86_400_000;
/** Tolerance for inaccurate clocks and cut ends. */
const slackMs = 2_000;

/**
 * Returns the span of each file of a recording. A file begins where the recorder says. The files of one side of a split recording follow each other.
 * Any other file begins with the answer if the call is long enough for that, else with the start. A file that begins before the answer and is as long
 * as the conversation begins with the answer: the recorder opened it during ringing (MixMonitor with `b`).
 */
export function mediaSpans({ recording, media, joined }: Pick<RecordingDocument, 'recording' | 'media' | 'joined'>): readonly MediaSpan[] {
  const { callStart, callAnswer, callEnd, reconciliation } = recording;
  // If the call has no start, the recording starts with its first file.
  const origin = callStart ?? media.find(({ audioStart }) => audioStart !== null)?.audioStart ?? null;
  const isSplit = (reconciliation.joined ?? reconciliation.status) === 'split-audio';
  const [answer, end] = [msBehind(callStart, callAnswer), msBehind(callStart, callEnd)];
  const fits = (lengthMs: number): boolean => answer !== null && end !== null && answer + lengthMs <= end + slackMs;
  const isTalk = (fromMs: number, lengthMs: number): boolean =>
    !isSplit &&
    answer !== null &&
    end !== null &&
    fromMs < answer &&
    fromMs + lengthMs < end - slackMs &&
    Math.abs(lengthMs - (end - answer)) <= slackMs;
  const ends = new Map<string, number>();
  const spans: MediaSpan[] = [];
  for (const { measurement, startOffsetMs, audioStart, side } of media) {
    const lengthMs = measurement?.durationMs ?? 0;
    if (lengthMs <= 0) continue;
    const opened = msBehind(origin, audioStart);
    const said = startOffsetMs != null ? Math.max(0, startOffsetMs) : opened !== null && isTalk(opened, lengthMs) ? answer : opened;
    const before = isSplit ? (ends.get(side) ?? null) : null;
    const fromMs = Math.max(
      0,
      said !== null && (before === null || said >= before - slackMs) ? said : (before ?? (fits(lengthMs) ? (answer ?? 0) : 0)),
    );
    ends.set(side, Math.max(ends.get(side) ?? 0, fromMs + lengthMs));
    spans.push({ fromMs, toMs: fromMs + lengthMs });
  }
  if (joined !== null && joined.sampleRateHz > 0) {
    const fromMs = spans[0]?.fromMs ?? 0;
    spans.push({ fromMs, toMs: fromMs + (joined.samples / joined.sampleRateHz) * 1_000 });
  }
  return spans;
}

/** Returns the length of a recording's audio; simultaneous audio of two files counts once. Null: it has no audio. */
export function soundMs(document: Parameters<typeof mediaSpans>[0]): number | null {
  const spans = [...mediaSpans(document)].sort((a, b) => a.fromMs - b.fromMs);
  if (spans.length === 0) return null;
  let [sum, end] = [0, 0];
  for (const { fromMs, toMs } of spans) {
    sum += Math.max(0, toMs - Math.max(fromMs, end));
    end = Math.max(end, toMs);
  }
  return sum;
}

/** Returns by how many ms one time is after another, if both are exact; null: unknown, earlier, or days later. */
export function msBehind(from: TimeValue | null, time: TimeValue | null): number | null {
  const [first, later] = [spanOf(from), spanOf(time)];
  if (first === null || later === null) return null;
  // The difference of two readings of one clock is exact, whatever its zone.
  const isSure = first.earliestMs === first.latestMs && later.earliestMs === later.latestMs;
  const isOneClock = from?.certainty === 'unzoned' && time?.certainty === 'unzoned' && from.precision === time.precision;
  const ms = later.earliestMs - first.earliestMs;
  return (isSure || isOneClock) && ms >= 0 && ms <= mostOffsetMs ? ms : null;
}
