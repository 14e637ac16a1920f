import { Buffer, isUtf8 } from 'node:buffer';
import type { ByteReader } from '../../core/base/bytes.ts';
import type { Finding } from '../../core/findings/finding.ts';
import { bytesAsCharacters, chooseEncoding, decodeBytes, decodeText, encodingName, keepsAscii } from '../text/encoding.ts';
import { detached } from '../text/text-window.ts';
import { hexText } from './values.ts';

/** A row of a dump, ready to be taken apart. */
export interface RowText {
  readonly text: string;
  /** The row as it stood: decoded, or each byte as one character where it is no text. */
  readonly raw: string;
  /** `text` is decoded. */
  readonly isText: boolean;
  /** How the characters of a value become its bytes. */
  readonly encoding: 'utf8' | 'latin1';
  /** Decodes one value of a text that is not. */
  cell(value: string): string;
}

/** The text of a dump. Where the encoding allows, it is scanned as bytes and decoded value by value: dumps hold bytes of blobs between texts. */
export interface SqlText {
  readonly findings: readonly Finding[];
  /** The text to scan, in pieces. */
  pieces(): AsyncIterable<string>;
  /** A name in the scanned text. */
  decode(name: string): string;
  row(written: string): RowText;
  /** Values so far that were no text. */
  readonly notText: number;
}

/** Bytes in which a dump says what its encoding is. */
const headBytes = 256 * 1024;

/** What the dump itself says. Sources: MySQL manual, SET NAMES; PostgreSQL manual, client_encoding. */
const declaration = /^(?:\/\*!\d+ )?SET (?:NAMES|character_set_client =|client_encoding (?:=|TO))\s*'?([\w-]{1,40})/im;

/** Its default is UTF-8, and with some options it does not say so. Source: MySQL manual, mysqldump, --default-character-set. */
const mysqldump = /^-- (?:MySQL|MariaDB) dump/m;

/** Decides the encoding of a dump: as for any text, with what the dump itself declares where the caller declares nothing. */
export async function openSqlText(reader: ByteReader, place: string, declared: string | null, signal: AbortSignal): Promise<SqlText> {
  const head = Buffer.from(await reader.read(0, headBytes, signal)).toString('latin1');
  const own = declaration.exec(head)?.[1]?.replace(/^utf8mb[34]$/i, 'utf8') ?? (mysqldump.test(head) ? 'utf8' : null);
  const said = declared ?? (own === null || encodingName(own) === null ? null : own);
  const { choice, findings } = await chooseEncoding(reader, said, signal);
  // What a server wrote as UTF-8 is UTF-8, but for the bytes of blobs.
  const isUtf8Dump = choice.basis === 'fallback' && said !== null && encodingName(said) === 'utf8';
  const encoding = isUtf8Dump ? 'utf8' : choice.encoding;
  const bytes = keepsAscii(encoding);
  let notText = 0;

  const plain = (text: string): RowText => ({ text, raw: text, isText: true, encoding: 'utf8', cell: (value) => value });
  const decodeValue = (value: string): string => {
    if (!/[\u0080-\u00ff]/.test(value) || /[^\u0000-\u00ff]/.test(value)) return value;
    const raw = Buffer.from(value, 'latin1');
    if (encoding !== 'utf8') return decodeBytes(raw, encoding);
    if (isUtf8(raw)) return raw.toString('utf8');
    notText++;
    return hexText(raw.toString('hex'));
  };
  return {
    findings: (isUtf8Dump ? [] : findings).map((each) => ({ ...each, place })),
    pieces: () => decodeText(reader, bytes ? { ...choice, encoding: bytesAsCharacters } : choice, signal),
    decode: (name) => (bytes && /[\u0080-\u00ff]/.test(name) ? decodeBytes(Buffer.from(name, 'latin1'), encoding) : name),
    row: (written) => {
      if (!bytes) return plain(detached(written));
      const raw = Buffer.from(written, 'latin1');
      if (!/[\u0080-\u00ff]/.test(written)) return plain(raw.toString('latin1'));
      if (encoding === 'utf8' && isUtf8(raw)) return plain(raw.toString('utf8'));
      const text = raw.toString('latin1');
      return { text, raw: encoding === 'utf8' ? text : decodeBytes(raw, encoding), isText: false, encoding: 'latin1', cell: decodeValue };
    },
    get notText() {
      return notText;
    },
  };
}
