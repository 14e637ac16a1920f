import { constants, inflateRawSync } from 'node:zlib';
import type { ByteReader } from '../core/base/bytes.ts';
import { LongplayError } from '../core/base/error.ts';
import { limits } from '../core/base/limits.ts';
import { numberedPath } from '../core/base/safe-path.ts';
import { type Finding, finding } from '../core/findings/finding.ts';
import { entryName } from './members/entry-name.ts';
import type { EntryTable } from './members/entry-table.ts';
import { listVcon } from './members/vcon.ts';
import type { ObjectFolder } from './objects/remote-file.ts';
import type { Stores } from './objects/stores.ts';
import { type Budget, OverBudget, unpackingBudget } from './read/budget.ts';
import { type ContainerKind, containerKind, headBytes, smallestContainerBytes } from './read/container-kind.ts';
import type { Member, Trouble } from './read/member.ts';
import { type ListedFile, type OpenFiles, spanReader } from './read/open-files.ts';
import { readAhead, windowOf } from './read/read-ahead.ts';
import type { Spool } from './read/spool.ts';
import { listTar } from './tar/tar.ts';
import { unpackTar } from './tar/unpack-tar.ts';
import { memberPieces, type Outcome } from './zip/member-bytes.ts';
import { endsAsZip, listZip } from './zip/zip.ts';

/** The place in which entries were found. `prefix` precedes their names in their paths. */
export type Home =
  | { readonly kind: 'folder'; readonly folder: string; readonly prefix: string; readonly growing?: true }
  | { readonly kind: 'single'; readonly path: string | Buffer; readonly prefix: string; readonly growing?: true }
  /** Keys of the objects begin with `key`, which the names of their entries lack. */
  | ({ readonly kind: 'objects'; readonly prefix: string } & ObjectFolder)
  | { readonly kind: 'container'; readonly file: ListedFile; readonly offset: number; readonly size: number; readonly prefix: string };

/** A listing in progress and its resources. */
export interface Listing {
  readonly table: EntryTable;
  readonly homes: Home[];
  readonly findings: Finding[];
  readonly files: OpenFiles;
  readonly spool: Spool;
  readonly stores: Stores;
  /** Paths of containers that were entered. A second container with the same path gets another path. */
  readonly entered: Set<string>;
}

/** A byte range of a file that contains a container. */
export interface Span {
  readonly file: ListedFile;
  readonly offset: number;
  readonly size: number;
}

/** A container being listed. */
interface Container extends Span {
  readonly reader: ByteReader;
}

/** Names of a container: its path, its printed place, and whether the paths of its members begin with its path. */
export interface ContainerNames {
  readonly path: string;
  readonly place: string;
  /** False if the container is the whole source, so that the paths of its members are their names. */
  readonly prefixed: boolean;
}

/**
 * Lists a top-level container. Returns false, without listing anything, if the container has no readable file or exceeds the unpacking limit; it is then
 * treated as an ordinary file.
 */
export async function enterContainer(
  listing: Listing,
  kind: ContainerKind,
  span: Span,
  where: ContainerNames,
  signal: AbortSignal,
): Promise<boolean> {
  const { table, findings, entered } = listing;
  const rows = table.length;
  const told = findings.length;
  try {
    return await enter(listing, kind, span, { where, depth: 0, budget: unpackingBudget(span.size) }, signal);
  } catch (error) {
    if (!(error instanceof OverBudget)) throw error;
    table.truncate(rows);
    findings.length = told;
    for (const path of entered) if (path === where.path || path.startsWith(`${where.path}!`)) entered.delete(path);
    findings.push(finding('S133', where.place, `${error.message}; it was not unpacked`));
    return false;
  }
}

/** A container inside other containers. */
interface Nesting {
  readonly where: ContainerNames;
  /** Number of enclosing containers. */
  readonly depth: number;
  /** Remaining unpacking budget, which all of them share. */
  readonly budget: Budget;
}

