import type { ByteReader } from '../../../src/core/base/bytes.ts';
import type { Finding } from '../../../src/core/findings/finding.ts';
import { bytesAsCharacters, chooseEncoding, decodeText } from '../../../src/tables/text/encoding.ts';
import { detached, textWindow } from '../../../src/tables/text/text-window.ts';

/** Characters of a line that are looked at; what goes on longer is no line of a log, and only its beginning is given. */
const lineChars = 256 * 1024;

/** A line of a text without its end, and its number from 1. */
export interface LogLine {
  readonly number: number;
  readonly text: string;
  /** False: the text ends without a line end behind this line. */
  readonly isEnded: boolean;
}

/** The lines of a text of any size, one in memory at a time. What its encoding gives to know comes first, under the name of the reader. */
export async function* logLines(reader: ByteReader, declared: string | null, signal: AbortSignal): AsyncIterable<LogLine | Finding> {
  const { choice, findings } = await chooseEncoding(reader, declared, signal);
  yield* findings;
  yield* linesOf(decodeText(reader, choice, signal), signal);
}

async function* linesOf(pieces: AsyncIterable<string>, signal: AbortSignal): AsyncIterable<LogLine> {
  await using window = textWindow(pieces);
  let number = 0;
  // The rest of a line that is too long.
  let passing = false;
  let at = 0;
  for (;;) {
    signal.throwIfAborted();
    const end = window.text.indexOf('\n', at);
    if (end < 0 && !window.ended) {
      // What there is of a line beyond its beginning is not kept.
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

/** Which of some patterns in ASCII a line of a text holds, whatever its encoding; read up to where all are found. */
export async function patternsHeld(reader: ByteReader, patterns: readonly RegExp[], signal: AbortSignal): Promise<ReadonlySet<RegExp>> {
  const held = new Set<RegExp>();
  const pieces = decodeText(reader, { encoding: bytesAsCharacters, basis: 'fallback', bomBytes: 0 }, signal);
  for await (const { text } of linesOf(pieces, signal)) {
    // UTF-16 has a zero beside each byte of ASCII.
    const plain = text.replaceAll('\0', '');
    for (const pattern of patterns) if (!held.has(pattern) && pattern.test(plain)) held.add(pattern);
    if (held.size === patterns.length) break;
  }
  return held;
}
