import { byCodePoint } from '../core/base/order.ts';
import { type Finding, finding } from '../core/findings/finding.ts';
import type { ObjectBlocks } from '../core/model/object-blocks.ts';
import type { Entry, Source } from '../core/model/source.ts';
import type { StoreChoice } from '../core/model/store-choice.ts';
import { type Admission, type Admit, admittedSize } from './admission.ts';
import { entryAccess } from './entry-access.ts';
import { walkFolder } from './folder.ts';
import { listObject, listObjects } from './list-objects.ts';
import { checkCount, enterContainer, type Listing } from './listing.ts';
import { lookAhead } from './look-ahead.ts';
import { entryName } from './members/entry-name.ts';
import { EntryTable } from './members/entry-table.ts';
import { type NamedFile, type NamedFolder, type NamedPath, namedPaths } from './named-paths.ts';
import { createStores } from './objects/stores.ts';
import { containerKind, headBytes, smallestContainerBytes } from './read/container-kind.ts';
import { type ListedFile, openFiles, spanReader } from './read/open-files.ts';
import { openSpool } from './read/spool.ts';

/** Returns the printed place of an entry: its path, preceded by the source's name if the source is a single container. */
export function placeOf(source: Source, entry: Pick<Entry, 'path'>): string {
  return source.isContainer === true ? `${source.name}!${entry.path}` : entry.path;
}

/** How to open a source. */
export interface OpenOptions {
  /** Folder for unpacked data; a subfolder is created in it and deleted by `close`. */
  readonly scratch: string;
  /** `later`: folders and buckets are listed when `entries` is first called; before that, `find` needs no listing for most files. */
  readonly listing?: 'now' | 'later';
  /** True: a path that is not UTF-8 and matches nothing is a finding, and the other paths are read; otherwise it is error S101. */
  readonly passOver?: boolean;
  /** Decides on each file on disk, for a source that is still being written. Absent: all files are finished. */
  readonly admit?: Admit;
  /** The object store of sources whose address begins with `s3://`; absent: that of the environment. */
  readonly store?: StoreChoice;
  /** Opens the place where blocks of objects are kept; `close` closes it. Absent: only a few are kept, in memory. */
  readonly blocks?: () => ObjectBlocks;
}

/**
 * Opens the sources that the user named: folders, files and containers (tar, zip, compressed tars, nested), identified by content, on disk or in an object store. Lists everything before
 * returning, or later.
 *
 * With one path, the entries of a folder are named relative to the folder, and those of a container by their names inside it. With several paths, each name is
 * prefixed by the base name of its path; equal base names are numbered.
 * @throws LongplayError S101, S102, S106 for the paths themselves, S160 to S166 for object stores, S104 for scratch, S105 for a missing program, S107; with listing `later`, `entries` throws
 * these errors.
 */
export async function openSource(paths: readonly string[], options: OpenOptions, signal: AbortSignal): Promise<Source> {
  const findings: Finding[] = [];
  const stores = createStores(options.store ?? {}, options.blocks ?? null, (code, name, message) => findings.push(finding(code, name, message)));
  const { named, lost } = await namedPaths(
    paths,
    { passOver: options.passOver === true, stores: options.admit === undefined ? stores : null },
    signal,
  ).catch(async (error: unknown) => {
    await stores.close();
    throw error;
  });
  for (const place of lost) findings.push(finding('S151', place, 'its name is not UTF-8, and no file matches it; it was skipped'));
  const listing: Listing = {
    table: new EntryTable(),
    homes: [],
    findings,
    files: openFiles(),
    spool: openSpool(options.scratch),
    stores,
    entered: new Set(),
  };
  try {
    const isLater = options.listing === 'later' && named.every(({ kind }) => kind === 'folder' || kind === 'objects');
    return isLater ? sourceLater(listing, named, options) : source(listing, named, await listAll(listing, named, options, signal));
  } catch (error) {
    await closeListing(listing);
    throw error;
  }
}

async function closeListing({ files, spool, stores }: Listing): Promise<void> {
  await files.close();
  await stores.close();
  await spool.close();
}

