import { scrypt, scryptSync } from 'node:crypto';
import { agree } from '../../core/base/agree.ts';
import { bounded, limits } from '../../core/base/limits.ts';
import { AgeError } from './age-error.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import type { Stanza } from './header.ts';
import type { AgeIdentity, AgeRecipient } from './identity.ts';
import { fileKeyBytes, keyBytes, noNonce, openBytes, sealBytes, tagBytes } from './primitives.ts';

/** c2sp.org/age: type of the stanza, size of its salt, and the label that precedes the salt. */
const type = 'scrypt';
const saltBytes = 16;
const label = 'age-encryption.org/v1/scrypt';

/** Block size of scrypt (RFC 7914 section 2), which age fixes. scrypt takes 128 × this many bytes of memory per unit of work. */
const blockSize = 8;

/** Base-two logarithm of the work factor that `age` itself writes: 2^18 takes 256 MiB and about a second. */
export const usualWorkFactor = 18;

/** Fields of an scrypt stanza. */
interface Wrapped {
  readonly salt: Uint8Array;
  /** Base-two logarithm of the work factor. */
  readonly workFactor: number;
  readonly body: Uint8Array;
}

/**
 * Creates an identity from a passphrase. As everywhere in age, the passphrase is used as it is, without Unicode normalisation. Unwrapping takes the time and
 * memory that the file demands, at most those of `limits.ageWorkFactor`.
 */
export function passphraseIdentity(passphrase: string): AgeIdentity {
  return {
    unwrap: async (stanzas) => {
      for (const stanza of stanzas) {
        if (stanza.type !== type) continue;
        // `unlockPayload` has checked that the header has no further stanza.
        const { salt, workFactor, body } = fieldsOf(stanza);
        return openBytes(await derived(passphrase, salt, workFactor), noNonce, body);
      }
      return null;
    },
  };
}

/**
 * Creates a recipient from a passphrase, which must be the only recipient of a file. Wrapping blocks the thread while it derives the key.
 * @param workFactor base-two logarithm, from 1 to `limits.ageWorkFactor`
 */
export function passphraseRecipient(passphrase: string, workFactor = usualWorkFactor): AgeRecipient {
  if (bounded(workFactor, limits.ageWorkFactor, 'the work factor') === 0) throw new RangeError('the work factor is 0');
  return {
    wrap: (fileKey, random) => {
      const salt = random(saltBytes);
      const body = new Uint8Array(fileKeyBytes + tagBytes);
      sealBytes(scryptSync(passphrase, saltOf(salt), keyBytes, optionsOf(workFactor)), noNonce, fileKey, body);
      return { type, args: [encodeBase64(salt), String(workFactor)], body };
    },
  };
}

/** Returns true for a stanza that must be the only one of its header. */
export function isPassphraseStanza(stanza: Stanza): boolean {
  return stanza.type === type;
}

function fieldsOf({ args, body }: Stanza): Wrapped {
  const [encoded, factor] = args;
  if (encoded === undefined || factor === undefined || args.length !== 2)
    throw new AgeError('header', 'an scrypt stanza does not have a salt and a work factor');
  const salt = decodeBase64(encoded);
  if (salt?.length !== saltBytes) throw new AgeError('header', agree`the salt of an scrypt stanza does not have ${saltBytes} byte[s]`);
  if (!/^[1-9][0-9]*$/.test(factor)) throw new AgeError('header', 'the work factor of an scrypt stanza is not a number');
  const workFactor = Number(factor);
  if (workFactor > limits.ageWorkFactor)
    throw new AgeError('header', `its passphrase needs a work factor of 2^${factor.slice(0, 20)}, more than 2^${limits.ageWorkFactor}`);
  if (body.length !== fileKeyBytes + tagBytes) throw new AgeError('header', 'the body of an scrypt stanza does not have 32 bytes');
  return { salt, workFactor, body };
}

function derived(passphrase: string, salt: Uint8Array, workFactor: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase, saltOf(salt), keyBytes, optionsOf(workFactor), (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}

function saltOf(salt: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(label, 'latin1'), salt]);
}

function optionsOf(workFactor: number): { N: number; r: number; p: number; maxmem: number } {
  const N = 2 ** workFactor;
  // EVP_PBE_scrypt(3): memory for the table, a block for each of p, the block in work and its copy.
  return { N, r: blockSize, p: 1, maxmem: 128 * blockSize * (N + 4) };
}
