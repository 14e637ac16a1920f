import { type KeyObject, X509Certificate } from 'node:crypto';
import { printable } from '../../core/words/printable.ts';
import { algorithmsOf, readSignatureMethod, type StampAlgorithm } from './algorithms.ts';
import { bitsOf, type DerItem, fieldsOf, integerOf, malformed, objectIdOf, readDer, tags, timeOf } from './asn1.ts';
import { StampRefusal } from './refusal.ts';

/** An X.509 certificate (RFC 5280) with the fields that time stamps need. */
export interface StampCertificate {
  readonly bytes: Uint8Array;
  /** The certificate parsed by OpenSSL: names, signatures. */
  readonly x509: X509Certificate;
  readonly key: KeyObject;
  /** Name for people. */
  readonly name: string;
  /** Name of the issuer, as encoded. */
  readonly issuer: Uint8Array;
  readonly serial: bigint;
  /** Period of validity, milliseconds since 1970, both ends included. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** SubjectKeyIdentifier; null if there is none. */
  readonly keyId: Uint8Array | null;
  readonly isAuthority: boolean;
  /** Number of authorities that may follow below this one; null: any number. */
  readonly pathLength: number | null;
  /**
   * First octet of KeyUsage (RFC 5280 section 4.2.1.3): 0x80 digitalSignature, 0x40 nonRepudiation, 0x04 keyCertSign. Null: the certificate has no
   * KeyUsage.
   */
  readonly keyUsage: number | null;
  readonly extendedKeyUsage: { readonly critical: boolean; readonly ids: readonly string[] } | null;
  /** Unknown critical extensions; a certificate with one must be refused (RFC 5280 section 4.2). */
  readonly strange: readonly string[];
  /** Returns the algorithms of the certificate's own signature. @param issuer key of the issuer */
  algorithms(issuer: KeyObject): StampAlgorithm[];
}

/** Known extensions of RFC 5280 section 4.2.1. */
const extensions = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
} as const;

/**
 * Critical extensions that are irrelevant here: subject and issuer alternative names, certificate policies (every policy is accepted), authority key
 * identifier (OpenSSL compares it).
 */
const harmless = new Set(['2.5.29.17', '2.5.29.18', '2.5.29.32', '2.5.29.35']);

/** Reads a certificate from its value. @throws StampRefusal L200, L210 */
export function readCertificate(item: DerItem, what: string): StampCertificate {
  const bytes = item.whole;
  const outer = fieldsOf(item, tags.sequence, what);
  const body = fieldsOf(outer.take(tags.sequence, 'its body'), tags.sequence, what);
  const signatureItem = outer.take(tags.sequence, 'signature algorithm');
  bitsOf(outer.take(tags.bitString, 'signature'), 'the signature of a certificate');
  outer.end();
  body.takeIf(tags.context(0));
  const serial = integerOf(body.take(tags.integer, 'serial number'));
  body.take(tags.sequence, 'signature algorithm');
  const issuer = body.take(tags.sequence, 'issuer').whole;
  const validity = fieldsOf(body.take(tags.sequence, 'validity'), tags.sequence, what);
  const notBeforeMs = timeOf(validity.takeAny('its begin'), 'the begin of a certificate');
  const notAfterMs = timeOf(validity.takeAny('its end'), 'the end of a certificate');
  validity.end();
  body.take(tags.sequence, 'subject');
  body.take(tags.sequence, 'key');
  // Unique identifiers of version 2, which are not in use.
  body.takeIf(tags.contextPrimitive(1));
  body.takeIf(tags.contextPrimitive(2));
  const list = body.takeIf(tags.context(3))?.items[0] ?? null;
  body.end();
  const method = readSignatureMethod(signatureItem, 'the signature algorithm of a certificate');
  const { x509, key } = open(bytes, what);
  return {
    bytes,
    x509,
    key,
    name: nameOf(x509),
    issuer,
    serial,
    notBeforeMs,
    notAfterMs,
    ...readExtensions(list),
    algorithms: (issuerKey) => algorithmsOf(method, 'sha1', issuerKey),
  };
}

function open(bytes: Uint8Array, what: string): { readonly x509: X509Certificate; readonly key: KeyObject } {
  try {
    const x509 = new X509Certificate(bytes);
    return { x509, key: x509.publicKey };
  } catch (error) {
    // Node passes on OpenSSL's error for bytes that are not a certificate, and for unsupported kinds of keys.
    throw new StampRefusal('L210', `${what} cannot be used by OpenSSL`, error);
  }
}

/** Returns the common name, or the whole subject if there is none. */
function nameOf(x509: X509Certificate): string {
  const lines = x509.subject?.split('\n') ?? [];
  const common = lines.find((line) => line.startsWith('CN='))?.slice(3);
  return printable(common ?? lines.join(', ')).slice(0, 200);
}

type Extensions = Pick<StampCertificate, 'keyId' | 'isAuthority' | 'pathLength' | 'keyUsage' | 'extendedKeyUsage' | 'strange'>;

function readExtensions(list: DerItem | null): Extensions {
  const found = new Map<string, { readonly critical: boolean; readonly value: Uint8Array }>();
  for (const item of list?.items ?? []) {
    const fields = fieldsOf(item, tags.sequence, 'an extension of a certificate');
    const id = objectIdOf(fields.take(tags.objectId, 'identifier'));
    const critical = fields.takeIf(tags.boolean)?.content[0] === 0xff;
    const value = fields.take(tags.octetString, 'value').content;
    fields.end();
    // RFC 5280 section 4.2: a certificate must not contain an extension twice.
    if (found.has(id)) throw malformed(`a certificate has the extension ${id} twice`);
    found.set(id, { critical, value });
  }
  const keyId = found.get(extensions.subjectKeyIdentifier);
  const usage = found.get(extensions.keyUsage);
  const purposes = found.get(extensions.extendedKeyUsage);
  const known = new Set<string>([...Object.values(extensions), ...harmless]);
  return {
    keyId: keyId === undefined ? null : readDer(keyId.value, 'a key identifier').content,
    ...readBasicConstraints(found.get(extensions.basicConstraints)?.value ?? null),
    keyUsage: usage === undefined ? null : (readDer(usage.value, 'a key usage').content[1] ?? 0),
    extendedKeyUsage: purposes === undefined ? null : { critical: purposes.critical, ids: readPurposes(purposes.value) },
    strange: [...found].filter(([id, { critical }]) => critical && !known.has(id)).map(([id]) => id),
  };
}

/** Reads whether a certificate belongs to an authority, and how many authorities may follow below it (RFC 5280 section 4.2.1.9). */
function readBasicConstraints(value: Uint8Array | null): Pick<StampCertificate, 'isAuthority' | 'pathLength'> {
  if (value === null) return { isAuthority: false, pathLength: null };
  const fields = fieldsOf(readDer(value, 'basic constraints'), tags.sequence, 'basic constraints');
  const isAuthority = fields.takeIf(tags.boolean)?.content[0] === 0xff;
  const length = fields.takeIf(tags.integer);
  fields.end();
  return { isAuthority, pathLength: length === null ? null : Number(integerOf(length)) };
}

/** Reads the purposes of a key, as object ids (RFC 5280 section 4.2.1.12). */
function readPurposes(value: Uint8Array): string[] {
  const list = readDer(value, 'an extended key usage');
  if (list.tag !== tags.sequence) throw malformed('an extended key usage is not a list');
  return list.items.map((item) => (item.tag === tags.objectId ? objectIdOf(item) : ''));
}
