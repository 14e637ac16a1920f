import { join } from 'node:path';
import { makeFolderDurable } from '../archive/files/durable.ts';
import { readSealing } from '../archive/sealing-in-log.ts';
import { LongplayError } from '../core/base/error.ts';
import { rotationEntry } from './entries/key-chain.ts';
import { entryBytes, logFolder, type NewEntry } from './entries/log-entry.ts';
import { lockLog } from './files/lock.ts';
import { writeEntries } from './files/writer.ts';
import { makeNextKey, promoteNextKey, readKey, rememberCheckpoint } from './keys/key-store.ts';
import { keyMissing, type LogTools, otherKey } from './log.ts';
import { inspectLog } from './read/inspect-log.ts';
import { repairLog } from './read/repair-log.ts';
import { refuseReplica } from './read/replica-here.ts';
import { logOrigin } from './tree/checkpoint.ts';
import { noteKey, rawPublicKey, verifierKey } from './tree/signed-note.ts';
import { treeSize } from './tree/tile-tree.ts';
import { createEntryAuthor } from './who/entry-author.ts';

/** Keys before and after a change, as verifier keys. */
export interface KeyChange {
  readonly before: string | null;
  readonly key: string;
}

/**
 * Replaces the signing key. The old key signs for the new one in the log. If the old key is lost, the log records permanently that it did not sign.
 * If interrupted, the same call completes the change.
 * @throws LongplayError L104: no key here to rotate; L108: not the key in force; usage L110: the key is not lost; R107: the archive is a replica
 */
export async function changeKey(
  archive: { readonly dir: string; readonly id: string },
  { now, keys, actor }: LogTools,
  how: 'rotate' | 'lost',
  signal: AbortSignal,
): Promise<KeyChange> {
  await refuseReplica(archive.dir, signal);
  // The lock is in the folder log/, which may be missing.
  await makeFolderDurable(join(archive.dir, logFolder));
  await using _lock = await lockLog(archive, signal);
  const found = await inspectLog(archive, keys, signal);
  const inForce = found.keys.inForce(found.size);
  const origin = logOrigin(archive.id);
  const old = await readKey(keys, archive.id).catch((error: unknown) => {
    if (how === 'rotate') throw error;
    return null;
  });
  const oldId = old === null ? null : noteKey(origin, rawPublicKey(old)).id;
  if (how === 'lost' && oldId !== null && inForce?.id === oldId)
    throw new LongplayError(
      'usage',
      'L110',
      `key ${oldId} is in ${keys} and signs this log`,
      'to replace it, omit --lost: then it signs for the new one',
    );
  const next = await makeNextKey(keys, archive);
  const key = verifierKey(noteKey(origin, rawPublicKey(next)));
  const before = inForce === null ? null : verifierKey(inForce);
  // An earlier change was stopped after it was logged.
  if (before === key) {
    await promoteNextKey(keys, archive.id, oldId);
    return { before, key };
  }
  const time = now();
  let entry: NewEntry | null;
  if (how === 'rotate') {
    if (old === null) throw keyMissing(archive, keys);
    if (inForce !== null && inForce.id !== oldId) throw otherKey(archive, keys, oldId ?? '', inForce.id);
    entry = rotationEntry(old, next, archive.id);
    // A new log begins with the key that signs for the next one.
  } else entry = found.size === 0 ? null : { type: 'key-replaced', detail: { key, before: inForce?.id ?? null } };
  const repaired = await repairLog(archive, found, {
    ownKey: how === 'rotate' && old !== null ? verifierKey(noteKey(origin, rawPublicKey(old))) : key,
    time,
    // Without a key nobody could enter that the end is given up.
    givesUpEnd: how === 'lost',
  });
  const entries: NewEntry[] = [...repaired.notes.map((one) => ({ ...one, actor: null })), ...(entry === null ? [] : [entry])];
  const author = createEntryAuthor({ ...archive, sealing: readSealing(archive.dir) }, keys, actor ?? (() => null));
  const details = await author.write(entries, treeSize(repaired.state.tree));
  const bytes = details.map((detail, at) => entryBytes({ time, type: entries[at]?.type ?? '', detail }));
  const { note } = await writeEntries(archive, repaired.state, bytes, next);
  await rememberCheckpoint(keys, archive.id, note);
  await promoteNextKey(keys, archive.id, oldId);
  return { before, key };
}
