import type { FrameSealer } from '../../core/base/frame-cipher.ts';
import { createDigestedFile } from './digested-file.ts';

/** An unfinished text file, written in large chunks. */
export interface LineFile {
  write(text: string): void;
  /** Syncs it and renames it. */
  finish(): { readonly sizeBytes: number; readonly sha256: string };
  /** Deletes it unless it is finished. */
  discard(): void;
}

/** Characters per write. */
const pieceCharacters = 64 * 1024;

/** Begins a file at `path`; `finish` replaces an existing one. @param sealer encrypts what is written; null: in clear @throws LongplayError A107, as its methods. */
export function createLineFile(path: string, sealer: FrameSealer | null = null): LineFile {
  const file = createDigestedFile(path);
  let pieces: string[] = [];
  let characters = 0;
  let sizeBytes = 0;
  const flush = (): void => {
    const text = Buffer.from(pieces.join(''), 'utf8');
    const bytes = sealer?.seal(text) ?? text;
    pieces = [];
    characters = 0;
    sizeBytes += bytes.length;
    file.write(bytes);
  };
  return {
    write: (text) => {
      pieces.push(text);
      characters += text.length;
      if (characters >= pieceCharacters) flush();
    },
    finish: () => {
      flush();
      return { sha256: file.finish(), sizeBytes };
    },
    discard: () => file.discard(),
  };
}
