import { existsSync, statSync } from 'node:fs';
import { agree } from '../../core/base/agree.ts';
import { errorText, LongplayError } from '../../core/base/error.ts';
import { type Db, isMachineTrouble, openDatabase } from '../database/database.ts';
import { keyFit, writeVersion } from '../database/database-key.ts';
import type { CatalogPlace } from './catalog.ts';
import { withSoundSql } from './catalog-entry.ts';
import { checkWords, type WordsCheck } from './check-words.ts';
import { type CatalogComparison, catalogComparison, contradictingRows } from './compare-catalog.ts';
import { foreignSchema } from './foreign-schema.ts';
import { areWordsSettled, catalogVersion } from './schema.ts';

/** Result of a check without a catalog and without problems. */
export const noCatalog: CatalogCheck = {
  problems: [],
  unread: null,
  isLocked: false,
  wordsUnchecked: null,
  noRoom: null,
  compare: () => [],
  isEachCompared: () => false,
  contents: null,
  close: () => undefined,
};

/** Result of a check of a catalog. */
export interface CatalogCheck extends CatalogComparison {
  /** Problems of the file itself; empty if the file is sound or absent. An absent file is no problem, because a catalog is derived data. */
  readonly problems: readonly string[];
  /** Why the file cannot be read and therefore cannot be judged; else null. */
  readonly unread: string | null;
  /** True if the file cannot be read because its key was not given or does not fit. */
  readonly isLocked: boolean;
  /** Why the word index was not checked; else null. */
  readonly wordsUnchecked: string | null;
  /** Why the folder for temporary files cannot hold a copy of the catalog, which left the word index unchecked; else null. */
  readonly noRoom: string | null;
  /** Content of the catalog; null if it cannot be trusted. */
  readonly contents: CatalogContents | null;
  close(): void;
}

/** Content of a sound catalog. */
export interface CatalogContents {
  /** Names of the indexed bags. */
  bags(): string[];
  /** Every recording with its bag, in no particular order. */
  places(): Iterable<CatalogPlace>;
  /** Recordings with an audio file, by id in code-point order. */
  withSound(): Iterable<CatalogPlace>;
  /** Codec ids of originals. @param withoutCopy true: only of originals that have no access copy and are played directly */
  codecs(withoutCopy: boolean): ReadonlySet<string>;
  /** Audio duration of each bag, in ms. */
  audioMs(): ReadonlyMap<string, number>;
}

/**
 * Returns true for a catalog that a running process has open, or that a killed process left open. Reading such a catalog would write to it, and it may be
 * incomplete. A closed catalog has no files beside it, and its header marks it as closed.
 */
export function isCatalogOpen(file: string): boolean {
  if (['-journal', '-wal'].some((ending) => existsSync(file + ending))) return true;
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) return false;
  return writeVersion(file) === 2;
}

/**
 * Checks a catalog file that no process has open; changes nothing.
 * @param temporary folder for temporary files; null: the word index is not checked
 * @param key key of the catalog, as for `openCatalog`
 * @param known SHA-256 of the file if it was found sound before, so that it is not read again; null: it is checked
 * @param isUnclosed as for `catalogComparison`
 * @throws LongplayError A191 if SQLite is not available
 */
