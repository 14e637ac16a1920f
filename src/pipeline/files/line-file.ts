import type { FrameSealer } from '../../core/base/frame-cipher.ts';
import type { Sealer } from '../../sealing/sealer.ts';
import { createDigestedFile } from './digested-file.ts';

/** An unfinished text file, written in large chunks. */
export interface LineFile {
  write(text: string): void;
  /** Syncs and renames the file. @returns size and SHA-256 of its text, before sealing */
  finish(): { readonly sizeBytes: number; readonly sha256: string };
  /** Deletes the file unless it is finished. */
  discard(): void;
}

/** Characters per write. */
const pieceCharacters = 64 * 1024;

/**
 * Begins a file at `path`; `finish` replaces an existing one.
 * @param frames encrypts a file for temporary use; null: it is in clear
 * @param sealer makes it an age file, whose name gets the extension; absent: it is no age file
 * @throws LongplayError A107; its methods throw it as well
 */
export function createLineFile(path: string, frames: FrameSealer | null = null, sealer?: Sealer): LineFile {
  const file = createDigestedFile(path, sealer);
  let pieces: string[] = [];
  let characters = 0;
  let sizeBytes = 0;
  const flush = (): void => {
    const text = Buffer.from(pieces.join(''), 'utf8');
    const bytes = frames?.seal(text) ?? text;
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
