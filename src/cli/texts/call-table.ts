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
  /** Id of the recording that supersedes it; null: none does. Results of a search have no such member. */
  readonly supersededBy?: string | null;
}

/** A recording, and the cells with which its row begins in every table of recordings. */
export interface CallRow {
  readonly found: FoundCall;
  readonly cells: readonly string[];
}

/** Titles of the cells with which every row about a recording begins. */
export const callHead = ['start', 'id', 'length', 'dir', 'from', 'to'] as const;

/** Returns the cells with which a row about a recording begins. */
export function callRow(value: Readonly<Record<string, unknown>>): CallRow {
  // Shape of catalog entries that `list` and `search` yield.
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

/** Formats a status and, for a superseded recording, the beginning of the id of the newest one. */
export function statusText({ status, supersededBy }: Pick<FoundCall, 'status' | 'supersededBy'>): string {
  return supersededBy == null ? status : `${status}, superseded by ${supersededBy.slice(0, 13)}`;
}

/** Formats a start: as UTC only if UTC is known; `~` marks a local, ambiguous or assumed time. */
export function startText({ start, startCertainty }: Pick<FoundCall, 'start' | 'startCertainty'>): string {
  return start === null ? 'unknown' : `${start.slice(0, 19).replace('T', ' ')}${startCertainty === 'exact' ? 'Z' : '~'}`;
}
