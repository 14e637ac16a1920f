import type { ImportOptions } from '../../../src/core/model/importer.ts';
import type { Source } from '../../../src/core/model/source.ts';
import type { Stage } from '../../../src/tables/text/types.ts';
import { digestOf } from '../records/digest.ts';
import type { Family } from '../records/family.ts';

/** One import of a family: from what, how, and where things lie meanwhile. */
export interface ImportRun {
  readonly family: Family;
  readonly source: Source;
  readonly options: ImportOptions;
  readonly signal: AbortSignal;
  /** An empty stage; whoever began the import closes it. */
  open(): Stage;
}

/** Digest of an entry's bytes; empty where there is no such entry. */
export async function entryDigest({ source, signal }: ImportRun, path: string): Promise<string> {
  const entry = source.entry(path);
  return entry === null ? '' : digestOf(await source.open(entry, signal), signal);
}
