import type { StoreChoice } from '../core/model/store-choice.ts';
import { type Asking, type Comparison, type StoredObject, streamObject } from './object-stream.ts';
import { type Pauses, pause, usualPauses } from './retries.ts';
import { createRequests, type ListedObject, type ListPage, usualWaits, type Waits } from './s3-client.ts';
import { storeSettings } from './settings.ts';
import { listError } from './store-errors.ts';
import { type Trouble, troubleOf } from './trouble.ts';

/** Requests that were sent to a store, including repeated ones, and bytes of objects that were received. */
export interface StoreUse {
  readonly lists: number;
  readonly reads: number;
  readonly bytes: number;
}

/** An object store. It repeats requests that fail for a while, and never returns bytes of another state of an object than the listed one. */
export interface ObjectStore {
  /** Host of the store, for messages. */
  readonly host: string;
  /** True for Amazon S3 itself. */
  readonly isAws: boolean;
  /**
   * Yields the objects whose keys begin with a prefix, page by page. @param most objects per page
   * @throws LongplayError S101 if there is no such bucket, S160, S161, S166
   */
  list(bucket: string, prefix: string, signal: AbortSignal, most?: number): AsyncGenerator<readonly ListedObject[]>;
  /**
   * Yields bytes [start, end) of an object. An interrupted answer continues where it ended.
   * @throws LongplayError S103 if the object is gone or has changed, S163 if it may not be read, S160, S161, S162, S166
   */
  stream(object: StoredObject, start: number, end: number, signal: AbortSignal): AsyncGenerator<Uint8Array>;
  /** Yields a whole object, and compares it with the digest that the store states. @throws as `stream` */
  whole(object: StoredObject, comparison: Comparison, signal: AbortSignal): AsyncGenerator<Uint8Array>;
  /** Returns what was sent and received so far. */
  use(): StoreUse;
  close(): void;
}

/** Further settings, for tests. */
export interface StoreTools {
  readonly waits?: Waits;
  readonly pauses?: Pauses;
}

/** Pages without an object, one after the other, after which a listing counts as endless. */
const emptyPages = 1_000;

/** Opens an object store. Sends nothing. @throws LongplayError S160, S165 */
export async function openObjectStore(choice: StoreChoice, { waits = usualWaits, pauses = usualPauses }: StoreTools = {}): Promise<ObjectStore> {
  const settings = await storeSettings(choice);
  const requests = createRequests(settings, waits);
  const use = { lists: 0, reads: 0, bytes: 0 };
  const asking: Asking = {
    requests,
    host: settings.endpoint === null ? 's3.amazonaws.com' : new URL(settings.endpoint).host,
    attempts: settings.attempts,
    pauses,
    onRead: (bytes) => {
      if (bytes === null) use.reads++;
      else use.bytes += bytes;
    },
  };
  const onList = (): void => {
    use.lists++;
  };
  return {
    host: asking.host,
    isAws: settings.endpoint === null,
    list: (bucket, prefix, signal, most = 1_000) => listObjects(asking, { bucket, prefix, most, onList }, signal),
    stream: (object, start, end, signal) => streamObject(asking, object, { start, end }, signal),
    whole: (object, comparison, signal) => streamObject(asking, object, { start: 0, end: object.size, comparison }, signal),
    use: () => ({ ...use }),
    close: () => requests.close(),
  };
}

interface WantedList {
  readonly bucket: string;
  readonly prefix: string;
  /** Objects per page. */
  readonly most: number;
  /** Is called for each request. */
  readonly onList: () => void;
}

async function* listObjects(
  asking: Asking,
  { bucket, prefix, most, onList }: WantedList,
  signal: AbortSignal,
): AsyncGenerator<readonly ListedObject[]> {
  let token: string | null = null;
  let empty = 0;
  do {
    const from: { readonly token: string | null; readonly most: number } = { token, most };
    const page: ListPage = await repeated(
      asking,
      async () => {
        onList();
        return await asking.requests.list(bucket, prefix, from, signal);
      },
      (trouble, failures) => listError(trouble, bucket, asking.host, failures),
      signal,
    );
    empty = page.objects.length === 0 ? empty + 1 : 0;
    if (empty > emptyPages) throw listError({ kind: 'wrong', told: `${empty} empty pages` }, bucket, asking.host);
    if (page.objects.length > 0) yield page.objects;
    token = page.next;
  } while (token !== null);
}

/** Sends a request until it succeeds, fails for good, or has failed as often as the settings allow. */
async function repeated<T>(
  { attempts, pauses }: Asking,
  request: () => Promise<T>,
  errorOf: (trouble: Trouble, failures: number) => Error,
  signal: AbortSignal,
): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await request();
    } catch (error) {
      signal.throwIfAborted();
      const trouble = troubleOf(error);
      if (trouble.kind !== 'again' || failures >= attempts) throw errorOf(trouble, failures);
      await pause(failures, trouble.isSlow, pauses, signal);
    }
  }
}
