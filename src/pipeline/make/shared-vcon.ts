import type { BlockingBytes } from '../../core/base/bytes.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import { excerptOfDialogs, readVconFile, type VconExcerpt } from '../../tables/vcon-file.ts';
import { soundsOf, unitsOfDialogs } from '../../tables/vcon-units.ts';
import { excerptBase } from './amend-recording.ts';

/** Importer of recordings that share their vCon. */
export const vconImporter = 'vcon';

/** Returns true if a recording has an excerpt of its vCon: the vCon itself was erased, or is about to be. */
export function hasExcerpt({ sources }: Pick<RecordingDocument, 'sources'>): boolean {
  return sources.some(({ path }) => path.startsWith(excerptBase));
}

/** Returns the recorder's keys of all recordings of a vCon; none if it has no id, or cannot be read (encrypted, damaged, T128). */
export function keysInVcon(file: BlockingBytes): readonly string[] {
  const { uuid = null, vcon = {} } = readVconFile(file)?.document ?? {};
  return uuid === null ? [] : unitsOfDialogs(soundsOf(vcon)).map(({ suffix }) => `${uuid}${suffix}`);
}

/**
 * Returns the excerpt of a vCon that belongs to one of its recordings, without the signature of a signed one; null if there is none: the file is not a vCon
 * that can be read (encrypted, damaged, T128), or has no dialog of this recording.
 * @param file must stay open while the excerpt is read
 * @param key the recorder's key of the recording: the id of the vCon, and which of its dialogs
 */
export function vconExcerpt(file: BlockingBytes, key: string): VconExcerpt | null {
  const { document, json } = readVconFile(file) ?? { json: null };
  if (json === null || document === undefined) return null;
  const { uuid, vcon } = document;
  const at = key.lastIndexOf('#');
  if (at === -1 || (uuid ?? key.slice(0, at)) !== key.slice(0, at)) return null;
  const dialogs = soundsOf(vcon);
  const unit = unitsOfDialogs(dialogs).find(({ suffix }) => suffix === key.slice(at));
  if (unit === undefined) return null;
  const own = unit.set === null ? unit.members : [...unit.members, unit.set];
  // Sound outside of the dialogs is in vCons of one recording only.
  if (own.some((index) => dialogs[index]?.inside.startsWith('dialog-') !== true)) return null;
  return excerptOfDialogs(json, new Set(own));
}
