import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolderDurable, writeDurableNew } from '../../archive/files/durable.ts';
import { agree } from '../../core/base/agree.ts';
import { memoryReader } from '../../core/base/bytes.ts';
import { LongplayError, systemCode, systemText } from '../../core/base/error.ts';
import { shellWord } from '../../core/words/shell-word.ts';
import { AgeError } from '../age/age-error.ts';
import { decodeBech32, encodeBech32 } from '../age/bech32.ts';
import { openAge } from '../age/open.ts';
import { generateIdentity, recipientOf, x25519Identity } from '../age/x25519.ts';
import { combineShares, parseShare, type Share, splitSecret } from '../recovery/shares.ts';
import type { Recovery } from './description.ts';
import type { Domain } from './domain.ts';
import { describeKeyring } from './manage.ts';
import { ownRootFault } from './own-root.ts';
import { recoveryFile } from './recovery-file.ts';
import type { RootKind } from './root.ts';
import { awayBecause, type KeyringSession, locked, openQuietly, unlock } from './session.ts';
import { type CopyOutcome, syncCopies } from './sync.ts';

/** Result of making a recovery. */
export interface MadeRecovery {
  readonly recovery: Recovery;
  /** Files with one share each. */
  readonly files: readonly string[];
  readonly copies: readonly CopyOutcome[];
}

/**
 * Begins a recovery epoch: creates a new identity that exists only in shares, and encrypts the root of every copy for it. From then on, shares of earlier
 * epochs open nothing of the keyring.
 * @param folder folder for the shares, one file each, which nobody else may read
 * @throws LongplayError usage K110, also if a file with a share exists; K102, K104, A105, A107
 */
export async function makeRecovery(
  session: KeyringSession,
  { shares, needed, folder }: { readonly shares: number; readonly needed: number; readonly folder: string },
): Promise<MadeRecovery> {
  if (needed < 2 || needed > shares || shares > 255)
    throw wrong(agree`${needed} of ${shares} share[s] cannot be made`, 'give --needed from 2 on, and --shares from that up to 255');
  return await locked(session, async () => {
    await unlock(session, session.main);
    const { description } = session;
    const epoch = (description.recovery?.epoch ?? 0) + 1;
    const identity = generateIdentity();
    const recipient = recipientOf(identity);
    const secret = decodeBech32(identity)?.bytes ?? new Uint8Array(0);
    const texts = await splitSecret(secret, { keyring: description.id, epoch, shares, needed });
    secret.fill(0);
    await makeFolderDurable(folder, 0o700);
    const files: string[] = [];
    for (const [index, text] of texts.entries()) {
      const file = join(folder, `keyring-${description.id.slice(0, 8)}-epoch-${epoch}-share-${index + 1}.txt`);
      const content = `${shareComment(description.id, epoch, index + 1, { shares, needed })}${text}\n`;
      if (!(await writeDurableNew(file, content, 0o600))) throw wrong(`${file} exists`, 'name an empty folder with --to');
      files.push(file);
    }
    // Checked before anything depends on the shares: the written shares must yield the identity.
    if (recipientOf(await identityOf(readShares(files.slice(0, needed)))) !== recipient) throw new Error('the shares do not give the secret back');
    const recovery: Recovery = { epoch, madeAt: session.now(), shares, needed, recipient };
    const next = await describeKeyring(session, { ...description, recovery });
    return { recovery, files, copies: await syncCopies(next, { now: session.now() }) };
  });
}

function shareComment(
  keyring: string,
  epoch: number,
  index: number,
  { shares, needed }: { readonly shares: number; readonly needed: number },
): string {
  return [
    `# Share ${index} of ${shares} of the recovery of keyring ${keyring}, epoch ${epoch}.`,
    `# Any ${needed} of them open the keyring: longplay keyring recovery use --share FILE …`,
    '# Keep it apart from the others and from the keyring, and destroy it when a later epoch is made.',
    '',
  ].join('\n');
}

/** Reads the files with shares. @throws LongplayError usage K110 */
export function readShares(files: readonly string[]): readonly Share[] {
  return files.map((file) => {
    let text: string;
    try {
      text = readFileSync(file, 'utf8').slice(0, 4_096);
    } catch (error) {
      if (systemCode(error) === null) throw error;
      throw wrong(`${file} cannot be read: ${systemText(error)}`, 'give files with one share each', error);
    }
    const share = parseShare(text);
    if (share === null) throw wrong(`${file} has no share, or its checksum is wrong`, 'compare each character with the original');
    return share;
  });
}

