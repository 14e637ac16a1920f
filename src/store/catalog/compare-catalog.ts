import { agree } from '../../core/base/agree.ts';
import type { Db } from '../database/database.ts';
import { type Summed, summaryText, summedColumns } from './bag-summary.ts';
import { catalogColumns, type EntryDigest, earlierDigest, entriesDigest, rowDigest } from './catalog-entry.ts';
import { fileRows } from './kept-media.ts';
import { listedTables } from './kept-tables.ts';
import { isPositionOf } from './position.ts';
import { partialBags } from './schema.ts';

/** What a bag says about itself, for a comparison with the catalog. */
export interface BagContent {
  /** Its entries, read in this run or found by an earlier verification. */
  readonly entries: readonly EntryDigest[] | EarlierEntries;
  /** Returns its state (`payloadState` of src/archive/bag); null if the bag cannot be read. */
  readonly state: () => string | null;
  /** Returns true for a recording that was erased according to the log. */
  readonly isErased: (recordingId: string) => boolean;
}

/** Entries of a bag according to an earlier verification. */
export interface EarlierEntries {
  readonly recordings: number;
  /** As `entriesDigest` returns it. */
  readonly entriesSha256: string;
  /** SHA-256 of a catalog file that had exactly these entries; null: not known. */
  readonly catalogSha256: string | null;
}

/** Comparison of a catalog with bags. */
export interface CatalogComparison {
  /**
   * Compares every row of a bag, in all tables of the catalog, with what the bag says. Tables whose rows follow from other rows are compared with those. A bag
   * that is not indexed yet is no fault, and of a bag that the catalog marks as incomplete rows may be missing.
   * @returns the problems
   */
  compare(bag: string, content: BagContent): string[];
  /** Returns true if no bag has been left uncompared because the catalog does not have it, or has it in part only. */
  isEachCompared(): boolean;
}

interface BagRow {
  readonly recordings: number;
  readonly summary: string;
  readonly state: string;
}

const idColumn = catalogColumns.indexOf('recordingId');
const startColumn = catalogColumns.indexOf('start');

/** Rows of the table of files as one text, in the form of `filesText`. */
const filesSql = `(SELECT group_concat(n || ' ' || coalesce(digest, '-') || ' ' || alike, ',') FROM (SELECT * FROM file f WHERE f.place = r.place ORDER BY n))`;

/**
 * Creates the comparison.
 * @param sha256 SHA-256 of the file if it was found sound before; null: it was not
 * @param isUnclosed true: no run closed the catalog, so that a stopped run may have changed a bag, or erased its recordings, and not changed the catalog. Every query indexes such a bag again
 * @param key key of the catalog; null: it is not encrypted
 */
