import { foldedName } from '../../core/base/safe-path.ts';
import { decodedPath } from './bagit-reader.ts';

/** Paths of which nothing but capitals can make another one alike. */
const asciiWithoutPercent = /^[\x00-\x24\x26-\x7f]*$/;
const capital = /[A-Z]/;

/**
 * What is equal for all ways in which one path may be written: in a manifest and on the disk, encoded or not, in either Unicode form, in
 * capitals or not. Manifests and folders are walked together in the order of these keys, so that all that may belong together meets.
 */
export function alikeKey(path: string): string {
  if (asciiWithoutPercent.test(path)) return capital.test(path) ? path.toLowerCase() : path;
  let plain = path;
  // What old programs did not encode looks encoded; each round makes it shorter.
  for (let next = decodedPath(plain); next !== plain; next = decodedPath(plain)) plain = next;
  return foldedName(plain);
}

/** The folder of a recording of ours in which a file lies, however deep: `data/<id>/`; null for any other file. */
export function recordingFolder(path: string): string | null {
  // Asked of every file of every bag: most answers need one look.
  return path.charCodeAt(41) === 0x2f ? (/^data\/[0-9a-f-]{36}\//.exec(path)?.[0] ?? null) : null;
}
