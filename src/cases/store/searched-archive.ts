import type { Archive } from '../../archive/layout.ts';
import type { Catalog, Found } from '../../store/catalog/catalog.ts';

/** Anything that searches recordings, e.g. a catalog or a catalog reader. */
export type Searcher = Pick<Catalog, 'search'>;

/** Where a process without the keyring gets what opens the recordings that the work on a case reads; each call enters the access in the log first. */
export interface CaseReading {
  /** Obtains what opens the descriptions and rows of recordings, for what is read next. @param isOfCase keep it until the work on the case ends @throws LongplayError C115, K210, K211 */
  obtain(rows: readonly Found[], isOfCase: boolean): Promise<void>;
  /** Obtains what opens all files of recordings that are handed over. @throws LongplayError C115, K210, K211 */
  obtainFiles(rows: readonly Found[]): Promise<void>;
}

/** An archive and its index, opened for one command or shared by all requests of a server. */
export interface SearchedArchive {
  readonly archive: Pick<Archive, 'dir'>;
  readonly catalog: Searcher;
  /** Absent: the archive is open, or this process has its keyring. */
  readonly reading?: CaseReading;
}

/** Numbers of recordings that are obtained at once: the first ones often suffice. */
const firstBatch = 50;
const largestBatch = 1_000;

/** Yields recordings in batches of growing size. */
export function* batchesOf(rows: Iterable<Found>): Generator<readonly Found[]> {
  let batch: Found[] = [];
  let size = firstBatch;
  for (const row of rows) {
    batch.push(row);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
    size = Math.min(2 * size, largestBatch);
  }
  if (batch.length > 0) yield batch;
}

/** Yields recordings whose descriptions are read next, after what opens them was obtained. */
export async function* readable({ reading }: Pick<SearchedArchive, 'reading'>, rows: Iterable<Found>): AsyncGenerator<Found> {
  if (reading === undefined) {
    yield* rows;
    return;
  }
  for (const batch of batchesOf(rows)) {
    await reading.obtain(batch, false);
    yield* batch;
  }
}

/** Obtains what opens the descriptions of recordings of a case, by their ids; those that are not in the archive are left out. */
export async function obtainMembers({ catalog, reading }: SearchedArchive, ids: Iterable<string>): Promise<void> {
  if (reading === undefined) return;
  for (const batch of batchesOf(membersIn(catalog, ids))) await reading.obtain(batch, true);
}

/** Obtains what opens all files of recordings of a case that are handed over. */
export async function obtainFilesOf({ catalog, reading }: SearchedArchive, ids: Iterable<string>): Promise<void> {
  if (reading !== undefined) await reading.obtainFiles([...membersIn(catalog, ids)]);
}

function* membersIn(catalog: Searcher, ids: Iterable<string>): Generator<Found> {
  for (const recordingId of ids) yield* catalog.search({ recordingId, limit: 1 });
}
