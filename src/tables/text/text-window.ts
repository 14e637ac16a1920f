/**
 * The part of a long text that a scanner works on. Pieces are gathered until there is a worthwhile amount, so that answers do not depend on
 * how the text was cut and long records cost no quadratic work.
 */
export interface TextWindow extends AsyncDisposable {
  /** What has been read and not been dropped. */
  readonly text: string;
  /** Nothing follows `text`. */
  readonly ended: boolean;
  /** Reads on: at least as much again as there is, or to the end. False where the end was reached before. */
  more(): Promise<boolean>;
  /** Forgets the first `count` characters. */
  drop(count: number): void;
}

const leastChars = 64 * 1024;

/** A window on text that comes in pieces; empty until `more` is asked for. */
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
    // Who stops reading early still closes what the pieces come from.
    [Symbol.asyncDispose]: async () => {
      ended = true;
      await iterator.return?.();
    },
  };
}

/** The same text with storage of its own: a slice would keep the whole window alive as long as a caller keeps one cell. */
export function detached(text: string): string {
  return text.length < 16 ? text : Buffer.from(text, 'utf16le').toString('utf16le');
}
