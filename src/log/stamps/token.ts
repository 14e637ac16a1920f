import { agree } from '../../core/base/agree.ts';
import { readDigest, readSignatureMethod, type SignatureMethod } from './algorithms.ts';
import { type DerFields, type DerItem, fieldsOf, integerOf, malformed, objectIdOf, readDer, tags, timeOf } from './asn1.ts';
import { StampRefusal } from './refusal.ts';

/** The signed content: TSTInfo of RFC 3161 section 2.4.2. */
export interface StampInfo {
  /** Object identifier of the authority's policy. */
  readonly policy: string;
  /** Digest of the stamped bytes. */
  readonly imprint: { readonly digest: string; readonly value: Uint8Array };
  /** Hexadecimal. */
  readonly serial: string;
  /** Milliseconds since 1970. */
  readonly stampedMs: number;
  /** Null if the authority states none. */
  readonly accuracyMs: number | null;
  readonly nonce: bigint | null;
}

/** Reference from a token to the certificate of its signature (RFC 5652 section 5.3). */
export type SignerName = { readonly issuer: Uint8Array; readonly serial: bigint } | { readonly keyId: Uint8Array };

/** A signed digest of the signer's certificate: ESSCertID and ESSCertIDv2 of RFC 5035. */
export interface CertificateDigest {
  readonly digest: string;
  readonly value: Uint8Array;
}

/** Parsed TimeStampToken (RFC 3161 section 2.4.2, a SignedData of RFC 5652), not verified. */
export interface StampToken {
  /** ContentInfo. */
  readonly bytes: Uint8Array;
  readonly info: StampInfo;
  /** TSTInfo as signed. */
  readonly content: Uint8Array;
  /** Values of the tag SEQUENCE, not read further. */
  readonly certificates: readonly DerItem[];
  readonly signer: SignerName;
  readonly digest: string;
  readonly method: SignatureMethod;
  /** Attributes as signed. */
  readonly signedAttributes: Uint8Array;
  /** Digest of the content, as stated in the attributes. */
  readonly messageDigest: Uint8Array;
  /** Digests of the signer's certificate; at least one. */
  readonly certificateDigests: readonly CertificateDigest[];
  readonly signature: Uint8Array;
}

/** Object identifiers of RFC 5652 (sections 5.1, 11.1, 11.2), RFC 3161 (section 2.4.2) and RFC 5035 (section 5.4). */
const ids = {
  signedData: '1.2.840.113549.1.7.2',
  timeStampInfo: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
} as const;

/** Parses a token that was already decoded, so that its bytes are decoded only once. @throws StampRefusal L200, L210, L211 */
export function readToken(item: DerItem): StampToken {
  const outer = fieldsOf(item, tags.sequence, 'the token');
  const type = objectIdOf(outer.take(tags.objectId, 'content type'));
  if (type !== ids.signedData) throw malformed(`the token has the type ${type}, which is not signed data`);
  const wrapped = fieldsOf(outer.take(tags.context(0), 'content'), tags.context(0), 'the content');
  const signed = fieldsOf(wrapped.take(tags.sequence, 'signed data'), tags.sequence, 'the signed data');
  wrapped.end();
  outer.end();
  expectVersion(signed, 3n, 'the signed data');
  const digests = signed.take(tags.set, 'digest algorithms').items.map((item) => readDigest(item, 'a digest algorithm of the token'));
  const content = readContent(signed.take(tags.sequence, 'stamped content'));
  const certificates = (signed.takeIf(tags.context(0))?.items ?? []).map((certificate) => {
    if (certificate.tag !== tags.sequence) throw new StampRefusal('L211', 'the token has a certificate of a kind that longplay does not know');
    return certificate;
  });
  const lists = signed.takeIf(tags.context(1));
  const signers = signed.take(tags.set, 'signers').items;
  signed.end();
  const [signerItem] = signers;
  // RFC 3161 section 2.4.2: the authority's signature and no other.
  if (signerItem === undefined || signers.length !== 1) throw malformed(agree`the token has ${signers.length} signature[s], not one`);
  const signer = readSigner(signerItem);
  if (digests.length !== 1 || digests[0] !== signer.digest) throw malformed('the token announces other digest algorithms than its signature has');
  if (lists !== null) throw unproved('lists of revoked certificates');
  return { bytes: item.whole, content, info: readInfo(content), certificates, ...signer };
}

