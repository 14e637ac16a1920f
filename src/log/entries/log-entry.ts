import { canonicalJson } from '../../core/base/canonical-json.ts';
import type { Actor, PrivateDetail } from './actor.ts';
import type { EntryType } from './entry-types.ts';

/** The folder of the log, relative to the archive. */
export const logFolder = 'log';

/** Signed state of the log, relative to the archive. */
export const checkpointFile = 'log/checkpoint';

/** Names and numbers of an action. Never contains a caller's number or name, or other personal data: a log entry is permanent. */
export type LogDetail = Readonly<Record<string, string | number | boolean | null>>;

/** A new entry. */
export interface NewEntry {
  readonly type: EntryType;
  readonly detail: LogDetail;
  /** Author; null: nobody; absent: the user who runs the program. */
  readonly actor?: Actor | null;
  /** The user on whom somebody acts: the entry has their pseudonym as `of`. */
  readonly of?: string;
  /** Erasable details beside the entry. */
  readonly details?: PrivateDetail;
}

/** Content and time of an entry. */
export type TimedEntry = Omit<LogEntry, 'kind' | 'seq'>;

/** One entry of the log. */
export interface LogEntry {
  readonly kind: 'log-entry';
  readonly detail: LogDetail;
  /** One of `entryTypes`; a later version may have written others. */
  readonly type: string;
  /** Number from 1, without gaps: its index in the tree plus one. */
  readonly seq: number;
  /** ISO time of the machine's clock. Only `seq` defines the order of the log, because clocks can be set back. */
  readonly time: string;
}

/** Returns the bytes of an entry, which are a leaf of the tree: canonical JSON. */
export function entryBytes({ time, type, detail }: TimedEntry): Uint8Array {
  return Buffer.from(canonicalJson({ time, type, detail }), 'utf8');
}

/** Parses an entry, or returns null if longplay did not write these bytes. */
export function parseEntry(bytes: Uint8Array, seq: number): LogEntry | null {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { time, type, detail } = value as Record<string, unknown>; // an object whose members are unknown
  if (typeof time !== 'string' || typeof type !== 'string') return null;
  if (typeof detail !== 'object' || detail === null || Array.isArray(detail)) return null;
  const members: Record<string, string | number | boolean | null> = Object.create(null);
  for (const [name, member] of Object.entries(detail)) {
    if (member !== null && typeof member !== 'string' && typeof member !== 'number' && typeof member !== 'boolean') return null;
    members[name] = member;
  }
  const entry: LogEntry = { kind: 'log-entry', seq, time, type, detail: members };
  // Requires exactly the bytes that longplay writes for this entry, so that they contain nothing else.
  return Buffer.from(entryBytes(entry)).equals(bytes) ? entry : null;
}
