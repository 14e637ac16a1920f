import type { KeyObject } from 'node:crypto';
import { constants, verify } from 'node:crypto';
import { agree } from '../../core/base/agree.ts';
import { type DerItem, fieldsOf, integerOf, objectIdOf, tags, write } from './asn1.ts';
import { StampRefusal } from './refusal.ts';

/** Digests that an authority may be asked to stamp. */
export const stampDigests = ['sha256', 'sha384', 'sha512'] as const;
export type StampDigest = (typeof stampDigests)[number];

/** Returns true for a digest that an authority may be asked to stamp. */
export function isStampDigest(name: string): name is StampDigest {
  return stampDigests.some((one) => one === name);
}

/** An algorithm that a stamp depends on and that may become weak: a digest by its name in Node (`sha256`), or a kind of key with its size. */
export interface StampAlgorithm {
  readonly name: string;
  /** Size of a key; null for a digest. */
  readonly bits: number | null;
}

/** Formats an algorithm: `sha256`, `rsa 3072`. */
export function algorithmText({ name, bits }: StampAlgorithm): string {
  return bits === null ? name : `${name} ${bits}`;
}

/** Digests by object identifier: RFC 8017 appendix B.1 (MD5, SHA-1), NIST's registry 2.16.840.1.101.3.4.2 (SHA-2, SHA-3). */
const digests: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.2.5', 'md5'],
  ['1.3.14.3.2.26', 'sha1'],
  ['2.16.840.1.101.3.4.2.4', 'sha224'],
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
  ['2.16.840.1.101.3.4.2.8', 'sha3-256'],
  ['2.16.840.1.101.3.4.2.9', 'sha3-384'],
  ['2.16.840.1.101.3.4.2.10', 'sha3-512'],
]);

/** A signature scheme. `digest` is null if the signer's digest algorithm applies, or the scheme has a fixed one. */
interface SignatureScheme {
  readonly key: 'rsa' | 'rsa-pss' | 'ec' | 'ed';
  readonly digest: string | null;
}

/** Signatures by object identifier: RFC 8017 appendix C, RFC 5758 section 3.2, RFC 8410 section 3, NIST's registry 2.16.840.1.101.3.4.3. */
const signatures: ReadonlyMap<string, SignatureScheme> = new Map([
  ['1.2.840.113549.1.1.1', { key: 'rsa', digest: null }],
  ['1.2.840.113549.1.1.4', { key: 'rsa', digest: 'md5' }],
  ['1.2.840.113549.1.1.5', { key: 'rsa', digest: 'sha1' }],
  ['1.2.840.113549.1.1.14', { key: 'rsa', digest: 'sha224' }],
  ['1.2.840.113549.1.1.11', { key: 'rsa', digest: 'sha256' }],
  ['1.2.840.113549.1.1.12', { key: 'rsa', digest: 'sha384' }],
  ['1.2.840.113549.1.1.13', { key: 'rsa', digest: 'sha512' }],
  ['2.16.840.1.101.3.4.3.14', { key: 'rsa', digest: 'sha3-256' }],
  ['2.16.840.1.101.3.4.3.15', { key: 'rsa', digest: 'sha3-384' }],
  ['2.16.840.1.101.3.4.3.16', { key: 'rsa', digest: 'sha3-512' }],
  ['1.2.840.113549.1.1.10', { key: 'rsa-pss', digest: null }],
  // id-ecPublicKey in place of a signature algorithm: some authorities write the key's own identifier.
  ['1.2.840.10045.2.1', { key: 'ec', digest: null }],
  ['1.2.840.10045.4.1', { key: 'ec', digest: 'sha1' }],
  ['1.2.840.10045.4.3.1', { key: 'ec', digest: 'sha224' }],
  ['1.2.840.10045.4.3.2', { key: 'ec', digest: 'sha256' }],
  ['1.2.840.10045.4.3.3', { key: 'ec', digest: 'sha384' }],
  ['1.2.840.10045.4.3.4', { key: 'ec', digest: 'sha512' }],
  ['2.16.840.1.101.3.4.3.10', { key: 'ec', digest: 'sha3-256' }],
  ['2.16.840.1.101.3.4.3.11', { key: 'ec', digest: 'sha3-384' }],
  ['2.16.840.1.101.3.4.3.12', { key: 'ec', digest: 'sha3-512' }],
  ['1.3.101.112', { key: 'ed', digest: null }],
  ['1.3.101.113', { key: 'ed', digest: null }],
]);

/** Bits of the curves that Node names; for others the number in their name is used. */
const curveBits: ReadonlyMap<string, number> = new Map([
  ['prime192v1', 192],
  ['prime256v1', 256],
]);

/** Reads the digest of an AlgorithmIdentifier (RFC 5754 section 2: parameters absent or NULL). @throws StampRefusal L210 if it is unknown. */
export function readDigest(item: DerItem, what: string): string {
  const { id, parameters } = readIdentifier(item, what);
  const name = digests.get(id);
  if (name === undefined || !(parameters === null || parameters.tag === tags.null))
    throw new StampRefusal('L210', `${what} is ${id}, which longplay does not know`);
  return name;
}

