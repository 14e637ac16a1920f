import { createHash } from 'node:crypto';
import { blockingPieces } from '../../core/base/blocking-pieces.ts';
import type { BlockingBytes } from '../../core/base/bytes.ts';
import { isFileError, LongplayError, systemCode } from '../../core/base/error.ts';
import type { StoredFile } from '../../core/model/recording-document.ts';
import { vconExcerpt } from '../../pipeline/make/shared-vcon.ts';
import { openStoredFile } from '../../sealing/stored/stored-bytes.ts';
import type { VconExcerpt } from '../../tables/vcon-file.ts';

/**
 * Uses the excerpt of an archived vCon that belongs to one of its recordings; null if there is none, or the file cannot be read as it landed.
 * @param folder folder of the recording
 * @param key as in `vconExcerpt`
 * @param use receives the excerpt while the file of the vCon is open; reads it, if it reads it, before it returns
 */
export function useExcerpt<const Result>(folder: string, file: StoredFile, key: string, use: (excerpt: VconExcerpt) => Result): Result | null {
  const reading = <const Read>(work: () => Read): Read | null => {
    try {
      return work();
    } catch (error) {
      const code = systemCode(error);
      if (error instanceof LongplayError || (code !== null && isFileError(code))) return null;
      throw error;
    }
  };
  const opened = reading(() => openStoredFile(folder, file));
  if (opened === null) return null;
  try {
    // An excerpt of altered bytes must not take the place of the vCon.
    const excerpt = reading(() => (sha256Of(opened) === file.sha256 ? vconExcerpt(opened, key) : null));
    return excerpt === null ? null : use(excerpt);
  } finally {
    opened.close();
  }
}

/** Returns true if an archived vCon has an excerpt for a recording: see `useExcerpt`. */
export function hasExcerptFor(folder: string, file: StoredFile, key: string): boolean {
  return useExcerpt(folder, file, key, () => true) === true;
}

function sha256Of(file: BlockingBytes): string {
  const hash = createHash('sha256');
  for (const piece of blockingPieces(file, 0, file.size)) hash.update(piece);
  return hash.digest('hex');
}
