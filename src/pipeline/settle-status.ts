import type { Finding } from '../core/finding.ts';
import { findingTable } from '../core/finding-table.ts';
import { isAsked } from '../core/pieces.ts';
import type { MediaRef, ReconciliationStatus, Recording } from '../core/recording.ts';
import type { SettledReconciliation, StoredMedium } from '../core/recording-document.ts';
import { lengthFinding } from './audio-length.ts';

/** What became of one audio file: sound, none in it, closed without a key, or bytes that nobody here turns into sound. */
export type Outcome = 'heard' | 'empty' | 'closed' | 'unreadable';

/** Joins that are as sure as joins get: only there does a length that differs say something of the call. */
const joined: ReadonlySet<ReconciliationStatus> = new Set(['matched', 'matched-by-window', 'shared-audio']);

/** True where a finding says that sound is encrypted and the key is not at hand. */
export function saysClosed(findings: readonly Finding[]): boolean {
  return findings.some(({ code }) => findingTable.get(code)?.closed === true);
}

/**
 * The status of a recording once its audio was looked at: what keeps it from being heard goes before how it was joined. One file of
 * several that cannot be heard is enough, for it may be the side that matters; `zero-audio` is for all of them.
 */
export function statusAfter(status: ReconciliationStatus, outcomes: readonly Outcome[]): ReconciliationStatus {
  if (outcomes.includes('closed')) return 'encrypted-no-key';
  if (outcomes.includes('unreadable')) return 'unreadable-audio';
  return outcomes.length > 0 && outcomes.every((outcome) => outcome === 'empty') ? 'zero-audio' : status;
}

/** The outcome of one file, and what kind of file it is. */
interface Told {
  readonly kind: MediaRef['kind'];
  readonly outcome: Outcome;
}

/** The outcomes that say something of the call: a capture without sound is signalling, where something else of the call is heard. */
export function outcomesOf(told: readonly Told[]): Outcome[] {
  return told.filter((_, index) => counts(told, index)).map(({ outcome }) => outcome);
}

function counts(told: readonly Told[], index: number): boolean {
  const one = told[index];
  return one !== undefined && (one.kind !== 'pcap' || one.outcome === 'heard' || !told.some(({ outcome }) => outcome === 'heard'));
}

/** The last word on a recording, from its join and from its media as they lie in the archive. */
export function settle(recording: Recording, media: readonly StoredMedium[]): SettledReconciliation {
  const { status, rule } = recording.reconciliation;
  const asked = media.filter(isAsked);
  const audio = asked.filter((_, index) =>
    counts(
      asked.map((medium) => ({ kind: medium.kind, outcome: outcomeOf(medium) })),
      index,
    ),
  );
  const outcomes = audio.map(outcomeOf);
  const after = statusAfter(status, outcomes);
  if (after !== status) {
    const wanted: Outcome = after === 'encrypted-no-key' ? 'closed' : after === 'unreadable-audio' ? 'unreadable' : 'empty';
    const why = audio.flatMap((medium, index) => (outcomes[index] === wanted ? [reasonOf(medium)] : []));
    const reason = `${why.length} of ${audio.length} audio files: ${[...new Set(why)].join('; ')}`;
    return { status: after, rule, joined: status, reason };
  }
  const longest = audio.reduce((ms, { measurement }) => Math.max(ms, measurement?.durationMs ?? 0), 0);
  const differs = joined.has(status) && longest > 0 ? lengthFinding(recording, '', longest) : null;
  if (differs !== null) return { status: 'audio-length-differs', rule, joined: status, reason: differs.message };
  return { status, rule, joined: status, reason: null };
}

function outcomeOf({ measurement, original, state, findings }: StoredMedium): Outcome {
  if (measurement !== null && measurement.samples > 0) return 'heard';
  if (saysClosed(findings)) return 'closed';
  // A container without sound, or coded bytes that were decoded to their end and gave none (M120).
  const isEmpty = original.sizeBytes === 0 || state === 'header-only' || findings.some(({ code }) => code === 'M120');
  return isEmpty ? 'empty' : 'unreadable';
}

function reasonOf({ original, accessReason, codec, state }: StoredMedium): string {
  if (original.sizeBytes === 0) return '0 bytes';
  const what = accessReason ?? state;
  return codec === null ? what : `${what} (${codec.name})`;
}
