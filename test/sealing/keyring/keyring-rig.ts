import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateIdentity } from '../../../src/sealing/age/x25519.ts';
import { createKeyring } from '../../../src/sealing/keyring/create.ts';
import { type FileSecrets, type Keyring, type NewPage, openKeyring } from '../../../src/sealing/keyring/keyring.ts';
import type { RootAccess, RootKind } from '../../../src/sealing/keyring/root.ts';
import { type KeyringSession, openSession, unlock } from '../../../src/sealing/keyring/session.ts';

export const now = '2026-03-01T12:00:00.000Z';
export const signal = new AbortController().signal;

/** Access to roots without asking anybody. */
export const nobody: RootAccess = { passphrase: async () => null, identities: async () => null };

/** Answers with one passphrase per domain. */
export function passphrases(byDomain: Readonly<Record<string, string>>): RootAccess {
  return { passphrase: async (domain) => byDomain[domain] ?? null, identities: async () => null, workFactor: 4 };
}

/** A keyring of two domains in a temporary folder. */
export interface Rig extends AsyncDisposable {
  readonly folder: string;
  readonly main: string;
  readonly copy: string;
  open(options?: { readonly folder?: string; readonly access?: RootAccess; readonly fewerCopies?: boolean }): Promise<Keyring>;
  /** Opens a session with every root that can be opened. */
  session(folder?: string, access?: RootAccess): Promise<KeyringSession>;
}

export const inPassphrase: RootKind = { kind: 'passphrase', identity: null };
const inFile: RootKind = { kind: 'file', folder: null };

/** Makes a keyring with a main domain and one copy. */
export async function keyringRig(kinds: readonly RootKind[] = [inFile, inFile], access = nobody): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'longplay-keyring-'));
  const [main, copy] = [join(folder, 'main'), join(folder, 'copy')];
  const [mainKind = inFile, copyKind = inFile] = kinds;
  await createKeyring({ folder: main, kind: mainKind, copies: [{ folder: copy, kind: copyKind }] }, now, access, signal);
  return {
    folder,
    main,
    copy,
    open: (options = {}) =>
      openKeyring({
        folder: options.folder ?? main,
        access: options.access ?? access,
        signal,
        ...(options.fewerCopies === true ? { fewerCopies: true } : {}),
      }),
    session: async (at = main, by = access) => {
      const session = openSession({ folder: at, access: by, signal, now: () => now });
      for (const domain of session.domains) await unlock(session, domain);
      return session;
    },
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Returns a page with a number of recordings; the same number gives the same ids and other secrets. */
export function pageOf(number: number, recordings = 3): NewPage {
  const page = createHash('sha256').update(`page ${number}`).digest('hex').slice(0, 32);
  const cells = new Map<string, FileSecrets>();
  for (let index = 0; index < recordings; index++)
    cells.set(`recording-${number}-${index}`, {
      'original-1.wav': generateIdentity(),
      'access-1.opus': generateIdentity(),
      'recording.json': generateIdentity(),
    });
  return { page, of: `bag-${number}`, cells };
}

/** Changes one bit in the middle of a file. */
export function flipBit(file: string): void {
  const bytes = readFileSync(file);
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 4;
  writeFileSync(file, bytes);
}
