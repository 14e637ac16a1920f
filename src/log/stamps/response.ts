import { agree } from '../../core/base/agree.ts';
import { limits } from '../../core/base/limits.ts';
import type { Finding } from '../../core/findings/finding.ts';
import { sameHash } from '../tree/merkle.ts';
import { type AgeingRule, ageingRules, weakAt } from './ageing.ts';
import { algorithmsOf, algorithmText, isSignedBy, type StampAlgorithm } from './algorithms.ts';
import { type DerItem, malformed, readDer, toDer } from './asn1.ts';
import type { StampCertificate } from './certificate.ts';
import { findChain, readCertificates, unprovedCertificates } from './chain.ts';
import { hashOf } from './evidence-tree.ts';
import { orFinding, StampRefusal } from './refusal.ts';
import type { Imprint } from './request.ts';
import type { StampRoots } from './roots.ts';
import { readResponse, strippedResponse } from './status.ts';
import { readToken, type StampToken } from './token.ts';

/** A verified time stamp: a trusted authority states that bytes with this digest existed at this time. */
export interface Stamp {
  readonly kind: 'stamp';
  /** ISO time in UTC. */
  readonly stampedAt: string;
  /** Null if the authority states none. */
  readonly accuracyMs: number | null;
  /** Name in the certificate of the signer. */
  readonly authority: string;
  /** Object identifier. */
  readonly policy: string;
  /** Hexadecimal; unique per authority. */
  readonly serial: string;
  /** ISO time: the earliest end of a certificate in the chain, before which the stamp must be renewed. */
  readonly certificateEnds: string;
  /** Digest algorithm of the imprint. */
  readonly digest: string;
  /**
   * All algorithms that the stamp depends on, without duplicates: digests of the imprint, of the signatures and of the reference to the signer's
   * certificate, and keys with their sizes.
   */
  readonly algorithms: readonly StampAlgorithm[];
  /** ContentInfo, as in an evidence record. */
  readonly token: Uint8Array;
}

/** What a stamp must cover, and which authorities are trusted. */
export interface StampDemand {
  /** A requested digest; or the bytes themselves, for which any digest algorithm is accepted. */
  readonly imprint: Imprint | { readonly bytes: Uint8Array };
  /** Number in the request; null: none, or no longer known. */
  readonly nonce: bigint | null;
  /** Object identifier of the demanded policy; null: any. */
  readonly policy: string | null;
  readonly roots: StampRoots;
  /** Replaces `ageingRules`. */
  readonly ageing?: readonly AgeingRule[];
}

/**
 * Verifies a stored answer (TimeStampResp). Refuses bytes that no signature covers as well, so that an altered answer never passes. Says nothing
 * about the present: see `relianceFault`.
 * @param place name of the answer in findings
 * @returns the stamp, or a finding L200 to L212
 */
export function verifyStampResponse(bytes: Uint8Array, demand: StampDemand, place: string): Stamp | Finding {
  return orFinding(place, () => {
    const { token, hasWords } = readResponse(limited(bytes));
    if (hasWords) throw new StampRefusal('L211', 'the answer has texts beside its status, which no signature covers');
    return proveToken(token, demand);
  });
}

/** Verifies a token without an answer around it, as evidence records contain it. */
export function verifyStampToken(bytes: Uint8Array, demand: StampDemand, place: string): Stamp | Finding {
  return orFinding(place, () => proveToken(readDer(limited(bytes), 'the token'), demand));
}

/**
 * Verifies a new answer. Authorities add texts, certificates and lists that no signature covers, and use indefinite lengths. The returned response
 * has none of these, and its signed parts are unchanged: store the returned response.
 */
export function receiveStampResponse(
  bytes: Uint8Array,
  demand: StampDemand,
  place: string,
): { readonly stamp: Stamp; readonly response: Uint8Array } | Finding {
  return orFinding(place, () => {
    const answer = readResponse(toDer(limited(bytes), 'the answer'));
    const bare = strippedResponse(answer, () => true);
    const certificates = readCertificates(readToken(readResponse(bare).token).certificates);
    const unproved = unprovedCertificates(certificates, demand.roots);
    // The signer's own certificate is kept: if it has no path to a root, the refusal names it.
    const response =
      unproved.length === certificates.length ? bare : strippedResponse(answer, (whole) => !unproved.some(({ bytes: one }) => sameHash(one, whole)));
    return { stamp: proveToken(readResponse(response).token, demand), response };
  });
}

function limited(bytes: Uint8Array): Uint8Array {
  if (bytes.length > limits.stampAnswerBytes) throw malformed(agree`it has ${bytes.length} byte[s], more than ${limits.stampAnswerBytes}`);
  return bytes;
}

