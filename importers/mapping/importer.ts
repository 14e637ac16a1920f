import { agree } from '../../src/core/base/agree.ts';
import { LongplayError } from '../../src/core/base/error.ts';
import type { MediaJudge } from '../../src/core/base/media-judge.ts';
import { finding } from '../../src/core/findings/finding.ts';
import type { Importer, ImportOptions } from '../../src/core/model/importer.ts';
import type { Source } from '../../src/core/model/source.ts';
import { familyImporter } from '../engine/family-importer.ts';
import { isMediumKind } from '../engine/read/entry-role.ts';
import { type CommonFolder, commonFolder } from '../engine/records/common-folder.ts';
import { proposeMapping } from './propose/propose.ts';
import { suggestMappings } from './propose/suggest.ts';
import { isMedium, kindByMapping, mappingFamily } from './read/family.ts';
import type { Mapping } from './read/mapping.ts';
import { readMapping } from './read/mapping-read.ts';

const about = {
  id: 'generic',
  title: 'Any export that a mapping file describes: CSV, XML, JSON, SQL or SQLite with audio, or names alone',
  facts: [
    'the mapping file that the user gives; its language is described in docs/reference/mapping-file.md',
    'shipped mappings, each with the sources of its facts: `longplay importers`',
  ],
  tested: ['samples/generic-csv and samples/mappings, synthetic; exports shuffled, truncated and damaged at random'],
} as const;

/** Imports a table export with audio beside it, or audio whose names carry all metadata, as described by a mapping file (docs/reference/mapping-file.md). */
export const generic: Importer = {
  ...about,
  grade: 'documented',
  recognise: async (source, options, signal) => {
    if (options.mapping === null) return null;
    const mapping = mappingOf(options.mapping, options);
    const seen = { tables: 0, audio: 0, fitting: 0, others: 0 };
    for await (const entry of source.entries(signal)) {
      if (mapping.table?.isTable(entry.path) === true) seen.tables++;
      else {
        const kind = kindByMapping(mapping, entry.path, options.media.kindOfName(entry.path));
        if (isMediumKind(kind)) seen.audio++;
        else seen.others++;
        // If the name does not decide it, the bytes decide during the import.
        if (kind !== 'outside' && mapping.files.template !== null && mapping.files.template.match(entry.path) !== null) seen.fitting++;
      }
    }
    // Without this error the audio would be imported without the metadata that the mapping describes.
    const needsTable = mapping.table !== null && !mapping.table.optional;
    if (needsTable ? seen.tables === 0 : seen.fitting + seen.tables === 0) throw fitsNothing(mapping, seen);
    const tables = mapping.table === null ? '' : `tables like ${mapping.table.files.join(', ')}: ${seen.tables}, `;
    const names = mapping.files.template === null ? '' : ` (named as its template says: ${seen.fitting})`;
    return `${mapping.name}: ${tables}audio: ${seen.audio}${names}, others: ${seen.others}`;
  },
  items: async function* (source, options, signal) {
    if (options.mapping === null) {
      throw new LongplayError(
        'usage',
        'I154',
        'the generic importer needs a mapping file',
        'write a first one with `longplay survey SOURCE --propose mapping.toml`, then give it with --mapping',
      );
    }
    const mapping = mappingOf(options.mapping, options);
    const { tables, common } = await surveyOf(source, mapping, options.media, signal);
    if (mapping.table?.optional === true && tables === 0)
      yield finding(
        'I253',
        source.name,
        `no file matches the tables of the mapping (${mapping.table.files.join(', ')}); only names of files are used`,
      );
    yield* familyImporter(mappingFamily(mapping, about, common.below)).items(source, options, signal);
  },
  matchRule: (options) => {
    const mapping = options.mapping === null ? null : mappingOf(options.mapping, options);
    if (mapping?.match == null) throw new LongplayError('usage', 'I154', 'rows can only be matched with a mapping file', 'give it with --mapping');
    const { fields, several, window } = mapping.match;
    return {
      system: mapping.family ?? mapping.name,
      names: fields.map(({ name }) => name),
      several,
      windowMs: window === null ? null : Math.round(window * 1_000),
    };
  },
  propose: proposeMapping,
  suggest: suggestMappings,
};

/** Reads the mapping, which must state, as the run requires, how rows are joined with audio or with archived recordings. @throws LongplayError I150 to I152 */
function mappingOf(file: NonNullable<ImportOptions['mapping']>, { zone, matches }: ImportOptions): Mapping {
  const mapping = readMapping(file, zone);
  const refuse = (section: string, hint: string): never => {
    throw new LongplayError('usage', 'I152', `${mapping.name}: ${section} is missing`, hint);
  };
  if (matches === true && mapping.match === null)
    refuse('match', 'say how a row finds the recordings that it describes: [match] with fields = { key = "Call ID" } or window = 120');
  if (matches !== true && mapping.table !== null && mapping.join === null)
    refuse('join', 'the mapping has only [match], for `longplay amend`; for an import say how a row finds its audio: [join]');
  return mapping;
}

function fitsNothing({ name, table, files }: Mapping, seen: { readonly audio: number; readonly others: number }): LongplayError {
  const [what, where] =
    table === null || table.optional
      ? ['matches files.template', files.template?.texts.join(', ') ?? '']
      : ['matches table.files', table.files.join(', ')];
  return new LongplayError(
    'usage',
    'I155',
    agree`${name} does not fit the source: none of ${seen.audio + seen.others} file[s] ${what} (${where})`,
    'correct the pattern in the mapping file, or name the right source',
  );
}

/** Counts the source's content by names alone, before anything is read. */
async function surveyOf(source: Source, mapping: Mapping, media: MediaJudge, signal: AbortSignal): Promise<{ tables: number; common: CommonFolder }> {
  const common = commonFolder();
  let tables = 0;
  for await (const { path } of source.entries(signal)) {
    if (mapping.table?.isTable(path) === true) {
      tables++;
      if (mapping.table.sidecars) common.add(path);
    } else if (isMedium(mapping, path, media)) common.add(path);
  }
  return { tables, common };
}
