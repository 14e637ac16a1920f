import { createKeyFilter, type KeyFilter } from '../../../src/core/base/key-filter.ts';
import type { ImportItem } from '../../../src/core/model/importer.ts';
import type { MediaRef } from '../../../src/core/model/recording.ts';
import type { Entry } from '../../../src/core/model/source.ts';
import type { Stage } from '../../../src/tables/text/types.ts';
import { ownKeys } from '../read/apart.ts';
import type { ImportRun } from '../read/import-run.ts';
import type { KnownTable } from '../read/known-table.ts';
import { openPlacedRecords } from '../read/place-records.ts';
import { readEntries } from '../read/read-source.ts';
import type { RecordStage } from '../read/record-stage.ts';
import type { KeyedFile, Unknown } from '../records/claimed-file.ts';
import { type CommonFolder, commonFolder } from '../records/common-folder.ts';
import { filtered } from '../records/key-filter.ts';
import { inFolderKey, nameKey, stemKey, storedPath } from '../records/keys.ts';
import { openRecord, type StagedRecord } from '../records/records.ts';
import { foldedFile } from './join-folded.ts';

/** The content of a source, staged on disk. */
export interface Intake {
  readonly tables: readonly KnownTable[];
  /** Records by call. */
  readonly records: RecordStage;
  /** Detail records by `detailGroup`. */
  readonly details: RecordStage;
  /** Files under each of their keys. */
  readonly files: Stage;
  /** Files by path; claims are added later. */
  readonly claimed: Stage;
  /** Marks of records (`Shape.marks`). */
  readonly marks: Stage;
  /** The folder that all media have in common. */
  readonly folder: CommonFolder;
  /** Folded stems of all media (`foldedFile`). A call whose records contain none of them has no file with a similar name. */
  readonly stems: KeyFilter;
}

/** Reads the source: stages every record under its call, and every file under its keys. */
export async function* takeIn(run: ImportRun): AsyncGenerator<ImportItem, Intake> {
  const { family, source, options, signal } = run;
  const placed = openPlacedRecords(run);
  const [files, claimed, marks] = [filtered(run.open()), run.open(), run.open()];
  const stems = createKeyFilter();
  const folder = commonFolder();
  const tables: KnownTable[] = [];
  const put = (file: KeyedFile, named: readonly ((path: string) => string)[], others: readonly string[]): void => {
    const { path, stored } = file;
    for (const each of stored === undefined ? [path] : [path, stored]) {
      const names = named.map((keyOf) => keyOf(each));
      const keys = family.nameKeys?.(each) ?? [...names, ...names.flatMap((key) => inFolderKey(key, each) ?? [])];
      for (const key of new Set([...keys, ...others])) files.put(key, '', file);
    }
    claimed.put(path, '', file);
  };
  const take = {
    record: (record: StagedRecord, order: string): void => {
      const { path } = record;
      const { givesName, marks: marksOf } = family.shapes[record.shape] ?? {};
      if (givesName !== undefined) {
        folder.add(path);
        const file: KeyedFile = { path, kind: 'other', size: 0 };
        if (givesName(openRecord(family.shapes, record))) for (const own of ownKeys(family, path)) files.put(own, '', file);
      }
      if (marksOf !== undefined) for (const mark of marksOf(openRecord(family.shapes, record))) marks.put(mark, '', null);
      placed.put(record, order);
    },
    medium: (entry: Entry, kind: MediaRef['kind']): void => {
      folder.add(entry.path);
      const file = keyedFile(entry, kind);
      const stem = foldedFile(file, options.media)?.stem;
      if (stem !== undefined) stems.add(stem);
      put(file, [nameKey, stemKey], [...(family.fileKeys?.(entry.path, 'medium') ?? []), ...ownKeys(family, entry.path)]);
    },
    // Whatever the entry is, a record that contains its full name refers to it.
    unknown: (entry: Entry, unknown: Unknown): void => {
      const beside = family.besideKeys?.(entry.path) ?? [];
      if (beside.length === 0) put({ ...keyedFile(entry, 'audio'), unknown }, [nameKey], []);
      else put({ ...keyedFile(entry, 'other'), unknown }, [nameKey], [...beside, ...ownKeys(family, entry.path)]);
    },
  };
  yield* readEntries({ family, source, options, take, tables }, signal);
  family.allRead?.();
  return { tables, records: await placed.united(), details: placed.details, files, claimed, marks, folder, stems };
}

function keyedFile(entry: Entry, kind: KeyedFile['kind']): KeyedFile {
  const stored = storedPath(entry);
  return { path: entry.path, kind, size: entry.size, ...(stored === null ? {} : { stored }) };
}
