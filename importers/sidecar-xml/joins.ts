import type { JoinedRecord } from '../engine/records/call.ts';
import type { Claim } from '../engine/records/claim.ts';
import { idKey } from '../engine/records/keys.ts';
import { inumOfName, isBeside, pathStemOf, stemOf } from './names.ts';
import { sidecarOf } from './read.ts';

/** Name of the shape of sidecars; all other records are rows of searches. */
export const sidecarShape = 'sidecar';

/** In words: what joins files with sidecars. */
export const byInum = 'its INUM';
export const byStem = 'its name without extension';

/** The call of a sidecar: the INUM of its name, or else the one inside it; where there is none, its folder and stem. */
export function sidecarKey(record: JoinedRecord): string {
  const { path, inum } = sidecarOf(record);
  return inumOfName(path) ?? inum ?? pathStemOf(path);
}

/** The INUM that a call's key is, or null. */
export function inumOfKey(key: string | null): string | null {
  return key !== null && /^\d{15}$/.test(key) ? key : null;
}

/** Keys of a medium: its INUM; where it has none, its folder and stem, and its stem in whatever folder. */
export function mediumKeys(path: string): readonly string[] {
  const inum = inumOfName(path);
  return inum === null ? [nearKey(path), farKey(path)] : [idKey(inum)];
}

/** Keys of what is no medium, and is part of a recording by its INUM. */
export function besideKeys(path: string): readonly string[] {
  return isBeside(path) ? mediumKeys(path) : [];
}

/** The name that a file or sidecar gives its recording. */
export function nameOf(path: string): string {
  return inumOfName(path) ?? stemOf(path);
}

/** The mark of a sidecar without an INUM in its name: its folder and stem. What has the same lies beside it, and is no other sidecar's. */
export function sidecarMarks({ path }: JoinedRecord): readonly string[] {
  return inumOfName(path) === null ? [pathStemOf(path)] : [];
}

/**
 * Files of a call: those of its INUM, and of a sidecar whose name has none what lies beside it under its stem. Only where there are none of these what has its stem in
 * another folder, and no sidecar beside it: of several such sidecars none is meant, and of two files of one name none.
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
