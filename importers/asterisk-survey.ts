import type { ByteReader } from '../src/core/bytes.ts';
import { type Finding, finding } from '../src/core/finding.ts';
import { sha256Hex } from '../src/core/identifier.ts';
import type { ImportItem, ImportOptions } from '../src/core/importer.ts';
import { baseName, extension } from '../src/core/safe-path.ts';
import type { Source } from '../src/core/source.ts';
import { readCsv } from '../src/tables/csv.ts';
import { isLostRecord } from '../src/tables/lost-record.ts';
import type { Stage } from '../src/tables/types.ts';
import { isAudioPath, isUniqueId, parseAudioName, withoutAudioExtension } from './asterisk-names.ts';
import { fieldsOf, isTablePath, type KnownTable, knowTable, peekTable } from './asterisk-tables.ts';

/** One audio file, as it is staged. */
export interface AudioFile {
  readonly path: string;
  readonly size: number;
}

/** One row of a table, as it is staged: of a CDR table, or an event of a CEL table. */
export interface StagedRow {
  readonly kind: 'cdr' | 'cel';
  /** Index in `Survey.tables`. */
  readonly table: number;
  /** From 1, a header not counted. */
  readonly row: number;
  readonly raw: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** A table of the source and what became of its rows so far. */
export interface SurveyedTable {
  readonly path: string;
  readonly known: KnownTable;
  records: number;
  damaged: number;
}

/** What lies in a source. */
export interface Survey {
  readonly tables: readonly SurveyedTable[];
  /** The folder that holds all audio, with its `/`; empty where there is none in common. */
  readonly audioFolder: string;
}

/**
 * Walks all entries: audio goes into `audio` under every name by which a row may ask for it, and into `files` under its
 * path; tables are looked at; anything else is said to be alien.
 */
export async function* survey(
  source: Source,
  options: ImportOptions,
  audio: Stage,
  files: Stage,
  signal: AbortSignal,
): AsyncGenerator<ImportItem, Survey> {
  const tables: SurveyedTable[] = [];
  let audioFolder: string | null = null;
  for await (const entry of source.entries(signal)) {
    signal.throwIfAborted();
    const { path, size } = entry;
    if (isAudioPath(path)) {
      for (const group of audioGroups(path)) audio.put(group, path, { path, size });
      files.put(path, '', { size });
      audioFolder = commonFolder(audioFolder, path);
      continue;
    }
    const known = isTablePath(path) ? await lookInto(await source.open(entry, signal), path, options, signal) : null;
    if (known === null) {
      yield { kind: 'file', path, role: 'alien', reason: alienReason(path, size) };
      continue;
    }
    tables.push({ path, known, records: 0, damaged: 0 });
    yield { kind: 'file', path, role: 'table', reason: `${known.kind.toUpperCase()} table, ${known.widths.join(' and ')} columns` };
    yield* known.findings;
  }
  // Of two identical rows the first read is the row, the other its duplicate: Master.csv has them all.
  const master = ({ path }: SurveyedTable): number => (/^master\.csv/i.test(baseName(path)) ? 0 : 1);
  return { tables: tables.sort((a, b) => master(a) - master(b)), audioFolder: audioFolder ?? '' };
}

/** Reads all tables into `calls`, grouped by call. Rows without a linkedid find theirs by the uniqueid, where another table knows it. */
export async function* readTables(
  source: Source,
  { tables }: Survey,
  calls: Stage,
  openStage: () => Stage,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  // Only where some tables name the whole call and others only its legs.
  const mixed = tables.some(({ known }) => known.linked) && tables.some(({ known }) => !known.linked);
  const links = mixed ? openStage() : null;
  const unlinked = mixed ? openStage() : null;
  try {
    for (const [index, table] of tables.entries()) {
      const entry = source.entry(table.path);
      if (entry === null) continue;
      for await (const item of readCsv(await source.open(entry, signal), table.known.dialect, { place: table.path }, signal)) {
        if (item.kind === 'finding') {
          if (isLostRecord(item)) {
            table.records++;
            table.damaged++;
          }
          yield item;
          continue;
        }
        if (table.known.header !== null && item.number === 1) continue;
        table.records++;
        const row = table.known.header === null ? item.number : item.number - 1;
        const fields = fieldsOf(table.known, item.cells);
        if (fields === null) {
          table.damaged++;
          yield finding('I102', `${table.path}, row ${row}`, `${item.cells.length} columns, not what a ${table.known.kind.toUpperCase()} row holds`);
          continue;
        }
        const staged: StagedRow = { kind: table.known.kind, table: index, row, raw: item.raw, fields: [...fields] };
        const uniqueid = idOf(fields, 'uniqueid');
        const linkedid = idOf(fields, 'linkedid');
        if (linkedid !== null) {
          calls.put(callGroup(linkedid), orderOf(staged, fields), staged);
          if (uniqueid !== null && uniqueid !== linkedid) links?.put(uniqueid, linkedid, linkedid);
        } else if (uniqueid !== null && unlinked !== null) unlinked.put(uniqueid, orderOf(staged, fields), staged);
        else calls.put(uniqueid === null ? rowGroup(item.raw) : callGroup(uniqueid), orderOf(staged, fields), staged);
      }
    }
    if (links === null || unlinked === null) return;
    for (const { group, values } of unlinked.groups()) {
      const [linkedid] = links.get(group);
      for (const value of values) {
        const staged = value as StagedRow; // put above
        calls.put(callGroup(typeof linkedid === 'string' ? linkedid : group), orderOf(staged, new Map(staged.fields)), staged);
      }
    }
  } finally {
    links?.close();
    unlinked?.close();
  }
}

const callPrefix = 'call ';
const rowPrefix = 'row ';
const callGroup = (id: string): string => callPrefix + id;
/** A row that names no call is a call of its own, known by its text. */
const rowGroup = (raw: string): string => rowPrefix + sha256Hex(raw);

/** The linkedid or uniqueid by which rows were grouped; null for a row that has neither. */
export function idOfGroup(group: string): string | null {
  return group.startsWith(callPrefix) ? group.slice(callPrefix.length) : null;
}

/** Names under which an audio file is looked for: base name, base name without extension, id, and numbers with minute. */
function audioGroups(path: string): string[] {
  const name = parseAudioName(path);
  const groups = [`name ${name.base}`, `stem ${withoutAudioExtension(name.base)}`];
  if (name.idCore !== null) groups.push(`id ${name.idCore}`);
  const window = windowGroup(name.destination, name.source, name.stamp?.replace(/\D/g, '') ?? '');
  if (window !== null) groups.push(window);
  return groups;
}

/** Group of files between two numbers in one minute; `digits` is `YYYYMMDDHHmmss`. */
export function windowGroup(destination: string | null, source: string | null, digits: string): string | null {
  return destination === null || source === null || digits.length !== 14 ? null : `window ${destination} ${source} ${digits.slice(0, 12)}`;
}

/** CDR rows first, in order of the legs; then events in order of time. */
function orderOf(staged: StagedRow, fields: ReadonlyMap<string, string>): string {
  if (staged.kind === 'cel') return `2 ${fields.get('eventtime') ?? ''}`;
  return `1 ${(fields.get('sequence') ?? '').padStart(12, '0')} ${fields.get('start') ?? ''}`;
}

function idOf(fields: ReadonlyMap<string, string>, name: string): string | null {
  const id = fields.get(name) ?? '';
  return isUniqueId(id) ? id : null;
}

function commonFolder(folder: string | null, path: string): string {
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('!')) + 1;
  let common = folder ?? path.slice(0, cut);
  while (!path.startsWith(common))
    common = common.slice(0, Math.max(common.lastIndexOf('/', common.length - 2), common.lastIndexOf('!', common.length - 2)) + 1);
  return common;
}

/** Only what begins as a table of ours is read to its end for its encoding. */
async function lookInto(reader: ByteReader, path: string, options: ImportOptions, signal: AbortSignal): Promise<KnownTable | null> {
  const begins = await peekTable(reader, path, options, signal);
  return begins === null ? null : knowTable(reader, path, options, signal);
}

function alienReason(path: string, size: number): string {
  if (isTablePath(path)) return size === 0 ? 'an empty table' : 'a CSV table, but neither CDR nor CEL by its columns';
  if (/\.(db|sqlite3?)$/i.test(path)) return 'a database; its calls are read from CDR tables in CSV';
  const ending = extension(path);
  return ending === '' ? 'no audio file and no table by its name' : `${ending} files are no audio of Asterisk and no table`;
}
