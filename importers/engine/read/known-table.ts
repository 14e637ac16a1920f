import type { ImportOptions } from '../../../src/core/model/importer.ts';
import type { MediaRef } from '../../../src/core/model/recording.ts';
import type { Entry, Source } from '../../../src/core/model/source.ts';
import type { Unknown } from '../records/claimed-file.ts';
import type { Family } from '../records/family.ts';
import { type StagedRecord, tablePlace } from '../records/records.ts';

/** A table of the family, and the number of its records. */
export interface KnownTable {
  readonly path: string;
  readonly table: string;
  readonly shape: number;
  records: number;
  lost: number;
}

/** Callbacks that receive the content of a source. */
export interface SourceCallbacks {
  record(staged: StagedRecord, order: string): void;
  medium(entry: Entry, kind: MediaRef['kind']): void;
  /** Receives an entry that is identified neither by its name nor by its bytes. */
  unknown(entry: Entry, unknown: Unknown): void;
}

/** A reading of a source: its options, and the receiver of what is read. */
export interface Reading {
  readonly family: Family;
  readonly source: Source;
  readonly options: ImportOptions;
  readonly take: SourceCallbacks;
  /** Tables found so far; records refer to them by index. */
  readonly tables: KnownTable[];
}

/** A table while it is being read. */
export interface OpenTable {
  readonly known: KnownTable;
  /** Counts a record and passes it on. */
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

/** Returns a function that adds a text from a file to a table as its next row. Its first call creates the table. */
export function textRows(reading: Reading, path: string, shape: number): (text: string) => void {
  let table: OpenTable | null = null;
  return (text) => {
    table ??= openTable(reading, path, '', shape);
    table.take({ number: table.known.records + 1, pairs: [], value: text, sha256: null, raw: text });
  };
}

/** Returns a table's place in the form that the reconciliation prints. */
export function placeOfTable({ path, table }: KnownTable): string {
  return tablePlace(path, table);
}