function proveToken(item: DerItem, demand: StampDemand): Stamp {
  const token = readToken(item);
  const { info } = token;
  const rules = demand.ageing ?? ageingRules;
  refuseWeak([{ name: info.imprint.digest, bits: null }], info.stampedMs, rules);
  checkDemand(token, demand);
  const certificates = readCertificates(token.certificates);
  const signer = signerOf(token, certificates);
  if (!sameHash(hashOf(token.digest, token.content), token.messageDigest))
    throw new StampRefusal('L204', 'the time stamp is not the one that was signed: its digest differs');
  if (!isSignedBy(signer.key, token.method, token.digest, token.signedAttributes, token.signature))
    throw new StampRefusal('L204', `the signature was not made by the key of "${signer.name}"`);
  const chain = findChain(signer, certificates, demand.roots, info.stampedMs);
  const [stray] = unprovedCertificates(certificates, demand.roots);
  if (stray !== undefined)
    throw new StampRefusal('L211', `the token has the certificate "${stray.name}", which leads to none of the ${demand.roots.length} trusted roots`);
  const algorithms = distinct([
    { name: info.imprint.digest, bits: null },
    { name: token.digest, bits: null },
    ...algorithmsOf(token.method, token.digest, signer.key),
    ...chain.algorithms,
  ]);
  refuseWeak(algorithms, info.stampedMs, rules);
  return {
    kind: 'stamp',
    stampedAt: new Date(info.stampedMs).toISOString(),
    accuracyMs: info.accuracyMs,
    authority: signer.name,
    policy: info.policy,
    serial: info.serial,
    certificateEnds: new Date(chain.endsMs).toISOString(),
    digest: info.imprint.digest,
    algorithms,
    token: token.bytes,
  };
}

function checkDemand({ info }: StampToken, { imprint, nonce, policy }: StampDemand): void {
  const { digest } = info.imprint;
  if ('digest' in imprint && digest !== imprint.digest) throw new StampRefusal('L202', `the stamp covers a ${digest}, not a ${imprint.digest}`);
  const wanted = 'bytes' in imprint ? hashOf(digest, imprint.bytes) : imprint.value;
  if (!sameHash(info.imprint.value, wanted))
    throw new StampRefusal('L202', `the stamp covers the ${digest} ${short(info.imprint.value)}, not ${short(wanted)}`);
  if (nonce !== null && info.nonce !== nonce)
    throw new StampRefusal(
      'L203',
      info.nonce === null ? 'the answer does not repeat the number of the request' : 'the answer has the number of another request',
    );
  if (policy !== null && info.policy !== policy)
    throw new StampRefusal('L212', `the stamp was made under the policy ${info.policy}, not under ${policy}`);
}

/** Returns exactly the certificate that the signature names (RFC 5652 section 5.3 and RFC 5816). */
function signerOf({ signer, certificateDigests }: StampToken, certificates: readonly StampCertificate[]): StampCertificate {
  const found = certificates.find((one) =>
    'keyId' in signer ? one.keyId !== null && sameHash(one.keyId, signer.keyId) : one.serial === signer.serial && sameHash(one.issuer, signer.issuer),
  );
  if (found === undefined) throw new StampRefusal('L205', `the signer's certificate is not among the ${certificates.length} of the token`);
  const other = certificateDigests.find(({ digest, value }) => !sameHash(hashOf(digest, found.bytes), value));
  if (other !== undefined) throw new StampRefusal('L205', `the certificate "${found.name}" is not the signed one: its ${other.digest} differs`);
  return found;
}

function refuseWeak(algorithms: readonly StampAlgorithm[], atMs: number, rules: readonly AgeingRule[]): void {
  const weak = weakAt(algorithms, atMs, rules);
  if (weak !== null)
    throw new StampRefusal(
      'L209',
      `the stamp depends on ${algorithmText(weak)}, which was already weak on ${new Date(atMs).toISOString().slice(0, 10)}`,
    );
}

/**
 * Returns why a stamp is no longer reliable at a later moment: its certificates have expired, or an algorithm has become weak. Null: it is reliable.
 */
export function relianceFault(
  stamp: Stamp,
  atMs: number,
  rules: readonly AgeingRule[] = ageingRules,
): { readonly code: 'L209' | 'L232'; readonly reason: string } | null {
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  if (atMs > Date.parse(stamp.certificateEnds))
    return {
      code: 'L232',
      reason: `the certificates of the stamp from ${day(Date.parse(stamp.stampedAt))} expired on ${day(Date.parse(stamp.certificateEnds))}`,
    };
  const weak = weakAt(stamp.algorithms, atMs, rules);
  return weak === null
    ? null
    : {
        code: 'L209',
        reason: `the stamp from ${day(Date.parse(stamp.stampedAt))} depends on ${algorithmText(weak)}, which was weak by ${day(atMs)}`,
      };
}

function short(bytes: Uint8Array): string {
  return `${Buffer.from(bytes).toString('hex').slice(0, 12)}…`;
}

function distinct(list: readonly StampAlgorithm[]): StampAlgorithm[] {
  return [...new Map(list.map((one) => [algorithmText(one), one])).values()];
}
