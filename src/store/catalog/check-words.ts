import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { agree } from '../../core/base/agree.ts';
import { errorText, LongplayError, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { type Db, isDamaged, isMachineTrouble, isReadOnly, openDatabase } from '../database/database.ts';
import { usualBytes } from './schema.ts';
import { hasAllPages } from './word-pages.ts';

/** Result of a check of the word index. */
export type WordsCheck =
  | { readonly is: 'well' }
  | { readonly is: 'wrong'; readonly why: string }
  | { readonly is: 'unchecked'; readonly why: string };

/**
 * Compares the word index with the recordings of the catalog: FTS5's integrity-check with rank 1 (sqlite.org/fts5.html, section 6.4). SQLite treats this check
 * as a write, so it runs on a copy. A catalog of more than `limits.catalogCopyBytes` (about a million recordings) is checked in place: no page changes, so
 * SQLite writes no journal, and the file keeps its bytes and its time. A read-only file of that size is not checked. Measured: 1.7 s of a core for a million
 * recordings of 245 MB.
 * @param temporary folder for the copy, which is encrypted if the catalog is encrypted
 * @param key key of the catalog, as for `openCatalog`
 * @throws the system's error about the catalog; LongplayError P152 for an error about the folder for the copy
 */
export function checkWords(file: string, sizeBytes: number, temporary: string, key: Uint8Array | null = null): WordsCheck {
  if (sizeBytes > limits.catalogCopyBytes) {
    try {
      return integrityOf(file, key);
    } catch (error) {
      if (!isReadOnly(error)) throw error;
      return {
        is: 'unchecked',
        why: agree`it is read-only here, and its ${sizeBytes} byte[s] [exceeds|exceed] the limit for a copy (${limits.catalogCopyBytes})`,
      };
    }
  }
  const folder = inTemporary(temporary, () => mkdtempSync(join(temporary, 'longplay-')));
  try {
    const copy = join(folder, 'catalog.sqlite');
    copyBytes(file, copy, temporary);
    return inTemporary(temporary, () => integrityOf(copy, key));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs work on a copy of a catalog. Its errors say nothing about the catalog. @throws LongplayError P152 */
export function inTemporary<Result>(temporary: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!isMachineTrouble(error)) throw error;
    const why = error instanceof LongplayError ? errorText(error.cause) : errorText(error);
    throw new LongplayError(
      'incomplete',
      'P152',
      `no copy of catalog.sqlite for checking it can be made in ${temporary}: ${systemCode(error) ?? why}`,
      'free some space there, or set another folder with LONGPLAY_TMPDIR',
      error,
    );
  }
}

/**
 * Copies the bytes alone. `fs.copyFile` would also copy the permissions and, with the libuv of Debian 13, the owner, for which it calls fchown: the unit's
 * system call filter refuses that.
 */
export function copyBytes(from: string, to: string, temporary: string): void {
  const source = openSync(from, 'r');
  try {
    const target = inTemporary(temporary, () => openSync(to, 'wx', 0o600));
    try {
      const buffer = Buffer.alloc(copiedBytes);
      for (let size = readSync(source, buffer); size > 0; size = readSync(source, buffer))
        for (let at = 0; at < size; ) at += inTemporary(temporary, () => writeSync(target, buffer, at, size - at));
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
}

const copiedBytes = 1024 * 1024;

function integrityOf(file: string, key: Uint8Array | null): WordsCheck {
  const db: Db = openDatabase(file, 'examined', key);
  try {
    db.exec('BEGIN');
    try {
      for (const index of ['recording_text', 'unread_text'] as const) {
        db.exec(`INSERT INTO ${index}(${index}, rank) VALUES ('integrity-check', 1)`);
        // Other settings, e.g. of the ranking, would make a search run what they name.
        const { count } = db
          .prepare<[], { count: number }>(
            `SELECT count(*) AS count FROM ${index}_config WHERE NOT ((k = 'version' AND v = 4) OR (k = 'hashsize' AND v = ${usualBytes}))`,
          )
          .get() ?? { count: 0 };
        if (count > 0) return { is: 'wrong', why: 'its word index has settings that longplay does not write' };
        if (!hasAllPages(db, index))
          return { is: 'wrong', why: 'its word index does not lead to all of its pages: a search would miss some recordings' };
      }
      return { is: 'well' };
    } catch (error) {
      if (!isDamaged(error)) throw error;
      return { is: 'wrong', why: 'its word index does not match its recordings: a search may miss some' };
    } finally {
      db.exec('ROLLBACK');
    }
  } finally {
    db.close();
  }
}
