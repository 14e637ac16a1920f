import { UnsoundMessages } from '../../cases/messages/unsound-messages.ts';
import { vconOnly } from '../../cases/messages/vcon-without.ts';
import { isFileError, LongplayError, systemCode } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { limits } from '../../core/base/limits.ts';
import type { RecordingDocument, StoredFile } from '../../core/model/recording-document.ts';
import { excerptBase } from '../../pipeline/make/amend-recording.ts';
import { readStored } from '../../sealing/stored/stored-bytes.ts';
import { readVcon, unsignedVcon } from '../../tables/vcon-document.ts';
import { soundsOf, unitsOfDialogs } from '../../tables/vcon-units.ts';

/** Returns true if a recording has an excerpt of its vCon already: the vCon itself is about to be erased. */
export function hasExcerpt({ sources }: Pick<RecordingDocument, 'sources'>): boolean {
  return sources.some(({ path }) => path.startsWith(excerptBase));
}

/**
 * Returns the excerpt of a vCon that belongs to one of its recordings, without the signature of a signed one; null if there is none: the file is not a vCon that
 * can be read (larger than 16 MiB, encrypted, damaged), or has no dialog of this recording.
 * @param folder folder of the recording
 * @param key the recorder's key of the recording: the id of the vCon, and which of its dialogs
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
  if (sha256Hex(bytes) !== file.sha256) return null;
  const text = unsignedVcon(bytes.toString('utf8'));
  if (text === null) return null;
  const { uuid, vcon } = readVcon(text);
  const at = key.lastIndexOf('#');
  if (at === -1 || (uuid ?? key.slice(0, at)) !== key.slice(0, at)) return null;
  const dialogs = soundsOf(vcon);
  const unit = unitsOfDialogs(dialogs).find(({ suffix }) => suffix === key.slice(at));
  if (unit === undefined) return null;
  const own = unit.set === null ? unit.members : [...unit.members, unit.set];
  // Sound outside of the dialogs is in vCons of one recording only.
  if (own.some((index) => dialogs[index]?.inside.startsWith('dialog-') !== true)) return null;
  try {
    return Buffer.from(vconOnly(Buffer.from(text, 'utf8').toString('latin1'), new Set(own)), 'latin1');
  } catch (error) {
    if (error instanceof UnsoundMessages) return null;
    throw error;
  }
}
