import { printable } from '../../core/words/printable.ts';
import { type DerItem, fieldsOf, integerOf, malformed, readDer, tags, write } from './asn1.ts';
import { StampRefusal } from './refusal.ts';

/** PKIStatus, RFC 3161 section 2.4.2. */
const statuses = ['granted', 'granted with modifications', 'rejected', 'waiting', 'a revocation is near', 'revoked'] as const;

/** PKIFailureInfo by its bits, RFC 3161 section 2.4.2. */
const failures: ReadonlyMap<number, string> = new Map([
  [0, 'it does not know the digest algorithm'],
  [2, 'it does not allow the request'],
  [5, 'it cannot read the request'],
  [14, 'its clock is not available'],
  [15, 'it does not know the policy'],
  [16, 'it does not know an extension'],
  [17, 'it does not have the requested additional information'],
  [25, 'it has an internal failure'],
]);

/** Parsed TimeStampResp of RFC 3161 section 2.4.2. */
export interface StampResponse {
  readonly item: DerItem;
  /** ContentInfo. */
  readonly token: DerItem;
  /** True if the authority added texts, which no signature covers. */
  readonly hasWords: boolean;
}

/** Parses an answer. @throws StampRefusal L200: not an answer of an authority; L201: no stamp was granted */
export function readResponse(bytes: Uint8Array): StampResponse {
  const item = readDer(bytes, 'the answer');
  const outer = fieldsOf(item, tags.sequence, 'the answer');
  const fields = fieldsOf(outer.take(tags.sequence, 'status'), tags.sequence, 'the status');
  const status = integerOf(fields.take(tags.integer, 'status'));
  const words = fields.takeIf(tags.sequence);
  const failure = fields.takeIf(tags.bitString);
  fields.end();
  // "Granted with modifications" is refused as well: the request contains nothing that may be modified.
  if (status !== 0n) throw new StampRefusal('L201', refusalText(status, words, failure));
  const token = outer.take(tags.sequence, 'token');
  outer.end();
  if (failure !== null) throw malformed('the answer grants a stamp but names a failure');
  return { item, token, hasWords: words !== null };
}

function refusalText(status: bigint, words: DerItem | null, failure: DerItem | null): string {
  const reasons = failure === null ? [] : bitNumbers(failure).map((bit) => failures.get(bit) ?? `failure ${bit}`);
  const said = (words?.items ?? []).map((item) => JSON.stringify(printable(Buffer.from(item.content).toString('utf8')).slice(0, 200)));
  return [`the authority's answer is: ${statuses[Number(status)] ?? `status ${status}`}`, ...reasons, ...said.slice(0, 3)].join('; ');
}

function bitNumbers({ content }: DerItem): number[] {
  return [...content.subarray(1, 9)].flatMap((octet, at) =>
    [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => (octet & (0x80 >> bit)) !== 0).map((bit) => at * 8 + bit),
  );
}

/**
 * Returns the answer without parts that no signature covers: texts beside the status, lists of revoked certificates, unsigned attributes, and
 * unneeded certificates. The rest is unchanged. In the result, no byte can change unnoticed.
 */
export function strippedResponse({ token }: StampResponse, isNeeded: (certificate: Uint8Array) => boolean): Uint8Array {
  const granted = write.value(tags.sequence, write.integer(0n));
  const signed = token.items[1]?.items[0];
  const swaps = new Map<DerItem, Uint8Array>();
  // RFC 5652 section 5.1: in SignedData, [0] is certificates and [1] revocation lists; in SignerInfo, [1] is unsigned attributes.
  for (const part of signed?.items ?? []) {
    if (part.tag === tags.context(1)) swaps.set(part, new Uint8Array(0));
    else if (part.tag === tags.context(0)) for (const item of part.items) if (!isNeeded(item.whole)) swaps.set(item, new Uint8Array(0));
  }
  for (const signer of signed?.items.at(-1)?.items ?? [])
    for (const part of signer.items) if (part.tag === tags.context(1)) swaps.set(part, new Uint8Array(0));
  return write.value(tags.sequence, granted, rebuilt(token, swaps));
}

/** Rebuilds a value in which some parts, at any depth, are replaced. Parts without a replacement keep their bytes. */
function rebuilt(item: DerItem, swaps: ReadonlyMap<DerItem, Uint8Array>): Uint8Array {
  const swap = swaps.get(item);
  if (swap !== undefined || item.items.length === 0) return swap ?? item.whole;
  return write.value(item.tag, ...item.items.map((part) => rebuilt(part, swaps)));
}
