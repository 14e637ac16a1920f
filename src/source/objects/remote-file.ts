import { addressText } from '../../objects/address.ts';
import type { ListedFile } from '../read/open-files.ts';
import { identified, type ObjectReads } from './object-reads.ts';

/** The objects of a bucket whose keys begin with `key`. */
export interface ObjectFolder {
  readonly reads: ObjectReads;
  readonly bucket: string;
  readonly key: string;
}

/** What a listing says about an object. */
export interface ObjectState {
  /** Key without that of its folder. */
  readonly relative: string;
  readonly size: number;
  /** Entity tag without quotes; empty if the store states none. */
  readonly etag: string;
  /** Epoch ms; null if the store states none. */
  readonly modifiedMs: number | null;
}

/** An object as a listed file. */
export interface RemoteFile extends ListedFile {
  /** Returns the first bytes, `headBytes` at most. */
  head(signal: AbortSignal): Promise<Uint8Array>;
}

/** Returns an object as a listed file, which is read from its store. @param name for messages */
export function remoteFile(
  { reads, bucket, key: folder }: ObjectFolder,
  { relative, size, etag, modifiedMs }: ObjectState,
  name: string,
): RemoteFile {
  const key = folder + relative;
  const object = identified(reads.store, { bucket, key, size, etag, name }, modifiedMs);
  return {
    path: addressText({ bucket, key }),
    name,
    size,
    modifiedMs: modifiedMs ?? Number.NaN,
    spooled: false,
    head: (signal) => reads.head(object, signal),
    remote: {
      read: (offset, length, signal) => reads.read(object, offset, length, signal),
      stream: (start, end, keeps, signal) => reads.stream(object, start, end, keeps, signal),
      whole: (isLast, signal) => reads.whole(object, isLast, signal),
    },
  };
}