/**
 * Creates the refusal for bytes that no signature covers, because they could change unnoticed. `strippedResponse` removes such bytes from a new
 * answer.
 */
function unproved(what: string): StampRefusal {
  return new StampRefusal('L211', `the token has ${what}, which no signature covers`);
}

function readContent(item: DerItem): Uint8Array {
  const fields = fieldsOf(item, tags.sequence, 'the stamped content');
  const type = objectIdOf(fields.take(tags.objectId, 'its type'));
  if (type !== ids.timeStampInfo) throw malformed(`the token signs content of the type ${type}, which is not a time stamp`);
  const holder = fieldsOf(fields.take(tags.context(0), 'its octets'), tags.context(0), 'the stamped content');
  fields.end();
  const { content } = holder.take(tags.octetString, 'its octets');
  holder.end();
  return content;
}

function readInfo(bytes: Uint8Array): StampInfo {
  const fields = fieldsOf(readDer(bytes, 'the time stamp'), tags.sequence, 'the time stamp');
  expectVersion(fields, 1n, 'the time stamp');
  const policy = objectIdOf(fields.take(tags.objectId, 'policy'));
  const imprint = readImprint(fields.take(tags.sequence, 'imprint'));
  const serial = hexOf(integerOf(fields.take(tags.integer, 'serial number')));
  const stampedMs = timeOf(fields.take(tags.generalizedTime, 'time'), 'the time of the stamp');
  const accuracy = fields.takeIf(tags.sequence);
  const accuracyMs = accuracy === null ? null : readAccuracy(accuracy);
  // `ordering` (whether later serial numbers mean later times) is not used here.
  fields.takeIf(tags.boolean);
  const nonceItem = fields.takeIf(tags.integer);
  const nonce = nonceItem === null ? null : integerOf(nonceItem);
  // The authority's name is not used: the certificate has one.
  fields.takeIf(tags.context(0));
  for (const extension of fields.takeIf(tags.context(1))?.items ?? []) refuseCritical(extension);
  fields.end();
  return { policy, imprint, serial, stampedMs, accuracyMs, nonce };
}

function readImprint(item: DerItem): StampInfo['imprint'] {
  const fields = fieldsOf(item, tags.sequence, 'the imprint');
  const digest = readDigest(fields.take(tags.sequence, 'algorithm'), 'the digest algorithm of the imprint');
  const value = fields.take(tags.octetString, 'digest').content;
  fields.end();
  return { digest, value };
}

/** Reads the accuracy of a time stamp in ms, rounded up (RFC 3161 section 2.4.2). */
function readAccuracy(item: DerItem): number {
  const fields = fieldsOf(item, tags.sequence, 'the accuracy');
  const [seconds, millis, micros] = [tags.integer, tags.contextPrimitive(0), tags.contextPrimitive(1)].map((tag) => {
    const part = fields.takeIf(tag);
    return part === null ? 0 : Number(integerOf(part));
  });
  fields.end();
  return (seconds ?? 0) * 1000 + (millis ?? 0) + Math.ceil((micros ?? 0) / 1000);
}

function refuseCritical(item: DerItem): void {
  const fields = fieldsOf(item, tags.sequence, 'an extension of the time stamp');
  const id = objectIdOf(fields.take(tags.objectId, 'identifier'));
  if (fields.takeIf(tags.boolean)?.content[0] === 0xff)
    throw new StampRefusal('L211', `the time stamp has the critical extension ${id}, which longplay does not know`);
  fields.take(tags.octetString, 'value');
  fields.end();
}

