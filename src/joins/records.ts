import { baseName } from '../core/safe-path.ts';
import { type Values, valuesOf } from '../tables/values.ts';
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
  /** Its place among the values of a JSON document that holds several, from 0; absent: 0. */
  readonly part?: number;
  /** Its number among the records that link calls. */
  readonly link?: number;
}

/** The record with its values by name; letter case of names does not count, since databases do not agree on it. */
export function openRecord(shapes: readonly Shape[], staged: StagedRecord): JoinedRecord {
  const shape = shapes[staged.shape];
  const own = shape?.values?.(staged);
  if (own !== undefined) return joinedRecord(shape?.name ?? '', staged, own, (column) => own.peek([column]) !== null);
  const { pairs } = staged;
  let names: Map<string, string> | null = null;
  const folded = (): Map<string, string> => {
    const made = new Map<string, string>();
    for (const [name] of pairs) if (!made.has(name.toLowerCase())) made.set(name.toLowerCase(), name);
    return made;
  };
  // Made only where a name is written otherwise: most are not, and there are millions of records.
  const nameOf = (column: string): string => {
    names ??= folded();
    return names.get(column.toLowerCase()) ?? column;
  };
  const values = valuesOf(placeOf(staged), pairs, nameOf);
  return joinedRecord(shape?.name ?? '', staged, values, (column) => pairs.some(([name]) => name === column) || nameOf(column) !== column);
}

/** Each member by name: spreading the values costs ten times as much, and each record is opened several times. */
function joinedRecord(
  shape: string,
  { path, table, number, value, sha256, raw }: StagedRecord,
  values: Values,
  has: JoinedRecord['has'],
): JoinedRecord {
  const { place, peek, take, takeAll, formatOf, rest } = values;
  return { place, peek, take, takeAll, formatOf, rest, has, shape, path, table, number, value, sha256, raw };
}

/** Where a record stands, for findings: no value of it. */
export function placeOf({ path, table, number }: Pick<StagedRecord, 'path' | 'table' | 'number'>): string {
  return number === 0 ? baseName(path) : `${tablePlace(path, table)} record ${number}`;
}

/** A table in a file that may hold several. */
export function tablePlace(path: string, table: string): string {
  return table === '' ? path : `${path}:${table}`;
}
