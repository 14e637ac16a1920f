import { finding } from '../core/findings/finding.ts';
import { checkCount, enterContainer, type Listing } from './listing.ts';
import { entryName } from './members/entry-name.ts';
import type { NamedObject, NamedObjects } from './named-paths.ts';
import { remoteFile } from './objects/remote-file.ts';
import { walkObjects } from './objects/walk-objects.ts';
import { containerKind, smallestContainerBytes } from './read/container-kind.ts';

/** Lists the objects of a bucket, or of a part of one. @throws LongplayError as `ObjectStore`, S107 */
export async function listObjects(listing: Listing, one: NamedObjects, prefix: string, signal: AbortSignal): Promise<void> {
  const { table, homes, findings } = listing;
  const home = homes.push({ kind: 'objects', ...one.folder, prefix }) - 1;
  for await (const item of walkObjects(one.folder, prefix, signal)) {
    const { path } = item;
    if (item.kind === 'trouble') {
      findings.push(finding(item.code, path, item.message));
      continue;
    }
    const { name, file, etag, head } = item;
    if (name.unsafe !== null) findings.push(finding('S114', path, `the key ${name.unsafe}; the entry was given a safe path`));
    checkCount(table);
    const { size } = file;
    const kind = size < smallestContainerBytes ? null : containerKind(head, path);
    if (kind !== null && (await enterContainer(listing, kind, { file, offset: 0, size }, { path, place: path, prefixed: true }, signal))) continue;
    const rawName = name.raw === null ? null : Buffer.from(name.raw).toString('base64');
    table.add({ path, rawName, size, modifiedMs: known(file.modifiedMs), packing: 'disk', home, offset: 0, packedSize: size, crc32: null, etag });
  }
}

/** Lists a single object; returns true if it is a container. @throws LongplayError as `ObjectStore`, S107 */
export async function listObject(listing: Listing, one: NamedObject, prefixed: boolean, signal: AbortSignal): Promise<boolean> {
  const { table, homes } = listing;
  const { folder, relative, size, etag, modifiedMs } = one;
  const path = entryName(Buffer.from(one.name), null).path;
  const file = remoteFile(folder, { relative, size, etag, modifiedMs: known(modifiedMs) }, one.name);
  const head = await file.head(signal);
  const kind = containerKind(head, path);
  if (kind !== null && (await enterContainer(listing, kind, { file, offset: 0, size }, { path, place: one.name, prefixed }, signal))) return true;
  const home = homes.push({ kind: 'objects', ...folder, prefix: '' }) - 1;
  const rawName = path === relative ? null : Buffer.from(relative).toString('base64');
  table.add({ path, rawName, size, modifiedMs: known(modifiedMs), packing: 'disk', home, offset: 0, packedSize: size, crc32: null, etag });
  return false;
}

function known(modifiedMs: number): number | null {
  return Number.isNaN(modifiedMs) ? null : modifiedMs;
}
