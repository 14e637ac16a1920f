import { limits } from '../../core/base/limits.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import { UnsoundMessages } from '../../tables/unsound-messages.ts';
import { readVcon, unsignedVcon } from '../../tables/vcon-document.ts';
import { soundsOf, unitsOfDialogs } from '../../tables/vcon-units.ts';
import { vconOnly } from '../../tables/vcon-without.ts';
import { excerptBase } from './amend-recording.ts';

/** Importer of recordings that share their vCon. */
export const vconImporter = 'vcon';

/** Returns true if a recording has an excerpt of its vCon: the vCon itself was erased, or is about to be. */
export function hasExcerpt({ sources }: Pick<RecordingDocument, 'sources'>): boolean {
  return sources.some(({ path }) => path.startsWith(excerptBase));
}

/** Returns the recorder's keys of all recordings of a vCon; none if it has no id, or cannot be read (larger than 16 MiB, encrypted, damaged). */
export function keysInVcon(bytes: Uint8Array): readonly string[] {
  const text = textOf(bytes);
  if (text === null) return [];
  const { uuid, vcon } = readVcon(text);
  return uuid === null ? [] : unitsOfDialogs(soundsOf(vcon)).map(({ suffix }) => `${uuid}${suffix}`);
}

/**
 * Returns the excerpt of a vCon that belongs to one of its recordings, without the signature of a signed one; null if there is none: the bytes are not a vCon
 * that can be read (larger than 16 MiB, encrypted, damaged), or have no dialog of this recording.
 * @param key the recorder's key of the recording: the id of the vCon, and which of its dialogs
 */
export function vconExcerpt(bytes: Uint8Array, key: string): Buffer | null {
  const text = textOf(bytes);
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

function textOf(bytes: Uint8Array): string | null {
  return bytes.length > limits.sidecarBytes ? null : unsignedVcon(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
}