export function catalogComparison(db: Db, sha256: string | null, isUnclosed: boolean, key: Uint8Array | null): CatalogComparison {
  let left = 0;
  const bagRow = db.prepare<[string], BagRow>('SELECT recordings, summary, state FROM bag WHERE name = ?');
  const columns = catalogColumns.map((name) => `"${name}"`).join(', ');
  // Rows are read as arrays: for millions of rows, objects would cost more than their digests.
  const rows = db
    .prepare<[string], unknown[]>(
      `SELECT ${columns}, (SELECT list FROM media m WHERE m.place = r.place), place, ${filesSql} FROM recording r WHERE bag = ?`,
    )
    .raw();
  const earlier = db.prepare<[string], { recordingId: string; revision: number; described: string; fingerprint: string; digest: string }>(
    'SELECT recordingId, revision, described, fingerprint, digest FROM earlier WHERE bag = ?',
  );
  const tablesOf = listedTables(db);
  const summed = db.prepare<[string], Summed>(`SELECT ${summedColumns} FROM recording WHERE bag = ?`);
  // The catalog itself marks these bags as incomplete.
  const partial = new Set(partialBags(db));
  /** Returns the entries of a bag, and the number of recordings whose rows in other tables are not those that follow from their own row. */
  const listedOf = (bag: string): { readonly listed: EntryDigest[]; readonly astray: number } => {
    const listed: EntryDigest[] = [];
    let astray = 0;
    for (const row of rows.iterate(bag)) {
      const [place, files] = row.splice(-2);
      const id = String(row[idColumn]);
      listed.push({ id, sha256: earlierDigest(rowAsEarlier(row), rowDigest(row)).sha256 });
      const start = row[startColumn];
      if (files !== filesText(row.at(-1)) || !isPositionOf(Number(place), start === null ? null : String(start), id)) astray++;
    }
    for (const { digest, ...one } of earlier.iterate(bag)) listed.push(earlierDigest(one, digest));
    return { listed, astray };
  };
  const problemsOf = (bag: string, known: BagRow, { entries, state }: BagContent): string[] => {
    const { listed, astray } = listedOf(bag);
    const tables = tablesOf(bag);
    const isPartial = partial.has(bag);
    const problems: string[] = [];
    const recordings = 'recordings' in entries ? entries.recordings : new Set(entries.flatMap(({ id }) => (isTable(id) ? [] : [id]))).size;
    const isFewer = isPartial && listed.length === known.recordings && listed.length < recordings;
    if (!isFewer && (listed.length !== recordings || known.recordings !== recordings))
      problems.push(agree`it lists ${listed.length} recording[s] of bag ${bag}, which contains ${recordings}`);
    if ('recordings' in entries) {
      if (problems.length === 0 && entriesDigest([...listed, ...tables], key) !== entries.entriesSha256)
        problems.push(`its entries of bag ${bag} differ from the documents of the bag`);
    } else {
      const expected = new Map(entries.map(({ id, sha256 }) => [id, sha256]));
      const wrong = listed.filter(({ id, sha256 }) => expected.get(id) !== sha256).length;
      if (wrong > 0) problems.push(`${wrong} of its recordings of bag ${bag} differ from their recording.json`);
      const kept = entries.filter(({ id }) => isTable(id)).length;
      const others = tables.filter(({ id, sha256 }) => expected.get(id) !== sha256).length + Math.max(0, isPartial ? 0 : kept - tables.length);
      if (others > 0) problems.push(agree`its entries of ${others} kept table[s] of bag ${bag} differ from the bag`);
    }
    if (astray > 0) problems.push(agree`the order or the files of ${astray} of its recording[s] of bag ${bag} [is|are] not as their rows say`);
    const now = state();
    if (now !== null && now !== known.state) problems.push(`it was made from another state of bag ${bag}`);
    // The bag's rows are right here, but queries without conditions use its summary.
    if (problems.length === 0 && summaryText(summed.iterate(bag)) !== known.summary)
      problems.push(`its totals of bag ${bag} differ from those of its recordings`);
    return problems;
  };
  const compare: CatalogComparison['compare'] = (bag, content) => {
    const { entries } = content;
    if (sha256 !== null && 'recordings' in entries && entries.catalogSha256 === sha256) return [];
    const known = bagRow.get(bag);
    if (known === undefined || partial.has(bag)) left++;
    // The next query indexes a partly indexed bag again.
    if (known === undefined || (isUnclosed && partial.has(bag))) return [];
    if (isUnclosed && isOlder(db, bag, known, content)) {
      left++;
      return [];
    }
    try {
      return problemsOf(bag, known, content);
    } catch (error) {
      // A whole number beyond those of JavaScript, or media that are not JSON: longplay writes neither.
      if (!(error instanceof RangeError) && !(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error;
      return [`a row of bag ${bag} has a value that longplay does not write`];
    }
  };
  return { compare, isEachCompared: () => left === 0 };
}

/** Returns true if a bag was changed, or recordings of it erased, after the catalog listed it. */
function isOlder(db: Db, bag: string, known: BagRow, { state, isErased }: BagContent): boolean {
  const now = state();
  if (now !== null && now !== known.state) return true;
  const ids = db.prepare<[string], string>('SELECT recordingId FROM recording WHERE bag = ?').pluck();
  for (const id of ids.iterate(bag)) if (isErased(id)) return true;
  return false;
}

/**
 * Returns the problem of rows that contradict each other, whatever the bags say; null if there is none. Such rows belong to no bag of the catalog, or to a
 * description that only looks replaced, so that no comparison with a bag would find them.
 */
export function contradictingRows(db: Db): string | null {
  let orphans = 0;
  for (const _row of db.prepare<[], unknown>('PRAGMA foreign_key_check').iterate()) orphans++;
  if (orphans > 0) return agree`${orphans} row[s] of it [names|name] a bag or recording that it does not have`;
  const { count } = db
    .prepare<[], { count: number }>(
      `SELECT count(*) AS count FROM earlier e LEFT JOIN (SELECT recordingId AS id, max(revision) AS newest FROM recording GROUP BY recordingId) r ON r.id = e.recordingId
       WHERE r.newest IS NULL OR r.newest <= e.revision`,
    )
    .get() ?? { count: 0 };
  return count === 0 ? null : agree`${count} description[s] count as replaced, although it has no newer description of the recording`;
}

const [revisionColumn, describedColumn, fingerprintColumn] = (['revision', 'described', 'fingerprint'] as const).map((name) =>
  catalogColumns.indexOf(name),
) as [number, number, number]; // three names give three numbers

function rowAsEarlier(row: readonly unknown[]): Parameters<typeof earlierDigest>[0] {
  const [revision, described, fingerprint] = [row[revisionColumn], String(row[describedColumn]), String(row[fingerprintColumn])];
  return { recordingId: '', revision: Number(revision), described, fingerprint };
}

function filesText(list: unknown): string | null {
  const rows = fileRows(String(list)).map(({ n, digest, alike }) => `${n} ${digest ?? '-'} ${alike}`);
  return rows.length === 0 ? null : rows.join(',');
}

function isTable(id: string): boolean {
  return id.startsWith('data/');
}
