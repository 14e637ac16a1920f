import { agree } from '../core/base/agree.ts';
import { changed } from '../core/base/changed-source.ts';
import { LongplayError } from '../core/base/error.ts';
import { limits } from '../core/base/limits.ts';
import type { StoreChoice } from '../core/model/store-choice.ts';
import { pause, usualPauses } from './retries.ts';
import { createRequests, type ListedObject, type ObjectAnswer, type ObjectRequests, usualWaits, type Waits } from './s3-client.ts';
import { type StoreSettings, storeSettings } from './settings.ts';
import { Interruption, type Trouble, troubleOf, WrongAnswer } from './trouble.ts';

/** An object in the state in which it was listed. */
export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
  /** Entity tag without quotes; empty if the store states none. */
  readonly etag: string;
  /** Name for messages. */
  readonly name: string;
}

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
  /** Returns what was sent and received so far. */
  use(): StoreUse;
  close(): void;
}

/** Further settings, for tests. */
export interface StoreTools {
  readonly waits?: Waits;
  readonly pauses?: typeof usualPauses;
}

/** Pages without an object, one after the other, after which a listing counts as endless. */
const emptyPages = 1_000;

/** Opens an object store. Sends nothing. @throws LongplayError S160, S165 */
export async function openObjectStore(choice: StoreChoice, { waits = usualWaits, pauses = usualPauses }: StoreTools = {}): Promise<ObjectStore> {
  const settings = await storeSettings(choice);
  const host = settings.endpoint === null ? 's3.amazonaws.com' : new URL(settings.endpoint).host;
  const requests = createRequests(settings, waits);
  const use = { lists: 0, reads: 0, bytes: 0 };
  const asking = { settings, host, pauses };
  return {
    host,
    list: (bucket, prefix, signal, most = 1_000) => listAll(requests, asking, { bucket, prefix, most, use }, signal),
    stream: (object, start, end, signal) => streamAll(requests, asking, { object, start, end, use }, signal),
    use: () => ({ ...use }),
    close: () => requests.close(),
  };
}

interface Asking {
  readonly settings: StoreSettings;
  readonly host: string;
  readonly pauses: typeof usualPauses;
}

interface Counts {
  lists: number;
  reads: number;
  bytes: number;
}

