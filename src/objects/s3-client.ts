import { Agent as HttpAgent } from 'node:http';
import { Agent } from 'node:https';
import { Readable } from 'node:stream';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { agree } from '../core/base/agree.ts';
import { limits } from '../core/base/limits.ts';
import { version } from '../core/base/version.ts';
import { type StatedDigest, statedDigest } from './digests.ts';
import type { StoreSettings } from './settings.ts';
import { Interruption, WrongAnswer } from './trouble.ts';

/** An object as a listing states it. */
export interface ListedObject {
  /** Key as stored; null if it is not UTF-8, so that the object cannot be requested. */
  readonly key: string | null;
  /** Key as text for messages. */
  readonly shown: string;
  readonly size: number;
  /** Entity tag without quotes; empty if the store states none. */
  readonly etag: string;
  /** Time of the last change, epoch ms; null if the store states none. */
  readonly modifiedMs: number | null;
}

/** One page of a listing. */
export interface ListPage {
  readonly objects: readonly ListedObject[];
  /** Continues the listing; null: this was the last page. */
  readonly next: string | null;
}

/** An answer with the bytes of an object. */
export interface ObjectAnswer {
  readonly status: number;
  readonly etag: string | null;
  /** First byte, last byte and size of the whole object, as the answer states them; null if it does not. */
  readonly range: { readonly first: number; readonly last: number; readonly size: number } | null;
  /** Bytes that follow; null if the answer does not state their number. */
  readonly length: number | null;
  /** Digest of the whole object; null if the answer states none, and for a range. */
  readonly stated: StatedDigest | null;
  /** Ends with an error if the connection ends early or stalls. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Closes the connection of an answer whose body is not read. */
  discard(): void;
}

/** Requests to an object store, without repetition. Each throws what `troubleOf` classifies. */
export interface ObjectRequests {
  list(bucket: string, prefix: string, from: { readonly token: string | null; readonly most: number }, signal: AbortSignal): Promise<ListPage>;
  /** Requests bytes [start, end) of an object in the state with this entity tag; empty: in any state. `isWhole`: they are all of its bytes, with its digest. */
  get(
    bucket: string,
    key: string,
    wanted: { readonly start: number; readonly end: number; readonly isWhole: boolean; readonly etag: string },
    signal: AbortSignal,
  ): Promise<ObjectAnswer>;
  close(): void;
}

/** How long a store may take to answer, and between two pieces of an answer. */
export interface Waits {
  readonly connectMs: number;
  readonly answerMs: number;
  readonly pieceMs: number;
}

/** Times after which an attempt is given up. */
export const usualWaits: Waits = { connectMs: 10_000, answerMs: 60_000, pieceMs: 60_000 };

const silent = { trace: () => {}, debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Creates the requests to a store. */
export function createRequests(settings: StoreSettings, waits: Waits): ObjectRequests {
  const client = quietly(() => new S3Client(clientOptions(settings, waits)));
  boundAnswers(client);
  requestDigests(client);
  return {
    list: async (bucket, prefix, { token, most }, signal) => {
      using watch = watched(signal, waits);
      const command = new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        MaxKeys: most,
        // Without it XML could not express keys with control characters.
        EncodingType: 'url',
        ...(token === null ? {} : { ContinuationToken: token }),
      });
      const answer = await client.send(command, { abortSignal: watch.signal }).catch(watch.rethrow);
      const isEncoded = answer.EncodingType === 'url';
      const objects = (answer.Contents ?? []).map(({ Key = '', Size, ETag, LastModified }) => ({
        ...keyOf(Key, isEncoded),
        size: sizeOf(Size),
        etag: bareTag(ETag) ?? '',
        modifiedMs: LastModified === undefined || Number.isNaN(LastModified.getTime()) ? null : LastModified.getTime(),
      }));
      if (answer.IsTruncated !== true) return { objects, next: null };
      if (answer.NextContinuationToken === undefined || answer.NextContinuationToken === token)
        throw new WrongAnswer('a listing that is not complete does not say how it continues');
      return { objects, next: answer.NextContinuationToken };
    },
    get: async (bucket, key, { start, end, isWhole, etag }, signal) => {
      const watch = watched(signal, waits);
      const command = new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        // AWS states the digest of an object only if no range is requested.
        ...(isWhole ? {} : { Range: `bytes=${start}-${end - 1}` }),
        ...(etag === '' ? {} : { IfMatch: `"${etag}"` }),
      });
      try {
        const answer = await client.send(command, { abortSignal: watch.signal }).catch(watch.rethrow);
        const body = answer.Body;
        // In Node.js the package gives the response of node:http itself.
        if (!(body instanceof Readable)) throw new WrongAnswer('an answer without a body');
        return {
          status: answer.$metadata.httpStatusCode ?? 0,
          etag: bareTag(answer.ETag),
          range: rangeOf(answer.ContentRange),
          length: answer.ContentLength ?? null,
          stated: isWhole ? statedDigest(answer) : null,
          body: piecesOf(body, watch),
          discard: () => {
            watch[Symbol.dispose]();
            body.destroy();
          },
        };
      } catch (error) {
        watch[Symbol.dispose]();
        throw error;
      }
    },
    close: () => client.destroy(),
  };
}

/** The package would print on stderr that its releases of 2027 need Node.js 22. Its version is fixed, so users can do nothing about that. */
function quietly<T>(make: () => T): T {
  const name = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';
  const before = process.env[name];
  process.env[name] = 'true';
  try {
    return make();
  } finally {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  }
}

