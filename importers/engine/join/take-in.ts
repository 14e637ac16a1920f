import { createKeyFilter, type KeyFilter } from '../../../src/core/base/key-filter.ts';
import type { ImportItem } from '../../../src/core/model/importer.ts';
import type { MediaRef } from '../../../src/core/model/recording.ts';
import type { Entry } from '../../../src/core/model/source.ts';
import type { KeyedStage } from '../../../src/tables/keyed-stage.ts';
import type { Stage } from '../../../src/tables/text/types.ts';
import { ownKeys } from '../read/apart.ts';
import type { ImportRun } from '../read/import-run.ts';
import type { KnownTable } from '../read/known-table.ts';
import { openPlacedRecords } from '../read/place-records.ts';
import { readEntries } from '../read/read-source.ts';
import type { RecordStage } from '../read/record-stage.ts';
import type { KeyedFile, Unknown } from '../records/claimed-file.ts';
import { type CommonFolder, commonFolder } from '../records/common-folder.ts';
import type { Family } from '../records/family.ts';
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
  /** Files in the order of their paths, each with its keys. */
  readonly files: KeyedStage<KeyedFile>;
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
  const files = run.openFiles(family.nameKeys === undefined ? narrowKeysOf(family) : null);
  const marks = run.open();
  const stems = createKeyFilter();
  const folder = commonFolder();
  const tables: KnownTable[] = [];
  const put = (file: KeyedFile, named: readonly ((path: string) => string)[], others: readonly string[]): void => {
    const { path, stored } = file;
    const keys = new Set<string>();
    for (const each of stored === undefined ? [path] : [path, stored])
      for (const key of family.nameKeys?.(each) ?? named.map((keyOf) => keyOf(each))) keys.add(key);
    for (const key of others) keys.add(key);
    files.put([...keys], file);
  };
  const take = {
    record: (record: StagedRecord, order: string): void => {
      const { path } = record;
      const { givesName, marks: marksOf } = family.shapes[record.shape] ?? {};
      if (givesName !== undefined) {
        folder.add(path);
        const file: KeyedFile = { path, kind: 'other', size: 0, isDocument: true };
        if (givesName(openRecord(family.shapes, record))) files.put(ownKeys(family, path), file);
      }
      if (marksOf !== undefined) for (const mark of marksOf(openRecord(family.shapes, record))) marks.put(mark, '', null);
      placed.put(record, order);
    },
    medium: (entry: Entry, kind: MediaRef['kind']): void => {
      folder.add(entry.path);
      const file = keyedFile(entry, kind);
      const stem = foldedFile(file, options.media)?.stem;
      if (stem !== undefined) stems.add(stem);
      put(file, mediumNames, [...(family.fileKeys?.(entry.path, 'medium') ?? []), ...ownKeys(family, entry.path)]);
    },
    // Whatever the entry is, a record that contains its full name refers to it.
    unknown: (entry: Entry, unknown: Unknown): void => {
      const beside = family.besideKeys?.(entry.path) ?? [];
      if (beside.length === 0) put({ ...keyedFile(entry, 'audio'), unknown }, otherNames, []);
      else put({ ...keyedFile(entry, 'other'), unknown }, otherNames, [...beside, ...ownKeys(family, entry.path)]);
    },
  };
  yield* readEntries({ family, source, options, take, tables }, signal);
  family.allRead?.();
  return { tables, records: await placed.united(), details: placed.details, files, marks, folder, stems };
}

/** Keys of a medium by its name, and of another entry. */
const [mediumNames, otherNames] = [[nameKey, stemKey], [nameKey]] as const;

/** Returns the function that returns the narrow keys of a file: those by its name and its folder, and the family's own. */
function narrowKeysOf({ narrowKeys }: Family): (file: KeyedFile) => readonly string[] {
  return ({ path, stored, unknown, isDocument }) => {
    if (isDocument === true) return [];
    const named = unknown === undefined ? mediumNames : otherNames;
    const paths = stored === undefined ? [path] : [path, stored];
    const inFolders = paths.flatMap((each) => named.flatMap((keyOf) => inFolderKey(keyOf(each), each) ?? []));
    return [...new Set(unknown === undefined ? [...inFolders, ...(narrowKeys?.(path) ?? [])] : inFolders)];
  };
}

function keyedFile(entry: Entry, kind: KeyedFile['kind']): KeyedFile {
  const stored = storedPath(entry);
  return { path: entry.path, kind, size: entry.size, ...(stored === null ? {} : { stored }) };
}
