import type { KeyObject } from 'node:crypto';
import { agree } from '../../core/base/agree.ts';
import { limits } from '../../core/base/limits.ts';
import type { StampAlgorithm } from './algorithms.ts';
import type { DerItem } from './asn1.ts';
import { readCertificate, type StampCertificate } from './certificate.ts';
import { StampRefusal } from './refusal.ts';

/** Certificates from the signer up to a root that the user trusts. */
export interface StampChain {
  readonly certificates: readonly StampCertificate[];
  /** Earliest end of a certificate in the chain, in milliseconds since 1970. */
  readonly endsMs: number;
  /** Algorithms of all signatures above the signer's own. */
  readonly algorithms: readonly StampAlgorithm[];
}

/** id-kp-timeStamping and anyExtendedKeyUsage, RFC 5280 section 4.2.1.12. */
const timeStamping = '1.3.6.1.5.5.7.3.8';
const anyPurpose = '2.5.29.37.0';

/**
 * Returns the chain of a signer at a moment; if there are several, the one that ends last. Does not check revocation, because current lists say
 * nothing about the past.
 * @param others certificates in the token, in any order
 * @throws StampRefusal L206: not for time stamps; L207: no chain; L208: no chain was valid at that moment; L211: unknown extensions
 */
export function findChain(
  signer: StampCertificate,
  others: readonly StampCertificate[],
  roots: readonly StampCertificate[],
  atMs: number,
): StampChain {
  checkPurpose(signer);
  const paths = pathsOf(signer, others, roots);
  if (paths.length === 0)
    throw new StampRefusal('L207', `no chain leads from the certificate "${signer.name}" to one of the ${roots.length} trusted roots`);
  let best: StampChain | null = null;
  let refusal: StampRefusal | null = null;
  for (const path of paths) {
    const fault = faultOf(path, atMs);
    refusal ??= fault;
    const endsMs = Math.min(...path.map(({ notAfterMs }) => notAfterMs));
    if (fault === null && (best === null || endsMs > best.endsMs)) best = { certificates: path, endsMs, algorithms: algorithmsOf(path) };
  }
  if (best !== null) return best;
  throw refusal ?? new StampRefusal('L207', 'no chain was found');
}

/** Checks that the certificate has a single purpose, marked critical (RFC 3161 section 2.3), and that its key may only sign, as OpenSSL demands. */
function checkPurpose({ name, extendedKeyUsage, keyUsage }: StampCertificate): void {
  const refuse = (why: string): StampRefusal => new StampRefusal('L206', `the certificate "${name}" is not for time stamps: ${why}`);
  if (extendedKeyUsage === null || !extendedKeyUsage.ids.includes(timeStamping)) throw refuse('its extended key usage does not name time stamping');
  if (extendedKeyUsage.ids.length !== 1)
    throw refuse(agree`its extended key usage names ${extendedKeyUsage.ids.length} purpose[s], but only one is allowed`);
  if (!extendedKeyUsage.critical) throw refuse('its extended key usage is not marked critical');
  if (keyUsage !== null && ((keyUsage & 0xc0) === 0 || (keyUsage & 0x3f) !== 0)) throw refuse('its key usage is not only signing');
}

/** Returns all chains up to a limit, valid or not. */
function pathsOf(signer: StampCertificate, others: readonly StampCertificate[], roots: readonly StampCertificate[]): StampCertificate[][] {
  const found: StampCertificate[][] = [];
  let steps = 0;
  const climb = (path: readonly StampCertificate[], below: StampCertificate): void => {
    if (roots.some((root) => isSame(root, below))) found.push([...path]);
    if (path.length === limits.stampChain) return;
    for (const issuer of [...roots, ...others]) {
      if (path.some((one) => isSame(one, issuer)) || !below.x509.checkIssued(issuer.x509)) continue;
      steps += 1;
      // Certificates that sign each other in a circle would give endlessly many chains.
      if (steps > limits.stampChainSteps)
        throw new StampRefusal('L207', `the certificates of the token form more than ${limits.stampChainSteps} chains`);
      if (isIssuedBy(below, issuer)) climb([...path, issuer], issuer);
    }
  };
  climb([signer], signer);
  return found;
}

