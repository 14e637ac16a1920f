import { agree } from '../../core/base/agree.ts';
import type { ByteReader } from '../../core/base/bytes.ts';
import { AgeError } from './age-error.ts';
import type { AgeIdentity } from './identity.ts';
import { chunkBytes, chunkFault, openChunk, payloadLayout, storedChunkBytes } from './payload.ts';
import { tagBytes } from './primitives.ts';
import { createPull } from './pull.ts';
import { firstReadBytes, type UnlockedPayload, unlockPayload } from './unlock.ts';

/** Number of chunks that a reader keeps, and number that it reads at once if several are needed: 256 KiB. */
const keptChunks = 4;
const chunksPerRead = 4;

/**
 * Opens an age file for random access. Checks the header, its MAC and the last chunk before it returns, so the size of the result is authentic. Checks every
 * other chunk when it is read, and returns no byte of a chunk before that. To read a range, it reads at most the rest of the first and the last chunk in
 * addition.
 * @param stored the bytes of the file; the result's name is the file's name without `.age`
 * @throws AgeError here, and `payload` from the reader; what `stored` throws
 */
export async function openAge(stored: ByteReader, identities: readonly AgeIdentity[], signal?: AbortSignal): Promise<ByteReader> {
  const { key, start } = await unlocked(stored, identities, signal);
  const layout = payloadLayout(stored.size - start);
  if (layout === null)
    throw new AgeError('payload', agree`an age file with this header cannot have ${stored.size} byte[s]: it was truncated or extended`);
  const { plainSizeBytes: size, chunks } = layout;
  const kept = new Map<number, Uint8Array>();
  const keep = (index: number, plain: Uint8Array): Uint8Array => {
    // The first entry is the least recently used one.
    kept.delete(index);
    kept.set(index, plain);
    for (const oldest of kept.keys()) {
      if (kept.size <= keptChunks) break;
      kept.delete(oldest);
    }
    return plain;
  };

  /** Yields the chunks [first, end) in order. */
  async function* chunksOf(first: number, end: number, within?: AbortSignal): AsyncGenerator<Uint8Array, void> {
    for (let index = first; index < end; ) {
      const known = kept.get(index);
      if (known !== undefined) {
        yield keep(index++, known);
        continue;
      }
      let next = index + 1;
      while (next < end && next < index + chunksPerRead && !kept.has(next)) next++;
      const from = start + index * storedChunkBytes;
      const length = Math.min(stored.size, start + next * storedChunkBytes) - from;
      const bytes = await stored.read(from, length, within);
      if (bytes.length !== length)
        throw new AgeError('payload', agree`it became shorter: ${length} byte[s] were expected at ${from}, ${bytes.length} arrived`);
      for (let at = 0; index < next; index++, at += storedChunkBytes) {
        const piece = bytes.subarray(at, Math.min(at + storedChunkBytes, length));
        const isLast = index === chunks - 1;
        const plain = openChunk(key, { index, isLast }, piece);
        if (plain === null) throw chunkFault(index, isLast, openChunk(key, { index, isLast: !isLast }, piece) !== null);
        yield keep(index, plain);
      }
    }
  }

  async function* stream(from: number, to: number, within?: AbortSignal): AsyncGenerator<Uint8Array, void> {
    const end = Math.min(to, size);
    if (from >= end) return;
    let offset = Math.floor(from / chunkBytes) * chunkBytes;
    for await (const chunk of chunksOf(offset / chunkBytes, Math.ceil(end / chunkBytes), within)) {
      yield chunk.subarray(Math.max(0, from - offset), Math.min(chunk.length, end - offset));
      offset += chunk.length;
    }
  }

  for await (const last of chunksOf(chunks - 1, chunks, signal)) keep(chunks - 1, last);
  return {
    name: stored.name.replace(/\.age$/, ''),
    size,
    read: async (offset, length, within) => {
      const end = Math.min(offset + length, size);
      const bytes = new Uint8Array(Math.max(0, end - offset));
      let done = 0;
      for await (const piece of stream(offset, end, within)) {
        bytes.set(piece, done);
        done += piece.length;
      }
      return bytes;
    },
    stream,
  };
}

async function unlocked(stored: ByteReader, identities: readonly AgeIdentity[], signal: AbortSignal | undefined): Promise<UnlockedPayload> {
  // The loop ends: `unlockPayload` refuses a header beyond its limit, and a file that ends within its header.
  for (let length = firstReadBytes; ; length *= 2) {
    const head = await stored.read(0, Math.min(length, stored.size), signal);
    const payload = await unlockPayload(head, head.length < length || length >= stored.size, identities);
    if (payload !== null) return payload;
  }
}

/**
 * Yields the plain bytes of an age file, from a stream of its stored bytes in pieces of any size. Each yielded piece is a checked chunk, owned by the caller.
 * Only the normal end of the generator proves that the file is complete: if it throws, the pieces yielded so far are the beginning of what was sealed, and no
 * more is known.
 * @throws AgeError; what `stored` throws
 */
export async function* openedStream(stored: AsyncIterable<Uint8Array>, identities: readonly AgeIdentity[]): AsyncGenerator<Uint8Array, void> {
  await using bytes = createPull(stored);
  let head = new Uint8Array(firstReadBytes);
  let filled = await bytes.fill(head, 0);
  let payload = await unlockPayload(head.subarray(0, filled), filled < head.length, identities);
  // The loop ends as in `unlocked`.
  while (payload === null) {
    const longer = new Uint8Array(head.length * 2);
    longer.set(head);
    head = longer;
    filled = await bytes.fill(head, filled);
    payload = await unlockPayload(head.subarray(0, filled), filled < head.length, identities);
  }
  bytes.unread(head.subarray(payload.start, filled));
  const held = new Uint8Array(storedChunkBytes);
  for (let index = 0, isLast = false; !isLast; index++) {
    const chunk = held.subarray(0, await bytes.fill(held, 0));
    isLast = !(await bytes.hasMore());
    if (index > 0 && chunk.length === tagBytes) throw new AgeError('payload', `chunk ${index + 1} is empty`);
    const plain = openChunk(payload.key, { index, isLast }, chunk);
    if (plain === null) {
      // A full chunk with the wrong mark is authentic: it is yielded before its error is thrown, as the test vectors of age require.
      const other = chunk.length === storedChunkBytes ? openChunk(payload.key, { index, isLast: !isLast }, chunk) : null;
      if (other !== null) yield other;
      throw chunkFault(index, isLast, other !== null);
    }
    if (plain.length > 0) yield plain;
  }
}
