import type { JoinedRecord } from '../engine/records/call.ts';
import type { Claim } from '../engine/records/claim.ts';
import { idKey } from '../engine/records/keys.ts';
import { inumOfName, isBeside, pathStemOf, stemOf } from './names.ts';
import { sidecarOf } from './read.ts';

/** Name of the shape of sidecars; all other records are rows of searches. */
export const sidecarShape = 'sidecar';

/** The rule that joins files with sidecars, in words. */
export const byInum = 'its INUM';
export const byStem = 'its name without extension';

/** Returns the call of a sidecar: the INUM of its name, or else the one inside it, or else its folder and stem. */
export function sidecarKey(record: JoinedRecord): string {
  const { path, inum } = sidecarOf(record);
  return inumOfName(path) ?? inum ?? pathStemOf(path);
}

/** Returns the INUM in a call's key, or null. */
export function inumOfKey(key: string | null): string | null {
  return key !== null && /^\d{15}$/.test(key) ? key : null;
}

/** Returns the keys of a medium: its INUM or, if it has none, its folder and stem, and its stem in any folder. */
export function mediumKeys(path: string): readonly string[] {
  const inum = inumOfName(path);
  return inum === null ? [nearKey(path), farKey(path)] : [idKey(inum)];
}

/** Returns the keys of a file that is not a medium and belongs to a recording by its INUM. */
export function besideKeys(path: string): readonly string[] {
  return isBeside(path) ? mediumKeys(path) : [];
}

/** Returns the name of the recording to which a file or sidecar belongs. */
export function nameOf(path: string): string {
  return inumOfName(path) ?? stemOf(path);
}

/** Returns the mark of a sidecar without an INUM in its name: its folder and stem. A file with the same folder and stem lies beside it, and belongs to no other sidecar. */
export function sidecarMarks({ path }: JoinedRecord): readonly string[] {
  return inumOfName(path) === null ? [pathStemOf(path)] : [];
}

/**
 * Returns claims to the files of a call: those with its INUM and, for a sidecar whose name has none, those beside it with its stem. Only if there are none,
 * claims a file with its stem in another folder that has no sidecar beside it; if several such sidecars or files have one name, none is joined.
 */
export function claimsOf(key: string | null, records: readonly JoinedRecord[], isMarked: (mark: string) => boolean): readonly Claim[] {
  const inum = inumOfKey(key);
  const nameless = records.filter(({ shape, path }) => shape === sidecarShape && inumOfName(path) === null);
  const fits = (path: string): boolean => !isMarked(pathStemOf(path));
  return [
    ...nameless.map(({ path }): Claim => ({ key: nearKey(path), by: byStem })),
    ...(inum === null ? [] : [{ key: idKey(inum), by: byInum }]),
    ...nameless.map(({ path }): Claim => ({ key: farKey(path), by: byStem, strength: 'window', namesakes: 'doubted', fits })),
  ];
}

function nearKey(path: string): string {
  return `beside ${pathStemOf(path)}`;
}

function farKey(path: string): string {
  return `stem ${stemOf(path)}`;
}
