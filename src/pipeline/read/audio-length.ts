import { type Finding, finding } from '../../core/findings/finding.ts';
import type { CallEvent, EventType, Recording, TimeValue } from '../../core/model/recording.ts';

/** The duration that a recorder declares, and how much of it the audio may lack without a fault. */
interface Declared {
  readonly ms: number;
  readonly of: 'audio' | 'call';
  /** Time before the audio: ringing, and time until the recorder began. */
  readonly beforeMs: number;
  /** True if an event cut an unknown length out of the audio. */
  readonly isCut: boolean;
}

/** Events at which recorders cut the audio, unless they state that they keep it or insert silence (recorder facts 3.3). */
const cutting: ReadonlySet<EventType> = new Set(['hold', 'pause', 'mask', 'mute', 'transfer', 'record-start', 'record-stop']);

/**
 * Compares a measured duration with the declared one; returns null if they agree, or none is declared. Recorders truncate times to whole seconds at
 * both ends, so a difference of 2 s is always accepted. Beyond that:
 *
 * - A declared audio duration may differ by 1 %. Recorders' clocks are ten times as accurate, so a larger difference means lost audio.
 * - A declared call duration is usually longer than the audio because of ringing, waiting and hold. Audio that is 5 % longer than the call belongs to
 * another call, has a wrong rate, or contains several calls. Audio is truncated if it is shorter than half of the call, less the time before it
 * began, unless an event says that the recorder left something out.
 *
 * Segments of a call, and calls that share their audio, have durations other than the audio's, and give no finding.
 */
export function lengthFinding(recording: Recording, place: string, measuredMs: number | null): Finding | null {
  const declared = declaredOf(recording);
  if (declared === null || measuredMs === null) return null;
  const { ms, of, beforeMs, isCut } = declared;
  const seconds = (length: number): string => (length / 1_000).toFixed(1);
  const heard = `the audio lasts ${seconds(measuredMs)} s`;
  if (of === 'audio') {
    const offMs = measuredMs - ms;
    if (Math.abs(offMs) <= Math.max(roundingMs, ms * 0.01)) return null;
    const words = `${heard}, ${seconds(Math.abs(offMs))} s ${offMs > 0 ? 'more' : 'less'} than the ${seconds(ms)} s that the recorder measured for the audio itself`;
    return finding('P122', place, words);
  }
  if (measuredMs - ms > Math.max(roundingMs, ms * 0.05)) return finding('P121', place, `${heard}, its row says ${seconds(ms)} s`);
  const heardOfMs = ms - beforeMs;
  if (isCut || measuredMs >= heardOfMs / 2 || heardOfMs - measuredMs <= roundingMs) return null;
  const before = beforeMs > 0 ? `, ${seconds(beforeMs)} s of them before it begins` : '';
  return finding('P120', place, `${heard}, its row says ${seconds(ms)} s${before}`);
}

const roundingMs = 2_000;

function declaredOf(recording: Recording): Declared | null {
  const { durationDeclared, callStart, callAnswer, callEnd, events, media, reconciliation } = recording;
  if (reconciliation.status === 'split-audio') return null;
  const of = durationDeclared?.of ?? 'call';
  if (of === 'call' && reconciliation.status === 'shared-audio') return null;
  const ms = durationDeclared?.ms ?? between(callStart, callEnd);
  if (ms === null || ms <= 0) return null;
  const begins = [callAnswer, ...media.map((m) => m.audioStart)].map((time) => between(callStart, time));
  const offsets = [...begins, ...media.map((m) => m.startOffsetMs ?? null)].flatMap((offset) => (offset === null ? [] : [offset]));
  return { ms, of, beforeMs: Math.min(ms, Math.max(0, ...offsets)), isCut: events.some(isCutting) };
}

function isCutting({ type, mediaEffect }: CallEvent): boolean {
  return cutting.has(type) && mediaEffect !== 'silence' && mediaEffect !== 'none';
}

/** Returns the milliseconds from one time to another; null unless both are known to the second. */
function between(from: TimeValue | null, to: TimeValue | null): number | null {
  const [start, end] = [from, to].map((time) =>
    time === null || time.utc === null || time.precision === 'day' || time.precision === 'min' ? Number.NaN : Date.parse(time.utc),
  );
  const length = (end ?? Number.NaN) - (start ?? Number.NaN);
  return Number.isNaN(length) ? null : length;
}
