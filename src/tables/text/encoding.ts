import { Buffer, isAscii, isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { agree } from '../../core/base/agree.ts';
import type { ByteReader } from '../../core/base/bytes.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { type LineSurvey, lineDecoder, surveyLines, wholeCharacters, wholeLines } from './mixed-lines.ts';
import type { ByteScale } from './text-window.ts';
import type { EncodingChoice } from './types.ts';

/** Byte order marks, longest first: UTF-32LE begins like UTF-16LE. Source: Unicode 16.0, section 23.8. */
const byteOrderMarks: readonly (readonly [encoding: WideEncoding | 'utf8', mark: readonly number[]])[] = [
  ['utf32le', [0xff, 0xfe, 0x00, 0x00]],
  ['utf32be', [0x00, 0x00, 0xfe, 0xff]],
  ['utf8', [0xef, 0xbb, 0xbf]],
  ['utf16le', [0xff, 0xfe]],
  ['utf16be', [0xfe, 0xff]],
];

/**
 * Labels that exporters use for windows-1252. True Latin-1 has control codes where windows-1252 has quotes and dashes. These codes do not occur in practice, so
 * a Latin-1 label means windows-1252, as on the Web. Source: WHATWG Encoding Standard, section 4.2.
 */
const windows1252Labels: readonly string[] = ['windows1252', 'cp1252', 'win1252', 'iso88591', 'latin1', 'ansi', 'usascii', 'ascii'];

/** Names that iconv-lite accepts but that are not character encodings. */
const notText: readonly string[] = ['base64', 'hex', 'utf7', 'utf7imap', 'binary', 'internal'];

/** Number of bytes at the beginning of a text that `wideEncoding` examines: for the zero pattern of UTF-16 without a mark. */
export const wideEncodingBytes = 64 * 1024;

/** Encodings in which each character takes two or four bytes. */
export type WideEncoding = 'utf16le' | 'utf16be' | 'utf32le' | 'utf32be';

/**
 * Matches the pair of characters that results if a two-byte UTF-8 character is read as Latin-1 or windows-1252 and written as UTF-8 again: Â or Ã, followed by
 * one of the 64 characters for the bytes 0x80 to 0xBF.
 */
const doubledPair = /[\u00c2\u00c3][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]/g;

/**
 * Determines the encoding of a whole file. Tries, in this order: a byte order mark; strict UTF-8 in every byte; the zero bytes of UTF-16; the declared
 * encoding; windows-1252, with a finding. If only some lines are not UTF-8, only these lines are windows-1252. Text that was encoded as UTF-8 twice gives a
 * finding and is not repaired. Reads the file once.
 */
export async function chooseEncoding(
  reader: ByteReader,
  declared: string | null,
  signal: AbortSignal,
): Promise<{ choice: EncodingChoice; findings: Finding[] }> {
  const head = await reader.read(0, 4, signal);
  for (const [encoding, mark] of byteOrderMarks) {
    if (!mark.every((byte, i) => head[i] === byte)) continue;
    const choice: EncodingChoice = { encoding, basis: 'bom', bomBytes: mark.length };
    if (encoding !== 'utf8') return { choice, findings: [] };
    const seen = await surveyBytes(reader, mark.length, signal);
    if (seen.utf8) return { choice, findings: doubledFinding(seen, reader.name) };
    const lines = await surveyLines(reader, mark.length, true, signal);
    const begins = `begins with the byte order mark of UTF-8, but ${mixedText(lines)}`;
    return { choice: { ...choice, isMixed: true }, findings: [finding('T104', reader.name, begins)] };
  }
  const seen = await surveyBytes(reader, 0, signal);
  if (seen.utf16 !== null) return { choice: { encoding: seen.utf16, basis: 'zero-pattern', bomBytes: 0 }, findings: [] };
  const name = declared === null ? null : encodingName(declared);
  if (seen.utf8) {
    const findings = doubledFinding(seen, reader.name);
    if (name !== null && name !== 'utf8' && seen.nonAscii > 0) {
      findings.push(
        finding(
          'T102',
          reader.name,
          agree`${declared} is declared, but all ${seen.nonAscii} byte[s] beyond ASCII [is|are] valid UTF-8; it is read as UTF-8`,
        ),
      );
    }
    return { choice: { encoding: 'utf8', basis: 'strict-utf8', bomBytes: 0 }, findings };
  }
  if (name !== null && name !== 'utf8') return { choice: { encoding: name, basis: 'declared', bomBytes: 0 }, findings: [] };
  const choice: EncodingChoice = { encoding: 'win1252', basis: 'fallback', bomBytes: 0 };
  const lines = await surveyLines(reader, 0, false, signal);
  if (lines.utf8 + lines.broken > 0) {
    const unknown = declared !== null && name === null ? `${declaredLabel(declared)} is not a known encoding; ` : '';
    return { choice: { ...choice, isMixed: true }, findings: [finding('T105', reader.name, `${unknown}${mixedText(lines)}`)] };
  }
  const bytes = agree`${seen.nonAscii} byte[s] beyond ASCII`;
  if (declared === null) {
    return { choice, findings: [finding('T100', reader.name, `not UTF-8 and no encoding is declared; ${bytes} are read as windows-1252`)] };
  }
  const reason = name === null ? 'is not a known encoding' : 'is declared, but the bytes are not UTF-8';
  return { choice, findings: [finding('T101', reader.name, `${declaredLabel(declared)} ${reason}; ${bytes} are read as windows-1252`)] };
}

/**
 * Returns the encoding of a text, if each of its characters takes two or four bytes, as `chooseEncoding` does without reading all of the text; null: it is another
 * encoding.
 * @param head the first `wideEncodingBytes` of the text
 */
export function wideEncoding(head: Uint8Array): WideEncoding | null {
  const marked = byteOrderMarks.find(([, mark]) => mark.every((byte, i) => head[i] === byte));
  if (marked === undefined) return zeroPattern(head.subarray(0, wideEncodingBytes));
  return marked[0] === 'utf8' ? null : marked[0];
}

/** Describes how the lines of a mixed text are decoded. */
function mixedText({ utf8, broken, other, first }: LineSurvey): string {
  const count = (lines: number): string => (lines === 1 ? '1 line' : agree`${lines} line[s]`);
  const parts = [
    ...(other > 0 ? [`${count(other)} read as windows-1252`] : []),
    ...(broken > 0 ? [`${count(broken)} read as UTF-8 with U+FFFD for what is not`] : []),
  ].join(', ');
  const more = other + broken > first.length ? ', …' : '';
  const where = `${first.length === 1 ? 'line' : 'lines'} ${first.join(', ')}${more}`;
  return `${other + broken} of ${count(utf8 + broken + other)} beyond ASCII ${other + broken === 1 ? 'is' : 'are'} not UTF-8 (${where}): ${parts}`;
}

/** How to decode the records of a text. */
export interface RecordText {
  /** The encoding in which the text is scanned for records. */
  readonly scanned: EncodingChoice;
  /** Decodes a record, or another part of the scanned text that consists of whole lines. */
  decode(text: string): string;
}

/** Returns how to decode the records of a text. A mixed text is scanned as bytes, which keep ASCII, and each line of a record is decoded by itself. */
export function recordText(choice: EncodingChoice): RecordText {
  if (choice.isMixed !== true) return { scanned: choice, decode: (text) => text };
  const { basis, bomBytes } = choice;
  return { scanned: { encoding: bytesAsCharacters, basis, bomBytes }, decode: mixedDecoder(choice) };
}

function mixedDecoder({ basis }: EncodingChoice): (text: string) => string {
  return lineDecoder(basis === 'bom', (bytes) => decodeBytes(bytes, 'win1252'));
}

/**
 * Yields the text of the whole file in chunks of at most about 64 Ki characters; a mixed text in chunks of whole lines up to 1 MiB. Bytes that are invalid in
 * the encoding become U+FFFD.
 */
export async function* decodeText(reader: ByteReader, choice: EncodingChoice, signal: AbortSignal): AsyncIterable<string> {
  if (choice.isMixed === true) {
    const decode = mixedDecoder(choice);
    for await (const { bytes } of wholeLines(reader, choice.bomBytes, signal)) yield decode(bytes.toString('latin1'));
    return;
  }
  const decoder = iconv.getDecoder(choice.encoding, { stripBOM: false });
  for await (const piece of reader.stream(choice.bomBytes, reader.size, signal)) {
    signal.throwIfAborted();
    // Decoded text lives longer than the chunk, so its size is limited, whatever the reader yields.
    for (let at = 0; at < piece.length; at += 64 * 1024) {
      const text = decoder.write(asBuffer(piece.subarray(at, at + 64 * 1024)));
      if (text !== '') yield text;
    }
  }
  const rest = decoder.end();
  if (rest !== undefined && rest !== '') yield rest;
}

/**
 * Returns true if every byte below 0x80 means its ASCII character in an encoding, even after other bytes, so that text can be split before it is decoded. This
 * is not so in UTF-16 and in the double-byte encodings of East Asia, in which a byte like a backslash or a quote may be half of a character.
 */
export function keepsAscii(encoding: string): boolean {
  return /^(?:utf8|(?:win|windows|cp)125\d|iso8859\d{1,2}|koi8(?:r|u|ru)|mac\w+|(?:cp|ibm)(?:437|737|775|85[0-8]|86\d))$/.test(encoding);
}

/** Returns how positions in the text from `decodeText` relate to bytes of the file; null if the encoding does not show that. */
export function byteScale({ encoding, bomBytes, isMixed }: EncodingChoice): ByteScale | null {
  const start = bomBytes;
  if (isMixed === true) return null;
  if (encoding === 'utf8') return { start, measure: (text) => Buffer.byteLength(text, 'utf8') };
  if (encoding === bytesAsCharacters || keepsAscii(encoding)) return { start, measure: (text) => text.length };
  return /^utf16[lb]e$/.test(encoding) ? { start, measure: (text) => text.length * 2 } : null;
}

/** Encoding that maps each byte to the character with the same number. */
export const bytesAsCharacters = 'binary';

/** Decodes bytes. @param encoding iconv-lite's name of the encoding */
export function decodeBytes(bytes: Uint8Array, encoding: string): string {
  return iconv.decode(asBuffer(bytes), encoding, { stripBOM: false });
}

/** Returns iconv-lite's name for a declared encoding; null if it has none. `UTF-16` without a byte order means little-endian. */
export function encodingName(declared: string): string | null {
  const label = declared.toLowerCase().replace(/[^a-z0-9]/g, '');
  if (windows1252Labels.includes(label)) return 'win1252';
  if (label === 'utf16' || label === 'unicode' || label === 'ucs2') return 'utf16le';
  if (label === 'utf32') return 'utf32le';
  if (label === '' || notText.includes(label) || !iconv.encodingExists(label)) return null;
  return label;
}

/** Sanitises a declared name, which is untrusted: limits its length and removes characters that labels do not have. */
function declaredLabel(declared: string): string {
  return declared.slice(0, 40).replace(/[^\w.:-]/g, '?');
}

function doubledFinding(seen: ByteSurvey, place: string): Finding[] {
  if (seen.doubled === 0) return [];
  return [
    finding(
      'T103',
      place,
      agree`${seen.doubled} character[s] [looks|look] as if [it was|they were] encoded as UTF-8 twice (Ã¤ for ä); [it is|they are] kept as [it is|they are]`,
    ),
  ];
}

interface ByteSurvey {
  /** True if all bytes are UTF-8. A last character that the end of the file truncates counts as UTF-8 if all others are complete. */
  readonly utf8: boolean;
  /** Number of bytes that are 0x80 or above. */
  readonly nonAscii: number;
  readonly doubled: number;
  readonly utf16: 'utf16le' | 'utf16be' | null;
}

async function surveyBytes(reader: ByteReader, start: number, signal: AbortSignal): Promise<ByteSurvey> {
  const utf16 = zeroPattern(await reader.read(start, wideEncodingBytes, signal));
  let utf8 = utf16 === null;
  let multibyte = 0;
  let nonAscii = 0;
  let doubled = 0;
  let carried: Uint8Array = new Uint8Array(0);
  let lastLetter = '';
  if (utf16 !== null) return { utf8, nonAscii, doubled, utf16 };
  for await (const piece of reader.stream(start, reader.size, signal)) {
    signal.throwIfAborted();
    if (carried.length === 0 && isAscii(piece)) {
      lastLetter = '';
      continue;
    }
    for (const byte of piece) if (byte >= 0x80) nonAscii++;
    if (!utf8) continue;
    const bytes = carried.length === 0 ? asBuffer(piece) : Buffer.concat([carried, piece]);
    const end = wholeCharacters(bytes);
    const whole = bytes.subarray(0, end);
    carried = new Uint8Array(bytes.subarray(end));
    utf8 = isUtf8(whole);
    if (!utf8) continue;
    const text = lastLetter + whole.toString('utf8');
    if (!isAscii(whole)) multibyte++;
    doubled += text.match(doubledPair)?.length ?? 0;
    // A pair may span two chunks.
    lastLetter = /[\u00c2\u00c3]$/.test(text) ? text.slice(-1) : '';
  }
  if (carried.length > 0 && multibyte === 0) utf8 = false;
  return { utf8, nonAscii, doubled: utf8 ? doubled : 0, utf16 };
}

function isPrintable(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x20 && byte < 0x7f;
}

/**
 * Detects UTF-16 by Latin digits, separators and line ends, whose every second byte is zero. The detection is a guess by counting: at least a fifth of the even
 * or of the odd bytes are zero, and almost none of the others. Pairs of two printable ASCII bytes are rare ideographs in UTF-16 but plain text elsewhere, so
 * many of them mean stray zeros in a file of another encoding.
 */
function zeroPattern(bytes: Uint8Array): 'utf16le' | 'utf16be' | null {
  const zeros = [0, 0];
  let plainPairs = 0;
  for (let i = 0; i + 1 < bytes.length; i += 2) if (isPrintable(bytes[i]) && isPrintable(bytes[i + 1])) plainPairs++;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === 0) zeros[i & 1] = (zeros[i & 1] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (plainPairs > 2 * Math.max(even, odd)) return null;
  const half = bytes.length / 2;
  if (odd >= half / 5 && odd > 0 && even <= odd / 10) return 'utf16le';
  if (even >= half / 5 && even > 0 && odd <= even / 10) return 'utf16be';
  return null;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
