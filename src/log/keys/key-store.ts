import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { rmSync } from 'node:fs';
import { readdir, readFile, rename, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { makeFolderDurable, syncFolder, writeDurable, writeDurableNew } from '../../archive/files/durable.ts';
import { openFolderOf } from '../../archive/files/open-folder.ts';
import { errorText, LongplayError, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { modeText, othersAccess } from '../../core/base/mode-bits.ts';
import { shellWord } from '../../core/words/shell-word.ts';
import { logOrigin, parseCheckpoint } from '../tree/checkpoint.ts';
import { type NoteKey, noteKey, rawPublicKey } from '../tree/signed-note.ts';
import { pseudonymFile } from './pseudonym.ts';

// What this machine stores about an archive, outside the archive. Whoever can change the archive must not be able to sign for it, and a machine that
// remembers earlier states notices when an older one is restored.

/** Returns the path of the key that signs an archive's log: PKCS #8 in PEM, as `openssl pkey` reads it. */
export function keyFile(keys: string, archiveId: string): string {
  return join(keys, `${archiveId}.pem`);
}

function nextFile(keys: string, archiveId: string): string {
  return join(keys, `${archiveId}.next.pem`);
}

function memoryFile(keys: string, archiveId: string): string {
  return join(keys, `${archiveId}.checkpoint`);
}

/** Only the owner may access the folder of keys. */
const folderMode = 0o700;

/**
 * Creates the key of a new archive, or uses the key that an interrupted creation left.
 * @throws LongplayError usage L106: the folder is inside the archive; incomplete A107: the folder cannot be written; L117: everybody can write it
 */
export async function makeKey(keys: string, archive: { readonly dir: string; readonly id: string }): Promise<KeyObject> {
  refuseInside(keys, archive.dir);
  await makeFolderDurable(keys, folderMode);
  await refuseOpenKey(keys, archive.id);
  await writeDurableNew(keyFile(keys, archive.id), newKeyText(), 0o600);
  const made = await readKey(keys, archive.id);
  if (made === null) throw new Error('a key that was just created does not exist');
  return made;
}

function refuseInside(keys: string, dir: string): void {
  const inside = relative(resolve(dir), resolve(keys));
  if (inside === '' || !inside.startsWith('..')) {
    throw new LongplayError(
      'usage',
      'L106',
      `${keys}, the folder for signing keys, is inside the archive: whoever can change the archive could then sign for it`,
      'name another folder in LONGPLAY_KEYS',
    );
  }
}

function newKeyText(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

/**
 * Refuses to sign with a key that every user of this machine can replace: the signature would prove nothing. Reading a key needs no such check.
 * @throws LongplayError incomplete L117
 */
export async function refuseOpenKey(keys: string, archiveId: string): Promise<void> {
  const files = [keyFile(keys, archiveId), nextFile(keys, archiveId)];
  for (const path of [keys, ...files]) {
    const found = await stat(path).catch((error: unknown) => {
      // The code that reads the key reports other reasons why it cannot be used.
      if (systemCode(error) === null) throw error;
      return null;
    });
    if (found === null || !othersAccess(found.mode, found.isDirectory()).everybodyWrites) continue;
    throw new LongplayError(
      'incomplete',
      'L117',
      `every user of this machine can write ${path} (${modeText(found.mode)}), and so sign for the archive`,
      `chmod ${found.isDirectory() ? '700' : '600'} ${shellWord(path)}; if others had access to it, then: longplay log key ARCHIVE`,
    );
  }
  for (const file of files) {
    const folder = openFolderOf(file);
    if (folder === null) continue;
    throw new LongplayError(
      'incomplete',
      'L117',
      `every user of this machine can replace ${file}, which is a link: everybody can write ${folder.path} (${modeText(folder.mode)})`,
      `put the key itself there, or: chmod o-w ${shellWord(folder.path)}; if others had access to it, then: longplay log key ARCHIVE`,
    );
  }
}

/** Deletes the key of an archive that was never used. */
export function forgetKey(keys: string, archiveId: string): void {
  for (const file of [keyFile(keys, archiveId), memoryFile(keys, archiveId), pseudonymFile(keys, archiveId)]) rmSync(file, { force: true });
}

/** Creates the key that is to replace the current one, or returns it if it exists. */
export async function makeNextKey(keys: string, archive: { readonly dir: string; readonly id: string }): Promise<KeyObject> {
  refuseInside(keys, archive.dir);
  await makeFolderDurable(keys, folderMode);
  await refuseOpenKey(keys, archive.id);
  await writeDurableNew(nextFile(keys, archive.id), newKeyText(), 0o600);
  const made = await readKeyFile(nextFile(keys, archive.id));
  if (made === null) throw new Error('a key that was just created does not exist');
  return made;
}

/** Reads the key that is to replace the current one; null: there is none. */
export function readNextKey(keys: string, archiveId: string): Promise<KeyObject | null> {
  return readKeyFile(nextFile(keys, archiveId));
}

/** Moves the next key into place. The old key is kept beside it under its id; an unusable one is kept as well, since it may be repairable. */
export async function promoteNextKey(keys: string, archiveId: string, oldId: string | null): Promise<void> {
  const old = await readFile(keyFile(keys, archiveId)).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  });
  if (old !== null) {
    const name = oldId ?? `unusable-${createHash('sha256').update(old).digest('hex').slice(0, 8)}`;
    await writeDurableNew(join(keys, `${archiveId}.${name}.pem`), old, 0o600);
  }
  try {
    await rename(nextFile(keys, archiveId), keyFile(keys, archiveId));
  } catch (error) {
    // The run that was stopped had already moved the key.
    if (systemCode(error) !== 'ENOENT') throw error;
  }
  await syncFolder(keys);
}

/** Reads the signing key; null: this machine has none. @throws LongplayError incomplete L107: the key exists but cannot be used */
export function readKey(keys: string, archiveId: string): Promise<KeyObject | null> {
  return readKeyFile(keyFile(keys, archiveId));
}

async function readKeyFile(file: string): Promise<KeyObject | null> {
  try {
    const key = createPrivateKey(await readFile(file));
    if (key.asymmetricKeyType !== 'ed25519') throw new Error(`it is a key of type ${key.asymmetricKeyType}`);
    return key;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw new LongplayError(
      'incomplete',
      'L107',
      `${file}, the key that signs the log, cannot be used: ${systemCode(error) ?? errorText(error)}`,
      systemCode(error) === null
        ? 'restore the file from your copy of it; if there is none: longplay log key ARCHIVE --lost'
        : 'the system refuses access: fix permissions, limits or the disk, then run again',
      error,
    );
  }
}

/** Returns the keys that this machine has for a log: those that sign now or will sign next, and former ones. Leaves out unusable keys. */
export async function heldKeys(keys: string, archiveId: string): Promise<{ readonly own: readonly NoteKey[]; readonly retired: readonly NoteKey[] }> {
  const named = async (files: readonly string[]): Promise<NoteKey[]> => {
    const found = await Promise.all(files.map((file) => readKeyFile(file).catch(unlessRefused)));
    return found.flatMap((key) => (key === null ? [] : [noteKey(logOrigin(archiveId), rawPublicKey(key))]));
  };
  const retired = (await readdir(keys).catch(unlessRefused)) ?? [];
  return {
    own: await named([keyFile(keys, archiveId), nextFile(keys, archiveId)]),
    retired: await named(retired.filter((name) => isRetired(name, archiveId)).map((name) => join(keys, name))),
  };
}

/** Errors for files that are absent, belong to somebody else or are not regular files: nothing is known from such files. */
const unknown: ReadonlySet<string | null> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'EACCES', 'EPERM']);

