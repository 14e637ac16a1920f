import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { errorText, LongplayError } from '../../core/base/error.ts';
import { type Db, isMachineTrouble, openDatabase } from '../database/database.ts';
import { type Summed, summaryText, summedColumns } from './bag-summary.ts';
import type { CatalogPlace } from './catalog.ts';
import { catalogColumns, type EntryDigest, rowDigest, withSoundSql } from './catalog-entry.ts';
import { checkWords, type WordsCheck } from './check-words.ts';
import { foreignSchema } from './foreign-schema.ts';
import { areWordsSettled, catalogVersion, partialBags } from './schema.ts';

/** Nothing is known of a catalog, and nothing is said of it. */
export const noCatalog: CatalogCheck = {
  problems: [],
  unread: null,
  wordsUnchecked: null,
  noRoom: null,
  compare: () => [],
  contents: null,
  close: () => undefined,
};

/** A catalog under examination. */
export interface CatalogCheck {
  /** What is wrong with the file itself; empty where it is whole, or where there is none: it is derived. */
  readonly problems: readonly string[];
  /** Why the machine does not give the file, of which nothing can be said then; else null. */
  readonly unread: string | null;
  /** Why the index of words was not checked; else null. */
  readonly wordsUnchecked: string | null;
  /** Why the folder for temporary files takes no copy of it, so that the index of words was not checked; else null. */
  readonly noRoom: string | null;
  /** Holds what it says of a bag against what the bag says; a bag that it does not know yet is no fault. */
  compare(bag: string, entries: readonly EntryDigest[]): string[];
  /** Null where there is nothing that can be relied on. */
  readonly contents: CatalogContents | null;
  close(): void;
}

/** What a sound catalog says of the archive. */
export interface CatalogContents {
  /** Names of the bags that it knows. */
  bags(): string[];
  /** Every recording with its bag, in no order that means anything. */
  places(): Iterable<CatalogPlace>;
  /** Those that have a file of sound, by id in code-point order. */
  withSound(): Iterable<CatalogPlace>;
  /** Ids of the codecs of originals. @param withoutCopy of those alone that people listen to because there is no copy */
  codecs(withoutCopy: boolean): ReadonlySet<string>;
  /** Audio of each bag, in ms. */
  audioMs(): ReadonlyMap<string, number>;
}

/**
 * True for a catalog that a run has open, or that a killed run left open: even to read it is to write to it then, and it may be half
 * made. A catalog that was closed has no files beside it and says so in its header.
 */
export function isCatalogOpen(file: string): boolean {
  if (['-journal', '-wal'].some((ending) => existsSync(file + ending))) return true;
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) return false;
  const descriptor = openSync(file, 'r');
  try {
    // SQLite file format 1.3: byte 18 is the format's write version, 2 where it has a write-ahead log.
    const header = Buffer.alloc(100);
    return (
      readSync(descriptor, header, 0, header.length, 0) === header.length &&
      header.toString('latin1', 0, 15) === 'SQLite format 3' &&
      header[18] === 2
    );
  } finally {
    closeSync(descriptor);
  }
}

/** Looks for faults in a catalog file that is not open; changes nothing. @param temporary folder for temporary files; null: the index of words is not checked @throws LongplayError A191 where there is no SQLite */
export function checkCatalog(file: string, temporary: string | null): CatalogCheck {
  const none = (...problems: string[]): CatalogCheck => ({ ...noCatalog, problems });
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return none();
  if (!stat.isFile()) return none('it is no file');
  if (stat.size === 0) return none('it is empty');
  const troubled = (error: unknown): CatalogCheck => {
    if (error instanceof LongplayError && error.code === 'A191') throw error;
    return isMachineTrouble(error) ? { ...noCatalog, unread: reason(error) } : none(reason(error));
  };
  let db: Db;
  try {
    db = openDatabase(file, 'readonly');
  } catch (error) {
    return troubled(error);
  }
  try {
    // Before anything else is asked of it, lest a view answers or a trigger runs.
    const foreign = foreignSchema(db);
    const problems = foreign === null ? fileProblems(db, file, stat.size) : [`it ${foreign}`];
    // Of another version: it is made anew when it is opened the next time.
    const version = db.pragma('user_version', { simple: true });
    if (problems.length > 0 || version !== catalogVersion) {
      db.close();
      return none(...(version === 0 && problems.length === 0 ? ['it holds no catalog'] : problems));
    }
    // An import that was stopped before it had indexed them; whoever searches first does it.
    const words = temporary !== null && areWordsSettled(db) ? checkedWords(file, stat.size, temporary) : { is: 'well' as const };
    if (words.is === 'wrong') {
      db.close();
      return none(words.why);
    }
    const wordsUnchecked = words.is === 'unchecked' ? words.why : null;
    const noRoom = words.is === 'no-room' ? words.why : null;
    return { problems, unread: null, wordsUnchecked, noRoom, compare: comparer(db), contents: contentsOf(db), close: () => db.close() };
  } catch (error) {
    db.close();
    return troubled(error);
  }
}

function checkedWords(file: string, sizeBytes: number, temporary: string): WordsCheck | { readonly is: 'no-room'; readonly why: string } {
  try {
    return checkWords(file, sizeBytes, temporary);
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
  const codecs = db.prepare<[number], { codecs: string }>('SELECT DISTINCT codecs FROM recording WHERE copies = 0 OR NOT ?');
  const audio = db.prepare<[], { bag: string; ms: number }>('SELECT bag, sum(coalesce(durationMs, 0)) AS ms FROM recording GROUP BY bag');
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
  // Pages that a running import has written may still lie in the write-ahead log.
  const pending = (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  if (!pending && expected !== sizeBytes) problems.push(`it has ${sizeBytes} bytes, its pages make ${expected}`);
  return problems;
}

const idColumn = catalogColumns.indexOf('recordingId');

function comparer(db: Db): CatalogCheck['compare'] {
  const bagRow = db.prepare<[string], { recordings: number; summary: string }>('SELECT recordings, summary FROM bag WHERE name = ?');
  const columns = catalogColumns.map((name) => `"${name}"`).join(', ');
  // As arrays: an object for each of millions costs more than its digest.
  const rows = db
    .prepare<[string], unknown[]>(`SELECT ${columns}, (SELECT list FROM media m WHERE m.place = r.place) FROM recording r WHERE bag = ?`)
    .raw();
  const summed = db.prepare<[string], Summed>(`SELECT ${summedColumns} FROM recording WHERE bag = ?`);
  // Of these it knows itself that something is missing.
  const partial = new Set(partialBags(db));
  return (bag, entries) => {
    const known = bagRow.get(bag);
    if (known === undefined || partial.has(bag)) return [];
    const expected = new Map(entries.map(({ recordingId, sha256 }) => [recordingId, sha256]));
    let listed = 0;
    let wrong = 0;
    for (const row of rows.iterate(bag)) {
      listed++;
      if (expected.get(String(row[idColumn])) !== rowDigest(row)) wrong++;
    }
    const problems: string[] = [];
    if (listed !== expected.size || known.recordings !== expected.size)
      problems.push(`it lists ${listed} recordings of bag ${bag}, which holds ${expected.size}`);
    if (wrong > 0) problems.push(`of ${wrong} recordings of bag ${bag} it says something else than their recording.json`);
    // Its rows are right, but whoever asks for the whole archive is told the sum.
    if (problems.length === 0 && summaryText(summed.iterate(bag)) !== known.summary)
      problems.push(`its numbers of bag ${bag} are not those of its recordings`);
    return problems;
  };
}
