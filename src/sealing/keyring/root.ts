import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeDurable } from '../../archive/files/durable.ts';
import { memoryReader } from '../../core/base/bytes.ts';
import { LongplayError, systemCode, systemText } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { modeText, othersAccess } from '../../core/base/mode-bits.ts';
import { shellWord } from '../../core/words/shell-word.ts';
import { AgeError } from '../age/age-error.ts';
import type { AgeIdentity, AgeRecipient } from '../age/identity.ts';
import { openAge } from '../age/open.ts';
import type { RandomSource } from '../age/primitives.ts';
import { passphraseIdentity, passphraseRecipient } from '../age/scrypt.ts';
import { createAgeSink } from '../age/seal.ts';
import { generateIdentity, recipientOf, x25519Identity, x25519Recipient } from '../age/x25519.ts';
import { destroyFile } from './destroy.ts';
import { destroyByCommand, unwrapByCommand, wrapByCommand } from './key-command.ts';
import type { RootPlace } from './root-place.ts';

// A root is 32 random bytes. Each kind of root protects those bytes, written as 64 hexadecimal digits and a line feed.

/** Size of the text of a root, and of the text of the identity that a passphrase opens, both with their line feed. */
export const rootTextBytes = 65;
export const identityTextBytes = 75;

/** How the root of a custody domain is kept. */
export type RootKind =
  | { readonly kind: 'file' /** Folder of the file; null: the domain's folder. */; readonly folder: string | null }
  | {
      readonly kind: 'passphrase' /** Number in the name of the file with the identity that the passphrase opens; null: the identity does not exist yet. */;
      readonly identity: number | null;
    }
  | { readonly kind: 'age'; readonly recipient: string }
  | { readonly kind: 'command'; readonly command: readonly string[] };

/** Obtains what opens roots from outside of the keyring. Each function returns null if it has nothing. */
export interface RootAccess {
  /** Returns the passphrase of a domain. @param isNew true if the passphrase is for a new root: a person is asked twice */
  readonly passphrase: (domain: string, isNew: boolean) => Promise<string | null>;
  /** Base-two logarithm of the work factor of new passphrases; absent: the default of age. */
  readonly workFactor?: number;
  /** Returns texts with age identities, one per line; other lines are ignored. */
  readonly identities: (domain: string) => Promise<readonly string[] | null>;
}

/** Returns the path of the file that protects a root. */
export function rootFile({ keyring, domain, number, folder }: RootPlace, kind: RootKind): string {
  if (kind.kind !== 'file') return join(folder, `root-${number}.${kind.kind === 'command' ? 'wrapped' : 'age'}`);
  return kind.folder === null ? join(folder, `root-${number}.key`) : join(kind.folder, `longplay-${keyring.slice(0, 8)}-${domain}-${number}.key`);
}

/** Returns the path of the identity file that a passphrase opens. */
function identityFile(folder: string, identity: number): string {
  return join(folder, `identity-${identity}.age`);
}

/** Returns the paths of all files that are necessary to open a root. */
export function rootFiles(place: RootPlace, kind: RootKind): readonly string[] {
  const own = rootFile(place, kind);
  return kind.kind === 'passphrase' && kind.identity !== null ? [own, identityFile(place.folder, kind.identity)] : [own];
}

/**
 * A root in clear, and the recipient for which the next root is encrypted, so that the passphrase is not asked for again; null: this kind of root needs none.
 */
export interface OpenedRoot {
  readonly key: Uint8Array;
  readonly recipient: string | null;
}

/**
 * Writes the protected root; replaces an older attempt with the same number.
 * A passphrase opens an age identity, and the root is encrypted for that identity, so that a new root needs no passphrase. The recipient is stored nowhere in
 * clear.
 * @returns the kind, with the number of the identity if one was created
 * @throws LongplayError K102, K106, A107
 */
