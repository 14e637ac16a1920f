import type { TimeValue } from '../model/recording.ts';
import type { RecordingDocument } from '../model/recording-document.ts';
import { spanOf } from './time-span.ts';

// Where the sound of a recording lies: each file has a span of its own. The catalog, reports and time lines ask it.

/** A stretch of sound, in ms from the start of the recording: [fromMs, toMs). */
export interface MediaSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Later than this behind the start of a call no file of it begins: a time of another call. */
const mostOffsetMs = 86_400_000;
/** Clocks, and what is cut at the ends, are off by this much. */
const slackMs = 2_000;

/**
 * The sound of a recording file by file. A file begins where the recorder says; the files of one side of a split recording one after the other; else with the answer where the call is long enough
 * for that, else with the start. A file whose time is before the answer, and that is as long as was talked, begins with the answer: it was opened while it rang (MixMonitor with `b`).
 */
export function mediaSpans({ recording, media, joined }: Pick<RecordingDocument, 'recording' | 'media' | 'joined'>): readonly MediaSpan[] {
  const { callStart, callAnswer, callEnd, reconciliation } = recording;
  // Where the call has no start, that of the first file is the one that the recording stands by.
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

/** How long a recording sounds: what two files have at once counts once. Null: it has no sound. */
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

/** How long a time is behind another one, where both are sure; null: it is not known, or before it, or days behind. */
export function msBehind(from: TimeValue | null, time: TimeValue | null): number | null {
  const [first, later] = [spanOf(from), spanOf(time)];
  if (first === null || later === null) return null;
  // Two readings of one clock are as far apart as they show, whatever zone it is of.
  const isSure = first.earliestMs === first.latestMs && later.earliestMs === later.latestMs;
  const isOneClock = from?.certainty === 'unzoned' && time?.certainty === 'unzoned' && from.precision === time.precision;
  const ms = later.earliestMs - first.earliestMs;
  return (isSure || isOneClock) && ms >= 0 && ms <= mostOffsetMs ? ms : null;
}
