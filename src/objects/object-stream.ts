import { agree } from '../core/base/agree.ts';
import { changed } from '../core/base/changed-source.ts';
import { limits } from '../core/base/limits.ts';
import { createDigester, type Digester, type StatedDigest } from './digests.ts';
import { type Pauses, pause } from './retries.ts';
import type { ObjectAnswer, ObjectRequests } from './s3-client.ts';
import { objectError } from './store-errors.ts';
import { Interruption, troubleOf, WrongAnswer } from './trouble.ts';

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

/** How a store is asked. */
export interface Asking {
  readonly requests: ObjectRequests;
  /** Host of the store, for messages. */
  readonly host: string;
  readonly attempts: number;
  readonly pauses: Pauses;
  /** Is told of each request for an object, and of the bytes received. */
  readonly onRead: (bytes: number | null) => void;
}

/** Result of comparing a whole object with the digest that its store states. Filled in at the end of the object. */
export interface Comparison {
  /** Null: the store states no digest of the whole object. */
  stated: StatedDigest | null;
  /** Digest of the received bytes in hexadecimal; null if none was stated. */
  received: string | null;
}

/** Bytes [start, end) of an object. `comparison`: they are all of its bytes, and are compared. */
export interface WantedBytes {
  readonly start: number;
  readonly end: number;
  readonly comparison?: Comparison;
}

/** Yields bytes of an object. An interrupted answer continues where it ended. @throws LongplayError as `ObjectStore.stream` */
export async function* streamObject(asking: Asking, object: StoredObject, wanted: WantedBytes, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const { start, end, comparison } = wanted;
  const stop = Math.min(end, object.size);
  let at = start;
  let failures = 0;
  /** Where the last attempt failed: a connection that brings a good part each time is slow, not broken. */
  let failedAt = start;
  let digester: Digester | null = null;
  while (at < stop) {
    try {
      asking.onRead(null);
      const isWhole = comparison !== undefined && at === 0;
      const answer = await asking.requests.get(object.bucket, object.key, { start: at, end: stop, isWhole, etag: object.etag }, signal);
      checkAnswer(answer, object, { start: at, end: stop });
      if (isWhole) {
        comparison.stated = answer.stated;
        digester = answer.stated === null ? null : createDigester(answer.stated.algorithm);
      }
      for await (const piece of answer.body) {
        if (at + piece.length > stop) throw new WrongAnswer(agree`more than the ${stop - start} byte[s] that were requested`);
        at += piece.length;
        asking.onRead(piece.length);
        digester?.update(piece);
        yield piece;
      }
      if (at < stop) throw new Interruption(agree`the answer ended ${stop - at} byte[s] early`);
    } catch (error) {
      signal.throwIfAborted();
      const trouble = troubleOf(error);
      if (at - failedAt >= limits.readChunkBytes) failures = 0;
      failedAt = at;
      failures++;
      if (trouble.kind !== 'again' || failures >= asking.attempts) throw objectError(trouble, object, asking.host, failures);
      await pause(failures, trouble.isSlow, asking.pauses, signal);
    }
  }
  if (comparison !== undefined) comparison.received = (await digester?.hex()) ?? null;
}

/** Refuses an answer that does not contain the requested bytes of the listed object. @throws LongplayError S103, WrongAnswer */
function checkAnswer(answer: ObjectAnswer, object: StoredObject, { start, end }: { readonly start: number; readonly end: number }): void {
  const { etag, range, status, length } = answer;
  try {
    if (etag !== null && object.etag !== '' && etag !== object.etag) throw changed(object.name, 'it was replaced');
    // Without a range the length is that of the whole object.
    const size = range?.size ?? (status === 200 ? length : null);
    if (size !== null && size !== object.size) throw changed(object.name, agree`it had ${object.size} byte[s], now it has ${size}`);
    if (status === 206 && range !== null && range.first === start && range.last < end && range.last >= start) return;
    if (status === 200 && start === 0 && end === object.size) return;
    throw new WrongAnswer(`another range than the requested one (HTTP ${status})`);
  } catch (error) {
    answer.discard();
    throw error;
  }
}
