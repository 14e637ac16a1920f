import { baseName } from '../core/safe-path.ts';
import { valuesOf } from '../tables/values.ts';
import type { JoinedRecord, Shape } from './types.ts';

/** A record as it lies in a stage: nothing but JSON. */
export interface StagedRecord {
  readonly shape: number;
  readonly path: string;
  readonly table: string;
  readonly number: number;
  readonly pairs: readonly (readonly [name: string, value: string])[];
  readonly value: unknown;
  readonly sha256: string;
  readonly raw: string | null;
  /** A document that could not be read; it is kept all the same. */
  readonly unreadable?: true;
  /** Its number among the records that link calls. */
  readonly link?: number;
}

/** The record with its values by name; letter case of names does not count, since databases do not agree on it. */
export function openRecord(shapes: readonly Shape[], staged: StagedRecord): JoinedRecord {
  const { shape, path, table, number, pairs, value, sha256, raw } = staged;
  const names = new Map<string, string>();
  for (const [name] of pairs) if (!names.has(name.toLowerCase())) names.set(name.toLowerCase(), name);
  const values = valuesOf(placeOf(staged), pairs, (column) => names.get(column.toLowerCase()) ?? column);
  const has = (column: string): boolean => names.has(column.toLowerCase());
  return { ...values, has, shape: shapes[shape]?.name ?? '', path, table, number, value, sha256, raw };
}

/** Where a record stands, for findings: no value of it. */
export function placeOf({ path, table, number }: Pick<StagedRecord, 'path' | 'table' | 'number'>): string {
  return number === 0 ? baseName(path) : `${tablePlace(path, table)} record ${number}`;
}

/** A table in a file that may hold several. */
export function tablePlace(path: string, table: string): string {
  return table === '' ? path : `${path}:${table}`;
}
