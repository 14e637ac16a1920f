import { createHash } from 'node:crypto';
import { addedDigest, addedDigests } from '../../archive/bag/added-digests.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { entryBytes, type LogEntry, logFolder } from '../entries/log-entry.ts';
import { bundleBytes } from '../tree/tile-tree.ts';

/** The log's entries, taken in their order, and the digests over all of them that some of them carry. */
export interface LogDigests {
  /** Takes the next entry; where it carries a digest of those before it that does not fit, that is said (H100), or that it cannot be computed here (H101). */
  take(entry: LogEntry): Finding[];
  /** Entries taken. */
  readonly size: number;
  /** The digest of all entries taken; null where this machine cannot compute it, or entries are missing among them. */
  digest(algorithm: string): string | null;
  /** Entries that the newest digest by the algorithm is over; null where there is none, or anything but such digests was entered behind them. */
  coveredSize(algorithm: string): number | null;
}

/** Entries that another process may enter between the last one that a digest is over and the digest itself. */
const between = 256;

/**
 * The tree of the log is of SHA-256 (RFC 6962 section 2.1). When that ages, an entry `log-rehashed` carries a digest of all entries up to a size by another
 * algorithm, and stands in the tree itself, under whatever witnesses and time stamps its checkpoints get.
 *
 * It is over what the bundles of entries hold, one behind the other (C2SP tlog-tiles: each entry behind its length as two bytes, big-endian), so that
 * `cat` and `openssl dgst` compute it as well.
 */
export function checkLogDigests(): LogDigests {
  const hashes = new Map(
    [...addedDigests.values()].flatMap((id) => {
      const algorithm = addedDigest(id);
      return algorithm === null ? [] : [[id, createHash(algorithm.openssl)] as const];
    }),
  );
  /** The last entries, not hashed yet: a digest may be over some of them only. */
  const held: Uint8Array[] = [];
  const covered = new Map<string, number>();
  let size = 0;
  let whole = true;
  /** Of the first `upTo` entries. */
  const digestOf = (algorithm: string, upTo: number): string | null => {
    const hash = hashes.get(algorithm)?.copy();
    const behind = size - upTo;
    if (!whole || hash === undefined || behind < 0 || behind > held.length) return null;
    for (const bytes of held.slice(0, held.length - behind)) hash.update(bytes);
    return hash.digest('hex');
  };
  const judge = ({ seq, detail }: LogEntry): Finding[] => {
    const place = `${logFolder}:${seq}`;
    const { algorithm } = detail;
    // Lost entries are told where the log is read; nothing can be said of a digest over them.
    if (!whole || typeof algorithm !== 'string') return [];
    if (!hashes.has(algorithm)) return [finding('H101', place, `its digest of the entries before it is by ${JSON.stringify(algorithm)}`)];
    const found = typeof detail.size === 'number' && Number.isSafeInteger(detail.size) && detail.size >= 0 ? digestOf(algorithm, detail.size) : null;
    if (found === null) return [finding('H100', place, `it is a digest of ${String(detail.size)} entries, and stands behind ${size}`)];
    if (found === detail.digest) return [];
    const said = String(detail.digest).slice(0, 16);
    return [finding('H100', place, `the ${algorithm} of the first ${String(detail.size)} entries is ${found.slice(0, 16)}…, it says ${said}…`)];
  };
  return {
    get size() {
      return size;
    },
    digest: (algorithm) => digestOf(algorithm, size),
    coveredSize: (algorithm) => covered.get(algorithm) ?? null,
    take: (entry) => {
      if (entry.seq !== size + 1) whole = false;
      const { type, detail } = entry;
      const found = type === 'log-rehashed' ? judge(entry) : [];
      if (type !== 'log-rehashed') covered.clear();
      else if (typeof detail.algorithm === 'string' && detail.size === size) covered.set(detail.algorithm, size);
      held.push(bundleBytes([entryBytes(entry)]));
      const first = held.length > between ? held.shift() : undefined;
      if (first !== undefined) for (const hash of hashes.values()) hash.update(first);
      size = entry.seq;
      return found;
    },
  };
}
