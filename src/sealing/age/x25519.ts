import { createPrivateKey, createPublicKey, diffieHellman, type JsonWebKey, type KeyObject, randomBytes } from 'node:crypto';
import { agree } from '../../core/base/agree.ts';
import { AgeError } from './age-error.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { decodeBech32, encodeBech32 } from './bech32.ts';
import type { Stanza } from './header.ts';
import type { AgeRecipient, ImmediateIdentity } from './identity.ts';
import { deriveKey, fileKeyBytes, keyBytes, noNonce, openBytes, type RandomSource, sealBytes, tagBytes } from './primitives.ts';

/** c2sp.org/age: type of the stanza, and human-readable parts of identities and recipients. */
const type = 'X25519';
const identityPrefix = 'AGE-SECRET-KEY-';
const recipientPrefix = 'age';
const info = 'age-encryption.org/v1/X25519';

/** RFC 8410 section 7: DER prefix of a private X25519 key, before its 32 bytes. */
const pkcs8Head = Buffer.from('302e020100300506032b656e04220420', 'hex');

/**
 * Node.js 20 takes 0.5 ms to import a private key from DER, and 0.05 ms from a JWK, of which it reads only `d`. From Node.js 22 on, DER takes 0.05 ms as well.
 * From 24 on, a JWK must have the right `x`, which is unknown before the key is imported.
 */
const isDerSlow = Number.parseInt(process.versions.node, 10) < 22;

/** Generates an identity: 32 random bytes as `AGE-SECRET-KEY-1…` (74 characters). */
export function generateIdentity(random: RandomSource = randomBytes): string {
  return encodeBech32(identityPrefix, random(keyBytes));
}

/** Returns 32 bytes as an identity, e.g. a key of another kind that a keyring is to keep. */
export function identityOf(bytes: Uint8Array): string {
  return encodeBech32(identityPrefix, bytes);
}

/** Returns the 32 bytes of an identity. A keyring also keeps keys of other kinds in this form. @throws AgeError `key` */
export function secretBytes(identity: string): Uint8Array {
  return keyIn(identity, identityPrefix, 'an X25519 identity');
}

/** Returns the recipient of an identity, as `age1…` (62 characters). @throws AgeError `key` */
export function recipientOf(identity: string): string {
  return encodeBech32(recipientPrefix, shareOf(privateKeyOf(keyIn(identity, identityPrefix, 'an X25519 identity'))));
}

/** Parses `AGE-SECRET-KEY-1…`. @throws AgeError `key` */
export function x25519Identity(text: string): ImmediateIdentity {
  const secret = privateKeyOf(keyIn(text, identityPrefix, 'an X25519 identity'));
  return identityWith(secret, shareOf(secret));
}

/** Parses `age1…`. @throws AgeError `key`, also for a point of low order, because nothing can be encrypted for it */
export function x25519Recipient(text: string): AgeRecipient {
  const recipient = keyIn(text, recipientPrefix, 'an X25519 recipient');
  return recipientWith(recipient, publicKeyOf(recipient));
}

/** What seals a file and opens it again. */
export interface OwnKeys {
  readonly identity: ImmediateIdentity;
  readonly recipient: AgeRecipient;
}

/**
 * Parses an identity for a file that only this identity will open, and that may be read again while it is written. The key is imported once for both, because
 * that takes as long as a key agreement.
 * @throws AgeError `key`
 */
export function ownKeys(identity: string): OwnKeys {
  const secret = privateKeyOf(keyIn(identity, identityPrefix, 'an X25519 identity'));
  const publicKey = createPublicKey(secret);
  const point = pointOf(publicKey);
  return { identity: identityWith(secret, point), recipient: recipientWith(point, publicKey) };
}

/** Returns the recipient of an identity: for a file that only this identity will open. @throws AgeError `key` */
export function ownRecipient(identity: string): AgeRecipient {
  return ownKeys(identity).recipient;
}

