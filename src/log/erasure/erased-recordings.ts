import { rememberedErasures } from '../keys/erasure-ledger.ts';
import { erasuresMissing, knownErasureMarks } from '../keys/erasure-marks.ts';
import { loggedEntries } from '../read/read-log.ts';
import { createKnownErasures, type ErasedRecording, type KnownErasures } from './known-erasures.ts';

/** Looks up in the erasure ledger of an archive when, and on which request, a recording was erased; null: it was not erased. */
export type ErasedLookup = (recordingId: string) => ErasedRecording | null;

/** Looks up when, and on which request, a single file of a recording was erased; null: it was not erased. @param file plain name of the file */
export type ErasedFileLookup = (recordingId: string, file: string) => ErasedRecording | null;

/**
 * Returns the lookup in the erasures that the log names and in those that this machine remembers: a restored older log names fewer.
 * @throws LongplayError incomplete E106 if there are any and this machine lacks the secret of the ledger
 */
export async function erasedLookup(
  { erased, lifted, ledgerKeys }: Pick<KnownErasures, 'erased' | 'lifted' | 'ledgerKeys'>,
  archiveId: string,
  keys: string,
): Promise<ErasedLookup> {
  const remembered = await rememberedErasures(keys, archiveId);
  if (erased.size === 0 && remembered.size === 0) return () => null;
  const marks = await knownErasureMarks(keys, archiveId, { ledgerKeys });
  if (marks === null) throw erasuresMissing(keys, archiveId);
  return (recordingId) => {
    const mark = marks.of(recordingId);
    return erased.get(mark) ?? (lifted.has(mark) ? null : (remembered.get(mark) ?? null));
  };
}

/**
 * Returns how often the erasure of a recording was lifted. The bag of a sealed archive that had it keeps its unreadable files, so the recording needs a bag of another name.
 * @throws LongplayError incomplete E106 if any was lifted and this machine lacks the secret of the ledger
 */
export async function liftsLookup(
  { lifts, ledgerKeys }: Pick<KnownErasures, 'lifts' | 'ledgerKeys'>,
  archiveId: string,
  keys: string,
): Promise<(recordingId: string) => number> {
  if (lifts.size === 0) return () => 0;
  const marks = await knownErasureMarks(keys, archiveId, { ledgerKeys });
  if (marks === null) throw erasuresMissing(keys, archiveId);
  return (recordingId) => lifts.get(marks.of(recordingId)) ?? 0;
}

/** Reads the erasures of an archive from its log. Does not report damage of the log: a verification does. */
export async function readErasures(
  archive: { readonly dir: string; readonly id: string },
  keys: string | null,
  signal: AbortSignal,
): Promise<KnownErasures> {
  const known = createKnownErasures(archive.id);
  for await (const entry of loggedEntries(archive, keys, signal)) known.take(entry);
  return known;
}
