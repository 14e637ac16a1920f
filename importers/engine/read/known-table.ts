import type { ImportOptions } from '../../../src/core/model/importer.ts';
import type { MediaRef } from '../../../src/core/model/recording.ts';
import type { Entry, Source } from '../../../src/core/model/source.ts';
import type { Unknown } from '../records/claimed-file.ts';
import type { Family } from '../records/family.ts';
import { type StagedRecord, tablePlace } from '../records/records.ts';

/** A table of the family, and how many records it has. */
export interface KnownTable {
  readonly path: string;
  readonly table: string;
  readonly shape: number;
  records: number;
  lost: number;
}

/** Takes what a source holds. */
export interface Takers {
  record(staged: StagedRecord, order: string): void;
  medium(entry: Entry, kind: MediaRef['kind']): void;
  /** An entry that is nothing by its name and its bytes. */
  unknown(entry: Entry, unknown: Unknown): void;
}

/** What is read, how, and where it goes. */
export interface Reading {
  readonly family: Family;
  readonly source: Source;
  readonly options: ImportOptions;
  readonly take: Takers;
  /** Those met so far; records are numbered by their place here. */
  readonly tables: KnownTable[];
}

/** A table while it is read. */
export interface OpenTable {
  readonly known: KnownTable;
  /** Counts and takes a record. */
  take(record: Pick<StagedRecord, 'number' | 'pairs' | 'value' | 'sha256' | 'raw'>): void;
  /** Counts a record that could not be read. */
  lose(): void;
}

export function openTable({ tables, take }: Reading, path: string, table: string, shape: number): OpenTable {
  const known: KnownTable = { path, table, shape, records: 0, lost: 0 };
  const index = String(tables.push(known) - 1).padStart(6, '0');
  return {
    known,
    take: ({ number, pairs, value, sha256, raw }) => {
      known.records++;
      // Order of a record among those of its call: by table, then by number.
      take.record({ shape, path, table, number, pairs, value, sha256, raw }, `${index} ${String(number).padStart(12, '0')}`);
    },
    lose: () => {
      known.records++;
      known.lost++;
    },
  };
}

/** Takes texts of one file as rows of a table, which is made with the first of them. */
export function textRows(reading: Reading, path: string, shape: number): (text: string) => void {
  let table: OpenTable | null = null;
  return (text) => {
    table ??= openTable(reading, path, '', shape);
    table.take({ number: table.known.records + 1, pairs: [], value: text, sha256: null, raw: text });
  };
}

/** A table for the reconciliation, by its place. */
export function placeOfTable({ path, table }: KnownTable): string {
  return tablePlace(path, table);
}
