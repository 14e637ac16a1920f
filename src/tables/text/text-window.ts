import type { ByteSpan } from '../../core/findings/finding.ts';

/** How positions in the text of a file relate to the bytes of the file. */
export interface ByteScale {
  /** Number of bytes before the text: the byte order mark. */
  readonly start: number;
  /** Returns the number of bytes that decoded text occupies in the file. */
  measure(text: string): number;
}

/**
 * The part of a long text on which a scanner works. Chunks are collected up to a useful size, so that results do not depend on the boundaries of chunks and
 * long records do not take quadratic time.
 */
export interface TextWindow extends AsyncDisposable {
  /** The text that has been read and not yet dropped. */
  readonly text: string;
  /** True if nothing follows `text`. */
  readonly ended: boolean;
  /** Reads more: at least as much as is in memory already, or to the end. Returns false if the end was reached before. */
  more(): Promise<boolean>;
  /** Discards the first `count` characters. */
  drop(count: number): void;
  /** Returns the offset in the file of the byte at which a character of `text` begins; null if it is unknown. Cheap if called in ascending order. */
  byteAt(at: number): number | null;
}

const leastChars = 64 * 1024;

/**
 * Creates a window on text that comes in chunks. The window is empty until `more` is called.
 * @param scale null: positions in the text do not show bytes of the file
 */
export function textWindow(pieces: AsyncIterable<string>, scale: ByteScale | null = null): TextWindow {
  const iterator = pieces[Symbol.asyncIterator]();
  let text = '';
  let ended = false;
  let startBytes = scale?.start ?? 0;
  /** The last position that was measured, and the number of bytes before it in `text`. */
  let measured = { at: 0, bytes: 0 };
  const byteAt = (at: number): number | null => {
    if (scale === null) return null;
    const from = at < measured.at ? { at: 0, bytes: 0 } : measured;
    measured = { at, bytes: from.bytes + scale.measure(text.slice(from.at, at)) };
    return startBytes + measured.bytes;
  };
  return {
    byteAt,
    get text() {
      return text;
    },
    get ended() {
      return ended;
    },
    more: async () => {
      if (ended) return false;
      const parts = [text];
      let wanted = Math.max(leastChars, text.length);
      while (wanted > 0 && !ended) {
        const next = await iterator.next();
        if (next.done === true) {
          ended = true;
        } else {
          parts.push(next.value);
          wanted -= next.value.length;
        }
      }
      text = parts.join('');
      return true;
    },
    drop: (count) => {
      startBytes = byteAt(Math.min(count, text.length)) ?? 0;
      measured = { at: 0, bytes: 0 };
      text = text.slice(count);
    },
    // A reader that stops early still closes the source of the chunks.
    [Symbol.asyncDispose]: async () => {
      ended = true;
      await iterator.return?.();
    },
  };
}

/** Returns the same text with storage of its own, because a slice would keep the whole window in memory as long as a caller keeps one cell. */
export function detached(text: string): string {
  return text.length < 16 ? text : Buffer.from(text, 'utf16le').toString('utf16le');
}

/** Returns the span between two offsets of a file. The text in between may have been dropped. Null if either offset is unknown. */
export function spanBetween(from: number | null, to: number | null): ByteSpan | null {
  return from === null || to === null ? null : { offset: from, bytes: to - from };
}
