import { parseTime } from '../../../src/tables/values/time.ts';
import type { Values } from '../../../src/tables/values/values.ts';
import type { AbsenceReason, Mapping } from './mapping.ts';

/** Returns why a row has no audio, according to the export's status column or a time of deletion; null if neither states a reason. */
export function absenceReason(values: Values, { status, columns, sentinels }: Mapping): AbsenceReason | null {
  const erased = columns?.retention?.deleted ?? null;
  const when = erased === null ? null : values.peek(erased.columns);
  // A time of deletion means that the audio was deleted, however the time is written.
  if (erased !== null && when !== null && !sentinels.has(when.trim()) && parseTime(when, erased.spec).certainty !== 'sentinel') return 'deleted';
  if (status === null) return null;
  const raw = values.peek(status.columns);
  const value = raw?.trim().toLowerCase();
  const has = (list: readonly string[]): boolean => value !== undefined && list.some((each) => each.trim().toLowerCase() === value);
  if (has(status.deleted)) return 'deleted';
  if (has(status.notRecorded)) return 'not-recorded';
  if (has(status.failed)) return 'failed';
  return raw === null || sentinels.has(raw.trim()) ? status.empty : null;
}

/** Returns the names of the columns that state the reason, for people. */
export function statusColumn({ status, columns }: Mapping): string {
  return [...(status?.columns ?? []), ...(columns?.retention?.deleted?.columns ?? [])].join(' or ');
}
