import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Ids of recordings, as longplay makes them (UUID version 8, RFC 9562). */
const anId = /[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Returns true if a text has the id of a recording that is meant. */
export function mentions(text: string, isMeant: (recordingId: string) => boolean): boolean {
  for (const [id] of text.matchAll(anId)) if (isMeant(id)) return true;
  return false;
}

/** Returns true if a file below a folder has such an id in its name or bytes. Links are not followed. */
export function mentionsOne(folder: string, isMeant: (recordingId: string) => boolean): boolean {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (mentions(entry.name, isMeant)) return true;
    if (entry.isFile() && mentions(readFileSync(join(entry.parentPath, entry.name), 'latin1'), isMeant)) return true;
  }
  return false;
}

/** Length of an id. */
const idChars = 36;

/** Returns true if bytes that come in pieces have such an id, also where two pieces meet. */
export function mentionsIn(pieces: Iterable<Buffer>, isMeant: (recordingId: string) => boolean): boolean {
  let before = '';
  for (const piece of pieces) {
    const text = before + piece.toString('latin1');
    if (mentions(text, isMeant)) return true;
    before = text.slice(1 - idChars);
  }
  return false;
}
