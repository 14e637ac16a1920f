import type { ByteReader } from '../base/bytes.ts';
import type { Finding } from '../findings/finding.ts';

/**
 * Where an entry's bytes can be read without its container: a span of a file, or bytes in memory. A worker thread gets
 * this, so it carries no handles. A `spooled` file is a temporary one, unpacked from a container.
 */
export type Location =
  | { readonly kind: 'span'; readonly file: string; readonly offset: number; readonly size: number; readonly spooled: boolean }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

/**
 * One file inside a source. Links and devices never become entries, they are findings; a hostile name becomes a safe path and
 * a finding.
 */
export interface Entry {
  /**
   * Relative to the source, `/` between folders, `!` where a container inside it is entered: `calls.tar!2009/000123.nmf`. Text for
   * people and for matching; bytes that are not UTF-8 stand as U+FFFD. Unique within a source.
   */
  readonly path: string;
  /**
   * The name exactly as stored (last container's member name, or path on disk), base64, where `path` does not tell it: not valid
   * UTF-8, hostile, or taken by another entry; else null.
   */
  readonly rawName: string | null;
  /** Bytes, unpacked. */
  readonly size: number;
  /** Time of last change as stored, epoch ms; null where none is stored. */
  readonly modifiedMs: number | null;
}

/** What is imported: a folder, a tar, a zip, compressed or nested in any way, as entries with random access. */
export interface Source {
  /** What the user called it, for messages. */
  readonly name: string;
  /** True where the source is one container: its entries' places print after its name, `calls.tar!2009/000123.nmf`. */
  readonly isContainer?: boolean;
  /** What the user named, where it was more than one: the first parts of all paths. */
  readonly parts?: readonly string[];
  /** All entries, sorted by path in code-point order. The listing is made once; asking again costs nothing. */
  entries(signal: AbortSignal): AsyncIterable<Entry>;
  /** The entry of exactly this path, or null. Of a source that is listed later: once `entries` has been walked. */
  entry(path: string): Entry | null;
  /** The same, which waits for a listing that is not made yet only where the entry cannot be found without it. */
  find(path: string, signal: AbortSignal): Promise<Entry | null>;
  /**
   * What is wrong with containers and names; complete once `entries` has been walked to the end, but for what only reading
   * shows: a packed entry whose checksum is wrong adds its finding when it is opened or located.
   */
  readonly findings: readonly Finding[];
  /**
   * Random access to an entry's bytes; fewer than the entry's size where it is damaged, which a finding says.
   * @throws LongplayError when the entry cannot be opened any more.
   */
  open(entry: Entry, signal: AbortSignal): Promise<ByteReader>;
  /**
   * Keeps the entry at hand until the returned function is called: a large packed one stays unpacked between reads of `open`'s reader.
   * Waits while too many others are unpacked. Absent: nothing is ever unpacked. @throws as `open`; LongplayError S150 where it is too large.
   */
  keep?(entry: Entry, signal: AbortSignal): Promise<() => Promise<void>>;
  /**
   * Where a worker can read the entry; may unpack it first, and waits while too many others are unpacked. Give it back with `release` so that a
   * spool file can go. @param owner names whoever locates several before it gives any back; only one owner may be locating at a time.
   * @throws as `keep`
   */
  locate(entry: Entry, signal: AbortSignal, owner?: object): Promise<Location>;
  release(location: Location): Promise<void>;
  /** Closes handles and deletes spool files. */
  close(): Promise<void>;
}
