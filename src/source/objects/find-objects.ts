import { LongplayError } from '../../core/base/error.ts';
import { addressText, type ObjectAddress } from '../../objects/address.ts';
import type { ObjectStore } from '../../objects/object-store.ts';
import type { ListedObject } from '../../objects/s3-client.ts';
import { entryName } from '../members/entry-name.ts';
import type { ObjectReads } from './object-reads.ts';
import type { ObjectFolder, ObjectState } from './remote-file.ts';

/** What an address means: the objects of a folder, or one object in it. */
export interface FoundObjects {
  /** Address with the `/` at its end that it means. */
  readonly address: string;
  /** Base name of the source. */
  readonly base: string;
  readonly folder: ObjectFolder;
  /** Key of the object without that of its folder, and its state; null: all objects of the folder. */
  readonly object: ObjectState | null;
}

/**
 * Finds out what an address means: a bucket, all objects below a name as in a folder, or one object. Sends one or two requests.
 * @throws LongplayError S101 if there is nothing, or both an object and objects below its name; errors of `ObjectStore`
 */
export async function findObjects(reads: ObjectReads, { bucket, key }: ObjectAddress, signal: AbortSignal): Promise<FoundObjects> {
  const { store } = reads;
  const isFolder = key === '' || key.endsWith('/');
  const folderKey = isFolder ? key : `${key}/`;
  const below = await firstBelow(store, bucket, folderKey, signal);
  const exact = isFolder ? null : await firstBelow(store, bucket, key, signal);
  const object = exact?.key === key ? exact : null;
  if (object !== null && below !== null)
    throw new LongplayError(
      'usage',
      'S101',
      `${addressText({ bucket, key })} is an object, and there are others below ${addressText({ bucket, key: folderKey })}`,
      `name the objects below with a / at the end, or another prefix`,
    );
  const base = lastPart(key) ?? bucket;
  if (object !== null) {
    const { size, etag, modifiedMs } = object;
    const above = key.slice(0, key.lastIndexOf('/') + 1);
    const relative = key.slice(above.length);
    return { address: addressText({ bucket, key }), base, folder: { reads, bucket, key: above }, object: { relative, size, etag, modifiedMs } };
  }
  if (below === null && key !== '')
    throw new LongplayError('usage', 'S101', `no object of ${addressText({ bucket, key: '' })} begins with ${folderKey}`, 'check the prefix');
  return { address: addressText({ bucket, key: folderKey }), base, folder: { reads, bucket, key: folderKey }, object: null };
}

/** Returns the first object whose key begins with a prefix; null if there is none. */
async function firstBelow(store: ObjectStore, bucket: string, prefix: string, signal: AbortSignal): Promise<ListedObject | null> {
  for await (const page of store.list(bucket, prefix, signal, 1)) return page[0] ?? null;
  return null;
}

/** Returns the last part of a key as a safe name; null for the whole bucket. */
function lastPart(key: string): string | null {
  const last = key.split('/').findLast((part) => part !== '');
  return last === undefined ? null : entryName(Buffer.from(last), null).path;
}
