import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { removeDurable, syncFolder } from '../files/durable.ts';
import { type StoredCase, setsOfCase } from './stored-case.ts';

/**
 * Removes durably the folders of a case whose files were erased. Needs no lock of the case: a change gives no new files the number of an erased folder.
 * @param folder of the case, absolute
 * @returns the number of folders that existed
 */
export async function removeErasedSets(folder: string, stored: StoredCase): Promise<number> {
  const kept = new Set(setsOfCase(stored));
  let removed = 0;
  for (const set of stored.erasedSets ?? []) {
    if (kept.has(set) || !isThere(join(folder, set))) continue;
    await removeDurable(join(folder, set));
    removed++;
  }
  return removed;
}

/** Makes durable what an earlier run removed: it may have been stopped between a removal and the fsync of the folder. */
export async function syncErasedSets(folder: string, { erasedSets = [] }: StoredCase): Promise<void> {
  const kinds = new Set(erasedSets.map((set) => set.slice(0, set.indexOf('/'))));
  for (const kind of kinds) if (isThere(join(folder, kind))) await syncFolder(join(folder, kind));
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
