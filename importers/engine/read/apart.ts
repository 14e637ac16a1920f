import { sha256Hex } from '../../../src/core/base/identifier.ts';
import { baseName } from '../../../src/core/base/safe-path.ts';
import type { KeyedStage } from '../../../src/tables/keyed-stage.ts';
import type { Stage } from '../../../src/tables/text/types.ts';
import type { KeyedFile } from '../records/claimed-file.ts';
import type { Family } from '../records/family.ts';
import { nameKey } from '../records/keys.ts';
import type { StagedRecord } from '../records/records.ts';

/** Mark in the stage of owned files: this call's key belongs to an earlier call, and `Shape.apart` distinguishes the two. */
export interface LaterMark {
  readonly later: true;
}

/** The key of a call, derived from the group of its records. */
export interface GroupKey {
  readonly key: string | null;
  /** Text that distinguishes the call from other calls with its key; empty if there is none. */
  readonly told: string;
  readonly isLater: boolean;
}

/** Returns the group of the records of a key. */
export function groupOfKey(key: string): string {
  return `= ${key}`;
}

/** Returns the group of a record that `Shape.apart` distinguishes from others of its key. */
export function apartGroup(key: string, told: string): string {
  return `= ${key.replaceAll('\0', '')}\0${told}`;
}

/** Returns true if `Shape.apart` distinguishes the records of a group. */
export function isApart({ shapes }: Family, records: readonly StagedRecord[]): boolean {
  const [first] = records;
  return first !== undefined && shapes[first.shape]?.apart !== undefined;
}

/** Returns a function that takes groups in order and returns true if an earlier group has the same key. */
export function laterOfKey(family: Family): (group: string, records: readonly StagedRecord[]) => boolean {
  let last: string | null = null;
  return (group, records) => {
    if (!isApart(family, records)) return false;
    const key = group.slice(0, group.indexOf('\0'));
    const isLater = key === last;
    last = key;
    return isLater;
  };
}

export function isLaterMark(owned: unknown): boolean {
  return typeof owned === 'object' && owned !== null && 'later' in owned;
}

/** Returns the key of a group; null if its records have none. */
export function keyOfGroup(group: string, apart: boolean, isLater: boolean): GroupKey {
  if (!group.startsWith('= ')) return { key: null, told: '', isLater: false };
  const at = apart ? group.indexOf('\0') : -1;
  if (at < 0) return { key: group.slice(2), told: '', isLater: false };
  const told = group.slice(at + 1);
  const key = group.slice(2, at);
  return { key: isLater ? `${key}#${told.slice(0, 8)}` : key, told, isLater };
}

/**
 * Returns the keys under which a file or document is staged by the key of its own recording. If that key is the file's name, returns the key of the name,
 * provided that only files have such keys.
 */
export function ownKeys({ fileKey, shapes }: Family, path: string): readonly string[] {
  if (fileKey === undefined) return [];
  const key = fileKey(path);
  return [key === baseName(path) && !shapes.some(({ givesName }) => givesName !== undefined) ? nameKey(path) : `own ${key}`];
}

/** Returns the key of the recording that unclaimed files become: the key of the first file, unless a record or an earlier file has it. */
export function ownKeyOf(
  family: Family,
  paths: readonly string[],
  files: Pick<KeyedStage<KeyedFile>, 'get'>,
  records: Pick<Stage, 'hasGroup'>,
  below: (path: string) => string,
): string {
  const [path = ''] = paths;
  const key = family.fileKey?.(path) ?? baseName(path);
  const [own = ''] = ownKeys(family, path);
  const [first] = files.get(own, 1);
  if (first !== undefined && paths.includes(first.path) && !records.hasGroup(`= ${key.replaceAll('\0', '')}\0`)) return key;
  // The prefix `b` keeps the digest different from that of any row with the same text.
  const told = family.shapes.some(({ apart }) => apart !== undefined) ? `b${below(path)}` : below(path);
  return `${key}#${sha256Hex(told).slice(0, 8)}`;
}