/** Parses a SignerInfo (RFC 5652 section 5.3). */
function readSigner(item: DerItem): Omit<StampToken, 'bytes' | 'content' | 'info' | 'certificates'> {
  const fields = fieldsOf(item, tags.sequence, 'the signature');
  const version = integerOf(fields.take(tags.integer, 'version'));
  const keyId = fields.takeIf(tags.contextPrimitive(0));
  const signer: SignerName = keyId === null ? readIssuerAndSerial(fields.take(tags.sequence, "the signer's name")) : { keyId: keyId.content };
  if (version !== (keyId === null ? 1n : 3n)) throw malformed(`the signature has the version ${version}`);
  const digest = readDigest(fields.take(tags.sequence, 'digest algorithm'), 'the digest algorithm of the signature');
  const attributes = fields.take(tags.context(0), 'signed attributes');
  const method = readSignatureMethod(fields.take(tags.sequence, 'signature algorithm'), 'the signature algorithm');
  const signature = fields.take(tags.octetString, 'signature value').content;
  if (fields.takeIf(tags.context(1)) !== null) throw unproved('unsigned attributes');
  fields.end();
  // RFC 5652 section 5.4: signed as a SET, although written as [0].
  const signedAttributes = Uint8Array.from(attributes.whole);
  signedAttributes[0] = tags.set;
  return { signer, digest, method, signature, signedAttributes, ...readAttributes(attributes) };
}

function readIssuerAndSerial(item: DerItem): SignerName {
  const fields = fieldsOf(item, tags.sequence, "the signer's name");
  const issuer = fields.take(tags.sequence, 'issuer').whole;
  const serial = integerOf(fields.take(tags.integer, 'serial number'));
  fields.end();
  return { issuer, serial };
}

function readAttributes(item: DerItem): Pick<StampToken, 'messageDigest' | 'certificateDigests'> {
  const values = new Map<string, DerItem>();
  for (const attribute of item.items) {
    const fields = fieldsOf(attribute, tags.sequence, 'a signed attribute');
    const id = objectIdOf(fields.take(tags.objectId, 'identifier'));
    const set = fields.take(tags.set, 'values');
    fields.end();
    const [value] = set.items;
    // RFC 5652 section 11: each of these attributes occurs once, with one value.
    if (values.has(id) || value === undefined || (Object.values<string>(ids).includes(id) && set.items.length !== 1))
      throw malformed(`the signed attribute ${id} does not occur once with one value`);
    values.set(id, value);
  }
  const type = values.get(ids.contentType);
  if (type === undefined || objectIdOf(type) !== ids.timeStampInfo)
    throw malformed('the signed attributes do not state that a time stamp was signed');
  const digest = values.get(ids.messageDigest);
  if (digest?.tag !== tags.octetString) throw malformed('the signed attributes have no digest of the time stamp');
  const certificateDigests = [
    ...readCertificateDigest(values.get(ids.signingCertificate), () => 'sha1'),
    // RFC 5035 section 4: the digest is SHA-256 if none is named.
    ...readCertificateDigest(values.get(ids.signingCertificateV2), (fields) => {
      const algorithm = fields.takeIf(tags.sequence);
      return algorithm === null ? 'sha256' : readDigest(algorithm, "the digest algorithm of the signer's certificate");
    }),
  ];
  // RFC 3161 section 2.4.2 with RFC 5816 section 2.2.1: one of the two is required.
  if (certificateDigests.length === 0) throw malformed("the signed attributes do not name the signer's certificate");
  return { messageDigest: digest.content, certificateDigests };
}

/**
 * Reads the digest of the signer's certificate, which is the first one that is named (RFC 5035 sections 3 and 5); further ones only restrict the
 * chain.
 */
function readCertificateDigest(value: DerItem | undefined, digestOf: (fields: DerFields) => string): CertificateDigest[] {
  if (value === undefined) return [];
  const [first] = fieldsOf(value, tags.sequence, "the name of the signer's certificate").take(tags.sequence, 'list').items;
  if (first === undefined) throw malformed("the name of the signer's certificate is empty");
  const fields = fieldsOf(first, tags.sequence, "the name of the signer's certificate");
  const digest = digestOf(fields);
  return [{ digest, value: fields.take(tags.octetString, 'digest').content }];
}

function expectVersion(fields: DerFields, wanted: bigint, what: string): void {
  const version = integerOf(fields.take(tags.integer, 'version'));
  if (version !== wanted) throw malformed(`${what} has the version ${version}, not ${wanted}`);
}

function hexOf(value: bigint): string {
  const hex = value.toString(16);
  return hex.length % 2 === 0 ? hex : `0${hex}`;
}
