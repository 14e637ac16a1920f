import type { ImportOptions } from '../../../src/core/model/importer.ts';
import type { Source } from '../../../src/core/model/source.ts';
import type { KeyedStage } from '../../../src/tables/keyed-stage.ts';
import type { Stage } from '../../../src/tables/text/types.ts';
import type { KeyedFile } from '../records/claimed-file.ts';
import { digestOf } from '../records/digest.ts';
import type { Family } from '../records/family.ts';

/** One import of a family: its source, its options, and its temporary stages. */
export interface ImportRun {
  readonly family: Family;
  readonly source: Source;
  readonly options: ImportOptions;
  readonly signal: AbortSignal;
  /** Opens an empty stage; whoever started the import closes it. */
  open(): Stage;
  /** Opens an empty stage of files like `open`. @param narrowOf as for `openKeyedStage` */
  openFiles(narrowOf: ((file: KeyedFile) => readonly string[]) | null): KeyedStage<KeyedFile>;
}

/** Returns the digest of an entry's bytes; empty if the entry does not exist. */
export async function entryDigest({ source, signal }: ImportRun, path: string): Promise<string> {
  const entry = source.entry(path);
  return entry === null ? '' : digestOf(await source.open(entry, signal), signal);
}