/** Lists all named paths. Returns true if the source is a single container. */
async function listAll(listing: Listing, named: readonly NamedPath[], { admit }: Pick<OpenOptions, 'admit'>, signal: AbortSignal): Promise<boolean> {
  const { table, homes, findings } = listing;
  let isContainer = false;
  for (const one of named) {
    if (one.kind === 'folder') await listFolder(listing, one, { prefix: prefixOf(one, named), admit }, signal);
    else if (one.kind === 'objects') await listObjects(listing, one, prefixOf(one, named), signal);
    else if (one.kind === 'object') isContainer = (await listObject(listing, one, named.length > 1, signal)) && named.length === 1;
    else isContainer = (await listFile(listing, one, { prefixed: named.length > 1, admit }, signal)) && named.length === 1;
  }
  const placeOfPath = placesOf(named, isContainer);
  for (const { kind, path } of table.finish((row) => row.path.slice(homes[row.home]?.prefix.length ?? 0))) {
    findings.push(kind === 'same' ? finding('S115', placeOfPath(path), sameName) : finding('S113', placeOfPath(path), foldedName));
  }
  findings.sort((a, b) => byCodePoint(a.place, b.place) || byCodePoint(a.code, b.code));
  return isContainer;
}

function prefixOf(one: NamedPath, named: readonly NamedPath[]): string {
  return named.length === 1 ? '' : `${one.name}/`;
}

/** Returns the name by which the user specified the source. */
function nameOf(named: readonly NamedPath[]): string {
  return named.map((one) => one.name).join(', ');
}

function placesOf(named: readonly NamedPath[], isContainer: boolean): (path: string) => string {
  return (path) => (isContainer ? `${nameOf(named)}!${path}` : path);
}

const sameName = 'another entry has the same path; both were kept, this one with a number';
const foldedName = 'another entry differs only in upper and lower case or in the Unicode form of its letters; both were kept';

async function listFolder(
  listing: Listing,
  one: NamedFolder,
  { prefix, admit }: Pick<OpenOptions, 'admit'> & { readonly prefix: string },
  signal: AbortSignal,
): Promise<void> {
  const { table, homes, findings, spool } = listing;
  const place = { kind: 'folder', folder: one.path === '/' ? '' : one.path, prefix } as const;
  const home = homes.push(place) - 1;
  const growingHome = admit === undefined ? home : homes.push({ ...place, growing: true }) - 1;
  let unreadableNames = 0;
  for await (const item of walkFolder(one.path, spool.isOurs, signal)) {
    const name = entryName(item.relative, null);
    const path = prefix + name.path;
    if (item.kind === 'trouble') {
      findings.push(finding(item.code, path, item.message));
      continue;
    }
    if (!name.utf8) unreadableNames++;
    if (name.unsafe !== null) findings.push(finding('S114', path, `the stored name ${name.unsafe}; the entry was given a safe path`));
    checkCount(table);
    const { modifiedMs, head } = item;
    const onDisk = name.utf8 ? item.path.toString() : item.path;
    const admission: Admission = admit?.({ path, size: item.size, modifiedMs, head }) ?? 'whole';
    const size = await admittedSize(admission, item.size, onDisk, path);
    if (size === null) continue;
    const kind = size < smallestContainerBytes || admission !== 'whole' ? null : containerKind(head, path);
    const file: ListedFile = { path: onDisk, name: path, size, modifiedMs, spooled: false };
    if (kind !== null && (await enterContainer(listing, kind, { file, offset: 0, size }, { path, place: path, prefixed: true }, signal))) continue;
    const rawName = name.raw === null ? null : Buffer.from(name.raw).toString('base64');
    const at = admission === 'whole' ? home : growingHome;
    table.add({ path, rawName, size, modifiedMs, packing: 'disk', home: at, offset: 0, packedSize: size, crc32: null });
  }
  if (unreadableNames > 0) findings.push(finding('S116', one.name, `names that are not UTF-8: ${unreadableNames}`));
}

