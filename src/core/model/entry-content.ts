import { LongplayError } from '../base/error.ts';
import type { ContentVerdict, MediaJudge } from '../base/media-judge.ts';
import type { Signalling } from '../base/signalling.ts';
import { type Finding, finding } from '../findings/finding.ts';
import type { Entry, Source } from './source.ts';

/** Kind of an entry by its content; if it could not be read, the reason. */
export interface EntryContent {
  readonly verdict: ContentVerdict;
  readonly findings: readonly Finding[];
}

/** Judges the content of an entry whose name does not decide its kind. An unreadable entry is `unknown`, with a finding. */
export async function contentOf(source: Source, entry: Entry, media: MediaJudge, signal: AbortSignal): Promise<EntryContent> {
  if (entry.size === 0) return { verdict: { is: 'other', reason: 'no audio: 0 bytes' }, findings: [] };
  try {
    return { verdict: await media.judgeContent(await source.open(entry, signal), entry.path, signal), findings: [] };
  } catch (error) {
    if (!isOfEntry(error)) throw error;
    return { verdict: { is: 'unknown', reason: 'it cannot be read' }, findings: [finding('S110', entry.path, error.message)] };
  }
}

/**
 * Returns the signalling in at most the first `mostBytes` of an entry; null if it has none or cannot be read. An unreadable medium is reported when
 * it is imported.
 */
export async function signallingIn(
  source: Source,
  entry: Entry,
  media: MediaJudge,
  mostBytes: number,
  signal: AbortSignal,
): Promise<Signalling | null> {
  if (entry.size === 0) return null;
  try {
    return await media.signallingOf(await source.open(entry, signal), entry.path, mostBytes, signal);
  } catch (error) {
    if (!isOfEntry(error)) throw error;
    return null;
  }
}

const ofEntry: ReadonlySet<string> = new Set(['S102', 'S103', 'S162', 'S163']);

/** Returns true for the errors with which a source reports an entry that it cannot open; a full disk or an abort does not concern a single file. */
function isOfEntry(error: unknown): error is LongplayError {
  return error instanceof LongplayError && ofEntry.has(error.code);
}
