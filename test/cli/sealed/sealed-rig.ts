import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import { makingOf } from '../../../src/archive/bag/info.ts';
import { createKeyring } from '../../../src/sealing/keyring/create.ts';
import { openKeyring } from '../../../src/sealing/keyring/keyring.ts';
import type { FileSecrets } from '../../../src/sealing/keyring/page.ts';
import { createRig, type Rig, root } from '../rig.ts';

const signal = new AbortController().signal;
const access = { passphrase: async () => null, identities: async () => null };

/** A rig with a keyring of two copies, which its runs use. */
export interface SealedRig extends Rig {
  readonly keyring: string;
  /** Runs with the keyring. */
  sealed(...args: readonly string[]): ReturnType<Rig['run']>;
  /** Reads the secrets of a recording from the keyring, by its folder. */
  secretsOf(folder: string): Promise<FileSecrets>;
  /** Reads the secrets of one cell of a page. */
  secretsIn(page: string, cell: string): Promise<FileSecrets>;
}

/** Makes a rig with a keyring. */
export async function createSealedRig(): Promise<SealedRig> {
  const rig = createRig();
  const keyring = rig.path('keyring');
  const kind = { kind: 'file', folder: null } as const;
  await createKeyring({ folder: keyring, kind, copies: [{ folder: rig.path('keyring-copy'), kind }] }, '2026-03-01T12:00:00.000Z', access, signal);
  const secretsIn = async (page: string, cell: string): Promise<FileSecrets> => {
    const open = await openKeyring({ folder: keyring, access, signal });
    const secrets = open.secretsOf(page, cell);
    open.close();
    if (secrets === null || secrets === 'erased') throw new Error(`the keyring has no secrets of ${cell}`);
    return secrets;
  };
  return {
    ...rig,
    keyring,
    secretsIn,
    sealed: (...args) => rig.run(args, { env: { LONGPLAY_KEYRING: keyring } }),
    secretsOf: async (folder) => await secretsIn(makingOf(join(folder, '../..')) ?? '', basename(folder)),
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  };
}

/** The small export of Asterisk in the project, and its numbers, names and words, which a sealed archive must not show. */
export const asterisk: { readonly folder: string; readonly words: readonly string[] } = {
  folder: join(root, 'samples/asterisk-normal'),
  words: ['46701740605', '46701740606', '0701740698', 'retail', 'pbx1-1761438596'],
};

/** Returns all files below a folder, relative to it, sorted. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** Imports the samples into bags of three, adds an approver, and verifies and drills, so that nothing is overdue. @returns the archive */
export async function drilledArchive(rig: SealedRig): Promise<string> {
  const archive = rig.path('archive');
  for (const args of [
    ['import', asterisk.folder, '--into', archive, '--zone', 'Europe/Stockholm', '--bag-recordings', '3', '--no-keep-tables'],
    ['erase', 'make-key', 'approver.pem'],
    ['erase', 'add-approver', archive, 'approver.pem', '--name', 'anna'],
    ['verify', archive, '--play'],
    ['keyring', 'drill'],
  ]) {
    const { code, stdout, stderr } = await rig.sealed(...args);
    expect([args.join(' '), code], stdout + stderr).toEqual([args.join(' '), 0]);
  }
  return archive;
}

/** Returns the files below a folder that contain one of the words, in UTF-8 or UTF-16. */
export function filesWith(folder: string, words: readonly string[]): string[] {
  const needles = words.flatMap((word) => [Buffer.from(word, 'utf8'), Buffer.from(word, 'utf16le')]);
  return filesBelow(folder).filter((file) => {
    const bytes = readFileSync(join(folder, file));
    return file.split('/').some((part) => words.some((word) => part.includes(word))) || needles.some((needle) => bytes.includes(needle));
  });
}

/** Returns the folders of the recordings of an archive, absolute, sorted. */
export function recordingFolders(archive: string): string[] {
  const found = filesBelow(join(archive, 'bags')).filter((file) => /\/data\/[0-9a-f-]{36}\/public\.json$/.test(file));
  return found.map((file) => join(archive, 'bags', file, '..'));
}
