import { type ByteReader, memoryReader } from '../core/base/bytes.ts';
import { limits } from '../core/base/limits.ts';
import { finding } from '../core/findings/finding.ts';
import type { Location } from '../core/model/source.ts';
import type { Home, Listing } from './listing.ts';
import type { Row } from './members/entry-table.ts';
import { unpackedMembers } from './members/unpacked-members.ts';
import { attemptTwice } from './objects/object-reads.ts';
import { remoteFile } from './objects/remote-file.ts';
import { spanLength, streamOf } from './read/file-reader.ts';
import { type ListedFile, spanReader } from './read/open-files.ts';
import { readAhead, windowOf } from './read/read-ahead.ts';
import { memberPieces, type Outcome } from './zip/member-bytes.ts';

/** Access to the bytes of listed entries, by the entries' row numbers. */
export interface EntryAccess {
  open(index: number, signal: AbortSignal): Promise<ByteReader>;
  keep(index: number, signal: AbortSignal): Promise<() => Promise<void>>;
  locate(index: number, signal: AbortSignal, owner?: object): Promise<Location>;
  release(location: Location): Promise<void>;
}

/**
 * Creates the access to the entries of a finished listing. `placeOfPath` returns the printed form of a path. Damage that only reading shows is reported once,
 * as a finding. One function: opening, keeping, locating and releasing share what is unpacked.
 */
export function entryAccess(listing: Listing, placeOfPath: (path: string) => string): EntryAccess {
  const { table, homes, files, spool, findings } = listing;
  const damaged = new Set<number>();
  /** Links that were created for a single location and are removed with it. */
  const lent = new Set<string>();
  /** Locations for which a copy of a member is kept, with their owners. */
  const kept = new Map<Location, { readonly index: number; readonly owner: object | null }>();
  const aliases = new Map<ListedFile, Promise<string>>();

  /** Returns the file that contains an entry: its own, or its container's. */
  function fileOf(row: Row): ListedFile {
    const home = homes[row.home];
    if (home === undefined) throw new Error(`entry without a home: ${row.home}`);
    if (home.kind === 'container') return home.file;
    if (home.kind === 'objects') return objectFile(home, row, placeOfPath(row.path));
    const growing = home.growing === true ? ({ growing: true } as const) : {};
    return {
      path: diskPath(home, row),
      name: placeOfPath(row.path),
      size: row.size,
      modifiedMs: row.modifiedMs ?? Number.NaN,
      spooled: false,
      ...growing,
    };
  }

  /** Yields the bytes of a member while it is unpacked. Reports damage once. @param keeps true: they will be read again */
  async function* pieces(index: number, row: Row, keeps: boolean, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const file = fileOf(row);
    const outcome: Outcome = { size: 0, damage: null };
    yield* memberPieces(
      spanReader(files, file, { offset: 0, size: file.size }, file.name, keeps),
      { ...row, packing: row.packing === 'disk' ? 'plain' : row.packing },
      outcome,
      signal,
    );
    if (outcome.damage === null || damaged.has(index)) return;
    damaged.add(index);
    findings.push(finding('S143', placeOfPath(row.path), outcome.damage));
  }

  /** Yields all bytes of an entry, of an object together with its digest. Throws DigestDiffers as `RemoteBytes.whole`. */
  function wholePieces(index: number, isLast: boolean, signal: AbortSignal): AsyncIterable<Uint8Array> {
    const row = table.row(index);
    const { remote } = fileOf(row);
    return remote !== undefined && row.packing === 'disk' ? remote.whole(isLast, signal) : pieces(index, row, false, signal);
  }

  const unpacked = unpackedMembers((index, signal) => {
    const place = placeOfPath(table.row(index).path);
    return attemptTwice((isLast) => spool.write(wholePieces(index, isLast, signal), place));
  }, spool.remove);
  /** Returns true if the bytes of an entry exist as such, in a file of its own or within a container. */
  const isBare = ({ packing }: Row): boolean => packing === 'disk' || packing === 'plain' || packing === 'stored';
  /** Returns true if an entry must be unpacked to disk for random access. */
  const isLargePacked = (row: Row): boolean => !isBare(row) && row.size > limits.inflateBytes;

  /** Returns the path of a file as text. If the file's own path is not text, returns the path of a link to it. */
  async function textPath(file: ListedFile): Promise<string> {
    if (typeof file.path === 'string') return file.path;
    const alias = aliases.get(file) ?? spool.alias(file.path);
    aliases.set(file, alias);
    return alias;
  }

  return {
    open: async (index, signal) => {
      const row = table.row(index);
      const file = fileOf(row);
      const name = placeOfPath(row.path);
      await files.check(file);
      // Formats read many small places that are near each other; one system read serves all of them.
      if (row.packing === 'disk') return readAhead(spanReader(files, file, { offset: 0, size: row.size }, name), windowOf(file));
      // If only the beginning of a large stored member is read, the member is not read again for its checksum. `locate` checks that.
      if (row.packing === 'plain' || (row.packing === 'stored' && row.size > limits.inflateBytes))
        return readAhead(spanReader(files, file, { offset: row.offset, size: row.size }, name), windowOf(file));
      if (!isLargePacked(row)) return memoryReader(await inMemory(pieces(index, row, true, signal), row.size), name);
      const size = await unpacked.use(index, row.size, signal, async (copy) => copy.size);
      const read = (at: number, length: number, reading: AbortSignal = signal): Promise<Uint8Array> =>
        unpacked.use(index, row.size, reading, (copy) => files.read(copy, at, spanLength(at, length, size), reading));
      return { name, size, read, stream: streamOf(read, size) };
    },

    keep: async (index, signal) => {
      const row = table.row(index);
      if (!isLargePacked(row)) return async () => undefined;
      await unpacked.keep(index, row.size, null, signal);
      return () => unpacked.letGo(index, null);
    },

    locate: async (index, signal, owner) => {
      const row = table.row(index);
      const file = fileOf(row);
      await files.check(file);
      // A thread cannot read from a store.
      const isRemote = file.remote !== undefined;
      if (row.packing === 'disk' && !isRemote) {
        if (typeof file.path === 'string') return { kind: 'span', file: file.path, offset: 0, size: row.size, spooled: false };
        const alias = await spool.alias(file.path);
        lent.add(alias);
        return { kind: 'span', file: alias, offset: 0, size: row.size, spooled: true };
      }
      if (row.packing === 'stored' && !isRemote) for await (const _ of pieces(index, row, false, signal)); // the CRC is checked; the bytes stay in place
      if (isBare(row) && !isRemote) {
        return { kind: 'span', file: await textPath(file), offset: row.offset, size: row.size, spooled: file.spooled, ...keyOf(file) };
      }
      if (row.size <= limits.inflateBytes) {
        const bytes = await attemptTwice((isLast) => inMemory(wholePieces(index, isLast, signal), row.size));
        return { kind: 'bytes', bytes };
      }
      const copy = await unpacked.keep(index, row.size, owner ?? null, signal);
      const location: Location = { kind: 'span', file: await textPath(copy), offset: 0, size: copy.size, spooled: true, ...keyOf(copy) };
      kept.set(location, { index, owner: owner ?? null });
      return location;
    },

    release: async (location) => {
      const copy = kept.get(location);
      kept.delete(location);
      if (copy !== undefined) await unpacked.letGo(copy.index, copy.owner);
      else if (location.kind === 'span' && lent.delete(location.file)) await spool.remove(location.file);
    },
  };
}

