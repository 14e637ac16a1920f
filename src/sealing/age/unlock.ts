import { AgeError } from './age-error.ts';
import { isMacOf, parseHeader } from './header.ts';
import type { AgeIdentity } from './identity.ts';
import { derivePayloadKey, payloadNonceBytes } from './payload.ts';
import { isPassphraseStanza } from './scrypt.ts';

/** Bytes at the beginning of a file that are read first: most headers have 168. */
export const firstReadBytes = 4096;

/** What is needed to open the chunks of a file. */
export interface UnlockedPayload {
  readonly key: Uint8Array;
  /** Offset of the first chunk. */
  readonly start: number;
}

/**
 * Unwraps the file key, checks the MAC of the header and derives the key of the payload.
 * @param head bytes from the beginning of the file @param isWhole true if the file ends there
 * @returns null if more bytes are needed @throws AgeError `header`, `no-match` or `mac`
 */
export async function unlockPayload(head: Uint8Array, isWhole: boolean, identities: readonly AgeIdentity[]): Promise<UnlockedPayload | null> {
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
  const { stanzas } = header;
  // A passphrase also vouches for who has written the file, so nobody else may be able to open it (c2sp.org/age).
  if (stanzas.length > 1 && stanzas.some(isPassphraseStanza)) throw new AgeError('header', 'it has an scrypt stanza and others beside it');
  for (const identity of identities) {
    const fileKey = await identity.unwrap(stanzas);
    if (fileKey === null) continue;
    if (!isMacOf(header, fileKey)) throw new AgeError('mac', 'its header was changed after it was written');
    return { key: derivePayloadKey(fileKey, head.subarray(header.sizeBytes, start)), start };
  }
  throw new AgeError('no-match', 'it was encrypted for somebody else: none of the keys opens it');
}
