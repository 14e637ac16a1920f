import type { ByteReader } from '../base/bytes.ts';
import type { Finding } from '../findings/finding.ts';

/**
 * Where an entry's bytes can be read without its container: a span of a file, or bytes in memory. A location is passed to a worker thread, so it has
 * no handles. A `spooled` file is a temporary file, unpacked from a container and encrypted with `key` (see `applyCipher`).
 */
export type Location =
  | {
      readonly kind: 'span';
      readonly file: string;
      readonly offset: number;
      readonly size: number;
      readonly spooled: boolean;
      readonly key?: Uint8Array;
    }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

/** One file inside a source. Links and devices never become entries but findings; an entry with a malicious name gets a safe path and a finding. */
export interface Entry {
  /**
   * Relative to the source, with `/` between folders and `!` after the name of a container, e.g. `calls.tar!2009/000123.nmf`. Text for people and for
   * matching; bytes that are not UTF-8 become U+FFFD. Unique within a source.
   */
  readonly path: string;
  /**
   * Exact stored name (member name in the last container, or path on disk), base64, if `path` differs from it because the name is not valid UTF-8,
   * malicious, or used by another entry; otherwise null.
   */
  readonly rawName: string | null;
  /** Size of the unpacked entry in bytes. */
  readonly size: number;
  /** Stored time of last change, epoch ms; null if none is stored. */
  readonly modifiedMs: number | null;
}

/** What is imported: a folder, a tar, a zip, compressed or nested in any way. Provides the files as entries with random access. */
export interface Source {
  /** Name that the user gave, for messages. */
  readonly name: string;
  /** True if the source is a single container: messages print its name before the places of its entries, e.g. `calls.tar!2009/000123.nmf`. */
  readonly isContainer?: boolean;
  /** The sources that the user gave, if there are several; they are the first components of all paths. */
  readonly parts?: readonly string[];
  /** Yields all entries, sorted by path in code-point order. The listing is made once; later calls cost nothing. */
  entries(signal: AbortSignal): AsyncIterable<Entry>;
  /** Returns the entry with exactly this path, or null. For a source that is listed on demand, it works only after `entries` was read to its end. */
  entry(path: string): Entry | null;
  /** Returns the entry with exactly this path like `entry`, but waits for the listing if it is needed to find the entry. */
  find(path: string, signal: AbortSignal): Promise<Entry | null>;
  /**
   * Faults of containers and names. The list is complete after `entries` was read to its end, except for faults that only reading reveals: a packed
   * entry with a wrong checksum adds its finding when it is opened or located.
   */
  readonly findings: readonly Finding[];
  /**
   * Gives random access to an entry's bytes. If the entry is damaged, there are fewer bytes than its size, and a finding says so.
   * @throws LongplayError if the entry can no longer be opened
   */
  open(entry: Entry, signal: AbortSignal): Promise<ByteReader>;
  /**
   * Keeps the entry available until the returned function is called: a large packed entry stays unpacked between reads of `open`'s reader. Waits
   * while too many others are unpacked. Absent: nothing is ever unpacked.
   * @throws like `open`; LongplayError S150 if the entry is too large
   */
  keep?(entry: Entry, signal: AbortSignal): Promise<() => Promise<void>>;
  /**
   * Returns where a worker can read the entry; may unpack the entry first, and waits while too many others are unpacked. Call `release` afterwards so
   * that a spool file can be deleted.
   * @param owner identifies a caller that locates several entries before it releases any; only one owner may do so at a time
   * @throws like `keep`
   */
  locate(entry: Entry, signal: AbortSignal, owner?: object): Promise<Location>;
  release(location: Location): Promise<void>;
  /** Closes handles and deletes spool files. */
  close(): Promise<void>;
}
