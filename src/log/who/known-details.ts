import type { UnknownDetails } from '../../core/page/data.ts';
import type { LogEntry } from '../entries/log-entry.ts';
import { type DetailsReader, digestMember, type EntryDetails } from './entry-details.ts';

/** An entry with private details, and what the log says about their erasure. */
export interface EntryWithFate extends Pick<LogEntry, 'seq' | 'time' | 'detail'> {
  /** Number of the entry that records that the details were erased: they count as gone, even if a killed run left them. Null: none. */
  readonly erasedBy: number | null;
}

/** The details of an entry, or why they are not known: one of the two is null. */
export type KnownDetails = { readonly details: EntryDetails; readonly unknown: null } | { readonly details: null; readonly unknown: UnknownDetails };

/** Reads the details of an entry, or says why they are not known. */
export async function knownDetails(entry: EntryWithFate, beside: DetailsReader): Promise<KnownDetails> {
  const gone = (why: UnknownDetails['why']): KnownDetails => ({ details: null, unknown: { why, erasedBy: entry.erasedBy } });
  if (entry.erasedBy !== null) return gone('erased');
  if (typeof entry.detail[digestMember] !== 'string') return gone('none');
  const details = await beside.of(entry);
  if (details === null) return gone('lost');
  return details.sealed === true ? gone('closed') : { details, unknown: null };
}
