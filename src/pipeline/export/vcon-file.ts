import { closeSync, openSync, readSync } from 'node:fs';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { limits } from '../../core/base/limits.ts';
import type { StoredFile } from '../../core/model/recording-document.ts';
import { createDigestedFile } from '../files/digested-file.ts';
import type { VconObject } from './vcon.ts';

/** Bytes per read: a multiple of three, so that the base64 of the pieces can be concatenated. */
const pieceBytes = limits.readChunkBytes - (limits.readChunkBytes % 3);

/**
 * Writes a vCon as canonical JSON. The bodies of embedded files are base64url, read in pieces from the exported files.
 * @param pathOf returns the path of an exported file, which was checked when it was copied
 * @throws LongplayError A107
 */
export function writeVcon(
  path: string,
  vcon: VconObject,
  pathOf: (file: StoredFile) => string,
): { readonly sizeBytes: number; readonly sha256: string } {
  const bodies: StoredFile[] = [];
  let mark = 'longplay body';
  const withMarks = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(withMarks);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => {
        const stored = name === 'body' ? inlineOf(member) : null;
        return [name, stored === null ? (name === 'body' ? member : withMarks(member)) : `${mark} ${bodies.push(stored) - 1}`];
      }),
    );
  };
  // Chooses a placeholder that does not occur in the vCon.
  const plain = canonicalJson(vcon);
  while (plain.includes(mark)) mark += '+';
  const text = `${canonicalJson(withMarks(vcon), 2)}\n`;
  const output = createDigestedFile(path);
  let sizeBytes = 0;
  const write = (bytes: Uint8Array): void => {
    output.write(bytes);
    sizeBytes += bytes.length;
  };
  try {
    // Every second piece is the number of a placeholder.
    for (const [index, piece] of text.split(new RegExp(`${mark.replaceAll('+', '\\+')} (\\d+)`)).entries()) {
      const stored = index % 2 === 1 ? bodies[Number(piece)] : undefined;
      if (stored === undefined) write(Buffer.from(piece, 'utf8'));
      else writeBase64(pathOf(stored), write);
    }
    return { sha256: output.finish(), sizeBytes };
  } finally {
    output.discard();
  }
}

function inlineOf(member: unknown): StoredFile | null {
  // Bodies of documents are objects as well; the body of an embedded file has only the member `inline`.
  return typeof member === 'object' && member !== null && Object.keys(member).join() === 'inline' ? (member as { inline: StoredFile }).inline : null;
}

/** Writes base64url without padding (RFC 7515 section 2). */
function writeBase64(path: string, write: (bytes: Uint8Array) => void): void {
  const input = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(pieceBytes);
    for (;;) {
      let filled = 0;
      for (let read = -1; read !== 0 && filled < pieceBytes; filled += read) read = readSync(input, buffer, filled, pieceBytes - filled, null);
      if (filled > 0) write(Buffer.from(buffer.toString('base64url', 0, filled), 'latin1'));
      if (filled < pieceBytes) return;
    }
  } finally {
    closeSync(input);
  }
}
