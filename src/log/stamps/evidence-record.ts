import { agree } from '../../core/base/agree.ts';
import { limits } from '../../core/base/limits.ts';
import { readDigest, writeDigest } from './algorithms.ts';
import { type DerItem, fieldsOf, integerOf, readDer, tags, write } from './asn1.ts';
import { hashOf, type ReducedTree } from './evidence-tree.ts';
import { StampRefusal } from './refusal.ts';

/** ArchiveTimeStamp of RFC 4998 section 4.1. */
export interface ArchiveStamp {
  readonly tree: ReducedTree;
  /** ContentInfo that is a time-stamp token. */
  readonly token: Uint8Array;
}

/** ArchiveTimeStampChain: stamps over stamps, all with one digest algorithm. */
export interface ArchiveChain {
  /** Encoded bytes. */
  readonly bytes: Uint8Array;
  readonly stamps: readonly ArchiveStamp[];
}

/** Parsed EvidenceRecord of RFC 4998 section 3.1, not verified. */
export interface EvidenceRecord {
  /** Digest algorithms of the chains, in order; the last one is current. */
  readonly digests: readonly string[];
  readonly chains: readonly ArchiveChain[];
}

/** Parses an evidence record. @throws StampRefusal L235 */
export function readEvidence(bytes: Uint8Array): EvidenceRecord {
  if (bytes.length > limits.evidenceBytes) throw new StampRefusal('L235', agree`it has ${bytes.length} byte[s], more than ${limits.evidenceBytes}`);
  try {
    return readRecord(bytes);
  } catch (error) {
    if (error instanceof StampRefusal) throw new StampRefusal('L235', error.message, error);
    throw error;
  }
}

function readRecord(bytes: Uint8Array): EvidenceRecord {
  const what = 'the evidence record';
  const fields = fieldsOf(readDer(bytes, what), tags.sequence, what);
  const version = integerOf(fields.take(tags.integer, 'version'));
  if (version !== 1n) throw new StampRefusal('L235', `${what} has the version ${version}, not 1`);
  const digests = fields.take(tags.sequence, 'digest algorithms').items.map((item) => readDigest(item, `a digest algorithm of ${what}`));
  // [0] and [1] would be separate certificates and encryption, which longplay never writes and no signature covers.
  const chains = fields.take(tags.sequence, 'chains').items.map(readChain);
  fields.end();
  if (chains.length === 0 || chains.length !== digests.length)
    throw new StampRefusal('L235', agree`${what} has ${chains.length} chain[s] and ${digests.length} digest algorithms`);
  return { digests, chains };
}

function readChain(item: DerItem): ArchiveChain {
  if (item.tag !== tags.sequence || item.items.length === 0) throw new StampRefusal('L235', 'a chain of the evidence record is empty');
  return { bytes: item.whole, stamps: item.items.map(readStamp) };
}

function readStamp(item: DerItem): ArchiveStamp {
  const what = 'a stamp of the evidence record';
  const fields = fieldsOf(item, tags.sequence, what);
  // [0], the digest algorithm, is omitted if the token has the same; [1], attributes, is not covered by a signature.
  const tree = (fields.takeIf(tags.context(2))?.items ?? []).map((list) => {
    if (list.tag !== tags.sequence || list.items.length === 0 || list.items.some(({ tag }) => tag !== tags.octetString))
      throw new StampRefusal('L235', `${what} has a damaged hash tree`);
    return list.items.map(({ content }) => content);
  });
  const token = fields.take(tags.sequence, 'time stamp').whole;
  fields.end();
  return { tree, token };
}

function writeStamp({ tree, token }: ArchiveStamp): Uint8Array {
  const lists = tree.map((list) => write.value(tags.sequence, ...list.map(write.octets)));
  return write.value(tags.sequence, ...(lists.length === 0 ? [] : [write.value(tags.context(2), ...lists)]), token);
}

function chainOf(stamps: readonly ArchiveStamp[]): ArchiveChain {
  return { bytes: write.value(tags.sequence, ...stamps.map(writeStamp)), stamps };
}

/** Writes an EvidenceRecord in DER. */
export function writeEvidence({ digests, chains }: EvidenceRecord): Uint8Array {
  return write.value(tags.sequence, write.integer(1n), write.value(tags.sequence, ...digests.map(writeDigest)), writeChains(chains));
}

/** Writes an ArchiveTimeStampSequence. */
function writeChains(chains: readonly ArchiveChain[]): Uint8Array {
  return write.value(tags.sequence, ...chains.map(({ bytes }) => bytes));
}

/** Creates the record of a first stamp. */
export function beginEvidence(digest: string, token: Uint8Array): EvidenceRecord {
  return { digests: [digest], chains: [chainOf([{ tree: [], token }])] };
}

/** Returns what the new stamp of a time-stamp renewal must cover (RFC 4998 section 5.2), with the digest algorithm of the chain. */
export function renewalHash({ digests, chains }: EvidenceRecord): { readonly digest: string; readonly value: Uint8Array } {
  const digest = digests.at(-1) ?? '';
  return { digest, value: hashOf(digest, chains.at(-1)?.stamps.at(-1)?.token ?? new Uint8Array(0)) };
}

/** Adds a stamp over the last one to a record. */
export function withRenewal({ digests, chains }: EvidenceRecord, stamp: ArchiveStamp): EvidenceRecord {
  const last = chains.at(-1)?.stamps ?? [];
  return { digests, chains: [...chains.slice(0, -1), chainOf([...last, stamp])] };
}

/**
 * Returns what a stamp with a new digest algorithm must cover in a hash-tree renewal (RFC 4998 section 5.2 steps 2 to 4), one value per document.
 * The values are concatenated in the order of the text, H(h(i) + ha(i)); its figure 4 sorts them, but no known program does.
 * @param chains all chains before the new one.
 */
export function rehashValues(digest: string, documents: readonly Uint8Array[], chains: readonly ArchiveChain[]): Uint8Array[] {
  const before = hashOf(digest, writeChains(chains));
  return documents.map((document) => hashOf(digest, hashOf(digest, document), before));
}

/** Adds a chain to a record. */
export function withChain({ digests, chains }: EvidenceRecord, digest: string, stamp: ArchiveStamp): EvidenceRecord {
  return { digests: [...digests, digest], chains: [...chains, chainOf([stamp])] };
}

/** Returns the record before its last stamp; null if that is the only one. */
export function withoutLast({ digests, chains }: EvidenceRecord): EvidenceRecord | null {
  const last = chains.at(-1)?.stamps ?? [];
  if (last.length > 1) return { digests, chains: [...chains.slice(0, -1), chainOf(last.slice(0, -1))] };
  return chains.length > 1 ? { digests: digests.slice(0, -1), chains: chains.slice(0, -1) } : null;
}
