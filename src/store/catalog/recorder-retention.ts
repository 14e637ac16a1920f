import type { Retention } from '../../core/model/recording.ts';
import type { DocumentedRecording } from '../../core/model/recording-document.ts';
import { spanOf } from '../../core/time/time-span.ts';

/** What a recorder said about the retention of a recording. An absent member: it said nothing. */
export interface RecorderRetention {
  readonly policy?: string;
  /** Earliest and latest possible time of expiry, epoch ms; null: the recorder's text is not a time. */
  readonly expires?: readonly [earliestMs: number, latestMs: number] | null;
  readonly hold?: string;
  readonly lock?: string;
}

/** Returns the column text for what the recorder said; empty: it said nothing. */
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

/** Parses the column text of `retentionText`. */
export function recorderRetention({ retention }: { readonly retention: string }): RecorderRetention {
  // `retentionText` wrote it.
  return retention === '' ? {} : (JSON.parse(retention) as RecorderRetention);
}

/**
 * Returns the latest possible end of a call, epoch ms: the end that the recorder stated, or the latest start plus the longest stated or decoded duration; null
 * if unknown.
 */
export function latestEndOf({ callEnd, durationDeclared }: DocumentedRecording, latest: number | null, soundMs: number | null): number | null {
  const end = spanOf(callEnd);
  if (end !== null) return end.latestMs;
  if (latest === null || (durationDeclared === null && soundMs === null)) return null;
  return Math.ceil(latest + Math.max(durationDeclared?.ms ?? 0, soundMs ?? 0));
}
