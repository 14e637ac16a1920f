import { createHmac, timingSafeEqual } from 'node:crypto';
import { agree } from '../../core/base/agree.ts';
import { limits } from '../../core/base/limits.ts';
import { AgeError } from './age-error.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { deriveKey } from './primitives.ts';

/** c2sp.org/age: first line of a file of version 1. */
const versionLine = 'age-encryption.org/v1';

/** Columns of a line of a stanza's body; a shorter line ends the body. */
const bodyColumns = 64;

/** A recipient stanza: the file key, wrapped for one recipient. */
export interface Stanza {
  /** First argument: `X25519`, `scrypt`. An unknown type is not an error. */
  readonly type: string;
  /** Further arguments. */
  readonly args: readonly string[];
  readonly body: Uint8Array;
}

/** A parsed header whose MAC has not been checked. */
export interface Header {
  /** Recipient stanzas, at least one. */
  readonly stanzas: readonly Stanza[];
  /** The bytes over which the MAC is computed. */
  readonly authenticated: Uint8Array;
  readonly mac: Uint8Array;
  /** Size of the whole header; the payload begins there. */
  readonly sizeBytes: number;
}

/** Formats a header with its MAC. */
export function formatHeader(stanzas: readonly Stanza[], fileKey: Uint8Array): Uint8Array {
  const lines = stanzas.flatMap(({ type, args, body }) => {
    const encoded = encodeBase64(body);
    const bodyLines: string[] = [];
    // The last line of a body is shorter than the others, and may be empty.
    for (let at = 0; at <= encoded.length; at += bodyColumns) bodyLines.push(encoded.slice(at, at + bodyColumns));
    return [`-> ${[type, ...args].join(' ')}`, ...bodyLines];
  });
  const text = `${[versionLine, ...lines].join('\n')}\n---`;
  return Buffer.from(`${text} ${encodeBase64(headerMac(Buffer.from(text, 'latin1'), fileKey))}\n`, 'latin1');
}

/** Returns true if the header was written with this file key. */
export function isMacOf(header: Header, fileKey: Uint8Array): boolean {
  return timingSafeEqual(headerMac(header.authenticated, fileKey), header.mac);
}

function headerMac(bytes: Uint8Array, fileKey: Uint8Array): Uint8Array {
  return createHmac('sha256', deriveKey(fileKey, new Uint8Array(0), 'header'))
    .update(bytes)
    .digest();
}

/**
 * Parses the header at the beginning of `bytes`, which may end anywhere within or after the header.
 * @returns null if the header does not end within the bytes
 * @throws AgeError `header`
 */
export function parseHeader(bytes: Uint8Array): Header | null {
  const lines = linesOf(bytes);
  const first = lines.next();
  if (first.done === true) {
    const begun = Buffer.from(bytes.subarray(0, versionLine.length)).toString('latin1');
    if (versionLine.startsWith(begun)) return null;
    throw new AgeError('header', `it does not begin with the line ${versionLine}`);
  }
  if (first.value.text !== versionLine) throw new AgeError('header', `its first line is not ${versionLine}`);
  const stanzas: Stanza[] = [];
  for (const { text, start, end } of lines) {
    if (text.startsWith('---')) {
      const mac = /^--- [A-Za-z0-9+/]{43}$/.test(text) ? decodeBase64(text.slice(4)) : null;
      if (mac === null) throw new AgeError('header', 'the last line of its header is not a MAC');
      if (stanzas.length === 0) throw new AgeError('header', 'its header has no recipient stanza');
      return { stanzas, authenticated: bytes.subarray(0, start + 3), mac, sizeBytes: end };
    }
    if (stanzas.length === limits.ageStanzas) throw new AgeError('header', agree`its header has more than ${limits.ageStanzas} recipient stanza[s]`);
    const number = stanzas.length + 1;
    if (!/^->(?: [!-~]+)+$/.test(text)) throw new AgeError('header', `recipient stanza ${number} does not begin with its arguments`);
    const [type = '', ...args] = text.slice(3).split(' ');
    const body = bodyOf(lines, number);
    if (body === null) return null;
    stanzas.push({ type, args, body });
  }
  return null;
}

/** Reads the lines of a body; returns null if the bytes end before the body does. */
function bodyOf(lines: Iterator<Line>, number: number): Uint8Array | null {
  let encoded = '';
  for (;;) {
    const line = lines.next();
    if (line.done === true) return null;
    const { text } = line.value;
    if (!/^[A-Za-z0-9+/]{0,64}$/.test(text))
      throw new AgeError('header', `recipient stanza ${number} has a line that is not base64 of up to 64 columns`);
    encoded += text;
    if (text.length === bodyColumns) continue;
    const body = decodeBase64(encoded);
    if (body === null) throw new AgeError('header', `the body of recipient stanza ${number} is not canonical base64`);
    return body;
  }
}

interface Line {
  /** Bytes as Latin-1, without the line feed. */
  readonly text: string;
  readonly start: number;
  /** Offset after the line feed. */
  readonly end: number;
}

/** Yields the lines that end within the bytes. Searches for line feeds only up to `limits.ageHeaderBytes`, the longest header. */
function* linesOf(bytes: Uint8Array): Generator<Line, undefined> {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, limits.ageHeaderBytes));
  for (let start = 0; ; ) {
    const feed = head.indexOf(0x0a, start);
    if (feed < 0) break;
    yield { text: head.toString('latin1', start, feed), start, end: feed + 1 };
    start = feed + 1;
  }
  if (bytes.length >= limits.ageHeaderBytes) throw new AgeError('header', agree`its header is longer than ${limits.ageHeaderBytes} byte[s]`);
}
