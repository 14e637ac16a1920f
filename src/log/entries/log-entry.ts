import { canonicalJson } from '../../core/base/canonical-json.ts';
import type { Actor, PrivateDetail } from './actor.ts';
import type { EntryType } from './entry-types.ts';

/** The folder of the log, relative to the archive. */
export const logFolder = 'log';

/** The signed state of the log, relative to the archive. */
export const checkpointFile = 'log/checkpoint';

/** What a step did, in names and numbers. Never a caller's number or name, and nothing else of a person: it stands there for ever. */
export type LogDetail = Readonly<Record<string, string | number | boolean | null>>;

/** What is entered. */
export interface NewEntry {
  readonly type: EntryType;
  readonly detail: LogDetail;
  /** Who causes it; null: nobody; absent: who runs the program. */
  readonly actor?: Actor | null;
  /** The user to whom it is done: the entry has their pseudonym as `of`. */
  readonly of?: string;
  /** What stands beside the entry and can be erased. */
  readonly details?: PrivateDetail;
}

/** What was entered, and when. */
export type TimedEntry = Omit<LogEntry, 'kind' | 'seq'>;

/** One entry of the log. */
export interface LogEntry {
  readonly kind: 'log-entry';
  readonly detail: LogDetail;
  /** As `entryTypes` has them; a later version may have entered another. */
  readonly type: string;
  /** From 1, without gaps: its index in the tree and one. */
  readonly seq: number;
  /** ISO time of the clock at that moment; the order of the log is `seq`, clocks go back. */
  readonly time: string;
}

/** The bytes of an entry: canonical JSON. They are what the tree is over. */
export function entryBytes({ time, type, detail }: TimedEntry): Uint8Array {
  return Buffer.from(canonicalJson({ time, type, detail }), 'utf8');
}

/** An entry from its bytes, or null where longplay did not write them. */
export function parseEntry(bytes: Uint8Array, seq: number): LogEntry | null {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { time, type, detail } = value as Record<string, unknown>; // an object, its members unknown
  if (typeof time !== 'string' || typeof type !== 'string') return null;
  if (typeof detail !== 'object' || detail === null || Array.isArray(detail)) return null;
  const members: Record<string, string | number | boolean | null> = Object.create(null);
  for (const [name, member] of Object.entries(detail)) {
    if (member !== null && typeof member !== 'string' && typeof member !== 'number' && typeof member !== 'boolean') return null;
    members[name] = member;
  }
  const entry: LogEntry = { kind: 'log-entry', seq, time, type, detail: members };
  // Byte for byte what this entry is written as: nothing stands beside it.
  return Buffer.from(entryBytes(entry)).equals(bytes) ? entry : null;
}