function identityWith(secret: KeyObject, recipient: Uint8Array): ImmediateIdentity {
  const unwrapNow = (stanzas: readonly Stanza[]): Uint8Array | null => {
    for (const stanza of stanzas) {
      if (stanza.type !== type) continue;
      const share = shareIn(stanza);
      const shared = agreed(secret, publicKeyOf(share));
      if (shared === null) throw new AgeError('header', 'an X25519 stanza has a share of low order');
      const fileKey = openBytes(deriveKey(shared, Buffer.concat([share, recipient]), info), noNonce, stanza.body);
      if (fileKey !== null) return fileKey;
    }
    return null;
  };
  return { unwrapNow, unwrap: async (stanzas) => unwrapNow(stanzas) };
}

function recipientWith(recipient: Uint8Array, publicKey: KeyObject): AgeRecipient {
  return {
    wrap: (fileKey, random) => {
      const secret = privateKeyOf(random(keyBytes));
      const share = shareOf(secret);
      const shared = agreed(secret, publicKey);
      if (shared === null) throw new AgeError('key', 'the recipient is a point of low order');
      const body = new Uint8Array(fileKeyBytes + tagBytes);
      sealBytes(deriveKey(shared, Buffer.concat([share, recipient]), info), noNonce, fileKey, body);
      return { type, args: [encodeBase64(share)], body };
    },
  };
}

/** Returns the 32 bytes of a Bech32 text. No message contains the text: it may be a secret. */
function keyIn(text: string, prefix: string, what: string): Uint8Array {
  const decoded = decodeBech32(text);
  if (decoded === null) throw new AgeError('key', `it is not ${what}: it is not Bech32, or its checksum is wrong`);
  if (decoded.prefix !== prefix) throw new AgeError('key', `it is not ${what}: it does not begin with ${prefix}1`);
  if (decoded.bytes.length !== keyBytes)
    throw new AgeError('key', agree`it is not ${what}: it has ${decoded.bytes.length} byte[s] instead of ${keyBytes}`);
  return decoded.bytes;
}

/** Returns the ephemeral share of a stanza. Checks the size of its body before anything is decrypted. */
function shareIn({ args, body }: Stanza): Uint8Array {
  const [encoded] = args;
  const share = encoded === undefined || args.length !== 1 ? null : decodeBase64(encoded);
  if (share?.length !== keyBytes) throw new AgeError('header', 'an X25519 stanza does not have one share of 32 bytes');
  if (body.length !== fileKeyBytes + tagBytes) throw new AgeError('header', 'the body of an X25519 stanza does not have 32 bytes');
  return share;
}

function privateKeyOf(secret: Uint8Array): KeyObject {
  if (isDerSlow) return createPrivateKey({ key: { ...jwkOf(new Uint8Array(0)), d: base64Url(secret) }, format: 'jwk' });
  return createPrivateKey({ key: Buffer.concat([pkcs8Head, secret]), format: 'der', type: 'pkcs8' });
}

function shareOf(secret: KeyObject): Uint8Array {
  return pointOf(createPublicKey(secret));
}

/** Returns the 32 bytes of a public key. */
function pointOf(publicKey: KeyObject): Uint8Array {
  return Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
}

function publicKeyOf(share: Uint8Array): KeyObject {
  return createPublicKey({ key: jwkOf(share), format: 'jwk' });
}

/** RFC 8037 section 2: a public key as JWK. */
function jwkOf(share: Uint8Array): JsonWebKey {
  return { kty: 'OKP', crv: 'X25519', x: base64Url(share) };
}

function base64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

/** Computes X25519 (RFC 7748 section 5). Returns null if the result is all zeros, which a point of low order gives with every secret. */
function agreed(secret: KeyObject, publicKey: KeyObject): Uint8Array | null {
  let shared: Uint8Array;
  try {
    shared = diffieHellman({ privateKey: secret, publicKey });
  } catch {
    // OpenSSL refuses to return a result of zeros (X25519(3)) and has no other reason to fail: both keys were accepted.
    return null;
  }
  return shared.every((byte) => byte === 0) ? null : shared;
}