async function identityOf(shares: readonly Share[]): Promise<string> {
  const secret = await combineShares(shares);
  return encodeBech32('AGE-SECRET-KEY-', secret);
}

/** Returns the identity that shares yield. @throws LongplayError usage K110: they are of another keyring or epoch, or too few */
async function recoveryIdentity({ description }: KeyringSession, shares: readonly Share[]): Promise<string> {
  const { recovery, id } = description;
  if (recovery === null) throw wrong('no recovery was made for this keyring', 'use another copy of the keyring, or another passphrase');
  const different = [...new Map(shares.map((share) => [share.index, share])).values()];
  if (different.some(({ keyring }) => keyring !== id.slice(0, 16)))
    throw wrong('a share belongs to another keyring', `give shares of keyring ${id.slice(0, 16)}`);
  const other = different.find(({ epoch }) => epoch !== recovery.epoch);
  if (other !== undefined)
    throw wrong(`a share is of epoch ${other.epoch}, and the keyring is at epoch ${recovery.epoch}`, `give shares of epoch ${recovery.epoch}`);
  if (different.length < recovery.needed)
    throw wrong(
      agree`${different.length} different share[s] [is|are] too few: ${recovery.needed} are needed`,
      'give more of them: --share FILE, once per share',
    );
  const identity = await identityOf(different.slice(0, recovery.needed));
  if (recipientOf(identity) !== recovery.recipient) throw wrong('the shares do not belong together', 'use shares of one epoch, or other shares');
  return identity;
}

/**
 * Opens the copy in the opened folder with shares and gives it a new root, which is kept in a new way. Does the same with each other copy whose root is
 * lost, too: its file is missing or damaged, or only the shares open it.
 * @param kind how the new roots are kept
 * @throws LongplayError usage K110; K102: the shares do not open this copy, and the hint names the copy that they open; K104, K106, K107, A105, A107
 */
export async function useRecovery(session: KeyringSession, files: readonly string[], kind: RootKind): Promise<readonly CopyOutcome[]> {
  const identity = await recoveryIdentity(session, readShares(files));
  return await locked(session, async () => {
    const { main, domains } = session;
    const away = awayBecause(main);
    if (away !== null) throw away;
    if (!(await openByRecovery(session, main, identity))) throw await notRecovered(session, identity);
    const rotate = new Map<string, RootKind>([[main.name, kind]]);
    for (const domain of domains) {
      if (domain === main || awayBecause(domain) !== null) continue;
      // The roots that an open copy holds also open the others; whether a person still has what opens such a root is not known.
      const isOpen = openQuietly(session).includes(domain);
      if (isOpen ? ownRootFault(domain) !== null : await openByRecovery(session, domain, identity)) rotate.set(domain.name, kind);
    }
    return await syncCopies(session, { now: session.now(), rotate });
  });
}

/** Returns the error for a copy that the shares do not open, which names the copies that they open. */
async function notRecovered(session: KeyringSession, identity: string): Promise<LongplayError> {
  const { main, domains, description } = session;
  const file = recoveryFile(main.folder, main.describe().root, description.recovery?.epoch ?? 0);
  const others: string[] = [];
  for (const domain of domains)
    if (domain !== main && awayBecause(domain) === null && (await openByRecovery(session, domain, identity))) others.push(shellWord(domain.folder));
  const [first] = others;
  return new LongplayError(
    'incomplete',
    'K102',
    `the shares do not open copy ${main.name}: ${file} is missing or damaged`,
    first === undefined
      ? 'connect the other copies, then run again with --keyring COPY; or restore this file from a backup'
      : `run the same command in a copy that they open: --keyring ${first}`,
  );
}

async function openByRecovery({ description }: KeyringSession, domain: Domain, identity: string): Promise<boolean> {
  const file = recoveryFile(domain.folder, domain.describe().root, description.recovery?.epoch ?? 0);
  try {
    const reader = await openAge(memoryReader(readFileSync(file), file), [x25519Identity(identity)]);
    const text = Buffer.from(await reader.read(0, reader.size)).toString('latin1');
    return domain.unlockBy({ key: Buffer.from(text.trim(), 'hex'), recipient: null });
  } catch (error) {
    if (error instanceof AgeError || systemCode(error) !== null) return false;
    throw error;
  }
}

function wrong(message: string, hint: string, cause?: unknown): LongplayError {
  return new LongplayError('usage', 'K110', message, hint, cause);
}