export async function writeRoot(
  place: RootPlace,
  kind: RootKind,
  root: OpenedRoot,
  access: RootAccess,
  signal: AbortSignal,
): Promise<{ readonly kind: RootKind; readonly recipient: string | null }> {
  const text = Buffer.from(`${Buffer.from(root.key).toString('hex')}\n`, 'latin1');
  const file = rootFile(place, kind);
  switch (kind.kind) {
    case 'file':
      await writeDurable(file, text, 0o600);
      refuseOpenRoot(file);
      return { kind, recipient: null };
    case 'command':
      await writeDurable(file, await wrapByCommand(kind.command, place, text, signal), 0o600);
      return { kind, recipient: null };
    case 'age':
      await writeDurable(file, ageFileOf(text, ageRecipient(kind.recipient)), 0o600);
      return { kind, recipient: null };
    case 'passphrase': {
      const made = kind.identity === null ? await makeIdentity(place, access) : null;
      const recipient = made ?? root.recipient;
      if (recipient === null) throw noAccess(place.domain, 'a new root is encrypted for its identity, which was not opened');
      await writeDurable(file, ageFileOf(text, x25519Recipient(recipient)), 0o600);
      return { kind: made === null ? kind : { kind: 'passphrase', identity: place.number }, recipient };
    }
  }
}

/** Creates an identity that a passphrase opens. @returns its recipient */
async function makeIdentity({ domain, folder, number }: RootPlace, access: RootAccess): Promise<string> {
  const passphrase = await access.passphrase(domain, true);
  if (passphrase === null) throw noAccess(domain, 'no passphrase was given for its new root');
  const identity = generateIdentity();
  await writeDurable(
    identityFile(folder, number),
    ageFileOf(Buffer.from(`${identity}\n`, 'latin1'), passphraseRecipient(passphrase, access.workFactor)),
    0o600,
  );
  return recipientOf(identity);
}

/** Parses a recipient. @throws LongplayError usage K110 */
export function ageRecipient(text: string): AgeRecipient {
  try {
    return x25519Recipient(text);
  } catch (error) {
    if (!(error instanceof AgeError)) throw error;
    throw new LongplayError(
      'usage',
      'K110',
      `the recipient of a root cannot be used: ${error.message}`,
      'give age1…, which age-keygen prints as public key',
      error,
    );
  }
}

/** Reads synchronously a root that is kept in a file; returns null for any other kind. @throws LongplayError K102, K107 */
export function readFileRoot(place: RootPlace, kind: RootKind): Uint8Array | null {
  if (kind.kind !== 'file') return null;
  const file = rootFile(place, kind);
  refuseOpenRoot(file);
  return keyIn(readRootFile(file, place.domain), file, place.domain);
}

/** Opens the protected root. @throws LongplayError K102 if it cannot be opened; K106: the command failed; K107: others may read its file */
export async function readRoot(place: RootPlace, kind: RootKind, access: RootAccess, signal: AbortSignal): Promise<OpenedRoot> {
  const now = readFileRoot(place, kind);
  if (now !== null) return { key: now, recipient: null };
  const { domain, folder } = place;
  const file = rootFile(place, kind);
  if (kind.kind === 'command')
    return { key: keyIn(await unwrapByCommand(kind.command, place, readRootFile(file, domain), signal), file, domain), recipient: null };
  if (kind.kind === 'passphrase') {
    const passphrase = await access.passphrase(domain, false);
    if (passphrase === null) throw noAccess(domain, 'its root is kept by a passphrase, and none was given');
    const identity = await openedBy(identityFile(folder, kind.identity ?? 0), domain, [passphraseIdentity(passphrase)], 'the passphrase is wrong');
    const text = Buffer.from(identity).toString('latin1').trim();
    const key = keyIn(await openedBy(file, domain, identitiesIn([text]), 'it is for another identity'), file, domain);
    return { key, recipient: recipientOf(text) };
  }
  const texts = await access.identities(domain);
  if (texts === null) throw noAccess(domain, 'its root is kept by an age identity, and none was given');
  return { key: keyIn(await openedBy(file, domain, identitiesIn(texts), 'none of the identities opens it'), file, domain), recipient: null };
}

