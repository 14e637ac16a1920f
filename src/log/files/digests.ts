import { createHash } from 'node:crypto';
import { addedDigest, addedDigests } from '../../archive/bag/added-digests.ts';
import { agree } from '../../core/base/agree.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { entryBytes, type LogEntry, logFolder } from '../entries/log-entry.ts';
import { bundleBytes } from '../tree/tile-tree.ts';

/** Reads the log's entries in order, and checks the digests over all earlier entries that some entries contain. */
export interface LogDigests {
  /**
   * Reads the next entry. If it contains a digest of the earlier entries, returns H100 if the digest does not match, and H101 if it cannot be
   * computed here.
   */
  take(entry: LogEntry): Finding[];
  /** Number of entries that were read. */
  readonly size: number;
  /** Returns the digest of all entries that were read; null if this machine cannot compute it, or entries are missing. */
  digest(algorithm: string): string | null;
  /** Returns the number of entries under the newest digest by the algorithm. Null: there is none, or entries other than such digests follow them. */
  coveredSize(algorithm: string): number | null;
}

/** Number of entries that another process may write between the last entry under a digest and the entry with the digest. */
const between = 256;

/**
 * Creates a check of such digests. The tree of the log uses SHA-256 (RFC 6962 section 2.1). Before SHA-256 becomes weak, an entry `log-rehashed`
 * records a digest of all entries up to a size by another algorithm. The entry is itself part of the tree and of its checkpoints with their witnesses
 * and time stamps.
 *
 * The digest is over the concatenated content of the entry bundles (C2SP tlog-tiles: each entry after its length as two bytes, big-endian), so that
 * `cat` and `openssl dgst` can compute it as well.
 */
export function checkLogDigests(): LogDigests {
  const hashes = new Map(
    [...addedDigests.values()].flatMap((id) => {
      const algorithm = addedDigest(id);
      return algorithm === null ? [] : [[id, createHash(algorithm.openssl)] as const];
    }),
  );
  /** The last entries, which are not hashed yet: a digest may cover only some of them. */
  const held: Uint8Array[] = [];
  const covered = new Map<string, number>();
  let size = 0;
  let whole = true;
  /** Returns the digest of the first `upTo` entries. */
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
    // Reading the log reports lost entries; a digest over them cannot be checked.
    if (!whole || typeof algorithm !== 'string') return [];
    if (!hashes.has(algorithm)) return [finding('H101', place, `its digest of the entries before it uses ${JSON.stringify(algorithm)}`)];
    const found = typeof detail.size === 'number' && Number.isSafeInteger(detail.size) && detail.size >= 0 ? digestOf(algorithm, detail.size) : null;
    if (found === null) return [finding('H100', place, agree`it is a digest of ${String(detail.size)} entr[y|ies], but follows ${size}`)];
    if (found === detail.digest) return [];
    const said = String(detail.digest).slice(0, 16);
    return [
      finding(
        'H100',
        place,
        agree`the ${algorithm} of the first ${String(detail.size)} entr[y|ies] is ${found.slice(0, 16)}…, but this entry states ${said}…`,
      ),
    ];
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
