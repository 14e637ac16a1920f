import type { ByteReader } from '../../../src/core/base/bytes.ts';
import type { Finding } from '../../../src/core/findings/finding.ts';
import { bytesAsCharacters, chooseEncoding, decodeText } from '../../../src/tables/text/encoding.ts';
import { detached, textWindow } from '../../../src/tables/text/text-window.ts';

/** Largest number of characters of a line that are used. A longer line is not a line of a log; only its beginning is yielded. */
const lineChars = 256 * 1024;

/** A line of a text without its end, and its number from 1. */
export interface LogLine {
  readonly number: number;
  readonly text: string;
  /** False if the text ends without a line end after this line. */
  readonly isEnded: boolean;
}

/**
 * Yields the lines of a text of any size, with one line in memory at a time. Findings about its encoding come first, with the name of the reader as their
 * place.
 */
export async function* logLines(reader: ByteReader, declared: string | null, signal: AbortSignal): AsyncIterable<LogLine | Finding> {
  const { choice, findings } = await chooseEncoding(reader, declared, signal);
  yield* findings;
  yield* linesOf(decodeText(reader, choice, signal), signal);
}

async function* linesOf(pieces: AsyncIterable<string>, signal: AbortSignal): AsyncIterable<LogLine> {
  await using window = textWindow(pieces);
  let number = 0;
  // True while the rest of an overlong line is skipped.
  let passing = false;
  let at = 0;
  for (;;) {
    signal.throwIfAborted();
    const end = window.text.indexOf('\n', at);
    if (end < 0 && !window.ended) {
      // Only the beginning of a long line is kept.
      const rest = window.text.length - at;
      if (rest > lineChars) {
        if (!passing) yield { number: ++number, text: detached(window.text.slice(at, at + lineChars)), isEnded: true };
        passing = true;
        at = window.text.length;
      }
      window.drop(at);
      at = 0;
      await window.more();
      continue;
    }
    if (end < 0 && at >= window.text.length) return;
    const text = window.text.slice(at, Math.min(end < 0 ? window.text.length : end, at + lineChars)).replace(/\r$/, '');
    if (!passing) yield { number: ++number, text: detached(text), isEnded: end >= 0 };
    passing = false;
    at = end < 0 ? window.text.length : end + 1;
  }
}

/** Returns those ASCII patterns that match some line of a text, whatever its encoding. Stops reading when all have matched. */
export async function patternsHeld(reader: ByteReader, patterns: readonly RegExp[], signal: AbortSignal): Promise<ReadonlySet<RegExp>> {
  const held = new Set<RegExp>();
  const pieces = decodeText(reader, { encoding: bytesAsCharacters, basis: 'fallback', bomBytes: 0 }, signal);
  for await (const { text } of linesOf(pieces, signal)) {
    // UTF-16 has a zero byte beside each ASCII character.
    const plain = text.replaceAll('\0', '');
    for (const pattern of patterns) if (!held.has(pattern) && pattern.test(plain)) held.add(pattern);
    if (held.size === patterns.length) break;
  }
  return held;
}
