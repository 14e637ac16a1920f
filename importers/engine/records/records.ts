import { sha256Hex } from '../../../src/core/base/identifier.ts';
import { baseName } from '../../../src/core/base/safe-path.ts';
import type { NameValue } from '../../../src/core/model/recording.ts';
import { rowPlace } from '../../../src/tables/text/row-place.ts';
import { rowValues, type Values } from '../../../src/tables/values/values.ts';
import type { JoinedRecord } from './call.ts';
import { type Names, namesOf, namesOfPairs } from './names.ts';
import type { Shape } from './shape.ts';

/** A record in the form of a stage: JSON values only. */
export interface StagedRecord {
  readonly shape: number;
  readonly path: string;
  readonly table: string;
  readonly number: number;
  readonly pairs: readonly (readonly [name: string, value: string])[];
  /** Names of the pairs, in a list that many records share; absent: only the pairs have them. */
  readonly names?: readonly string[];
  /** Values of the pairs; absent if `names` is. */
  readonly cells?: readonly string[];
  readonly value: unknown;
  /** Digest of a document's bytes; null for a row, whose digest is that of `raw`. */
  readonly sha256: string | null;
  readonly raw: string | null;
  /** True for a document that could not be read; it is kept all the same. */
  readonly unreadable?: true | undefined;
  /** Position among the values of a JSON document that holds several, from 0; absent: 0. */
  readonly part?: number | undefined;
  /** Number of the record among the records that link calls. */
  readonly link?: number | undefined;
  /** Order of the record in its call, while it waits for a call. */
  readonly order?: string | undefined;
}

/** Opens a record so that its values can be read by name. Letter case of names does not count, because databases differ in it. */
export function openRecord(shapes: readonly Shape[], staged: StagedRecord): JoinedRecord {
  const shape = shapes[staged.shape];
  return new OpenedRecord(shape?.name ?? '', staged, shape?.values?.(staged) ?? null);
}

/** A class for speed: there are millions of records, most are opened three times, and values and digests of few are requested. */
class OpenedRecord implements JoinedRecord {
  readonly shape: string;
  readonly path: string;
  readonly table: string;
  readonly number: number;
  readonly value: unknown;
  readonly raw: string | null;
  readonly #staged: StagedRecord;
  #sha256: string | null;
  /** The values as converted by the family; null if it does not convert them. */
  readonly #own: Values | null;
  #values: Values | null;
  #names: Names | null = null;

  constructor(shape: string, staged: StagedRecord, own: Values | null) {
    const { path, table, number, value, raw, sha256 } = staged;
    this.shape = shape;
    this.#staged = staged;
    this.path = path;
    this.table = table;
    this.number = number;
    this.value = value;
    this.raw = raw;
    this.#sha256 = sha256;
    this.#own = own;
    this.#values = own;
  }

  /** Computed on request. */
  get pairs(): StagedRecord['pairs'] {
    return this.#staged.pairs;
  }

  get place(): string {
    return this.#own?.place ?? placeOf(this);
  }

  get sha256(): string {
    this.#sha256 ??= sha256Hex(this.raw ?? '');
    return this.#sha256;
  }

  peek(columns: readonly string[]): string | null {
    return this.#byName().peek(columns);
  }

  repeats(column: string): readonly string[] {
    return this.#byName().repeats(column);
  }

  take(columns: readonly string[]): string | null {
    return this.#byName().take(columns);
  }

  takeAll(names: RegExp): number {
    return this.#byName().takeAll(names);
  }

  formatOf(column: string): string | null {
    return this.#byName().formatOf(column);
  }

  rest(): NameValue[] {
    return this.#byName().rest();
  }

  has(column: string): boolean {
    if (this.#own !== null) return this.#own.peek([column]) !== null;
    return this.#header().indexOf(column) !== undefined;
  }

  #byName(): Values {
    this.#values ??= rowValues(this.place, this.#header(), this.#staged.cells ?? this.#staged.pairs);
    return this.#values;
  }

  #header(): Names {
    const { names } = this.#staged;
    this.#names ??= names === undefined ? namesOfPairs(this.#staged.pairs) : namesOf(names);
    return this.#names;
  }
}

/** Returns the place of a record, for findings; contains no value of the record. */
export function placeOf({ path, table, number }: Pick<StagedRecord, 'path' | 'table' | 'number'>): string {
  return number === 0 ? baseName(path) : rowPlace(tablePlace(path, table), number);
}

/** Returns the place of a table in a file that may hold several. */
export function tablePlace(path: string, table: string): string {
  return table === '' ? path : `${path}:${table}`;
}