/** Lists a single file; returns true if it is a container. */
async function listFile(
  listing: Listing,
  one: NamedFile,
  { prefixed, admit }: Pick<OpenOptions, 'admit'> & { readonly prefixed: boolean },
  signal: AbortSignal,
): Promise<boolean> {
  const { table, homes, files } = listing;
  const { modifiedMs } = one;
  const path = entryName(Buffer.from(one.name), null).path;
  const rawName = typeof one.path === 'string' ? null : one.path.subarray(one.path.lastIndexOf('/') + 1).toString('base64');
  const growing = admit === undefined ? {} : ({ growing: true } as const);
  const found: ListedFile = { path: one.path, name: one.name, size: one.size, modifiedMs, spooled: false, ...growing };
  const head = await spanReader(files, found, { offset: 0, size: one.size }, one.name).read(0, headBytes, signal);
  const admission: Admission = admit?.({ path, size: one.size, modifiedMs, head }) ?? 'whole';
  const size = await admittedSize(admission, one.size, one.path, path);
  if (size === null) return false;
  const file: ListedFile = { path: one.path, name: one.name, size, modifiedMs, spooled: false };
  const kind = admission === 'whole' ? containerKind(head, path) : null;
  if (kind !== null && (await enterContainer(listing, kind, { file, offset: 0, size }, { path, place: one.name, prefixed }, signal))) return true;
  const home = homes.push({ kind: 'single', path: one.path, prefix: '', ...(admission === 'whole' ? {} : growing) }) - 1;
  table.add({ path, rawName, size, modifiedMs, packing: 'disk', home, offset: 0, packedSize: size, crc32: null });
  return false;
}

function source(listing: Listing, named: readonly NamedPath[], isContainer: boolean): Source {
  const { table } = listing;
  const access = entryAccess(listing, placesOf(named, isContainer));
  const indexOf = (entry: Entry): number => {
    const index = table.find(entry.path);
    if (index === -1) throw new Error('an entry of another source');
    return index;
  };
  const entry = (path: string): Entry | null => {
    const index = table.find(path);
    return index === -1 ? null : table.entryOf(index);
  };
  return {
    name: nameOf(named),
    isContainer,
    ...(named.length === 1 ? {} : { parts: named.map((one) => one.name) }),
    findings: listing.findings,
    entries: async function* (signal) {
      for (let position = 0; position < table.length; position++) {
        if (position % 1024 === 0) signal.throwIfAborted();
        yield table.entry(position);
      }
    },
    entry,
    find: async (path) => entry(path),
    open: async (wanted, signal) => access.open(indexOf(wanted), signal),
    keep: async (wanted, signal) => access.keep(indexOf(wanted), signal),
    locate: async (wanted, signal, owner) => access.locate(indexOf(wanted), signal, owner),
    release: access.release,
    close: () => closeListing(listing),
  };
}

/** Creates a source of folders and buckets that are listed when `entries` is first called. Before that, files are found one by one. */
function sourceLater(listing: Listing, named: readonly NamedPath[], options: Pick<OpenOptions, 'admit'>): Source {
  const { files, spool } = listing;
  const ahead = lookAhead(
    named.flatMap((one) => (one.kind === 'folder' ? [{ path: one.path, prefix: prefixOf(one, named) }] : [])),
    spool.isOurs,
  );
  const whole = source(listing, named, false);
  // Findings are published when all are known and sorted, because readers rely on their positions.
  const gathering: Listing = { ...listing, findings: [] };
  // Entries that were found before the listing, which may differ from them or lack them.
  const early = new WeakSet<Entry>();
  let stands = false;
  let making: Promise<unknown> | null = null;
  const listed = (signal: AbortSignal): Promise<unknown> => {
    making ??= listAll(gathering, named, options, signal).then(() => {
      for (const found of gathering.findings) listing.findings.push(found);
      stands = true;
    });
    return making;
  };
  return {
    ...whole,
    entries: async function* (signal) {
      await listed(signal);
      yield* whole.entries(signal);
    },
    find: async (path, signal) => {
      const found = stands ? null : await ahead.find(path);
      if (found !== null) {
        early.add(found);
        return found;
      }
      await listed(signal);
      return whole.entry(path);
    },
    open: async (entry, signal) => {
      await listed(signal);
      return await whole.open(entry, signal);
    },
    keep: async (entry, signal) => {
      await listed(signal);
      return (await whole.keep?.(entry, signal)) ?? (async () => undefined);
    },
    locate: async (entry, signal, owner) => {
      if (!early.has(entry)) return await whole.locate(entry, signal, owner);
      const file = ahead.fileOf(entry);
      await files.check(file);
      return { kind: 'span', file: file.path, offset: 0, size: entry.size, spooled: false };
    },
  };
}