function faultOf(path: readonly StampCertificate[], atMs: number): StampRefusal | null {
  for (const [index, { name, notBeforeMs, notAfterMs, strange, ...certificate }] of path.entries()) {
    if (strange.length > 0)
      return new StampRefusal('L211', `the certificate "${name}" has the critical extension ${strange[0]}, which longplay does not know`);
    if (index > 0) {
      const why = authorityFault(certificate, index - 1);
      if (why !== null) return new StampRefusal('L207', `the certificate "${name}" may not issue the one below it: ${why}`);
    }
    if (atMs < notBeforeMs)
      return new StampRefusal('L208', `the certificate "${name}" is valid from ${day(notBeforeMs)}, but the stamp is from ${day(atMs)}`);
    if (atMs > notAfterMs)
      return new StampRefusal('L208', `the certificate "${name}" expired on ${day(notAfterMs)}, but the stamp is from ${day(atMs)}`);
  }
  return null;
}

/**
 * Returns why a certificate must not act as an authority; null: it may (RFC 5280 sections 4.2.1.3, 4.2.1.9, 6.1.4).
 * @param below number of authorities between this one and the signer
 */
function authorityFault(
  { isAuthority, keyUsage, pathLength, extendedKeyUsage }: Pick<StampCertificate, 'isAuthority' | 'keyUsage' | 'pathLength' | 'extendedKeyUsage'>,
  below: number,
): string | null {
  if (!isAuthority) return 'it is not an authority';
  if (keyUsage !== null && (keyUsage & 0x04) === 0) return 'its key may not sign certificates';
  if (pathLength !== null && below > pathLength) return agree`there are ${below} authorit[y|ies] below it, but it allows ${pathLength}`;
  // The authority is for other purposes. RFC 5280 does not demand this check, but OpenSSL and browsers do it.
  const purposes = extendedKeyUsage?.ids ?? [timeStamping];
  return purposes.includes(timeStamping) || purposes.includes(anyPurpose) ? null : 'its extended key usage does not include time stamping';
}

function algorithmsOf(path: readonly StampCertificate[]): StampAlgorithm[] {
  // The signature on a root is left out: it is not the reason why the root is trusted.
  return path.slice(0, -1).flatMap((certificate, index) => certificate.algorithms((path[index + 1] ?? certificate).key));
}

/** Returns the certificates that have no path to a root: nobody would notice a changed byte in them. */
export function unprovedCertificates(certificates: readonly StampCertificate[], roots: readonly StampCertificate[]): StampCertificate[] {
  const proved = [...roots];
  let left = [...certificates];
  for (let size = -1; size !== left.length; ) {
    size = left.length;
    left = left.filter((one) => {
      const known = proved.some((other) => isSame(one, other) || isIssuedBy(one, other));
      if (known) proved.push(one);
      return !known;
    });
  }
  return left;
}

function isIssuedBy(one: StampCertificate, issuer: StampCertificate): boolean {
  return one.x509.checkIssued(issuer.x509) && isVerified(one, issuer.key);
}

function isVerified(one: StampCertificate, key: KeyObject): boolean {
  try {
    return one.x509.verify(key);
  } catch {
    // OpenSSL throws if key and algorithm do not match.
    return false;
  }
}

function isSame(a: StampCertificate, b: StampCertificate): boolean {
  return Buffer.compare(a.bytes, b.bytes) === 0;
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** Parses the certificates of a token. @throws StampRefusal L200, L210, L211 */
export function readCertificates(list: readonly DerItem[]): StampCertificate[] {
  if (list.length > limits.stampCertificates) throw new StampRefusal('L211', agree`the token has ${list.length} certificate[s]`);
  return list.map((item, index) => readCertificate(item, `certificate ${index + 1} of the token`));
}