export function checkCatalog(
  file: string,
  temporary: string | null,
  key: Uint8Array | null = null,
  known: string | null = null,
  isUnclosed = false,
): CatalogCheck {
  const none = (...problems: string[]): CatalogCheck => ({ ...noCatalog, problems });
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return none();
  if (!stat.isFile()) return none('it is not a file');
  // A run that was stopped at once has only made the file. The next query indexes every bag.
  if (stat.size === 0) return isUnclosed ? none() : none('it is empty');
  if (key !== null && keyFit(file, key) === 'open') return none('it is not encrypted, although the archive is sealed');
  const troubled = (error: unknown): CatalogCheck => {
    if (error instanceof LongplayError && error.code === 'A191') throw error;
    if (error instanceof LongplayError && (error.code === 'A194' || error.code === 'A195'))
      return { ...noCatalog, unread: error.message, isLocked: true };
    return isMachineTrouble(error) ? { ...noCatalog, unread: reason(error) } : none(reason(error));
  };
  let db: Db;
  try {
    db = openDatabase(file, 'readonly', key);
  } catch (error) {
    return troubled(error);
  }
  try {
    // Runs before any other query, so that no planted view or trigger can run.
    const foreign = foreignSchema(db);
    const problems = foreign !== null ? [`it ${foreign}`] : known !== null ? [] : fileProblems(db, file, stat.size);
    // A catalog of another version is rebuilt when it is next opened.
    const version = db.pragma('user_version', { simple: true });
    if (problems.length > 0 || version !== catalogVersion) {
      db.close();
      return none(...(version === 0 && problems.length === 0 && !isUnclosed ? ['it contains no catalog'] : problems));
    }
    const contradiction = known === null ? contradictingRows(db) : null;
    if (contradiction !== null) {
      db.close();
      return none(contradiction);
    }
    // If an import was stopped before it indexed the words, the first search will index them.
    const words =
      known === null && temporary !== null && areWordsSettled(db) ? checkedWords(file, stat.size, temporary, key) : { is: 'well' as const };
    if (words.is === 'wrong') {
      db.close();
      return none(words.why);
    }
    const wordsUnchecked = words.is === 'unchecked' ? words.why : null;
    const noRoom = words.is === 'no-room' ? words.why : null;
    return {
      ...noCatalog,
      problems,
      wordsUnchecked,
      noRoom,
      ...catalogComparison(db, known, isUnclosed, key),
      contents: contentsOf(db),
      close: () => db.close(),
    };
  } catch (error) {
    db.close();
    return troubled(error);
  }
}

type CheckedWords = WordsCheck | { readonly is: 'no-room'; readonly why: string };

function checkedWords(file: string, sizeBytes: number, temporary: string, key: Uint8Array | null): CheckedWords {
  try {
    return checkWords(file, sizeBytes, temporary, key);
  } catch (error) {
    if (error instanceof LongplayError && error.code === 'P152') return { is: 'no-room', why: error.message };
    throw error;
  }
}

function contentsOf(db: Db): CatalogContents {
  const places = db.prepare<[], CatalogPlace>('SELECT recordingId, bag, codecs, importer, start FROM recording');
  const withSound = db.prepare<[], CatalogPlace>(
    `SELECT recordingId, bag, codecs, importer, start FROM recording WHERE ${withSoundSql} ORDER BY recordingId`,
  );
  const codecs = db.prepare<[number], { codecs: string }>('SELECT DISTINCT codecs FROM recording WHERE originals > 0 AND (copies = 0 OR NOT ?)');
  const audio = db.prepare<[], { bag: string; ms: number }>('SELECT bag, sum(coalesce(audioMs, 0)) AS ms FROM recording GROUP BY bag');
  const bags = db.prepare<[], { name: string }>('SELECT name FROM bag ORDER BY name');
  return {
    bags: () => bags.all().map(({ name }) => name),
    places: () => places.iterate(),
    withSound: () => withSound.iterate(),
    audioMs: () => new Map(audio.all().map(({ bag, ms }) => [bag, ms])),
    codecs: (withoutCopy) => new Set(codecs.all(withoutCopy ? 1 : 0).flatMap((row) => (row.codecs === '' ? [] : row.codecs.split(' ')))),
  };
}

function reason(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? `${error.message}: ${errorText(error.cause)}` : errorText(error);
}

function fileProblems(db: Db, file: string, sizeBytes: number): string[] {
  const rows = db.prepare<[], { integrity_check: string }>('PRAGMA integrity_check(20)').all();
  const problems = rows.map((row) => row.integrity_check).filter((text) => text !== 'ok');
  const expected = Number(db.pragma('page_count', { simple: true })) * Number(db.pragma('page_size', { simple: true }));
  // Pages written by a running import may still be in the write-ahead log.
  const pending = (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  if (!pending && expected !== sizeBytes) problems.push(agree`it has ${sizeBytes} byte[s], its pages add up to ${expected}`);
  return problems;
}
