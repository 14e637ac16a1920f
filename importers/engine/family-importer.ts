import type { Importer, ImportOptions } from '../../src/core/model/importer.ts';
import type { Source } from '../../src/core/model/source.ts';
import { openStages } from '../../src/tables/stage.ts';
import { closingItems, openAccount } from './account.ts';
import { callItems } from './call-items.ts';
import { fileItems } from './join/file-recordings.ts';
import { joinFiles } from './join/join-files.ts';
import { takeIn } from './join/take-in.ts';
import type { ImportRun } from './read/import-run.ts';
import { recogniseFamily } from './read/recognise-family.ts';
import type { Family } from './records/family.ts';

/**
 * Creates the importer of a family. The importer reads all tables and documents, joins records with files, and accounts for each of them. Its memory is bounded
 * by the largest group of calls that share files.
 */
export function familyImporter(family: Family): Importer {
  const { id, title, grade, facts, tested } = family;
  return {
    id,
    title,
    grade,
    facts,
    tested,
    recognise: async (source, options, signal) => recogniseFamily(await shownBy(family, source, options, signal), source, options, signal),
    items: async function* (source, options, signal) {
      using stages = openStages(options.scratch);
      const shown = await shownBy(family, source, options, signal);
      const run: ImportRun = { family: shown, source, options, signal, open: stages.open, openFiles: stages.openKeyed };
      const intake = yield* takeIn(run);
      const joined = await joinFiles(run, intake);
      const account = openAccount(run, intake);
      yield* callItems(run, intake, joined, account);
      yield* fileItems(run, joined, account.context);
      yield* joined.findings;
      yield* closingItems(run, intake, account);
    },
  };
}

async function shownBy(family: Family, source: Source, options: ImportOptions, signal: AbortSignal): Promise<Family> {
  return (await family.forSource?.(source, options, signal)) ?? family;
}