/** Returns pieces together; fewer than `size` bytes if there are fewer. */
async function inMemory(pieces: AsyncIterable<Uint8Array>, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let length = 0;
  for await (const piece of pieces) {
    bytes.set(piece, length);
    length += piece.length;
  }
  return bytes.subarray(0, length);
}

/** Returns the key of an unpacked file as a member of a location. */
function keyOf({ key }: ListedFile): { readonly key?: Uint8Array } {
  return key === undefined ? {} : { key };
}

/** Returns the object of an entry as a file. */
function objectFile(home: Home & { readonly kind: 'objects' }, row: Row, name: string): ListedFile {
  const relative = row.rawName === null ? row.path.slice(home.prefix.length) : Buffer.from(row.rawName, 'base64').toString();
  return remoteFile(home, { relative, size: row.size, etag: row.etag ?? '', modifiedMs: row.modifiedMs }, name);
}

/** Returns the path on disk of an entry that is a file of its own; as bytes if the path is not text. */
function diskPath(home: { kind: 'folder'; folder: string; prefix: string } | { kind: 'single'; path: string | Buffer }, row: Row): string | Buffer {
  if (home.kind === 'single') return home.path;
  if (row.rawName === null) return `${home.folder}/${row.path.slice(home.prefix.length)}`;
  return Buffer.concat([Buffer.from(`${home.folder}/`), Buffer.from(row.rawName, 'base64')]);
}
