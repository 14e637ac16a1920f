import { agree } from '../../core/base/agree.ts';
import { type StampDigest, writeDigest } from './algorithms.ts';
import { tags, write } from './asn1.ts';

/** What is to be stamped: a digest, never the bytes themselves. */
export interface Imprint {
  readonly digest: string;
  readonly value: Uint8Array;
}

/** A request to an authority. */
export interface StampRequest {
  readonly imprint: Imprint & { readonly digest: StampDigest };
  /** An unpredictable number that the answer must repeat, so that it cannot be an older answer; null: none. At most 64 bits, as RFC 3161 proposes. */
  readonly nonce: bigint | null;
  /** Object identifier of the requested policy; null: the authority decides. */
  readonly policy: string | null;
}

/** Number of bytes of each digest. */
const digestBytes: Readonly<Record<StampDigest, number>> = { sha256: 32, sha384: 48, sha512: 64 };

/**
 * Creates a TimeStampReq of RFC 3161 section 2.4.1 in DER. It always requests certificates, without which the answer could not be checked in ten
 * years.
 * @throws RangeError if the digest has the wrong size, which is a bug
 */
export function makeStampRequest({ imprint, nonce, policy }: StampRequest): Uint8Array {
  if (imprint.value.length !== digestBytes[imprint.digest])
    throw new RangeError(agree`${imprint.value.length} byte[s] [is|are] not a ${imprint.digest}`);
  return write.value(
    tags.sequence,
    write.integer(1n),
    write.value(tags.sequence, writeDigest(imprint.digest), write.octets(imprint.value)),
    ...(policy === null ? [] : [write.objectId(policy)]),
    ...(nonce === null ? [] : [write.integer(nonce)]),
    write.boolean(true),
  );
}
