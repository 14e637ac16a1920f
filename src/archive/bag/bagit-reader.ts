import { isAscii } from 'node:buffer';
import { closeSync, readSync } from 'node:fs';
import { agree } from '../../core/base/agree.ts';
import { limits } from '../../core/base/limits.ts';
import { openRegular } from '../files/hash-file.ts';
import { type BagFault, fault } from './faults.ts';

// Reads BagIt's text files, versions 0.93 to 1.0 (draft-kunze-bagit-00 to -17 and RFC 8493). All input is untrusted.

/** Content of bagit.txt. */
export interface BagDeclaration {
  /** True from version 1.0 on: customs of earlier versions are then errors. */
  readonly strict: boolean;
  readonly encoding: TagEncoding;
  readonly faults: readonly BagFault[];
}

/** How tag files are decoded. `utf-16` follows the byte order mark and is big-endian without one (RFC 2781 section 4.3). */
export type TagEncoding = 'utf-8' | 'utf-16' | 'latin1' | { readonly label: string };

const knownVersions: ReadonlySet<string> = new Set(['0.93', '0.94', '0.95', '0.96', '0.97', '1.0']);

/** Parses bagit.txt. Even a damaged file gives rules for the rest of the bag: those of the lenient versions, with UTF-8. */
export function parseBagDeclaration(bytes: Uint8Array): BagDeclaration {
  const faults: BagFault[] = [];
  const say = (code: BagFault['code'], message: string): void => {
    faults.push(fault(code, 'bagit.txt', message));
  };
  const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  if (bom) say('A127', 'it begins with a byte order mark');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    say('A122', 'it is not UTF-8');
    return { strict: false, encoding: 'utf-8', faults };
  }
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.at(-1) === '') lines.pop();
  const version = /^BagIt-Version[ \t]*:[ \t]*(.*?)[ \t]*$/.exec(lines[0] ?? '')?.[1] ?? null;
  const encodingName = /^Tag-File-Character-Encoding[ \t]*:[ \t]*(.*?)[ \t]*$/.exec(lines[1] ?? '')?.[1] ?? null;
  const numbers = version === null ? null : /^(\d{1,4})\.(\d{1,4})$/.exec(version);
  const strict = numbers !== null && Number(numbers[1]) >= 1;
  if (version === null) say('A122', 'its first line does not declare BagIt-Version');
  else if (numbers === null) say('A123', 'its version is not two numbers with a point between them');
  else if (!knownVersions.has(version)) say('A124', `it declares version ${version}; 0.93 to 0.97 and 1.0 are known`);
  if (encodingName === null || encodingName === '') say('A125', 'its second line does not declare Tag-File-Character-Encoding');
  const exact = lines[0] === `BagIt-Version: ${version}` && (encodingName === null || lines[1] === `Tag-File-Character-Encoding: ${encodingName}`);
  if (strict && version !== null && !exact) say('A128', 'version 1.0 requires exactly one blank, after the colon');
  const rest = lines.slice(2);
  if (strict ? rest.length > 0 : rest.some((line) => line.trim() !== '')) say('A122', agree`it has ${lines.length} line[s] instead of two`);
  const encoding = encodingName === null || encodingName === '' ? 'utf-8' : tagEncoding(encodingName);
  if (encoding === null) say('A126', 'it declares an unknown encoding; tag files are read as UTF-8');
  return { strict, encoding: encoding ?? 'utf-8', faults };
}

function tagEncoding(name: string): TagEncoding | null {
  const plain = name.toLowerCase();
  if (plain === 'utf-8' || plain === 'utf8' || plain === 'us-ascii' || plain === 'ascii') return 'utf-8';
  if (plain === 'utf-16') return 'utf-16';
  // TextDecoder treats ISO-8859-1 as windows-1252, which differs in 0x80 to 0x9F (WHATWG Encoding, section 4.2).
  if (plain === 'iso-8859-1' || plain === 'latin1') return 'latin1';
  try {
    return { label: new TextDecoder(plain).encoding };
  } catch {
    return null;
  }
}

