import type { SoundKind } from '../../src/core/base/media-judge.ts';
import { baseName, extension } from '../../src/core/base/safe-path.ts';
import type { MediaRef } from '../../src/core/model/recording.ts';
import type { ClaimedFile } from '../engine/records/call.ts';
import { idKey } from '../engine/records/keys.ts';

/** Matches `<contactId>_<rest>`; the rest is a minute, or the kind of analysis. */
const contactName = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_(.+)$/i;
/** Matches the minute in which the recording was stored, without the characters that a file system may have changed, e.g. `20240126t0307utc`. */
const storedMinute = /^\d{8}t\d{4}utc$/;
const screenFolder = /(?:^|[/!])ScreenRecordings\//i;
/** Matches the folder of audio that an interactive voice response recorded before an agent joined. */
const flowFolder = /(?:^|[/!])CallRecordings\/ivr\//i;

/** Matches names of transcripts and analyses, which lie beside the recordings. */
export const companionName =
  /(?:^|[/!])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}_(?:analysis_[^/!]+|[^/!]*\d{8}T\d\d[^/!]{0,8}\d\d_UTC[^/!]*)\.json$/i;

/** Matches files that may hold contact records: by extension, or named by a delivery stream, without an extension. */
export const recordsName = new RegExp(
  String.raw`\.(?:csv|tsv|txt|json|jsonl|ndjson|xml|sql|dump|db|sqlite|sqlite3|db3)(?:[-._]\d+)?$|` +
    String.raw`-\d+-\d{4}(?:-\d\d){5}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$`,
  'i',
);

function stemOf(path: string): string {
  const name = baseName(path.replaceAll('\\', '/'));
  // A number marks a second file with the same name; containers and browsers append it.
  return name.slice(0, name.length - extension(name).length).replace(/(?:#\d+| ?\(\d+\))$/, '');
}

/** Returns the contact id in a file's name, in lower case; null if the name does not begin with a contact id. */
export function contactOf(path: string): string | null {
  return contactName.exec(stemOf(path))?.[1]?.toLowerCase() ?? null;
}

/** Returns the letters and digits after the contact id: `:` may have become `%3A`, `_`, or a character that Windows allows. */
function restOf(path: string): string {
  const rest = contactName.exec(stemOf(path))?.[2] ?? '';
  return rest
    .replaceAll(/%(?:25)*3a/gi, '')
    .replaceAll(/[^0-9a-z]/gi, '')
    .toLowerCase();
}

/** Returns the key of one stored file, however the special characters of its name were changed. */
export function storedKey(path: string): string {
  return idKey(`${contactOf(path)} ${restOf(path)}`);
}

/** Returns true if a file has the name of a call recording. */
export function isStoredName(path: string): boolean {
  return contactOf(path) !== null && storedMinute.test(restOf(path));
}

/** Returns whether a file is audio or a screen recording, by its folder. */
export function connectKind(path: string, usual: SoundKind | null): MediaRef['kind'] | null {
  return usual === 'audio' && contactOf(path) !== null && screenFolder.test(path) ? 'screen' : usual;
}

/** Returns true if a file is the original recording: neither a screen recording nor a redacted copy. */
export function isOriginal({ path, kind }: Pick<ClaimedFile, 'path' | 'kind'>): boolean {
  return kind !== 'screen' && !restOf(path).includes('redacted');
}

/** Returns true if the channels are known, which is the case for calls with an agent. */
export function hasKnownSides(file: Pick<ClaimedFile, 'path' | 'kind'>): boolean {
  return isOriginal(file) && isStoredName(file.path) && !flowFolder.test(file.path);
}
