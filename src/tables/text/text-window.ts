/**
 * The part of a long text that a scanner works on. Chunks are gathered up to a worthwhile amount, so that results do not depend on
 * chunk boundaries and long records take no quadratic time.
 */
export interface TextWindow extends AsyncDisposable {
  /** The text that has been read and not dropped. */
  readonly text: string;
  /** True if nothing follows `text`. */
  readonly ended: boolean;
  /** Reads on: at least as much again as is in memory, or to the end. Returns false if the end was reached before. */
  more(): Promise<boolean>;
  /** Discards the first `count` characters. */
  drop(count: number): void;
}

const leastChars = 64 * 1024;

/** Creates a window on text that comes in chunks; empty until `more` is called. */
export function textWindow(pieces: AsyncIterable<string>): TextWindow {
  const iterator = pieces[Symbol.asyncIterator]();
  let text = '';
  let ended = false;
  return {
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
      text = text.slice(count);
    },
    // A reader that stops early still closes the source of the chunks.
    [Symbol.asyncDispose]: async () => {
      ended = true;
      await iterator.return?.();
    },
  };
}

/** Returns the same text with its own storage: a slice would keep the whole window in memory for as long as a caller keeps one cell. */
export function detached(text: string): string {
  return text.length < 16 ? text : Buffer.from(text, 'utf16le').toString('utf16le');
}
