import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { errorText } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { isMachineTrouble, leaveWal, openDatabase } from '../database/database.ts';
import { copyBytes, inTemporary } from './check-words.ts';

/** A copy of a catalog as a query would see it. */
export interface ClosedCopy {
  readonly kind: 'copy';
  readonly file: string;
  /** Deletes the copy, which must not be open any more. */
  readonly discard: () => void;
}

/** Result of copying: `changing` if a process writes the catalog, `damaged` if SQLite cannot combine the files, `too-large` if they exceed the limit. */
export type CopyResult =
  | ClosedCopy
  | { readonly kind: 'changing' }
  | { readonly kind: 'damaged'; readonly why: string }
  | { readonly kind: 'too-large'; readonly sizeBytes: number };

/** What SQLite reads beside a database: a rollback journal, or a write-ahead log. */
const companionEndings = ['-journal', '-wal'] as const;

/** Attempts to copy while a process writes. */
const attempts = 3;

/** Returns the names of the files beside a catalog that change what SQLite reads from it. */
export function companionsOf(file: string): string[] {
  return companionEndings.filter((ending) => existsSync(file + ending)).map((ending) => basename(file) + ending);
}

/**
 * Copies a catalog and the files beside it, and lets SQLite combine them in the copy: it takes back an unfinished transaction, or adds the pages of a
 * write-ahead log. The catalog itself is only read.
 * @param temporary folder for the copy, which is encrypted if the catalog is encrypted
 * @throws the system's error about the catalog; LongplayError P152 for an error about the folder for the copy
 */
export function closedCopy(file: string, temporary: string, key: Uint8Array | null): CopyResult {
  const parts = ['', ...companionEndings];
  const sizeBytes = parts.reduce((sum, part) => sum + (statSync(file + part, { throwIfNoEntry: false })?.size ?? 0), 0);
  if (sizeBytes > limits.catalogCopyBytes) return { kind: 'too-large', sizeBytes };
  const folder = inTemporary(temporary, () => mkdtempSync(join(temporary, 'longplay-')));
  const discard = (): void => rmSync(folder, { recursive: true, force: true });
  const copy = join(folder, 'catalog.sqlite');
  try {
    for (let attempt = 0; ; attempt++) {
      if (attempt === attempts) {
        discard();
        return { kind: 'changing' };
      }
      const before = stateOf(file);
      for (const part of parts) {
        rmSync(copy + part, { force: true });
        if (existsSync(file + part)) copyBytes(file + part, copy + part, temporary);
      }
      if (stateOf(file) === before) break;
    }
    const db = openDatabase(copy, 'examined', key);
    try {
      leaveWal(db);
    } finally {
      db.close();
    }
    return { kind: 'copy', file: copy, discard };
  } catch (error) {
    discard();
    if (isMachineTrouble(error)) throw error;
    return { kind: 'damaged', why: errorText(error) };
  }
}

function stateOf(file: string): string {
  const stats = ['', ...companionEndings].map((part) => statSync(file + part, { bigint: true, throwIfNoEntry: false }));
  return stats.map((stat) => (stat === undefined ? '' : [stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' '))).join('; ');
}
