import { LongplayError } from '../core/error.ts';
import { type Finding, finding } from '../core/finding.ts';
import type { MediaJudge, SoundKind } from '../core/media-judge.ts';
import type { Entry, Source } from '../core/source.ts';

/**
 * What the bytes of an entry say it is, where its name leaves it open; null: no medium that longplay knows. What cannot be read is a finding.
 */
export async function kindByBytes(source: Source, entry: Entry, media: MediaJudge, signal: AbortSignal): Promise<SoundKind | null | Finding> {
  if (entry.size === 0) return null;
  try {
    return await media.kindOfBytes(await source.open(entry, signal), entry.path, signal);
  } catch (error) {
    // The source tells what it cannot open in such an error; a full disk or an abort is no matter of one file.
    if (error instanceof LongplayError && (error.code === 'S102' || error.code === 'S103')) return finding('S110', entry.path, error.message);
    throw error;
  }
}
