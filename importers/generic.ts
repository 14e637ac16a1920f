import { LongplayError } from '../src/core/error.ts';
import { finding } from '../src/core/finding.ts';
import { sha256Hex } from '../src/core/identifier.ts';
import type { Importer, ImportItem } from '../src/core/importer.ts';
import { baseName } from '../src/core/safe-path.ts';
import { createTurns } from '../src/core/turns.ts';
import { type CommonFolder, commonFolder } from '../src/joins/common-folder.ts';
import { openStages } from '../src/tables/stage.ts';
import type { Stage } from '../src/tables/types.ts';
import { openDoubts } from './generic-doubts.ts';
import { entryParts, exactJoin, withoutExtension } from './generic-join.ts';
import type { Mapping } from './generic-mapping.ts';
import { readMapping } from './generic-mapping-read.ts';
import { partsOf } from './generic-parts.ts';
import { proposeMapping } from './generic-propose.ts';
import { fileValues, type KeyedRow, type StagedFile, valuesOfRow } from './generic-recording.ts';
import type { StagedRow } from './generic-row.ts';
import { settle } from './generic-settle.ts';
import { suggestMappings } from './generic-suggest.ts';
import { checkColumns, type KnownTable, type Reading, readTable, rowValues, type TableHead } from './generic-tables.ts';

/** A table export with audio beside it, or audio whose names tell everything, as a mapping file describes it (docs/mapping-file.md). */
export const generic: Importer = {
  id: 'generic',
  title: 'Any export that a mapping file describes: CSV, XML, JSON, SQL or SQLite with audio, or names alone',
  grade: 'documented',
  facts: [
    'the mapping file that the user gives; its language is described in docs/mapping-file.md',
    'mappings that ship, each with the sources of its facts: `longplay importers`',
  ],
  tested: ['samples/generic-csv and samples/mappings, written for this; exports that were shuffled, cut and damaged at random'],
  recognise: async (source, options, signal) => {
    if (options.mapping === null) return null;
    const mapping = readMapping(options.mapping, options.zone);
    const seen = { tables: 0, audio: 0, fitting: 0, others: 0 };
    for await (const entry of source.entries(signal)) {
      if (mapping.table?.isTable(entry.path) === true) seen.tables++;
      else if (mapping.files.isAudio(entry.path)) {
        seen.audio++;
        if (mapping.files.template !== null && mapping.files.template.match(entry.path) !== null) seen.fitting++;
      } else seen.others++;
    }
    // Passing it over in silence would import the audio without what the mapping says of it.
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
    using stages = openStages(options.scratch);
    yield* importAll({ source, mapping: readMapping(options.mapping, options.zone), options, doubts: openDoubts(), signal }, stages.open);
  },
  propose: proposeMapping,
  suggest: suggestMappings,
};

function fitsNothing({ name, table, files }: Mapping, seen: { readonly audio: number; readonly others: number }): LongplayError {
  const [what, where] =
    table === null || table.optional
      ? ['is named as files.template says', files.template?.texts.join(', ') ?? '']
      : ['is a table by table.files', table.files.join(', ')];
  return new LongplayError(
    'usage',
    'I155',
    `${name} does not fit the source: none of ${seen.audio + seen.others} files ${what} (${where})`,
    'correct the pattern in the mapping file, or name the right source',
  );
}

async function* importAll(reading: Reading, open: () => Stage): AsyncGenerator<ImportItem> {
  const { source, mapping, doubts, signal } = reading;
  const { tablesSeen, fileDepth, common } = yield* survey(reading);
  const identities = open();
  const tables: KnownTable[] = [];
  if (mapping.table?.optional === true && tablesSeen === 0)
    yield finding('I253', source.name, `no file is a table by the mapping (${mapping.table.files.join(', ')}); names of files tell what there is`);
  const depth = yield* stageRows(reading, fileDepth, common, identities, tables);
  await stageFiles(reading, common, identities);
  const join = exactJoin(mapping, depth);
  const joined = open();
  const duplicates = tables.map(() => 0);
  let serial = 0;
  const turns = createTurns();
  for (const one of identified(identities, duplicates)) {
    if (turns.isDue()) await turns.take(signal);
    const group = 'path' in one ? (join?.groupOfFile(one.path) ?? null) : (join?.groupOfRow(one, valuesOfRow(one, tables)) ?? null);
    // What has nothing to be joined by stands alone in a group of its own.
    joined.put(group === null ? `- ${String(serial++).padStart(12, '0')}` : `= ${group}`, 'path' in one ? '1' : '0', one);
  }
  const counts = tables.map((): Map<string, number> => new Map());
  for (const { made, rows } of settle(joined, join, { mapping, tables, doubts }, open, signal)) {
    const { status } = made.reconciliation;
    for (const { table } of rows) counts[table]?.set(status, (counts[table].get(status) ?? 0) + 1);
    yield made;
  }
  yield* doubts.findings(source.name);
  // Documents are files of their own and no rows of a table.
  for (const [index, table] of mapping.table?.sidecars === true ? [] : tables.entries()) {
    const byStatus = new Map(counts[index]);
    const copies = duplicates[index] ?? 0;
    if (copies > 0) byStatus.set('duplicate-row', copies);
    if (table.lost > 0) byStatus.set('parse-error', table.lost);
    yield {
      kind: 'table',
      path: table.path,
      unit: table.header === null ? 'records' : 'rows',
      records: table.records,
      byStatus: Object.fromEntries([...byStatus].sort()),
    };
  }
}