/** Returns the options of the package's client: one attempt per call, TLS always verified, no output of its own. */
function clientOptions({ endpoint, region, profile, ca, pathStyle }: StoreSettings, { connectMs }: Waits) {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = process.env;
  // Like the AWS command line: keys in variables take precedence over AWS_PROFILE, but not over a profile that was named explicitly.
  const isGiven = profile === null && accessKeyId !== undefined && secretAccessKey !== undefined && accessKeyId !== '' && secretAccessKey !== '';
  const keepAlive = { keepAlive: true, maxFreeSockets: 64 };
  return {
    region,
    ...(endpoint === null ? { followRegionRedirects: true } : { endpoint }),
    ...(profile === null ? {} : { profile }),
    ...(isGiven ? { credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) } } : {}),
    forcePathStyle: pathStyle,
    maxAttempts: 1,
    customUserAgent: `longplay/${version}`,
    logger: silent,
    responseChecksumValidation: 'WHEN_REQUIRED' as const,
    requestHandler: {
      connectionTimeout: connectMs,
      logger: silent,
      httpAgent: new HttpAgent(keepAlive),
      // Stated, because NODE_TLS_REJECT_UNAUTHORIZED must not switch it off.
      httpsAgent: new Agent({ ...keepAlive, rejectUnauthorized: true, minVersion: 'TLSv1.2', ...(ca === null ? {} : { ca }) }),
    },
  };
}

/** Limits the size of every answer that is read whole: all except objects. */
function boundAnswers(client: S3Client): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      const response: unknown = result.response;
      const isObject = context.commandName === 'GetObjectCommand' && isSuccess(response);
      if (!isObject && hasBody(response)) response.body = Readable.from(bounded(response.body));
      return result;
    },
    // The lowest priority is called last, so that its result reaches the package's own reader.
    { step: 'deserialize', priority: 'low', name: 'boundAnswers' },
  );
}

/**
 * Asks for the digests of whole objects. With the package's own option it would compare them itself, and throw an error in place of the last bytes.
 */
function requestDigests(client: S3Client): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const { request } = args;
      if (context.commandName === 'GetObjectCommand' && hasHeaders(request) && request.headers.range === undefined)
        request.headers['x-amz-checksum-mode'] = 'ENABLED';
      return await next(args);
    },
    { step: 'build', name: 'requestDigests' },
  );
}

function hasHeaders(request: unknown): request is { headers: Record<string, string> } {
  return typeof request === 'object' && request !== null && 'headers' in request;
}

function isSuccess(response: unknown): boolean {
  return typeof response === 'object' && response !== null && 'statusCode' in response && Number(response.statusCode) < 300;
}

function hasBody(response: unknown): response is { body: Readable } {
  return typeof response === 'object' && response !== null && 'body' in response && response.body instanceof Readable;
}

async function* bounded(body: Readable): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const piece of body) {
    const bytes = piece as Uint8Array; // a response without encoding gives Buffers
    length += bytes.length;
    if (length > limits.objectAnswerBytes) throw new WrongAnswer(agree`an answer of more than ${limits.objectAnswerBytes} byte[s]`);
    yield bytes;
  }
}

/** A limit of time for one request, which every sign of life extends. */
interface Watch extends Disposable {
  readonly signal: AbortSignal;
  /** Begins the time until the next piece. */
  wait(ms: number): void;
  /** Ends the limit while the receiver works on a piece. */
  hold(): void;
  readonly pieceMs: number;
  /** Rethrows an error; in place of the error of an ended limit, an Interruption. */
  readonly rethrow: (error: unknown) => never;
}

function watched(signal: AbortSignal, { answerMs, pieceMs }: Waits): Watch {
  const own = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const wait = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => own.abort(new Interruption(`no answer within ${ms / 1_000} s`)), ms);
  };
  wait(answerMs);
  return {
    signal: AbortSignal.any([signal, own.signal]),
    wait,
    hold: () => clearTimeout(timer),
    pieceMs,
    rethrow: (error) => {
      signal.throwIfAborted();
      if (own.signal.aborted) throw own.signal.reason;
      throw error;
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

/** Yields the pieces of a body. A receiver that stops early closes the connection. */
async function* piecesOf(body: Readable, watch: Watch): AsyncGenerator<Uint8Array> {
  const stop = (): void => {
    body.destroy(watch.signal.reason instanceof Error ? watch.signal.reason : new Error('stopped'));
  };
  watch.signal.addEventListener('abort', stop, { once: true });
  try {
    watch.wait(watch.pieceMs);
    for await (const piece of body) {
      watch.hold();
      yield piece as Uint8Array; // a response without encoding gives Buffers
      watch.wait(watch.pieceMs);
    }
  } catch (error) {
    watch.rethrow(error);
  } finally {
    watch.signal.removeEventListener('abort', stop);
    watch[Symbol.dispose]();
    body.destroy();
  }
}

/** Decodes a key from a listing. AWS writes a blank as `+`; a stored `+` is always escaped. */
function keyOf(written: string, isEncoded: boolean): Pick<ListedObject, 'key' | 'shown'> {
  if (!isEncoded) return { key: written, shown: written };
  try {
    const key = decodeURIComponent(written.replaceAll('+', ' '));
    return { key, shown: key };
  } catch {
    return { key: null, shown: written };
  }
}

function sizeOf(size: number | undefined): number {
  if (size === undefined || !Number.isSafeInteger(size) || size < 0) throw new WrongAnswer('a listing with an object without a size');
  return size;
}

function bareTag(tag: string | undefined): string | null {
  return tag === undefined ? null : tag.replace(/^W\//, '').replaceAll('"', '');
}

function rangeOf(text: string | undefined): ObjectAnswer['range'] {
  const [, first, last, size] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(text ?? '') ?? [];
  return first === undefined ? null : { first: Number(first), last: Number(last), size: Number(size) };
}
