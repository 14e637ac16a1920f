import type { ByteReader } from '../../src/core/base/bytes.ts';

const windowBytes = 256 * 1024;

/** Serves small consecutive reads from a window over the file. */
export interface FrameWindow {
  readonly size: number;
  /** Returns bytes [at, at + length), fewer only at the end of the file. More than 256 KiB are read separately. Valid until the next call. */
  read(at: number, length: number): Promise<Uint8Array>;
  /** Returns the same as `read` if the window already has the bytes, otherwise null. Avoids a promise per frame in a walk over small frames. */
  peek(at: number, length: number): Uint8Array | null;
}

/** Creates a window over a reader; its memory does not depend on the size of the file. */
export function frameWindow(bytes: ByteReader, signal: AbortSignal): FrameWindow {
  let window = new Uint8Array(0);
  let windowAt = 0;
  const peek = (at: number, length: number): Uint8Array | null => {
    const from = at - windowAt;
    if (from < 0 || from > window.length) return null;
    if (from + length <= window.length || windowAt + window.length >= bytes.size) return window.subarray(from, from + length);
    return null;
  };
  return {
    size: bytes.size,
    peek,
    async read(at, length) {
      const there = peek(at, length);
      if (there !== null) return there;
      signal.throwIfAborted();
      window = new Uint8Array(await bytes.read(at, Math.max(windowBytes, length), signal));
      windowAt = at;
      return window.subarray(0, length);
    },
  };
}

type Span = readonly [start: number, end: number];

/** Returns a reader of the bytes in spans as one file, addressed from 0; adjacent spans count as one. */
export function spansReader(bytes: ByteReader, spans: readonly Span[]): ByteReader & { origin(start: number, end: number): Span[] } {
  const starts: number[] = [];
  let size = 0;
  for (const [start, end] of spans) {
    starts.push(size);
    size += end - start;
  }
  /** Returns the index of the span that contains `at`. */
  const indexOf = (at: number): number => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  const origin = (start: number, end: number): Span[] => {
    const found: Span[] = [];
    for (let at = start, index = indexOf(start); at < Math.min(end, size) && index < spans.length; index++) {
      const [from, to] = spans[index] ?? [0, 0];
      const offset = at - (starts[index] ?? 0);
      const length = Math.min(to - from - offset, end - at);
      if (length <= 0) continue;
      found.push([from + offset, from + offset + length]);
      at += length;
    }
    return found;
  };
  return {
    name: bytes.name,
    size,
    origin,
    async read(offset, length, signal) {
      const parts: Uint8Array[] = [];
      for (const [start, end] of origin(offset, offset + length)) parts.push(await bytes.read(start, end - start, signal));
      const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
      let at = 0;
      for (const part of parts) {
        out.set(part, at);
        at += part.length;
      }
      return out;
    },
    async *stream(start, end, signal) {
      for (const [from, to] of origin(start, end)) yield* bytes.stream(from, to, signal);
    },
  };
}

/** Adds a span in playing order; joins it to the last one if they are adjacent. */
export function addSpan(spans: [number, number][], start: number, end: number): void {
  const last = spans.at(-1);
  if (last !== undefined && last[1] === start) last[1] = end;
  else if (end > start) spans.push([start, end]);
}