/** Says what each entry is. */
async function* survey({
  source,
  mapping,
  signal,
}: Reading): AsyncGenerator<ImportItem, { tablesSeen: number; fileDepth: number; common: CommonFolder }> {
  let tablesSeen = 0;
  const common = commonFolder();
  let fileDepth = Number.POSITIVE_INFINITY;
  for await (const entry of source.entries(signal)) {
    if (mapping.table?.isTable(entry.path) === true) {
      tablesSeen++;
      if (mapping.table.sidecars) common.add(entry.path);
      const reason = `the mapping's ${mapping.table.sidecars ? 'documents' : 'tables'} are ${mapping.table.files.join(', ')}`;
      yield { kind: 'file', path: entry.path, role: mapping.table.sidecars ? 'sidecar' : 'table', reason };
    } else if (mapping.files.isAudio(entry.path)) {
      fileDepth = Math.min(fileDepth, entryParts(entry.path).length);
      common.add(entry.path);
    } else yield { kind: 'file', path: entry.path, role: 'alien', reason: 'neither a table nor audio by the mapping' };
  }
  return { tablesSeen, fileDepth, common };
}

/** Reads all tables into the stage, each record under its key. Gives the depth that all paths have. */
async function* stageRows(
  reading: Reading,
  fileDepth: number,
  common: CommonFolder,
  identities: Stage,
  tables: KnownTable[],
): AsyncGenerator<ImportItem, number> {
  const { mapping, doubts } = reading;
  const { table, columns } = mapping;
  let depth = fileDepth;
  if (table === null || columns === null) return 1;
  const keyless = exactJoin(mapping, 1);
  const names = new Set<string>();
  let read = false;
  let index = -1;
  for await (const entry of reading.source.entries(reading.signal)) {
    if (!table.isTable(entry.path)) continue;
    index++;
    const take = (row: StagedRow, head: TableHead): void => {
      const values = rowValues(row, head);
      depth = Math.min(depth, keyless?.depthOfRow(values) ?? depth);
      const parts = columns.key.map((column) => values.peek([column]) ?? '');
      const hash = sha256Hex(row.raw);
      const own = parts.some((part) => part !== '') ? parts.join('/') : null;
      const { odd } = partsOf(table.parts, values);
      if (odd > 0) doubts.note('I255', 'values are not joined as the mapping says', values.place, odd);
      if (own === null && columns.key.length > 0 && row.cells.length > 0)
        doubts.note('I176', 'rows have no key; it is made of what the row says', values.place);
      const named =
        row.file === undefined
          ? keyless?.groupOfRow(row, values)?.replaceAll('\u0001', '/')
          : (keyOfName(row.file.path, mapping) ?? withoutExtension(baseName(row.file.path)));
      const key = own ?? named ?? `row-${hash.slice(0, 16)}`;
      // Two documents may say the same and belong to two files.
      const told = row.file === undefined ? hash : sha256Hex(`${hash}\0${common.below(row.file.path)}`);
      identities.put(identity(key, 'a', told), String(index).padStart(8, '0'), { ...row, own: own !== null });
    };
    const known = yield* readTable(reading, table, entry, table.sidecars ? 0 : index, take, names);
    read ||= known.records > known.lost;
    // Of documents one stands for all: there may be a million.
    if (!table.sidecars || index === 0) tables.push(known);
  }
  if ((table.kind === 'xml' || table.kind === 'json') && read) checkColumns(mapping, table.files.join(', '), [...names], doubts);
  return Number.isFinite(depth) ? depth : 1;
}

async function stageFiles({ source, mapping, doubts, signal }: Reading, common: CommonFolder, identities: Stage): Promise<void> {
  for await (const entry of source.entries(signal)) {
    if (mapping.table?.isTable(entry.path) === true || !mapping.files.isAudio(entry.path)) continue;
    const values = fileValues(entry.path, mapping);
    if (values === null && mapping.files.template !== null) doubts.note('I167', 'audio files are not named as the template says', entry.path);
    const key = keyOfName(entry.path, mapping) ?? baseName(entry.path);
    // Told apart by where it lies: the same in every packing.
    identities.put(identity(key, 'b', common.below(entry.path)), '', { path: entry.path });
  }
}

/** The key that a name tells by the mapping, or null. */
function keyOfName(path: string, mapping: Mapping): string | null {
  const values = fileValues(path, mapping);
  const parts = (mapping.files.columns?.key ?? []).map((field) => values?.peek([field]) ?? '');
  return parts.some((part) => part !== '') ? parts.join('/') : null;
}

function identity(key: string, side: 'a' | 'b', rest: string): string {
  return `${key.replaceAll('\0', '')}\0${side}${rest}`;
}

/** Rows and files with keys of their own: identical rows are one, and of different ones with one key the first keeps it. */
function* identified(identities: Stage, duplicates: number[]): Generator<KeyedRow | StagedFile> {
  let last: string | null = null;
  let ordinal = 0;
  for (const { group, values } of identities.groups()) {
    const [key = '', rest = ''] = group.split('\0');
    ordinal = key === last ? ordinal + 1 : 0;
    last = key;
    const unlike = ordinal === 0 ? key : `${key}#${(rest.startsWith('a') ? rest.slice(1) : sha256Hex(rest)).slice(0, 8)}`;
    const [first, ...others] = values as readonly ((StagedRow & { readonly own: boolean }) | { readonly path: string })[]; // put by `stageRows` and `stageFiles`
    if (first === undefined) continue;
    if ('path' in first) {
      // Two files of one path, in two containers of one source, differ by the container's name.
      for (const [index, file] of [first, ...others].entries())
        if ('path' in file) yield { path: file.path, key: index === 0 ? unlike : `${unlike}-${index + 1}` };
      continue;
    }
    for (const other of others) if ('table' in other) duplicates[other.table] = (duplicates[other.table] ?? 0) + 1;
    const { own, ...row } = first;
    yield { ...row, key: unlike, copies: others.length, twin: own && ordinal > 0 };
  }
}
