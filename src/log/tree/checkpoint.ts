import type { TreeHash } from './merkle.ts';
import { parseNote, type SignedNote } from './signed-note.ts';

/** State of a log as in C2SP tlog-checkpoint: the body of a signed note. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: TreeHash;
}

/** Returns the origin line of an archive's log, which is also the name of its keys. It looks like an address but need not be reachable. */
export function logOrigin(archiveId: string): string {
  return `longplay/${archiveId}`;
}

/** Returns the text to be signed. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`;
}

/** Parses a checkpoint text, or returns null. Lines after the third are extensions and are ignored. */
export function parseCheckpointText(text: string): Checkpoint | null {
  const [origin = '', size = '', root = ''] = text.split('\n');
  if (origin === '' || !/^(0|[1-9]\d{0,14})$/.test(size) || !/^[A-Za-z0-9+/]{43}=$/.test(root)) return null;
  const bytes = Buffer.from(root, 'base64');
  return bytes.toString('base64') === root ? { origin, size: Number(size), root: Uint8Array.from(bytes) } : null;
}

/** Parses a checkpoint in a signed note without verifying signatures, or returns null. */
export function parseCheckpoint(note: string): (Checkpoint & { readonly note: SignedNote }) | null {
  const parts = parseNote(note);
  const checkpoint = parts === null ? null : parseCheckpointText(parts.text);
  return parts === null || checkpoint === null ? null : { ...checkpoint, note: parts };
}