/** Decrypts a small age file. */
async function openedBy(file: string, domain: string, identities: readonly AgeIdentity[], noMatch: string): Promise<Uint8Array> {
  const stored = readRootFile(file, domain);
  try {
    const reader = await openAge(memoryReader(stored, file), identities);
    return await reader.read(0, reader.size);
  } catch (error) {
    if (!(error instanceof AgeError)) throw error;
    throw noAccess(domain, `${file}: ${error.fault === 'no-match' ? noMatch : error.message}`, error);
  }
}

/** Parses identities; comments and identities of other types are left out. */
function identitiesIn(texts: readonly string[]): readonly AgeIdentity[] {
  return texts.flatMap((text) => {
    try {
      return [x25519Identity(text)];
    } catch (error) {
      if (error instanceof AgeError) return [];
      throw error;
    }
  });
}

/**
 * Destroys a protected root as far as this machine can.
 * @param next the kind in force
 * @returns the command's statement that the destruction is not certain; null: it is certain
 */
export async function destroyRoot(place: RootPlace, kind: RootKind, next: RootKind, signal: AbortSignal): Promise<string | null> {
  const file = rootFile(place, kind);
  // The program's key is destroyed first: while the file exists, a later run destroys the key again if this run is stopped here.
  const said = kind.kind === 'command' && isThere(file) ? await destroyByCommand(kind.command, place, signal) : null;
  await destroyFile(file);
  const isOver = kind.kind === 'passphrase' && kind.identity !== null && !(next.kind === 'passphrase' && next.identity === kind.identity);
  if (isOver) await destroyFile(identityFile(place.folder, kind.identity ?? 0));
  return said;
}

function isThere(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}

/** Encrypts a few bytes as an age file. @param random absent: the system's */
export function ageFileOf(plain: Uint8Array, recipient: AgeRecipient, random?: RandomSource): Uint8Array {
  const pieces: Uint8Array[] = [];
  const sink = createAgeSink(recipient, (stored) => pieces.push(Uint8Array.from(stored)), random);
  sink.write(plain);
  sink.finish();
  return Buffer.concat(pieces);
}

/** Reads the file that protects a root. @throws LongplayError K102 */
export function readRootFile(file: string, domain: string): Buffer {
  try {
    const { size } = statSync(file);
    if (size > limits.keyringRootBytes) throw noAccess(domain, `${file} is not a root: it is too long`);
    return readFileSync(file);
  } catch (error) {
    if (systemCode(error) === null) throw error;
    throw noAccess(domain, `${file} cannot be read: ${systemText(error)}`, error);
  }
}

function keyIn(text: Uint8Array, file: string, domain: string): Uint8Array {
  const said = Buffer.from(text).toString('latin1');
  if (!/^[0-9a-f]{64}\n$/.test(said)) throw noAccess(domain, `${file} does not hold a root`);
  return Buffer.from(said.trim(), 'hex');
}

/** Refuses a file that other users may read, change or replace. @throws LongplayError K107 */
function refuseOpenRoot(file: string): void {
  for (const path of [file, dirname(file)]) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) continue;
    const { everybodyReads, everybodyWrites, groupReads, groupWrites } = othersAccess(found.mode, found.isDirectory());
    const isOpen = found.isDirectory() ? everybodyWrites : everybodyReads || everybodyWrites || groupReads || groupWrites;
    if (!isOpen) continue;
    throw new LongplayError(
      'incomplete',
      'K107',
      `other users of this machine have access to ${path}, a root of the keyring (mode ${modeText(found.mode)})`,
      `chmod ${found.isDirectory() ? '700' : '600'} ${shellWord(path)}; if others had access to it, then: longplay keyring rotate`,
    );
  }
}

/** Returns the error for a root that cannot be opened. @param domain name of its copy */
export function noAccess(domain: string, why: string, cause?: unknown): LongplayError {
  return new LongplayError(
    'incomplete',
    'K102',
    `the root of ${domain} cannot be opened: ${why}`,
    `give what opens it (--passphrase-file, --identity); if that is lost: longplay keyring rotate --copy ${domain} --root KIND, with what opens another copy; if nothing opens one: longplay keyring recovery use`,
    cause,
  );
}
