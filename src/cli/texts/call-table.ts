import { printable } from '../../core/words/printable.ts';
import { duration } from '../report/units.ts';

/** What `list` and `search` are told of a recording. */
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
}

/** A recording, and the cells that every table of recordings begins with. */
export interface CallRow {
  readonly found: FoundCall;
  readonly cells: readonly string[];
}

/** Titles of those cells. */
export const callHead = ['start', 'id', 'length', 'dir', 'from', 'to'] as const;

/** The beginning of a line about a recording. */
export function callRow(value: Readonly<Record<string, unknown>>): CallRow {
  // The shape of a catalog entry, as `list` and `search` yield it.
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

/** Only a known UTC is written as one; `~` marks a time that is local, ambiguous or assumed. */
export function startText({ start, startCertainty }: Pick<FoundCall, 'start' | 'startCertainty'>): string {
  return start === null ? 'unknown' : `${start.slice(0, 19).replace('T', ' ')}${startCertainty === 'exact' ? 'Z' : '~'}`;
}
