import { foldedName } from '../../core/base/safe-path.ts';
import { decodedPath } from './bagit-reader.ts';

/** Matches paths whose other spellings differ only in letter case. */
const asciiWithoutPercent = /^[\x00-\x24\x26-\x7f]*$/;
const capital = /[A-Z]/;

/**
 * Returns a key that is equal for all spellings of a path: in a manifest or on disk, encoded or not, in either Unicode form, in any letter case. Manifests and
 * folders are walked in the order of these keys, so that all spellings of a path come together.
 */
export function alikeKey(path: string): string {
  if (asciiWithoutPercent.test(path)) return capital.test(path) ? path.toLowerCase() : path;
  let plain = path;
  // Names that old programs did not encode may look encoded. The loop ends, because each round shortens the path.
  for (let next = decodedPath(plain); next !== plain; next = decodedPath(plain)) plain = next;
  return foldedName(plain);
}

/** Returns the folder of a longplay recording that contains a file at any depth: `data/<id>/`; null for any other file. */
export function recordingFolder(path: string): string | null {
  // Called for every file of every bag, so most files are decided by one character.
  return path.charCodeAt(41) === 0x2f ? (/^data\/[0-9a-f-]{36}\//.exec(path)?.[0] ?? null) : null;
}
