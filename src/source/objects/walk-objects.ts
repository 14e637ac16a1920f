import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';
import type { ListedObject } from '../../objects/s3-client.ts';
import { type EntryName, entryName } from '../members/entry-name.ts';
import { smallestContainerBytes } from '../read/container-kind.ts';
import type { ListedFile } from '../read/open-files.ts';
import { type ObjectFolder, remoteFile } from './remote-file.ts';

/** An object found below an address, with the path that its entry gets. */
export type ObjectItem =
  | {
      readonly kind: 'object';
      readonly name: EntryName;
      readonly path: string;
      readonly file: ListedFile;
      readonly etag: string;
      readonly head: Uint8Array;
    }
  | { readonly kind: 'trouble'; readonly path: string; readonly code: FindingCode; readonly message: string };

/** Number of objects whose beginnings are requested at the same time: a request mostly waits. */
const lookedInto = 32;

/** Codes of errors that concern one object; all others end the listing. */
const ofOneObject: ReadonlySet<string> = new Set(['S103', 'S162', 'S163']);

/**
 * Yields all objects of a folder in the order of the store, with their first bytes. A key that ends in `/` and has no content stands for a folder and
 * is omitted.
 * @throws LongplayError as `ObjectStore`
 */
export async function* walkObjects(folder: ObjectFolder, prefix: string, signal: AbortSignal): AsyncGenerator<ObjectItem> {
  for await (const page of folder.reads.store.list(folder.bucket, folder.key, signal)) {
    const wanted = page.filter(({ key, size }) => size > 0 || key === null || !key.endsWith('/'));
    for (let at = 0; at < wanted.length; at += lookedInto) {
      signal.throwIfAborted();
      yield* await Promise.all(wanted.slice(at, at + lookedInto).map((object) => lookInto(folder, prefix, object, signal)));
    }
  }
}

async function lookInto(
  folder: ObjectFolder,
  prefix: string,
  { key, shown, size, etag, modifiedMs }: ListedObject,
  signal: AbortSignal,
): Promise<ObjectItem> {
  const trouble = (code: FindingCode, message: string): ObjectItem => ({
    kind: 'trouble',
    path: prefix + entryName(Buffer.from(shown), null).path,
    code,
    message,
  });
  if (key === null) return trouble('S163', 'its key is not UTF-8; it cannot be requested');
  if (!key.startsWith(folder.key)) return trouble('S166', 'its key does not begin with the requested prefix');
  if (Buffer.byteLength(key) > limits.objectKeyBytes) return trouble('S166', agree`its key has ${Buffer.byteLength(key)} byte[s]`);
  const relative = key.slice(folder.key.length);
  const name = objectName(relative);
  const path = prefix + name.path;
  const file = remoteFile(folder, { relative, size, etag, modifiedMs }, path);
  const found = { kind: 'object', name, path, file, etag } as const;
  if (size < smallestContainerBytes) return { ...found, head: new Uint8Array(0) };
  try {
    return { ...found, head: await file.head(signal) };
  } catch (error) {
    if (!(error instanceof LongplayError) || !ofOneObject.has(error.code)) throw error;
    return { kind: 'trouble', path, code: error.code, message: error.message };
  }
}

/** Returns the path of an entry from the key of its object. Unlike paths on disk, keys may have empty parts and parts `.`, which belong to the name. */
function objectName(relative: string): EntryName {
  const stored = Buffer.from(relative);
  const name = entryName(stored, null);
  if (name.path === relative || name.raw !== null) return name;
  return { ...name, raw: stored, unsafe: 'has empty parts, or parts that are only a dot' };
}