/** Writes the AlgorithmIdentifier of a digest; parameters NULL, like OpenSSL, which every authority accepts. */
export function writeDigest(name: string): Uint8Array {
  const id = [...digests].find(([, known]) => known === name)?.[0];
  if (id === undefined) throw new RangeError(`no digest ${name}`);
  return write.value(tags.sequence, write.objectId(id), write.null());
}

/** A scheme with its parameters. */
export interface SignatureMethod extends SignatureScheme {
  readonly id: string;
  /** Octets of salt of RSASSA-PSS; null for other schemes. */
  readonly saltLength: number | null;
}

/** Reads a signature scheme from its AlgorithmIdentifier. @throws StampRefusal L210 if it is unknown. */
export function readSignatureMethod(item: DerItem, what: string): SignatureMethod {
  const { id, parameters } = readIdentifier(item, what);
  const scheme = signatures.get(id);
  if (scheme === undefined) throw new StampRefusal('L210', `${what} is ${id}, which longplay does not know`);
  if (scheme.key === 'rsa-pss') return { ...readPss(parameters, what), id };
  // RFC 8017 appendix C: NULL; RFC 5758 and RFC 8410: absent. In practice both occur for either. A curve may follow id-ecPublicKey.
  if (parameters !== null && parameters.tag !== tags.null && parameters.tag !== tags.objectId)
    throw new StampRefusal('L210', `${what} ${id} has parameters that longplay does not know`);
  return { ...scheme, id, saltLength: null };
}

/** Reads RSASSA-PSS-params, RFC 4055 section 3.1. Accepts only parameters that name the same digest twice, as is common. */
function readPss(parameters: DerItem | null, what: string): Omit<SignatureMethod, 'id'> {
  if (parameters === null) throw new StampRefusal('L210', `${what} is RSASSA-PSS without parameters`);
  const fields = fieldsOf(parameters, tags.sequence, what);
  const within = (n: number): DerItem | null => fields.takeIf(tags.context(n))?.items[0] ?? null;
  const [hashItem, maskItem, saltItem, trailer] = [within(0), within(1), within(2), within(3)];
  fields.end();
  const digest = hashItem === null ? 'sha1' : readDigest(hashItem, what);
  const mask = maskItem === null ? null : readIdentifier(maskItem, what);
  // id-mgf1
  const known = mask === null || mask.id === '1.2.840.113549.1.1.8';
  const maskDigest = mask?.parameters == null ? 'sha1' : readDigest(mask.parameters, what);
  if (!known || maskDigest !== digest || trailer !== null)
    throw new StampRefusal('L210', `${what} is RSASSA-PSS in a way that longplay does not know`);
  const saltLength = saltItem === null ? 20 : Number(integerOf(saltItem));
  if (saltLength < 0 || saltLength > 512) throw new StampRefusal('L210', agree`${what} is RSASSA-PSS with a salt of ${saltLength} octet[s]`);
  return { key: 'rsa-pss', digest, saltLength };
}

/** Reads an AlgorithmIdentifier: the object id of an algorithm and its parameters (RFC 5280 section 4.1.1.2). */
function readIdentifier(item: DerItem, what: string): { readonly id: string; readonly parameters: DerItem | null } {
  const fields = fieldsOf(item, tags.sequence, what);
  const id = objectIdOf(fields.take(tags.objectId, 'algorithm'));
  const parameters = item.items.length > 1 ? fields.takeAny('parameters') : null;
  fields.end();
  return { id, parameters };
}

/** Returns true if this key made the signature over the bytes. @param digest digest of the signer, for schemes that do not name one */
export function isSignedBy(key: KeyObject, method: SignatureMethod, digest: string, bytes: Uint8Array, signature: Uint8Array): boolean {
  const fits = { rsa: ['rsa'], 'rsa-pss': ['rsa', 'rsa-pss'], ec: ['ec'], ed: ['ed25519', 'ed448'] }[method.key];
  if (!fits.includes(key.asymmetricKeyType ?? '')) return false;
  const hash = method.key === 'ed' ? null : (method.digest ?? digest);
  const padding = method.key === 'rsa-pss' ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
  try {
    if (method.key === 'ec' || method.key === 'ed') return verify(hash, bytes, { key, dsaEncoding: 'der' }, signature);
    return verify(hash, bytes, { key, padding, ...(method.saltLength === null ? {} : { saltLength: method.saltLength }) }, signature);
  } catch {
    // OpenSSL throws for a few combinations of keys and digests: nothing is proved then.
    return false;
  }
}

/** Returns the digest and the key of a signature, as algorithms that may become weak. */
export function algorithmsOf(method: SignatureMethod, digest: string, key: KeyObject): StampAlgorithm[] {
  // Ed25519 and Ed448 have fixed digests, SHA-512 and SHAKE256 (RFC 8032).
  const hash = method.key === 'ed' ? [] : [{ name: method.digest ?? digest, bits: null }];
  return [...hash, keyAlgorithm(key)];
}

function keyAlgorithm(key: KeyObject): StampAlgorithm {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (modulusLength !== undefined) return { name: 'rsa', bits: modulusLength };
  if (key.asymmetricKeyType === 'ed25519') return { name: 'ec', bits: 255 };
  if (key.asymmetricKeyType === 'ed448') return { name: 'ec', bits: 448 };
  const bits = curveBits.get(namedCurve ?? '') ?? Number(/\d{3}/.exec(namedCurve ?? '')?.[0] ?? 0);
  return { name: 'ec', bits };
}
