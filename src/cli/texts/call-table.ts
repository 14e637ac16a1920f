import { printable } from '../../core/words/printable.ts';
import { duration } from '../report/units.ts';

/** Data of a recording for `list` and `search`. */
export interface FoundCall {
  readonly start: string | null;
  readonly startCertainty: string | null;
  readonly recordingId: string;
  readonly durationMs: number | null;
  readonly direction: string;
  readonly from: string;
  readonly to: string;
  readonly agent: string;
  readonly status: string;
  readonly joined: string;
  readonly rule: string;
  readonly reason: string | null;
  readonly codecs: string;
  readonly key: string;
  /** Id of the recording that supersedes it; null: none does. Hits of a search lack it. */
  readonly supersededBy?: string | null;
}

/** A recording, and the first cells of its row in every table of recordings. */
export interface CallRow {
  readonly found: FoundCall;
  readonly cells: readonly string[];
}

/** Titles of these cells. */
export const callHead = ['start', 'id', 'length', 'dir', 'from', 'to'] as const;

/** Returns the first cells of a row about a recording. */
export function callRow(value: Readonly<Record<string, unknown>>): CallRow {
  // As `list` and `search` yield catalog entries.
  const found = value as unknown as FoundCall;
  const cells = [
    startText(found),
    found.recordingId.slice(0, 13),
    found.durationMs === null ? '-' : duration(found.durationMs),
    found.direction === 'unknown' ? '-' : found.direction.slice(0, 3),
    found.from || '-',
    found.to || '-',
  ];
  return { found, cells: cells.map(printable) };
}

/** Formats a status, and the beginning of the id of the recording that is now the newest state of the call. */
export function statusText({ status, supersededBy }: Pick<FoundCall, 'status' | 'supersededBy'>): string {
  return supersededBy == null ? status : `${status}, superseded by ${supersededBy.slice(0, 13)}`;
}

/** Formats a start: as UTC only if that is known; `~` marks a local, ambiguous or assumed time. */
export function startText({ start, startCertainty }: Pick<FoundCall, 'start' | 'startCertainty'>): string {
  return start === null ? 'unknown' : `${start.slice(0, 19).replace('T', ' ')}${startCertainty === 'exact' ? 'Z' : '~'}`;
}
