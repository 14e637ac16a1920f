import { isFileError, LongplayError, systemCode } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { limits } from '../../core/base/limits.ts';
import type { StoredFile } from '../../core/model/recording-document.ts';
import { vconExcerpt } from '../../pipeline/make/shared-vcon.ts';
import { readStored } from '../../sealing/stored/stored-bytes.ts';

/**
 * Returns the excerpt of an archived vCon that belongs to one of its recordings; null if there is none, or the file cannot be read as it landed.
 * @param folder folder of the recording
 * @param key as in `vconExcerpt`
 */
export function excerptOf(folder: string, file: StoredFile, key: string): Buffer | null {
  let bytes: Buffer;
  try {
    bytes = readStored(folder, file, limits.sidecarBytes).plain;
  } catch (error) {
    const code = systemCode(error);
    if (error instanceof LongplayError || (code !== null && isFileError(code))) return null;
    throw error;
  }
  // An excerpt of altered bytes must not take the place of the vCon.
  return sha256Hex(bytes) === file.sha256 ? vconExcerpt(bytes, key) : null;
}