async function enter(listing: Listing, kind: ContainerKind, packed: Span, { where, depth, budget }: Nesting, signal: AbortSignal): Promise<boolean> {
  const { findings, files, spool, table, homes, entered } = listing;
  const packedReader = spanReader(files, packed.file, { offset: packed.offset, size: packed.size }, where.place);
  if (kind === 'program' && !(await endsAsZip(packedReader, signal))) return false;
  if (tooDeep(listing, kind, where, depth)) return false;
  const tell = (item: Trouble, place: string) => findings.push(finding(item.code, place, item.message));
  let span = packed;
  if (kind !== 'tar' && kind !== 'zip' && kind !== 'program' && kind !== 'vcon') {
    const unpacked = await unpackTar(kind, packedReader, spool, budget, signal);
    if (unpacked === null) return false;
    for (const item of unpacked.troubles) tell(item, where.place);
    span = { file: unpacked.file, offset: 0, size: unpacked.file.size };
  }

  const own = unused(entered, where.path);
  const place = own === where.path ? where.place : where.place.slice(0, where.place.length - where.path.length) + own;
  if (own !== where.path) findings.push(finding('S115', place, 'another container has the same name; this one was given a number'));
  const prefix = where.prefixed ? `${own}!` : '';
  const home = homes.push({ kind: 'container', ...span, prefix }) - 1;
  const reader = readAhead(spanReader(files, span.file, { offset: span.offset, size: span.size }, place), windowOf(span.file));
  let members = 0;
  let unreadableNames = 0;
  const list = kind === 'vcon' ? listVcon : kind === 'zip' || kind === 'program' ? listZip : listTar;
  for await (const item of list(reader, signal)) {
    const name = item.name === null ? null : entryName(item.name, item.text);
    const memberPlace = name === null ? place : `${place}!${name.path}`;
    if (item.kind === 'trouble') {
      tell(item, memberPlace);
      continue;
    }
    if (name === null) continue;
    members++;
    if (!name.utf8 && item.text === null) unreadableNames++;
    if (name.unsafe !== null) findings.push(finding('S114', memberPlace, `the stored name ${name.unsafe}; the entry was given a safe path`));
    budget.spend(item.size);
    checkCount(table);
    const inside = { path: prefix + name.path, place: memberPlace, prefixed: true };
    // The vCon's own document is not entered, because it also looks like a vCon.
    if (kind !== 'vcon' && (await enterMember(listing, { ...span, reader }, item, { where: inside, depth: depth + 1, budget }, signal))) continue;
    const rawName = name.raw === null ? null : Buffer.from(name.raw).toString('base64');
    const { size, modifiedMs, packing, packedSize, crc32 } = item;
    table.add({ path: inside.path, rawName, size, modifiedMs, packing, home, offset: span.offset + item.offset, packedSize, crc32 });
  }
  if (unreadableNames > 0) findings.push(finding('S116', place, `names that are not UTF-8: ${unreadableNames}`));
  if (members === 0) {
    entered.delete(own);
    if (span.file !== packed.file) await spool.remove(span.file);
  }
  return members > 0;
}

/** Enters a member that is a container itself; returns false if it is not. */
async function enterMember(
  listing: Listing,
  home: Container,
  member: Member,
  { where, depth, budget }: Nesting,
  signal: AbortSignal,
): Promise<boolean> {
  const { files, spool, findings } = listing;
  if (member.size < smallestContainerBytes) return false;
  const kind = containerKind(await memberHead(home.reader, member, signal), where.path);
  if (kind === null) return false;
  const inside: Span = { file: home.file, offset: home.offset + member.offset, size: member.size };
  if (member.packing === 'plain') return enter(listing, kind, inside, { where, depth, budget }, signal);
  const bytes = spanReader(files, inside.file, { offset: home.offset, size: home.size }, where.place);
  const outcome: Outcome = { size: 0, damage: null };
  const pieces = memberPieces(bytes, member, outcome, signal);
  if (member.packing === 'stored') {
    for await (const _ of pieces); // read only to verify the checksum
    if (outcome.damage !== null) findings.push(finding('S143', where.place, outcome.damage));
    return enter(listing, kind, inside, { where, depth, budget }, signal);
  }
  if (tooDeep(listing, kind, where, depth)) return false;
  const file = await spool.write(pieces, where.place);
  if (outcome.damage !== null) findings.push(finding('S143', where.place, outcome.damage));
  if (await enter(listing, kind, { file, offset: 0, size: file.size }, { where, depth, budget }, signal)) return true;
  await spool.remove(file);
  return false;
}

function tooDeep(listing: Listing, kind: ContainerKind, where: ContainerNames, depth: number): boolean {
  if (depth <= limits.nesting) return false;
  // Programs and vCons seldom contain anything, and must be unpacked to find out.
  if (kind !== 'program' && kind !== 'vcon')
    listing.findings.push(finding('S134', where.place, `a container nested in ${depth} others; it was not unpacked`));
  return true;
}

/** Reads the first bytes of a member, unpacked. @param container the container of the member */
async function memberHead(container: ByteReader, member: Member, signal: AbortSignal): Promise<Uint8Array> {
  const most = Math.min(headBytes, member.size);
  if (member.packing === 'plain' || member.packing === 'stored') return container.read(member.offset, most, signal);
  if (member.packing === 'deflate') {
    // Deflate lengthens 512 bytes by a few bytes at most.
    const packed = await container.read(member.offset, Math.min(2 * headBytes, member.packedSize), signal);
    try {
      return inflateRawSync(packed, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, most);
    } catch {
      return new Uint8Array(0); // damaged from its beginning, so not a container; reading the file reports the damage
    }
  }
  const head: Uint8Array[] = [];
  let length = 0;
  for await (const piece of memberPieces(container, member, { size: 0, damage: null }, signal)) {
    head.push(piece.slice());
    length += piece.length;
    if (length >= most) break;
  }
  return Buffer.concat(head).subarray(0, most);
}

/** Returns the path or, if it is in use, its first unused numbered form, and marks the result as used. */
function unused(entered: Set<string>, path: string): string {
  let own = path;
  for (let number = 2; entered.has(own); number++) own = numberedPath(path, number);
  entered.add(own);
  return own;
}

/** Checks the entry limit. @throws LongplayError S107 if a source has more entries than longplay supports. */
export function checkCount(table: EntryTable): void {
  if (table.length >= limits.entries) {
    throw new LongplayError('usage', 'S107', `the source has more than ${limits.entries} entries`, 'import it in parts');
  }
}
