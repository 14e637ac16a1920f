import { Buffer, isUtf8 } from 'node:buffer';
import type { ByteReader } from '../../core/base/bytes.ts';
import type { Finding } from '../../core/findings/finding.ts';
import { byteScale, bytesAsCharacters, chooseEncoding, decodeBytes, decodeText, encodingName, keepsAscii, recordText } from '../text/encoding.ts';
import { type ByteScale, detached } from '../text/text-window.ts';
import { hexText } from './values.ts';

/** A row of a dump, ready to be split into values. */
export interface RowText {
  readonly text: string;
  /** The row as written: decoded, or as one character per byte if it is not text. */
  readonly raw: string;
  /** True if `text` is already decoded. */
  readonly isText: boolean;
  /** How to convert the characters of a value to its bytes. */
  readonly encoding: 'utf8' | 'latin1';
  /** Decodes one value of a text that is not decoded yet. */
  cell(value: string): string;
}

/**
 * The text of a dump. If the encoding permits it, the bytes are scanned and each value is decoded separately, because dumps contain bytes of blobs between
 * texts.
 */
export interface SqlText {
  readonly findings: readonly Finding[];
  /** Yields the text to scan, in chunks. */
  pieces(): AsyncIterable<string>;
  /** How positions in the text relate to bytes of the dump; null if the encoding does not show that. */
  readonly scale: ByteScale | null;
  /** Decodes a name from the scanned text. */
  decode(name: string): string;
  row(written: string): RowText;
  /** Decodes the bytes of a row that could not be read. */
  lost(bytes: Uint8Array): string;
  /** Number of values so far that were not valid text. */
  readonly notText: number;
}

/** Number of bytes within which a dump declares its encoding. */
const headBytes = 256 * 1024;

/** Matches the dump's own declaration of its encoding. Sources: MySQL manual, SET NAMES; PostgreSQL manual, client_encoding. */
const declaration = /^(?:\/\*!\d+ )?SET (?:NAMES|character_set_client =|client_encoding (?:=|TO))\s*'?([\w-]{1,40})/im;

/**
 * Matches the comment of mysqldump. Its default encoding is UTF-8, which it does not declare with some options. Source: MySQL manual, mysqldump,
 * --default-character-set.
 */
const mysqldump = /^-- (?:MySQL|MariaDB) dump/m;

/** Determines the encoding of a dump like that of any text. The dump's own declaration counts if the caller gives none. */
export async function openSqlText(reader: ByteReader, place: string, declared: string | null, signal: AbortSignal): Promise<SqlText> {
  const head = Buffer.from(await reader.read(0, headBytes, signal)).toString('latin1');
  const own = declaration.exec(head)?.[1]?.replace(/^utf8mb[34]$/i, 'utf8') ?? (mysqldump.test(head) ? 'utf8' : null);
  const said = declared ?? (own === null || encodingName(own) === null ? null : own);
  const { choice, findings } = await chooseEncoding(reader, said, signal);
  // A dump that a server wrote as UTF-8 is UTF-8 except for the bytes of blobs.
  const isUtf8Dump = choice.basis === 'fallback' && said !== null && encodingName(said) === 'utf8';
  const encoding = isUtf8Dump ? 'utf8' : choice.encoding;
  const bytes = keepsAscii(encoding);
  // In a dump with two encodings, each value is decoded by itself.
  const mixed = choice.isMixed === true && !isUtf8Dump ? recordText(choice).decode : null;
  const scanned = bytes ? { encoding: bytesAsCharacters, basis: choice.basis, bomBytes: choice.bomBytes } : choice;
  let notText = 0;

  const plain = (text: string): RowText => ({ text, raw: text, isText: true, encoding: 'utf8', cell: (value) => value });
  const decodeValue = (value: string): string => {
    if (!/[\u0080-\u00ff]/.test(value) || /[^\u0000-\u00ff]/.test(value)) return value;
    const raw = Buffer.from(value, 'latin1');
    if (mixed !== null) return mixed(value);
    if (encoding !== 'utf8') return decodeBytes(raw, encoding);
    if (isUtf8(raw)) return raw.toString('utf8');
    notText++;
    return hexText(raw.toString('hex'));
  };
  return {
    findings: (isUtf8Dump ? [] : findings).map((each) => ({ ...each, place })),
    pieces: () => decodeText(reader, scanned, signal),
    scale: byteScale(scanned),
    decode: (name) => (bytes && /[\u0080-\u00ff]/.test(name) ? (mixed?.(name) ?? decodeBytes(Buffer.from(name, 'latin1'), encoding)) : name),
    row: (written) => {
      if (!bytes) return plain(detached(written));
      const raw = Buffer.from(written, 'latin1');
      if (!/[\u0080-\u00ff]/.test(written)) return plain(raw.toString('latin1'));
      if ((encoding === 'utf8' || mixed !== null) && isUtf8(raw)) return plain(raw.toString('utf8'));
      const text = raw.toString('latin1');
      return {
        text,
        raw: mixed?.(text) ?? (encoding === 'utf8' ? text : decodeBytes(raw, encoding)),
        isText: false,
        encoding: 'latin1',
        cell: decodeValue,
      };
    },
    lost: (raw) => mixed?.(Buffer.from(raw).toString('latin1')) ?? decodeBytes(raw, encoding),
    get notText() {
      return notText;
    },
  };
}
