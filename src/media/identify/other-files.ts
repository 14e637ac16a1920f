import { agree } from '../../core/base/agree.ts';
import type { ByteReader } from '../../core/base/bytes.ts';

/** A kind of file other than audio, recognised by bytes (Latin-1) at an offset. */
interface Signature {
  readonly at: number;
  readonly magic: string;
  readonly name: string;
  /** True for an archive that longplay does not open and that may contain recordings. */
  readonly mayHoldAudio?: true;
}

const sign = (magic: string, name: string, at = 0): Signature => ({ at, magic, name });
const closed = (magic: string, name: string): Signature => ({ at: 0, magic, name, mayHoldAudio: true });

/** Files that occur beside recordings in exports. Source of the signatures: PRONOM (The National Archives, signature file V120) and file(1) 5.46. */
const signatures: readonly Signature[] = [
  sign('%PDF-', 'a PDF document'),
  sign('{\\rtf', 'an RTF document'),
  sign('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'an OLE2 file (Office document, Thumbs.db, MSI)'),
  sign('\x89PNG\r\n\x1a\n', 'a PNG image'),
  sign('\xff\xd8\xff', 'a JPEG image'),
  sign('GIF87a', 'a GIF image'),
  sign('GIF89a', 'a GIF image'),
  sign('II*\0', 'a TIFF image'),
  sign('MM\0*', 'a TIFF image'),
  sign('WEBP', 'a WebP image', 8),
  sign('\0\0\x01\0', 'an icon'),
  sign('SQLite format 3\0', 'an SQLite database'),
  sign('\x7fELF', 'a program (ELF)'),
  sign('\xca\xfe\xba\xbe', 'a program (Java or Mach-O)'),
  sign('\xcf\xfa\xed\xfe', 'a program (Mach-O)'),
  sign('\0asm', 'a program (WebAssembly)'),
  sign('\0\x01\0\0\0', 'a TrueType font'),
  sign('OTTO', 'an OpenType font'),
  sign('wOFF', 'a web font'),
  sign('wOF2', 'a web font'),
  sign('L\0\0\0\x01\x14\x02\0', 'a Windows shortcut'),
  sign('\0\0\0\x01Bud1', 'a macOS folder file (.DS_Store)'),
  sign('\0\x05\x16\x07', 'a macOS resource file (AppleDouble)'),
  closed('7z\xbc\xaf\x27\x1c', 'a 7-Zip archive'),
  closed('Rar!\x1a\x07', 'a RAR archive'),
  closed('MSCF\0\0\0\0', 'a Windows cabinet'),
];
/** `MZ` alone is too short a signature, so the offset at 0x3C must lead to `PE` (Microsoft, PE format). */
const peOffsetAt = 0x3c;

const lookedAtBytes = 4096;
/**
 * Size of the smallest file that may be audio: two frames of any speech codec of 20 ms, e.g. 10 bytes each of G.729. Smaller files are lock files, flags, byte
 * order marks.
 */
const leastBytes = 16;

/** Returns the kind of a non-audio file, in words; null if the file may be audio in an unknown format. Only for files that no format recognises. */
export async function otherFile(bytes: ByteReader, signal: AbortSignal): Promise<{ readonly name: string; readonly mayHoldAudio: boolean } | null> {
  const other = (name: string): { name: string; mayHoldAudio: boolean } => ({ name, mayHoldAudio: false });
  if (bytes.size === 0) return other('0 bytes');
  if (bytes.size < leastBytes) return other(agree`${bytes.size} byte[s] only`);
  const head = await bytes.read(0, Math.min(lookedAtBytes, bytes.size), signal);
  const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1');
  const known = signatures.find(({ at, magic }) => text.startsWith(magic, at));
  if (known !== undefined) return { name: known.name, mayHoldAudio: known.mayHoldAudio === true };
  if (text.startsWith('MZ') && (await leadsToPe(bytes, head, signal))) return other('a Windows program');
  return isText(head) ? other('text') : null;
}

async function leadsToPe(bytes: ByteReader, head: Uint8Array, signal: AbortSignal): Promise<boolean> {
  if (head.length < peOffsetAt + 4) return false;
  const at = new DataView(head.buffer, head.byteOffset).getUint32(peOffsetAt, true);
  if (at + 2 > bytes.size) return false;
  const [p, e] = await bytes.read(at, 2, signal);
  return p === 0x50 && e === 0x45;
}

/** Fewest different characters of a text. A run of one printable byte, e.g. 0x55, is silence in A-law. */
const leastDistinct = 4;

/** Returns true for UTF-16 with a byte order mark, UTF-8, or a one-byte encoding with few bytes outside ASCII, each without control characters. */
function isText(head: Uint8Array): boolean {
  if (new Set(head).size < leastDistinct) return false;
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) {
    const wide = new TextDecoder(head[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(head.subarray(0, head.length & ~1));
    return !hasControls(wide) && !wide.includes('\ufffd');
  }
  const latin1 = Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1');
  if (hasControls(latin1)) return false;
  // `stream`: a character that is truncated at the end is no error.
  const utf8 = new TextDecoder('utf-8').decode(head, { stream: true });
  if (!utf8.includes('\ufffd')) return true;
  const beyondAscii = head.reduce((sum, byte) => sum + (byte >= 0x80 ? 1 : 0), 0);
  return beyondAscii * 4 < head.length;
}

/** Returns true for control characters that do not occur in texts: all except tab, line ends, form feed and escape. */
function hasControls(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 && ![0x09, 0x0a, 0x0c, 0x0d, 0x1b].includes(code)) return true;
    if (code === 0x7f) return true;
  }
  return false;
}
