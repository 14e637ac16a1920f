import type { Archive } from '../../archive/layout.ts';
import type { Catalog, Found } from '../../store/catalog/catalog.ts';

/** Anything that searches recordings, e.g. a catalog or a catalog reader. */
export type Searcher = Pick<Catalog, 'search'>;

/** Source of keys, for a process without the keyring, to the recordings that work on a case reads. Each call logs the access before it requests the keys. */
export interface CaseReading {
  /**
   * Obtains the keys to the descriptions and rows of recordings that will be read next.
   * @param isOfCase true: keeps the keys until the work on the case ends
   * @throws LongplayError C115, K210, K211
   */
  obtain(rows: readonly Found[], isOfCase: boolean): Promise<void>;
  /** Obtains the keys to all files of recordings that will be handed over. @throws LongplayError C115, K210, K211 */
  obtainFiles(rows: readonly Found[]): Promise<void>;
}

/** An archive and its index, opened for one command or shared by all requests of a server. */
export interface SearchedArchive {
  readonly archive: Pick<Archive, 'dir'>;
  /** `bags`: names of the indexed bags; absent: it is not told which bags were left out. */
  readonly catalog: Searcher & Partial<Pick<Catalog, 'bags'>>;
  /** Source of keys; absent: the archive is open, or this process has its keyring. */
  readonly reading?: CaseReading;
}

/** Size of the first batch of recordings and, below, of the largest. The first batch is small, because it often suffices. */
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

/** Yields recordings whose descriptions the caller reads next. Obtains their keys first. */
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

/** Obtains the keys to the descriptions of recordings of a case. Ids of recordings that are not in the archive are ignored. */
export async function obtainMembers({ catalog, reading }: SearchedArchive, ids: Iterable<string>): Promise<void> {
  if (reading === undefined) return;
  for (const batch of batchesOf(membersIn(catalog, ids))) await reading.obtain(batch, true);
}

/** Obtains the keys to all files of recordings of a case that will be handed over. */
export async function obtainFilesOf({ catalog, reading }: SearchedArchive, ids: Iterable<string>): Promise<void> {
  if (reading !== undefined) await reading.obtainFiles([...membersIn(catalog, ids)]);
}

function* membersIn(catalog: Searcher, ids: Iterable<string>): Generator<Found> {
  for (const recordingId of ids) yield* catalog.search({ recordingId, limit: 1 });
}