/** One line of a tag file, counted from 1. `text` is null if the line exceeds the length limit. */
export interface TagLine {
  readonly number: number;
  readonly text: string | null;
}

/**
 * Yields the lines of a tag file in batches; LF, CR and CRLF end a line. A byte order mark is reported to `onMark` and removed. Bytes that are invalid in the
 * encoding become U+FFFD. Lines that are too long have no text. Reads synchronously, one chunk per batch.
 * @throws the system's error if the file cannot be read; Error ENOTFILE if it is not a regular file.
 */
export function* tagLines(path: string, encoding: TagEncoding, onMark: () => void): Generator<TagLine[]> {
  let carry = '';
  let tooLong = false;
  let number = 0;
  const split = (text: string, last: boolean): TagLine[] => {
    const lines: TagLine[] = [];
    let rest = carry + text;
    // A CR at the end may be the first half of a CRLF.
    const held = !last && rest.endsWith('\r') ? '\r' : '';
    rest = rest.slice(0, rest.length - held.length);
    const parts = rest.includes('\r') ? rest.split(/\r\n|\n|\r/) : rest.split('\n');
    carry = (parts.pop() ?? '') + held;
    for (const part of parts) {
      number += 1;
      lines.push({ number, text: tooLong || part.length > limits.manifestLineBytes ? null : part });
      tooLong = false;
    }
    if (carry.length > limits.manifestLineBytes) {
      tooLong = true;
      carry = held;
    }
    if (last && (carry !== '' || tooLong)) lines.push({ number: number + 1, text: tooLong ? null : carry });
    return lines;
  };
  const file = openRegular(path);
  try {
    let decode: ((bytes: Uint8Array, more: boolean) => string) | null = null;
    const buffer = Buffer.allocUnsafe(limits.readChunkBytes);
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) {
      const bytes = buffer.subarray(0, read);
      if (decode === null) {
        if (hasMark(bytes, encoding)) onMark();
        decode = decoderOf(encoding, bytes);
      }
      yield split(decode(bytes, true), false);
    }
    yield split(decode === null ? '' : decode(new Uint8Array(0), false), true);
  } finally {
    closeSync(file);
  }
}

/** Returns true if the bytes begin with a byte order mark, which is meaningful in UTF-16 and a mistake in UTF-8. */
function hasMark(bytes: Uint8Array, encoding: TagEncoding): boolean {
  return encoding === 'utf-8' && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

function decoderOf(encoding: TagEncoding, first: Uint8Array): (bytes: Uint8Array, more: boolean) => string {
  if (encoding === 'latin1') return latin1;
  const label =
    encoding === 'utf-16' ? (first[0] === 0xff && first[1] === 0xfe ? 'utf-16le' : 'utf-16be') : encoding === 'utf-8' ? 'utf-8' : encoding.label;
  const decoder = new TextDecoder(label);
  // Nearly all manifests are ASCII. Decoding them as latin1 gives strings of one byte per character, in a tenth of the time and half of the memory. From the
  // first chunk that is not ASCII, the decoder takes over; no character begins before that chunk.
  let plain = encoding === 'utf-8';
  return (bytes, more) => {
    plain &&= isAscii(bytes);
    return plain ? latin1(bytes) : decoder.decode(bytes, { stream: more });
  };
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** Splits a line of a manifest; returns null if it is malformed. `star`: the line has the mark of binary mode that md5sum and similar programs write. */
export function parseManifestLine(line: string): { readonly digest: string; readonly star: boolean; readonly path: string } | null {
  const match = /^([^ \t]+)[ \t]+(\*?)(.+)$/s.exec(line);
  if (match === null) return null;
  const [, digest = '', star = '', path = ''] = match;
  return { digest, star: star !== '', path };
}

/** Splits a line of fetch.txt into URL, length or `-`, and path (RFC 8493 section 2.2.3); returns null if it is malformed. */
export function parseFetchLine(line: string): { readonly path: string } | null {
  const path = /^[^ \t]+[ \t]+(?:\d+|-)[ \t]+(.+)$/s.exec(line)?.[1];
  return path === undefined ? null : { path };
}

/** Returns the reason, in words, why a path in a bag's text file must not be followed; null if the path stays inside the bag. */
export function pathLeadsOutside(path: string): string | null {
  if (path.includes('\0')) return 'it contains a NUL character';
  if (path.startsWith('/') || path.startsWith('\\')) return 'it is absolute';
  if (path.startsWith('~')) return 'it begins with ~, which shells take for a home folder';
  if (/^[A-Za-z]:/.test(path)) return 'it names a drive';
  // On Windows a backslash separates folders.
  if (path.split(/[/\\]/).includes('..')) return 'it leads out by ..';
  return null;
}

/** Returns a path without `./` and doubled slashes. */
export function plainPath(path: string): string {
  if (!path.includes('./') && !path.includes('//') && !path.endsWith('/.')) return path;
  return path
    .split('/')
    .filter((part) => part !== '.' && part !== '')
    .join('/');
}

/** Decodes LF, CR and % in a path, the only characters that RFC 8493 section 2.1.3 encodes. */
export function decodedPath(path: string): string {
  return path.includes('%') ? path.replace(/%(0A|0D|25)/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))) : path;
}

