import { AgeError } from './age-error.ts';
import { type Header, isMacOf, parseHeader } from './header.ts';
import type { AgeIdentity, ImmediateIdentity } from './identity.ts';
import { derivePayloadKey, payloadNonceBytes } from './payload.ts';
import { isPassphraseStanza } from './scrypt.ts';

/** Number of bytes at the beginning of a file that are read first; most headers have 168. */
export const firstReadBytes = 4096;

/** The key and the position of a file's chunks. */
export interface UnlockedPayload {
  readonly key: Uint8Array;
  /** Offset of the first chunk. */
  readonly start: number;
}

/** A header, and the start of the payload after it. */
interface FoundHeader {
  readonly header: Header;
  /** The nonce of the payload. */
  readonly nonce: Uint8Array;
  readonly start: number;
}

/**
 * Unwraps the file key, checks the MAC of the header and derives the key of the payload.
 * @param head bytes from the beginning of the file
 * @param isWhole true if the file ends with these bytes
 * @returns null if more bytes are needed
 * @throws AgeError `header`, `no-match` or `mac`
 */
export async function unlockPayload(head: Uint8Array, isWhole: boolean, identities: readonly AgeIdentity[]): Promise<UnlockedPayload | null> {
  const found = findHeader(head, isWhole);
  if (found === null) return null;
  for (const identity of identities) {
    const fileKey = await identity.unwrap(found.header.stanzas);
    if (fileKey !== null) return unlocked(found, fileKey);
  }
  throw noMatch();
}

/** Does the same as `unlockPayload`, synchronously. */
export function unlockPayloadNow(head: Uint8Array, isWhole: boolean, identity: ImmediateIdentity): UnlockedPayload | null {
  const found = findHeader(head, isWhole);
  if (found === null) return null;
  const fileKey = identity.unwrapNow(found.header.stanzas);
  if (fileKey === null) throw noMatch();
  return unlocked(found, fileKey);
}

function findHeader(head: Uint8Array, isWhole: boolean): FoundHeader | null {
  const header = parseHeader(head);
  if (header === null) {
    if (isWhole) throw new AgeError('header', 'it ends within its header');
    return null;
  }
  const start = header.sizeBytes + payloadNonceBytes;
  if (head.length < start) {
    if (isWhole) throw new AgeError('header', 'it ends after its header');
    return null;
  }
  // A passphrase also vouches for the writer of the file, so nobody else may be able to open the file (c2sp.org/age).
  if (header.stanzas.length > 1 && header.stanzas.some(isPassphraseStanza))
    throw new AgeError('header', 'it has an scrypt stanza and others beside it');
  return { header, nonce: head.subarray(header.sizeBytes, start), start };
}

function unlocked({ header, nonce, start }: FoundHeader, fileKey: Uint8Array): UnlockedPayload {
  if (!isMacOf(header, fileKey)) throw new AgeError('mac', 'its header was changed after it was written');
  return { key: derivePayloadKey(fileKey, nonce), start };
}

function noMatch(): AgeError {
  return new AgeError('no-match', 'it was encrypted for somebody else: none of the keys opens it');
}
