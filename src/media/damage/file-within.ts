import type { MediumBytes } from '../bytes/medium-bytes.ts';

/** Beginnings of audio files: bytes as Latin-1, `?` for any byte. At least 8 bytes are fixed, so that no match occurs by chance. */
const beginnings: readonly (readonly [title: string, start: string])[] = [
  ['a RIFF/WAVE file', 'RIFF????WAVEfmt '],
  ['an RF64 file', 'RF64????WAVEds64'],
  ['an AIFF file', 'FORM????AIFF'],
  ['an AIFF-C file', 'FORM????AIFC'],
  ['an AVI file', 'RIFF????AVI LIST'],
  ['a CAF file', 'caff\0\x01\0\0desc'],
  ['a FLAC file', 'fLaC\0\0\0\x22'],
  ['an MP4 file', '\0\0\0?ftypM4A '],
  ['an MP4 file', '\0\0\0?ftypisom'],
  ['an MP4 file', '\0\0\0?ftypmp42'],
  ['an MP4 file', '\0\0\0?ftypqt  '],
  ['an ASF file', '\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa\0\x62\xce\x6c'],
];
/** Beginnings of files of other kinds, which are searched at the start of a sector or of the audio itself. At least 7 bytes are fixed. */
const documents: readonly (readonly [title: string, start: string])[] = [
  ['a PDF document', '%PDF-1.'],
  ['a zip file', 'PK\x03\x04\x14\0?\0?\0'],
  ['a zip file', 'PK\x03\x04\x0a\0?\0?\0'],
  ['a JPEG picture', '\xff\xd8\xff\xe0\0\x10JFIF\0'],
  ['a JPEG picture', '\xff\xd8\xff\xe1??Exif\0\0'],
  ['a PNG picture', '\x89PNG\r\n\x1a\n'],
  ['a program (ELF)', '\x7fELF\x01\x01\x01'],
  ['a program (ELF)', '\x7fELF\x02\x01\x01'],
  ['a 7z archive', "7z\xbc\xaf'\x1c\0"],
  ['an xz file', '\xfd7zXZ\0\0'],
  ['a database of SQLite', 'SQLite format 3\0'],
  ['an Office document (OLE)', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
  ['a page of Ogg', 'OggS\0\x02\0\0\0\0\0\0\0\0'],
];
const sectorBytes = 512;
const firstBytes = new Set([...documents, ...beginnings].map(([, start]) => start.charCodeAt(0)));
const searchedBytes = 64 * 1024 * 1024;
const pieceBytes = 1024 * 1024;
const longest = Math.max(...beginnings.map(([, start]) => start.length));
/** Search keys: the first four consecutive fixed bytes. Several beginnings share a key, so few searches are needed; the rest is compared. */
const anchors = new Set(beginnings.map(([, start]) => /[^?]{4}/s.exec(start)?.[0] ?? start));
const wanted = [...anchors].map((anchor) => ({
  needle: Buffer.from(anchor, 'latin1'),
  starts: beginnings.flatMap(([title, start]) => (start.includes(anchor) ? [{ title, start, within: start.indexOf(anchor) }] : [])),
}));

/** Another file inside a medium, and its offset. */
export interface OtherFile {
  readonly title: string;
  readonly at: number;
}

/**
 * Finds the first other file in sections of a medium: its kind, its offset, and the number of bytes from there to the end of its section. Null if the first 64
 * MiB contain none.
 * @param least length of the shortest section that is searched
 */
export function fileWithin(
  stretches: readonly (readonly [number, number])[],
  bytes: MediumBytes,
  least: number,
): (OtherFile & { readonly left: number }) | null {
  let toSearch = searchedBytes;
  const longestStretch = stretches.reduce((most, [start, end]) => Math.max(most, end - start), 0);
  // Nearly every file has only its header there.
  if (longestStretch < least) return null;
  const buffer = new Uint8Array(Math.min(pieceBytes + longest, longestStretch));
  for (const [start, end] of stretches) {
    if (end - start < least) continue;
    for (let at = start; at < end && toSearch > 0; at += pieceBytes) {
      const length = Math.min(pieceBytes + longest, end - at);
      toSearch -= length;
      const piece = bytes.piece(at, length, buffer);
      const found = beginningIn(piece);
      if (found !== null) return { title: found.title, at: at + found.at, left: end - at - found.at };
    }
  }
  return null;
}

function beginningIn(piece: Uint8Array): OtherFile | null {
  const searched = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
  let first: { title: string; at: number } | null = null;
  for (const { needle, starts } of wanted) {
    for (let at = searched.indexOf(needle); at >= 0 && (first === null || at < first.at + longest); at = searched.indexOf(needle, at + 1)) {
      const found = starts.find(({ start, within }) => at >= within && matches(searched, at - within, start));
      if (found === undefined) continue;
      const from = at - found.within;
      if (first === null || from < first.at) first = { title: found.title, at: from };
      break;
    }
  }
  return first;
}

function matches(bytes: Uint8Array, at: number, start: string): boolean {
  for (let i = 0; i < start.length; i++) if (start[i] !== '?' && bytes[at + i] !== start.charCodeAt(i)) return false;
  return true;
}

/**
 * Identifies another file at the start of these coded bytes, or at the first sector among them.
 * @param offset offset of the coded bytes in the medium
 * @param isStart true if the audio begins with them
 */
export function fileAtSector(piece: Uint8Array, offset: number, isStart: boolean): OtherFile | null {
  for (let at = isStart ? 0 : -offset & (sectorBytes - 1); at < piece.length; at += sectorBytes - ((offset + at) & (sectorBytes - 1))) {
    if (!firstBytes.has(piece[at] as number)) continue;
    for (const [title, start] of [...documents, ...beginnings]) {
      if (at + start.length <= piece.length && matches(piece, at, start)) return { title, at: offset + at };
    }
  }
  return null;
}
