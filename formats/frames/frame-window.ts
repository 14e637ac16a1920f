import type { ByteReader } from '../../src/core/base/bytes.ts';

const windowBytes = 256 * 1024;

/** Small reads one after the other, served from a window over the file. */
export interface FrameWindow {
  readonly size: number;
  /** Bytes [at, at + length), fewer only at the end; more than 256 KiB are read for themselves. Valid until the next call. */
  read(at: number, length: number): Promise<Uint8Array>;
  /** As `read` where the window has the bytes already, else null: spares a walk over small frames a promise for each. */
  peek(at: number, length: number): Uint8Array | null;
}

/** A window over a reader; memory is flat however large the file is. */
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

/** The bytes of spans as one file, addressed from 0; spans that touch are one. */
export function spansReader(bytes: ByteReader, spans: readonly Span[]): ByteReader & { origin(start: number, end: number): Span[] } {
  const starts: number[] = [];
  let size = 0;
  for (const [start, end] of spans) {
    starts.push(size);
    size += end - start;
  }
  /** Index of the span that holds `at`. */
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

/** Collects spans in playing order; those that touch become one. */
export function addSpan(spans: [number, number][], start: number, end: number): void {
  const last = spans.at(-1);
  if (last !== undefined && last[1] === start) last[1] = end;
  else if (end > start) spans.push([start, end]);
}
