import { type Finding, finding } from '../../core/findings/finding.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';
import { type AgeingRule, ageingRules, weakAt } from './ageing.ts';
import { type EvidenceRecord, readEvidence, rehashValues } from './evidence-record.ts';
import { hashOf, type ReducedTree, rootOf } from './evidence-tree.ts';
import { orFinding, StampRefusal } from './refusal.ts';
import { relianceFault, type Stamp, verifyStampToken } from './response.ts';
import type { StampRoots } from './roots.ts';

/** What an evidence record must cover, and which authorities are trusted. */
export interface EvidenceDemand {
  /** The checkpoint note, byte for byte. */
  readonly checkpoint: Uint8Array;
  /** Lists of stronger digests from hash-tree renewals, by digest algorithm. */
  readonly lists: ReadonlyMap<string, Uint8Array>;
  readonly roots: StampRoots;
  /** Replaces `ageingRules`. */
  readonly ageing?: readonly AgeingRule[];
}

/** A verified evidence record. */
export interface Evidence {
  readonly kind: 'evidence';
  /** Stamps in order; the first one shows since when the checkpoint exists, the last one until when this is proved. */
  readonly stamps: readonly [Stamp, ...Stamp[]];
  /**
   * Digests on which the proof depends now: that of the last chain, and SHA-256 of the log's own tree as long as no list of stronger digests is
   * stamped.
   */
  readonly digests: readonly string[];
  /** Empty if the proof is valid at the given moment; otherwise L236 for a late renewal, L232 or L209 for a missing one. */
  readonly faults: readonly Finding[];
}

/**
 * Verifies an evidence record at a moment (RFC 4998 section 5.3). Each stamp must cover the previous one, have been valid when it was made, and still
 * have been reliable when the next one was made; the last one must be reliable at that moment.
 * @param place name of the record in findings
 * @returns the finding L235, L237 or the fault of a stamp
 */
export function verifyEvidence(bytes: Uint8Array, demand: EvidenceDemand, atMs: number, place: string): Evidence | Finding {
  return orFinding(place, () => {
    const record = readEvidence(bytes);
    const stamps = proveStamps(record, demand, place);
    const [first, ...further] = stamps;
    if (first === undefined) throw new StampRefusal('L235', 'the evidence record has no stamp');
    const faults: Finding[] = [];
    for (const [index, stamp] of stamps.entries()) {
      const next = stamps[index + 1];
      const until = next === undefined ? atMs : Date.parse(next.stampedAt);
      if (until < Date.parse(stamp.stampedAt) && next !== undefined)
        throw new StampRefusal('L235', `a stamp from ${next.stampedAt} follows one from ${stamp.stampedAt}`);
      const fault = relianceFault(stamp, until, demand.ageing ?? ageingRules);
      if (fault === null) continue;
      faults.push(
        next === undefined
          ? finding(fault.code, place, fault.reason)
          : finding('L236', place, `${fault.reason}; the next stamp is from ${next.stampedAt.slice(0, 10)}`),
      );
    }
    const tree = treeFault(record, stamps, demand, atMs, place);
    if (tree !== null && !faults.some(({ code }) => code === tree.code)) faults.push(tree);
    const last = record.digests.at(-1) ?? '';
    const digests = listedFrom(record, demand.lists) === null ? [...new Set([last, treeDigest])] : [last];
    return { kind: 'evidence', stamps: [first, ...further], digests, faults };
  });
}

/** Digest of the log's tree (RFC 6962 section 2.1), whose root is in the checkpoint. */
const treeDigest = 'sha256';

/** Returns the index of the first chain that covers a list of stronger digests; null: none does. */
function listedFrom({ digests }: EvidenceRecord, lists: EvidenceDemand['lists']): number | null {
  const number = digests.findIndex((digest, index) => index > 0 && lists.has(digest));
  return number === -1 ? null : number;
}

/**
 * Returns the fault if the log's own tree is weak and no list of stronger digests is stamped: however strong the stamps are, entries depend on that
 * tree until such a list is stamped.
 */
function treeFault(record: EvidenceRecord, stamps: readonly Stamp[], { lists, ageing }: EvidenceDemand, atMs: number, place: string): Finding | null {
  const number = listedFrom(record, lists);
  const stamp = number === null ? undefined : stamps[record.chains.slice(0, number).reduce((sum, chain) => sum + chain.stamps.length, 0)];
  const untilMs = stamp === undefined ? atMs : Date.parse(stamp.stampedAt);
  if (weakAt([{ name: treeDigest, bits: null }], untilMs, ageing ?? ageingRules) === null) return null;
  const day = new Date(untilMs).toISOString().slice(0, 10);
  return finding(
    stamp === undefined ? 'L209' : 'L236',
    place,
    `the tree of the log uses ${treeDigest}, which was weak by ${day}, and no list of stronger digests was stamped before`,
  );
}

function proveStamps({ digests, chains }: EvidenceRecord, demand: EvidenceDemand, place: string): Stamp[] {
  const stamps: Stamp[] = [];
  for (const [number, chain] of chains.entries()) {
    const digest = digests[number] ?? '';
    if (digests.indexOf(digest) !== number) throw new StampRefusal('L235', `two chains of the evidence record have the digest algorithm ${digest}`);
    for (const [index, { tree, token }] of chain.stamps.entries()) {
      const before = chain.stamps[index - 1];
      const values = before === undefined ? documentValues(digest, number, chains, demand) : [hashOf(digest, before.token)];
      // If another stamp is covered, the record is broken. If other documents are covered, they were changed, or the record belongs to others.
      const code = before !== undefined ? 'L235' : number === 0 ? 'L202' : 'L237';
      const value = stampedValue(digest, tree, values, code);
      const answer = verifyStampToken(
        token,
        {
          imprint: { digest, value },
          nonce: null,
          policy: null,
          roots: demand.roots,
          ...(demand.ageing === undefined ? {} : { ageing: demand.ageing }),
        },
        place,
      );
      if (answer.kind === 'finding') throw new StampRefusal(answer.code === 'L202' ? code : answer.code, answer.message);
      stamps.push(answer);
    }
  }
  return stamps;
}

/** Returns what the first stamp of a chain covers. */
function documentValues(digest: string, number: number, chains: EvidenceRecord['chains'], { checkpoint, lists }: EvidenceDemand): Uint8Array[] {
  if (number === 0) return [hashOf(digest, checkpoint)];
  const list = lists.get(digest);
  return rehashValues(digest, list === undefined ? [checkpoint] : [checkpoint, list], chains.slice(0, number));
}

/**
 * Returns the value that the token must have: the root of the tree, whose first list must have exactly the expected values; or the single value
 * itself.
 */
function stampedValue(digest: string, tree: ReducedTree, values: readonly Uint8Array[], code: FindingCode): Uint8Array {
  const [first] = tree;
  const [only] = values;
  if (first === undefined && values.length === 1 && only !== undefined) return only;
  if (first === undefined || !haveSameValues(first, values))
    throw new StampRefusal(
      code,
      code === 'L235'
        ? 'a stamp in the evidence record does not cover the one before it'
        : `the stamp with ${digest} does not cover what it must cover`,
    );
  return rootOf(digest, tree);
}

function haveSameValues(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  const text = (list: readonly Uint8Array[]): string =>
    list
      .map((value) => Buffer.from(value).toString('hex'))
      .sort()
      .join(' ');
  return text(a) === text(b);
}
