import type { SoundKind } from '../../src/core/base/media-judge.ts';
import { baseName, extension } from '../../src/core/base/safe-path.ts';
import type { MediaRef } from '../../src/core/model/recording.ts';
import type { ClaimedFile } from '../engine/records/call.ts';
import { idKey } from '../engine/records/keys.ts';

/** `<contactId>_<rest>`; the rest is a minute, or what the analysis made of the call. */
const contactName = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_(.+)$/i;
/** The minute in which the recording was stored, without the signs that a file system may have changed: `20240126t0307utc`. */
const storedMinute = /^\d{8}t\d{4}utc$/;
const screenFolder = /(?:^|[/!])ScreenRecordings\//i;
/** What an interactive voice response heard, before there was an agent. */
const flowFolder = /(?:^|[/!])CallRecordings\/ivr\//i;

/** Names of transcripts and analyses, which stand beside the recordings. */
export const companionName =
  /(?:^|[/!])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}_(?:analysis_[^/!]+|[^/!]*\d{8}T\d\d[^/!]{0,8}\d\d_UTC[^/!]*)\.json$/i;

/** Files that may hold contact records: by extension, or as a delivery stream names them, without one. */
export const recordsName = new RegExp(
  String.raw`\.(?:csv|tsv|txt|json|jsonl|ndjson|xml|sql|dump|db|sqlite|sqlite3|db3)(?:[-._]\d+)?$|` +
    String.raw`-\d+-\d{4}(?:-\d\d){5}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$`,
  'i',
);

function stemOf(path: string): string {
  const name = baseName(path.replaceAll('\\', '/'));
  // A second file of one name, as containers and browsers number it.
  return name.slice(0, name.length - extension(name).length).replace(/(?:#\d+| ?\(\d+\))$/, '');
}

/** The contact of a file, in lower case; null where its name begins with no contact id. */
export function contactOf(path: string): string | null {
  return contactName.exec(stemOf(path))?.[1]?.toLowerCase() ?? null;
}

/** What follows the contact id, letters and digits only: `:` may have become `%3A`, `_`, or a sign that Windows allows. */
function restOf(path: string): string {
  const rest = contactName.exec(stemOf(path))?.[2] ?? '';
  return rest
    .replaceAll(/%(?:25)*3a/gi, '')
    .replaceAll(/[^0-9a-z]/gi, '')
    .toLowerCase();
}

/** Key of one stored file, whatever became of the signs in its name. */
export function storedKey(path: string): string {
  return idKey(`${contactOf(path)} ${restOf(path)}`);
}

/** Whether a file has the name of a call recording. */
export function isStoredName(path: string): boolean {
  return contactOf(path) !== null && storedMinute.test(restOf(path));
}

/** Audio or screen, by the folder. */
export function connectKind(path: string, usual: SoundKind | null): MediaRef['kind'] | null {
  return usual === 'audio' && contactOf(path) !== null && screenFolder.test(path) ? 'screen' : usual;
}

/** Whether a file is what was recorded, and no picture or copy without personal data. */
export function isOriginal({ path, kind }: Pick<ClaimedFile, 'path' | 'kind'>): boolean {
  return kind !== 'screen' && !restOf(path).includes('redacted');
}

/** Whether the channels are known: of calls with an agent. */
export function hasKnownSides(file: Pick<ClaimedFile, 'path' | 'kind'>): boolean {
  return isOriginal(file) && isStoredName(file.path) && !flowFolder.test(file.path);
}