/**
 * Returns null for a file that this machine does not have or may not read; throws the error otherwise. If the file exists and cannot be read now (no
 * descriptors, no memory, a failing disk), an older log could pass for the newest, so the work does not continue without it.
 */
function unlessRefused(error: unknown): null {
  const cause = error instanceof LongplayError ? error.cause : error;
  const code = systemCode(cause);
  if (code !== null && !unknown.has(code)) throw error;
  // A LongplayError is a file that is not a key (L107); anything else without a code is a bug.
  if (code === null && !(error instanceof LongplayError)) throw error;
  return null;
}

function isRetired(name: string, archiveId: string): boolean {
  return name.startsWith(`${archiveId}.`) && /^\.[0-9a-f]{8}\.pem$/.test(name.slice(archiveId.length));
}

/** Stores the newest state of a log that this machine has seen. */
export async function rememberCheckpoint(keys: string, archiveId: string, note: string): Promise<void> {
  await makeFolderDurable(keys, folderMode);
  await writeDurable(memoryFile(keys, archiveId), note);
}

/**
 * Stores a state that this machine has read but not written. Never replaces a newer state by an older one, because another run may have stored one
 * meanwhile.
 * @throws LongplayError A107 if the state cannot be stored
 */
export async function rememberSeen(keys: string, archiveId: string, note: { readonly size: number; readonly text: string }): Promise<void> {
  const before = parseCheckpoint((await rememberedCheckpoint(keys, archiveId)) ?? '');
  if (before === null || before.size < note.size) await rememberCheckpoint(keys, archiveId, note.text);
}

/** Returns the newest state of a log that this machine has seen; null: it has seen none. */
export async function rememberedCheckpoint(keys: string, archiveId: string): Promise<string | null> {
  try {
    const text = await readFile(memoryFile(keys, archiveId), 'utf8');
    // A file that is too long is not a checkpoint; it is reported as damaged.
    return text.slice(0, limits.signedNoteBytes + 1);
  } catch (error) {
    return unlessRefused(error);
  }
}
