import type { Retention } from '../../core/model/recording.ts';
import type { DocumentedRecording } from '../../core/model/recording-document.ts';
import { spanOf } from '../../core/time/time-span.ts';

/** What a recorder said about the keeping of a recording. Absent members: nothing. */
export interface RecorderRetention {
  readonly policy?: string;
  /** Earliest and latest possible moment at which it expires, epoch ms; null: the text is not a time. */
  readonly expires?: readonly [earliestMs: number, latestMs: number] | null;
  readonly hold?: string;
  readonly lock?: string;
}

/** Returns the column of what the recorder said; empty: nothing. */
export function retentionText(retention: Retention | null | undefined): string {
  if (retention === null || retention === undefined) return '';
  const { policyRaw, expiresAt, legalHoldRaw, lockRaw } = retention;
  const span = spanOf(expiresAt);
  const said: RecorderRetention = {
    ...(policyRaw === null ? {} : { policy: policyRaw }),
    ...(expiresAt === null ? {} : { expires: span === null ? null : [span.earliestMs, span.latestMs] }),
    ...(legalHoldRaw === null ? {} : { hold: legalHoldRaw }),
    ...(lockRaw === null ? {} : { lock: lockRaw }),
  };
  return Object.keys(said).length === 0 ? '' : JSON.stringify(said);
}

/** Reads the column of what the recorder said. */
export function recorderRetention({ retention }: { readonly retention: string }): RecorderRetention {
  // `retentionText` wrote it.
  return retention === '' ? {} : (JSON.parse(retention) as RecorderRetention);
}

/** Returns the latest possible end of a call, epoch ms: as the recorder stated it, or the latest start and the longest stated or decoded duration; null if unknown. */
export function latestEndOf({ callEnd, durationDeclared }: DocumentedRecording, latest: number | null, soundMs: number | null): number | null {
  const end = spanOf(callEnd);
  if (end !== null) return end.latestMs;
  if (latest === null || (durationDeclared === null && soundMs === null)) return null;
  return Math.ceil(latest + Math.max(durationDeclared?.ms ?? 0, soundMs ?? 0));
}