async function* listAll(
  requests: ObjectRequests,
  asking: Asking,
  { bucket, prefix, most, use }: { readonly bucket: string; readonly prefix: string; readonly most: number; readonly use: Counts },
  signal: AbortSignal,
): AsyncGenerator<readonly ListedObject[]> {
  let token: string | null = null;
  let empty = 0;
  do {
    const from: { readonly token: string | null; readonly most: number } = { token, most };
    const page = await repeated(
      asking,
      async () => {
        use.lists++;
        return await requests.list(bucket, prefix, from, signal);
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

async function* streamAll(
  requests: ObjectRequests,
  asking: Asking,
  { object, start, end, use }: { readonly object: StoredObject; readonly start: number; readonly end: number; readonly use: Counts },
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const stop = Math.min(end, object.size);
  let at = start;
  let failures = 0;
  /** Where the attempts that count began: a connection that brings a good part each time is slow, not broken. */
  let failedAt = start;
  while (at < stop) {
    try {
      use.reads++;
      const answer = await requests.get(object.bucket, object.key, { start: at, end: stop, etag: object.etag }, signal);
      checkAnswer(answer, object, { start: at, end: stop });
      for await (const piece of answer.body) {
        if (at + piece.length > stop) throw new WrongAnswer(agree`more than the ${stop - start} byte[s] that were requested`);
        at += piece.length;
        use.bytes += piece.length;
        yield piece;
      }
      if (at < stop) throw new Interruption(agree`the answer ended ${stop - at} byte[s] early`);
    } catch (error) {
      signal.throwIfAborted();
      const trouble = troubleOf(error);
      if (at - failedAt >= limits.readChunkBytes) failures = 0;
      failedAt = at;
      failures++;
      if (trouble.kind !== 'again' || failures >= asking.settings.attempts) throw objectError(trouble, object, asking.host, failures);
      await pause(failures, trouble.isSlow, asking.pauses, signal);
    }
  }
}

/** Refuses an answer that does not contain the requested bytes of the listed object. @throws LongplayError S103, WrongAnswer */
function checkAnswer(answer: ObjectAnswer, object: StoredObject, { start, end }: { readonly start: number; readonly end: number }): void {
  const { etag, range, status } = answer;
  if (etag !== null && object.etag !== '' && etag !== object.etag) throw changed(object.name, 'it was replaced');
  if (range !== null && range.size !== object.size) throw changed(object.name, agree`it had ${object.size} byte[s], now it has ${range.size}`);
  if (status === 206 && range !== null && range.first === start && range.last < end && range.last >= start) return;
  // A store that ignores the range sends the whole object.
  if (status === 200 && start === 0 && end === object.size && (answer.length === null || answer.length === object.size)) return;
  throw new WrongAnswer(`another range than the requested one (HTTP ${status})`);
}

/** Sends a request until it succeeds, fails for good, or has failed as often as the settings allow. */
async function repeated<T>(
  { settings, pauses }: Asking,
  request: () => Promise<T>,
  errorOf: (trouble: Trouble, failures: number) => LongplayError,
  signal: AbortSignal,
): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await request();
    } catch (error) {
      signal.throwIfAborted();
      const trouble = troubleOf(error);
      if (trouble.kind !== 'again' || failures >= settings.attempts) throw errorOf(trouble, failures);
      await pause(failures, trouble.isSlow, pauses, signal);
    }
  }
}

function listError(trouble: Trouble, bucket: string, host: string, failures = 1): LongplayError {
  if (trouble.kind === 'missing')
    return new LongplayError(
      'usage',
      'S101',
      `there is no bucket ${bucket} at ${host} (${trouble.told})`,
      'check its name, and --endpoint and --region',
    );
  if (trouble.kind === 'refused')
    return new LongplayError(
      'incomplete',
      'S161',
      `${host} does not let these credentials list the bucket ${bucket} (${trouble.told})`,
      'allow s3:ListBucket and s3:GetObject, or use other credentials: --profile, AWS_PROFILE',
    );
  return storeError(trouble, host, failures);
}

function objectError(trouble: Trouble, object: StoredObject, host: string, failures: number): LongplayError {
  if (trouble.kind === 'missing') return trouble.isBucket ? listError(trouble, object.bucket, host) : changed(object.name, 'it no longer exists');
  if (trouble.kind === 'changed') return changed(object.name, 'it was replaced');
  if (trouble.kind === 'archived')
    return new LongplayError('incomplete', 'S162', `${object.name} is archived and not restored`, 'restore the object, then run again');
  if (trouble.kind === 'refused')
    return new LongplayError(
      'incomplete',
      'S163',
      `${host} does not let these credentials read ${object.name} (${trouble.told})`,
      'allow s3:GetObject, and kms:Decrypt for encrypted objects, then run again',
    );
  return storeError(trouble, host, failures);
}

/** Returns the error for trouble that concerns the whole store. */
function storeError(trouble: Trouble, host: string, failures: number): LongplayError {
  if (trouble.kind === 'credentials')
    return new LongplayError(
      'incomplete',
      'S161',
      `${host} cannot be read with the present credentials: ${trouble.told}`,
      'provide credentials as for the AWS tools (AWS_PROFILE, --profile, aws sso login), then run the same command again',
    );
  if (trouble.kind === 'again')
    return new LongplayError(
      'incomplete',
      'S160',
      `${host} did not answer: ${trouble.told}, ${failures} attempt${failures === 1 ? '' : 's'}`,
      'check the network, --endpoint and --region, then run the same command again; it continues',
    );
  const told = 'told' in trouble ? trouble.told : trouble.kind;
  return new LongplayError(
    'incomplete',
    'S166',
    `${host} gave a wrong answer: ${told}`,
    'check that --endpoint is the URL of an S3 API, with the right scheme',
  );
}
