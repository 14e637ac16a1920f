import { agree } from '../core/base/agree.ts';
import type { ByteReader } from '../core/base/bytes.ts';
import { limits } from '../core/base/limits.ts';
import { type Finding, finding } from '../core/findings/finding.ts';
import { chooseEncoding, decodeText } from './text/encoding.ts';
import { linePair } from './text/line-pairs.ts';
import type { TableRecord } from './text/types.ts';

// Reads files of keys and values, one per line, as recorders write them beside audio: `[Section]`, `key=value` or `key: value`, comments after `;` or `#`.

/** Smallest number of pairs and, below, smallest percentage of lines that identify such a file. */
const pairsMin = 2;
const share = 80;

type Line = { readonly kind: 'pair'; readonly name: string; readonly value: string } | { readonly kind: 'section'; readonly name: string } | null;

/** Returns the content of a line; null for a line that has no meaning by itself. */
function lineOf(line: string): Line {
  const section = /^\s*\[([^\]]{1,80})\]\s*$/.exec(line)?.[1]?.trim();
  if (section !== undefined) return { kind: 'section', name: section };
  const pair = linePair(line);
  return pair === null ? null : { kind: 'pair', name: pair[0], value: unquoted(pair[1]) };
}

function unquoted(value: string): string {
  return /^"(.*)"$/.exec(value)?.[1] ?? value;
}

function linesOf(text: string): readonly string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .filter((line) => !/^\s*(?:[;#].*)?$/.test(line));
}

/** Returns true if a text consists of keys and values, one per line. */
export function isIni(text: string): boolean {
  const lines = linesOf(text).map(lineOf);
  const pairs = lines.filter((line) => line?.kind === 'pair').length;
  return pairs >= pairsMin && lines.filter((line) => line !== null).length * 100 >= lines.length * share;
}

/**
 * Reads a file of keys and values as one record. The caller must have limited its size. A key in a section is called `Section.key`. A line without a key or
 * section continues the value before it, so that no text is lost. Yields no record if there is no pair.
 */
export async function* readIni(
  reader: ByteReader,
  { place, declaredEncoding }: { readonly place: string; readonly declaredEncoding: string | null },
  signal: AbortSignal,
): AsyncIterable<TableRecord | Finding> {
  const { choice, findings } = await chooseEncoding(reader, declaredEncoding, signal);
  yield* findings;
  let text = '';
  for await (const piece of decodeText(reader, choice, signal)) text += piece;
  const pairs: [name: string, value: string][] = [];
  let section = '';
  let beyond = 0;
  for (const written of linesOf(text)) {
    const line = lineOf(written);
    const last = pairs.at(-1);
    if (line?.kind === 'section') section = `${line.name}.`;
    else if (line === null && last !== undefined) last[1] += `\n${written.trim()}`;
    else if (pairs.length >= limits.recordFields) beyond++;
    else if (line !== null) pairs.push([section + line.name, line.value]);
    else beyond++;
  }
  if (pairs.length === 0) yield finding('T165', place, 'no line is a key with a value');
  else if (beyond > 0)
    yield finding('T165', place, agree`${beyond} line[s] [stands|stand] before the first key, or beyond ${limits.recordFields} keys`, beyond);
  if (pairs.length > 0) yield { kind: 'record', table: '', number: 1, pairs, value: null, raw: text };
}