/** The Payload-Oxum of bag-info.txt (package-info.txt before 0.96). */
export interface PayloadOxum {
  readonly bytes: bigint;
  readonly files: bigint;
}

/** Creates a reader of labels and values, line by line. The reader reports faults and returns the Payload-Oxum if there is one. */
export function createBagInfoReader(
  name: string,
  strict: boolean,
): { line(line: TagLine): void; finish(): { oxum: PayloadOxum | null; faults: BagFault[] } } {
  const faults: BagFault[] = [];
  const values: string[] = [];
  let inOxum = false;
  let hasElement = false;
  const customary = strict ? 'error' : 'warning';
  return {
    line: ({ number, text }) => {
      if (text === null) {
        faults.push(fault('A148', name, `line ${number} is longer than ${limits.manifestLineBytes} characters`, customary));
        inOxum = false;
        return;
      }
      if (text.trim() === '') return;
      if (/^[ \t]/.test(text)) {
        if (!hasElement) faults.push(fault('A148', name, `line ${number} continues an element, and there is none before it`, customary));
        else if (inOxum) values.push(`${values.pop() ?? ''} ${text.trim()}`);
        return;
      }
      const match = /^([^:]*?)([ \t]*):[ \t]*(.*)$/s.exec(text);
      hasElement = match !== null;
      inOxum = match?.[1]?.toLowerCase() === 'payload-oxum';
      if (match === null || match[1] === '') faults.push(fault('A148', name, `line ${number} is not a label, a colon and a value`, customary));
      else if (strict && match[2] !== '') faults.push(fault('A148', name, `line ${number} has a blank before its colon`, 'warning'));
      if (inOxum) values.push((match?.[3] ?? '').trim());
    },
    finish: () => {
      if (values.length === 0) return { oxum: null, faults };
      if (values.length > 1) faults.push(fault('A147', name, agree`Payload-Oxum occurs ${values.length} time[s]`, customary));
      const parts = /^(\d{1,19})\.(\d{1,19})$/.exec(values[0] ?? '');
      if (parts === null) {
        faults.push(fault('A147', name, 'Payload-Oxum is not two numbers with a point between them'));
        return { oxum: null, faults };
      }
      return { oxum: { bytes: BigInt(parts[1] ?? 0), files: BigInt(parts[2] ?? 0) }, faults };
    },
  };
}
