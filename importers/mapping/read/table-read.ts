import { errorText } from '../../../src/core/base/error.ts';
import { compileGlob } from '../../../src/core/base/glob.ts';
import { extension } from '../../../src/core/base/safe-path.ts';
import type { RecordKind } from '../../../src/tables/text/types.ts';
import type { TableMapping } from './mapping.ts';
import { joinedFields } from './parts.ts';
import type { TomlTable } from './toml.ts';

const separators = new Map([
  [',', ','],
  [';', ';'],
  ['|', '|'],
  ['\t', '\t'],
  ['tab', '\t'],
] as const);

const kinds: readonly RecordKind[] = ['csv', 'xml', 'json', 'sql', 'sqlite', 'ini'];

/** Reads `[table]`. @throws LongplayError I151, I152 */
export function tableOf(toml: TomlTable | null): TableMapping | null {
  if (toml === null) return null;
  const files = toml.texts('files');
  if (files.length === 0) toml.refuse('files', 'is missing', 'say which files are tables: files = "*.csv"');
  const said = toml.text('kind') ?? kindByName(files[0] ?? '');
  const kind =
    kinds.find((each) => each === said) ??
    toml.refuse('kind', `is '${said}'`, 'it may be csv (any separator), xml, json (also JSON lines), sql (a dump), sqlite, or ini beside audio');
  const named = toml.text('separator');
  const separator =
    named === null
      ? null
      : ([...separators].find(([name]) => name === named)?.[1] ?? toml.refuse('separator', `is '${named}'`, 'it may be , ; | or tab'));
  const columns = toml.texts('columns');
  const header = toml.flag('header') ?? columns.length === 0;
  if (!header && columns.length === 0)
    toml.refuse('columns', 'is missing', 'a table without a header needs columns = ["…", "…"], one name for each column');
  const record = toml.text('record');
  const path = toml.text('path');
  const name = toml.text('name');
  const sidecars = toml.flag('sidecars') ?? false;
  if (kind !== 'xml' && kind !== 'json' && (record ?? path) !== null)
    toml.refuse(record === null ? 'path' : 'record', 'is for XML and JSON only', 'omit it, or change kind');
  if (kind !== 'csv' && (named !== null || columns.length > 0))
    toml.refuse('kind', `is ${kind}, and separator and columns are for csv only`, 'omit them');
  if (kind === 'xml' && record === null && !sidecars)
    toml.refuse('record', 'is missing', 'say which element is one record: record = "call"; record = "*" is each child of the root');
  if (kind === 'json' && record !== null) toml.refuse('record', 'is for XML only', 'for JSON, path gives the place of the list of records');
  if (kind === 'xml' && path !== null) toml.refuse('path', 'is for JSON only', 'for XML, record names the element');
  const isDatabase = kind === 'sql' || kind === 'sqlite';
  if (isDatabase && name === null) toml.refuse('name', 'is missing', 'a database holds several tables: say which, name = "…"');
  if (!isDatabase && name !== null) toml.refuse('name', 'is for sql and sqlite only', 'files says which files are tables');
  if (sidecars && (kind === 'sql' || kind === 'sqlite'))
    toml.refuse('sidecars', `is for XML, JSON, CSV and INI, and kind is ${kind}`, 'omit it, or change kind');
  if (kind === 'ini' && !sidecars) toml.refuse('sidecars', 'is missing', 'each ini file is the record of the audio file beside it: sidecars = true');
  if (sidecars && ['separator', 'columns', 'header', 'skip', 'skip-after-header', 'skip-where'].some((key) => toml.has(key)))
    toml.refuse('sidecars', 'reads CSV with a header, in any separator', 'omit separator, header, columns and what skips rows');
  const skipping = skippedRows(toml, kind);
  const table = {
    files,
    isTable: anyGlob(toml, 'files', files),
    kind,
    name: name ?? '',
    sidecars,
    optional: toml.flag('optional') ?? false,
    mayLack: toml.texts('may-lack'),
    parts: joinedFields(toml.table('parts')),
    separator,
    hasHeader: header,
    names: columns.length === 0 ? null : columns,
    record: record ?? '',
    path: path ?? '',
    ...skipping,
  };
  toml.finish();
  return table;
}

/** Most lines or rows that may be skipped at the beginning of a table. */
const mostSkipped = 1_000;

function skippedRows(toml: TomlTable, kind: RecordKind): Pick<TableMapping, 'skipLines' | 'notCalls'> {
  const counted = (key: string): number => {
    const count = toml.positive(key) ?? 0;
    if (!Number.isInteger(count) || count > mostSkipped) toml.refuse(key, `is ${count}`, `it is a whole number, at most ${mostSkipped}`);
    return count;
  };
  const skipLines = counted('skip');
  const afterHeader = counted('skip-after-header');
  const whereToml = toml.table('skip-where');
  const where =
    whereToml === null
      ? null
      : {
          column: whereToml.text('column') ?? whereToml.refuse('column', 'is missing', 'name the column that decides'),
          values: whereToml.texts('values').map((value) => value.trim().toLowerCase()),
        };
  if (where !== null && where.values.length === 0)
    whereToml?.refuse('values', 'is missing', 'give the values of rows that are not calls: values = ["Total"]');
  whereToml?.finish();
  const [first] = ['skip', 'skip-after-header', 'skip-where'].filter((key) => toml.has(key));
  if (kind !== 'csv' && first !== undefined) toml.refuse(first, `is for csv only, and kind is ${kind}`, 'omit it');
  return { skipLines, notCalls: afterHeader === 0 && where === null ? null : { afterHeader, where } };
}

function kindByName(pattern: string): string {
  const ending = extension(pattern).toLowerCase();
  if (ending === '.ini') return 'ini';
  if (ending === '.xml') return 'xml';
  if (/^\.(json|jsonl|ndjson)$/.test(ending)) return 'json';
  if (ending === '.sql') return 'sql';
  return /^\.(sqlite3?|db3?)$/.test(ending) ? 'sqlite' : 'csv';
}

/** Returns a test of paths by any of several patterns. @throws LongplayError I152 */
export function anyGlob(toml: TomlTable, key: string, patterns: readonly string[]): (path: string) => boolean {
  try {
    const globs = patterns.map(compileGlob);
    return (path) => globs.some((glob) => glob(path));
  } catch (error) {
    return toml.refuse(key, `cannot be used: ${errorText(error)}`, 'give several patterns as a list: ["*.wav", "*.mp3"]');
  }
}
