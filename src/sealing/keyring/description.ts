import { join } from 'node:path';
import { writeDurable } from '../../archive/files/durable.ts';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { shellWord } from '../../core/words/shell-word.ts';
import { decodeBech32 } from '../age/bech32.ts';
import { damaged, parsedJson } from './domain-files.ts';

const keyringFormat = 'longplay-keyring-v1';

/** A custody domain as the keyring lists it. */
export interface ListedDomain {
  readonly name: string;
  /** Absolute path of its folder. */
  readonly path: string;
}

/** The preparation for m-of-n recovery; its secret exists only in the shares. */
export interface Recovery {
  /** Number of the recovery epoch, from 1. */
  readonly epoch: number;
  readonly madeAt: string;
  readonly shares: number;
  readonly needed: number;
  /** age recipient for which every root is also encrypted. */
  readonly recipient: string;
}

/** Describes a keyring (`keyring.json`). Every copy has the description; the one in the folder that was opened is authoritative. */
export interface KeyringDescription {
  readonly id: string;
  readonly madeAt: string;
  /** Custody domains, in the order of their creation. */
  readonly domains: readonly ListedDomain[];
  /** Number for the name of the next copy. */
  readonly nextCopy: number;
  /** Days after which a drill is overdue, a recovery epoch is overdue, and a copy that was not reached counts as silent. */
  readonly drillDays: number;
  readonly epochDays: number;
  readonly silentDays: number;
  readonly recovery: Recovery | null;
  /** Number of changes so far, so that the newest description is found among the copies; absent: 0. */
  readonly revision?: number;
  /** Ids of pages that nobody misses, because their loss was acknowledged or nothing needs them any more; absent: none. */
  readonly lost?: readonly string[];
}

/** Returns the path of `keyring.json`. */
export function descriptionFile(folder: string): string {
  return join(folder, 'keyring.json');
}

/** Reads the description. @throws LongplayError K100: it does not exist; K104: this user may not read it; K103: it is damaged */
export function readDescription(folder: string): KeyringDescription {
  const file = descriptionFile(folder);
  const { format, ...rest } = parsedJson(file, (why, cause) => noKeyring(folder, why, cause));
  const { id, madeAt, domains, nextCopy, drillDays, epochDays, silentDays, recovery, revision = 0, lost = [] } = rest;
  const numbers = [nextCopy, drillDays, epochDays, silentDays, revision];
  const isListed =
    Array.isArray(domains) &&
    domains.length > 0 &&
    domains.length <= limits.keyringCopies &&
    domains.every(({ name, path }) => typeof name === 'string' && /^[a-z0-9-]{1,40}$/.test(name) && typeof path === 'string');
  const isWhole = typeof id === 'string' && /^[0-9a-f]{32}$/.test(id) && typeof madeAt === 'string' && isListed;
  const isLossList = Array.isArray(lost) && lost.every((page) => typeof page === 'string');
  if (format !== keyringFormat || !isWhole || !isLossList || !numbers.every(Number.isSafeInteger) || !isRecovery(recovery)) throw damaged(file);
  return rest as unknown as KeyringDescription; // every member was checked
}

function isRecovery(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === null;
  const { epoch, madeAt, shares, needed, recipient } = value as Readonly<Record<string, unknown>>; // an object, its members unknown
  const key = typeof recipient === 'string' ? decodeBech32(recipient) : null;
  return [epoch, shares, needed].every(Number.isSafeInteger) && typeof madeAt === 'string' && key?.prefix === 'age' && key.bytes.length === 32;
}

/** Writes the description. @throws LongplayError A107 */
export async function writeDescription(folder: string, description: KeyringDescription): Promise<void> {
  await writeDurable(descriptionFile(folder), `${canonicalJson({ format: keyringFormat, ...description }, 2)}\n`, 0o600);
}

/** Returns the error for a folder without a keyring, or with one that belongs to another user. */
function noKeyring(folder: string, why: string, cause: unknown): LongplayError {
  // A hint to make a new keyring would be wrong here: there may be one.
  if (systemCode(cause) === 'EACCES')
    return new LongplayError(
      'incomplete',
      'K104',
      `the keyring in ${folder} cannot be read by this user: ${why}`,
      'run the command as a user who may read the keyring (docs/how-to/sealed-archives.md)',
      cause,
    );
  return new LongplayError(
    'usage',
    'K100',
    `there is no keyring in ${folder}: ${why}`,
    `if it was lost, name a copy of it: LONGPLAY_KEYRING=COPY; a new keyring opens no archive that exists: longplay keyring init --keyring ${shellWord(folder)} --copy PATH`,
    cause,
  );
}
