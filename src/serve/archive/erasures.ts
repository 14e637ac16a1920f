import { LongplayError } from '../../core/base/error.ts';
import { type ErasedLookup, erasedLookup } from '../../log/erasure/erased-recordings.ts';
import type { ErasedRecording } from '../../log/erasure/known-erasures.ts';
import { type ErasureMarks, knownErasureMarks } from '../../log/keys/erasure-marks.ts';
import type { ArchiveLog } from '../../log/log.ts';
import type { FollowOthers } from './follow-others.ts';

/** What was erased from the served archive, according to its log. */
export interface ServedErasures {
  /** Returns when, and on which request, a recording was erased; null: it was not, or this machine lacks the secret of the ledger. */
  recording(recordingId: string): Promise<ErasedRecording | null>;
  /** The same for a file that was erased alone. @param file plain name */
  file(recordingId: string, file: string): Promise<ErasedRecording | null>;
}

/** Creates the lookup. It includes the erasures that this machine remembers of an earlier state of the log. @param warn receives why erased recordings cannot be recognised */
export function createServedErasures(
  log: Pick<ArchiveLog, 'erasures'>,
  { archiveId, keys }: { readonly archiveId: string; readonly keys: string },
  follow: FollowOthers,
  warn: (message: string) => void,
): ServedErasures {
  let marks: ErasureMarks | null = null;
  const withLedger = async (look: () => Promise<ErasedRecording | null>): Promise<ErasedRecording | null> => {
    await follow();
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof LongplayError) || error.code !== 'E106') throw error;
      warn(`${error.code} ${error.message}`);
      return null;
    }
  };
  return {
    recording: (recordingId) =>
      withLedger(async () => {
        const find: ErasedLookup = await erasedLookup(log.erasures(), archiveId, keys);
        return find(recordingId);
      }),
    file: (recordingId, file) =>
      withLedger(async () => {
        const { files, ledgerKeys } = log.erasures();
        if (files.size === 0) return null;
        marks ??= await knownErasureMarks(keys, archiveId, { ledgerKeys });
        return marks === null ? null : (files.get(marks.ofFile(recordingId, file)) ?? null);
      }),
  };
}
