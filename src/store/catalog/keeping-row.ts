import type { Db } from '../database/database.ts';
import type { CatalogEntry } from './catalog-entry.ts';

/** The catalog's data about one recording for retention rules. */
export interface KeepingRow
  extends Pick<
    CatalogEntry,
    | 'recordingId'
    | 'revision'
    | 'importer'
    | 'site'
    | 'start'
    | 'earliest'
    | 'latest'
    | 'latestEnd'
    | 'direction'
    | 'status'
    | 'groupId'
    | 'labels'
    | 'keys'
    | 'retention'
  > {
  readonly bag: string;
}

const columns = [
  'recordingId',
  'revision',
  'importer',
  'site',
  'start',
  'earliest',
  'latest',
  'latestEnd',
  'direction',
  'status',
  'groupId',
  'labels',
  'keys',
  'retention',
] as const satisfies readonly Exclude<keyof KeepingRow, 'bag'>[];

/** Yields the rows of all recordings, or of those with these ids, one at a time in the catalog's order. */
export function* keepingRows(db: Db, ids: Iterable<string> | null): Generator<KeepingRow> {
  const select = `SELECT bag, ${columns.join(', ')} FROM recording`;
  if (ids === null) {
    yield* db.prepare<[], KeepingRow>(`${select} ORDER BY place`).iterate();
    return;
  }
  const one = db.prepare<[string], KeepingRow>(`${select} WHERE recordingId = ?`);
  for (const id of ids) {
    const row = one.get(id);
    if (row !== undefined) yield row;
  }
}
