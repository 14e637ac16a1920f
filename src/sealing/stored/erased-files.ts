import type { Placed } from '../../archive/documents/stored-path.ts';
import { type Erased, indexErased } from '../keyring/ledger.ts';
import { openQuietly } from '../keyring/session.ts';
import { areKeysOpen, openKeys } from '../open-keys.ts';

/** Returns true for a file of a recording that was erased alone. */
export type ErasedFiles = (recordingId: string, file: Placed) => boolean;

/**
 * Creates a lookup of files that were erased alone, by what the keyring of this process says now: for many recordings. The document of an open file says so
 * itself; the name of a sealed file counts in every description of the recording, because amendments refer to files in other bags.
 */
export function erasedFilesNow(): ErasedFiles {
  let names: ReadonlyMap<string, ReadonlySet<string>> | null = null;
  return (recordingId, { path, sealed, erased }) => {
    if (erased !== undefined || sealed === undefined) return erased !== undefined;
    names ??= namesErasedAlone();
    return names.get(recordingId)?.has(path) === true;
  };
}

/** Returns the names of files that were erased alone, by recording id, as the copies of the keyring of this process list them. */
export function namesErasedAlone(): ReadonlyMap<string, ReadonlySet<string>> {
  const { session } = areKeysOpen() ? openKeys() : { session: null };
  const lines: Erased[] = session === null ? [] : openQuietly(session).flatMap((domain) => [...domain.erased()]);
  const found = new Map<string, Set<string>>();
  for (const cells of indexErased(lines).values())
    for (const [cell, names] of cells) if (names !== 'all') found.set(cell, new Set([...(found.get(cell) ?? []), ...names]));
  return found;
}
