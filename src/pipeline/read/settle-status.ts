import { agree } from '../../core/base/agree.ts';
import { mayHoldAudio } from '../../core/model/pieces.ts';
import type { ReconciliationStatus, Recording } from '../../core/model/recording.ts';
import type { SettledReconciliation, StoredMedium } from '../../core/model/recording-document.ts';
import { countsForCall, type Outcome, outcomeOf } from '../../core/model/sound.ts';
import { lengthFinding } from './audio-length.ts';

/** Statuses of certain matches: only for them does a difference in duration say something about the call. */
const joined: ReadonlySet<ReconciliationStatus> = new Set(['matched', 'matched-by-window', 'shared-audio']);

/**
 * Returns the status of a recording after its audio was decoded: an obstacle to playing takes precedence over the match status. One unplayable file
 * of several suffices, because it may be the important side; `zero-audio` requires that all files have no audio.
 */
export function statusAfter(status: ReconciliationStatus, outcomes: readonly Outcome[]): ReconciliationStatus {
  if (outcomes.includes('closed')) return 'encrypted-no-key';
  if (outcomes.includes('unreadable')) return 'unreadable-audio';
  return outcomes.length > 0 && outcomes.every((outcome) => outcome === 'empty') ? 'zero-audio' : status;
}

/** Returns the final status of a recording, from its match status and its archived media. */
export function settle(recording: Recording, media: readonly StoredMedium[]): SettledReconciliation {
  const { status, rule } = recording.reconciliation;
  const asked = media.filter(mayHoldAudio);
  const audio = asked.filter((_, index) =>
    countsForCall(
      asked.map((medium) => ({ kind: medium.kind, outcome: outcomeOf(medium) })),
      index,
    ),
  );
  const outcomes = audio.map(outcomeOf);
  const after = statusAfter(status, outcomes);
  if (after !== status) {
    const wanted: Outcome = after === 'encrypted-no-key' ? 'closed' : after === 'unreadable-audio' ? 'unreadable' : 'empty';
    const why = audio.flatMap((medium, index) => (outcomes[index] === wanted ? [reasonOf(medium)] : []));
    const reason = agree`${why.length} of ${audio.length} audio file[s]: ${[...new Set(why)].join('; ')}`;
    return { status: after, rule, joined: status, reason };
  }
  const longest = audio.reduce((ms, { measurement }) => Math.max(ms, measurement?.durationMs ?? 0), 0);
  const differs = joined.has(status) && longest > 0 ? lengthFinding(recording, '', longest) : null;
  if (differs !== null) return { status: 'audio-length-differs', rule, joined: status, reason: differs.message };
  return { status, rule, joined: status, reason: null };
}

function reasonOf({ original, accessReason, codec, state }: StoredMedium): string {
  if (original.sizeBytes === 0) return '0 bytes';
  const what = accessReason ?? state;
  return codec === null ? what : `${what} (${codec.name})`;
}
