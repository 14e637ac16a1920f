import { agree } from '../../../src/core/base/agree.ts';
import { errorText } from '../../../src/core/base/error.ts';
import { withoutExtension } from '../../../src/core/base/safe-path.ts';
import { type Grade, gradeMeaning } from '../../../src/core/model/grade.ts';
import type { PartyRole } from '../../../src/core/model/recording.ts';
import { nearestName } from '../../../src/tables/values/columns.ts';
import { zoneExists } from '../../../src/tables/values/time.ts';
import { readColumns } from './columns-read.ts';
import {
  type About,
  type ColumnRef,
  type Columns,
  type FilesMapping,
  type JoinMapping,
  type Mapping,
  type MatchMapping,
  type StatusMapping,
  type TableMapping,
  tableColumnsNamed,
} from './mapping.ts';
import { anyGlob, tableOf } from './table-read.ts';
import { compileNameTemplate, type NameTemplate } from './template.ts';
import { emptyToml, readToml, type TomlTable } from './toml.ts';

// `gradeMeaning` has a key for each grade.
const grades = Object.keys(gradeMeaning) as readonly Grade[];
const roles: readonly PartyRole[] = ['caller', 'callee', 'agent', 'supervisor', 'customer', 'ivr', 'unknown'];
/**
 * Reads and checks a mapping file; docs/reference/mapping-file.md describes the language.
 * @param zone zone of local times if the mapping names none, or null
 * @throws LongplayError I150 (not TOML), I151 (unknown key), I152 (impossible value)
 */
export function readMapping(file: { readonly name: string; readonly text: string }, zone: string | null): Mapping {
  const toml = readToml(file);
  const about = aboutOf(toml.table('about'));
  const source = toml.table('source');
  const family = source?.text('name') ?? null;
  const sourceZone = zoneOf(source, 'zone') ?? zone;
  const encoding = source?.text('encoding') ?? null;
  const sentinels = new Set(source?.texts('sentinels'));
  source?.finish();
  const times = { zone: sourceZone, sentinels: [...sentinels] };
  const table = tableOf(toml.table('table'));
  const columnsToml = toml.table('columns');
  const columns = columnsToml === null && table?.sidecars !== true ? null : readColumns(columnsToml ?? emptyToml(), times, null);
  const files = filesOf(toml.table('files'), times);
  const joinToml = toml.table('join');
  const beside: JoinMapping | null = table?.sidecars === true ? { exact: { by: 'beside' }, window: null } : null;
  const join = joinToml === null ? beside : joinOf(joinToml, files);
  const matchToml = toml.table('match');
  const match = matchToml === null ? null : matchOf(matchToml, table, columns);
  const status = statusOf(toml.table('status'));
  const channels = channelsOf(toml.table('channels'));
  const constants = (toml.table('constants')?.pairs() ?? []).map(({ name, texts }) => ({ name, value: texts.join(' ') }));
  const keep = toml.table('keep');
  toml.finish();
  // The fields by which a row finds its recording are ids that occur in several systems.
  const described = columns === null || match === null ? columns : { ...columns, correlation: [...columns.correlation, ...match.fields] };
  const plain = { name: file.name, about, family, encoding, sentinels, table, columns: described, files, join, match, status, channels, constants };
  const mapping = { ...plain, withoutColumns: keep === null ? [] : columnsLeftOut(keep, { ...plain, withoutColumns: [] }) };
  if (table === null) {
    for (const [key, section] of [
      ['columns', columnsToml] as const,
      ['join', joinToml] as const,
      ['match', match] as const,
      ['status', status] as const,
    ]) {
      if (section !== null) toml.refuse(key, 'needs a table, and there is no [table]', 'add [table] with files = "*.csv", or omit it');
    }
    if (files.template === null) {
      toml.refuse('files.template', 'is missing', 'without a [table], the names of files must hold all metadata: template = "{caller}_{key}.wav"');
    }
    return mapping;
  }
  if (columns === null) return toml.refuse('columns', 'is missing', 'say what the columns of the table mean: [columns] with key = "…", start = "…"');
  if (join === null) {
    if (match !== null) return mapping;
    return toml.refuse('join', 'is missing', 'say how a row finds its audio: [join] with column = "…", fields = { … } or window = 5');
  }
  if (table.optional && files.template === null)
    toml.refuse('files.template', 'is missing', 'if the table may be absent, the names of files must suffice: template = "…"');
  if (join.window !== null && (columns.start === null || files.columns?.start == null)) {
    toml.refuse('join.window', 'needs two times to compare', 'name columns.start, and a {start:…} in files.template');
  }
  return mapping;
}

/** Reads `[keep]`. @throws LongplayError I151, I152 */
function columnsLeftOut(keep: TomlTable, mapping: Mapping): readonly string[] {
  const without = keep.texts('without');
  const { table } = mapping;
  if (without.length > 0 && (table === null || table.kind !== 'csv'))
    keep.refuse('without', 'names columns, and only those of separated tables can be left out exactly', 'export the table as CSV, or omit [keep]');
  const used = new Set(tableColumnsNamed(mapping).map((column) => column.toLowerCase()));
  const both = without.find((column) => used.has(column.toLowerCase()));
  if (both !== undefined) keep.refuse('without', `names '${both}', which the mapping uses`, 'remove it from one of the two');
  keep.finish();
  return without;
}

/** Reads `[about]`: a shipped mapping's description of itself, which its copies keep. */
function aboutOf(toml: TomlTable | null): About | null {
  if (toml === null) return null;
  const named = toml.text('grade') ?? 'documented';
  const about = {
    title: toml.text('title') ?? toml.refuse('title', 'is missing', 'say in one line what the mapping is for'),
    grade: grades.find((grade) => grade === named) ?? toml.refuse('grade', `is '${named}'`, `it may be ${grades.join(', ')}`),
    facts: toml.texts('facts'),
    tested: toml.texts('tested'),
    check: toml.texts('check'),
  };
  toml.finish();
  return about;
}

function filesOf(toml: TomlTable | null, times: { readonly zone: string | null; readonly sentinels: readonly string[] }): FilesMapping {
  const files = toml?.texts('files') ?? [];
  const templates = toml?.texts('template') ?? [];
  const isEscaped = toml?.flag('unescape') ?? false;
  const template = toml === null || templates.length === 0 ? null : templateOf(toml, templates, isEscaped);
  const partial = toml?.texts('unfinished') ?? [];
  const isUnfinished = toml === null || partial.length === 0 ? () => false : anyGlob(toml, 'unfinished', partial);
  const columnsToml = toml?.table('columns') ?? null;
  if (toml !== null && columnsToml !== null && template === null)
    toml.refuse('columns', 'names fields, and there is no template', 'add template = "…"');
  const columns = template === null ? null : readColumns(columnsToml ?? emptyToml(), times, template);
  const sideToml = toml?.table('side') ?? null;
  const side = sideToml === null ? null : sideOf(sideToml, template);
  toml?.finish();
  const fit = toml === null || files.length === 0 ? null : fitOf(toml, files);
  return { files, fit, isUnfinished, template, columns, side };
}

/** Returns how paths match the patterns of audio; a conversion may have changed their extensions. */
function fitOf(toml: TomlTable, patterns: readonly string[]): NonNullable<FilesMapping['fit']> {
  const isWhole = anyGlob(toml, 'files', patterns);
  const stems = patterns.map((pattern) => pattern.replace(/\.(?:[\p{L}\p{N}]+|\{[\p{L}\p{N},]+\})$/u, ''));
  const isStem = anyGlob(
    toml,
    'files',
    stems.filter((stem, index) => stem !== patterns[index]),
  );
  return (path) => (isWhole(path) ? 'whole' : isStem(withoutExtension(path)) || isStem(path) ? 'but-for-extension' : 'none');
}

function templateOf(toml: TomlTable, texts: readonly string[], isEscaped: boolean): NameTemplate {
  try {
    return compileNameTemplate(texts, isEscaped);
  } catch (error) {
    return toml.refuse(
      'template',
      `cannot be used: ${errorText(error)}`,
      'fields are written {name} or {name:YYYYMMDD}; docs/reference/mapping-file.md has examples',
    );
  }
}

function sideOf(toml: TomlTable, template: NameTemplate | null): FilesMapping['side'] {
  const field = toml.text('field') ?? toml.refuse('field', 'is missing', 'name the field of the template that tells the side');
  const side = { field, in: toml.texts('in'), out: toml.texts('out'), mixed: toml.texts('mixed') };
  fieldExists(toml, 'field', field, template);
  toml.finish();
  return side;
}

function joinOf(toml: TomlTable, files: FilesMapping): JoinMapping {
  const column = toml.texts('column');
  const fields = toml.table('fields');
  const match = toml.text('match') ?? 'path';
  const ignoreCase = toml.flag('ignore-case') ?? false;
  const strip = toml.texts('strip');
  const seconds = toml.positive('window');
  const partyToml = toml.table('party');
  const party = partyToml === null ? null : partyOf(partyToml, files.template);
  toml.finish();
  if (match !== 'path' && match !== 'name' && match !== 'stem') {
    toml.refuse('match', `is '${match}'`, 'it may be path (the end of the path), name (with extension) or stem (without)');
  }
  if (column.length === 0 && (strip.length > 0 || toml.has('match') || toml.has('ignore-case')))
    toml.refuse('column', 'is missing', 'match, ignore-case and strip say how a column names its file');
  if (column.length > 0 && fields !== null) toml.refuse('fields', 'and column are both given', 'join by one of them');
  if (party !== null && seconds === null) toml.refuse('window', 'is missing', 'party narrows a window: add window = 5 (seconds)');
  if (seconds !== null && seconds > 86_400)
    toml.refuse('window', agree`is ${seconds} second[s]`, 'a window is at most one day; 2 to 10 seconds are usual');
  const [first, ...rest] = column;
  const pairs = (fields?.pairs() ?? []).map(({ name, texts }) => {
    if (fields !== null) fieldExists(fields, name, name, files.template);
    return { field: name, columns: refOf(toml, 'fields', texts) };
  });
  const exact: JoinMapping['exact'] =
    first !== undefined ? { by: 'file', columns: [first, ...rest], match, ignoreCase, strip } : pairs.length > 0 ? { by: 'fields', pairs } : null;
  if (exact === null && seconds === null)
    toml.refuse('column', 'is missing', 'join by column = "File", by fields = { id = "Call ID" }, or by window = 5');
  return { exact, window: seconds === null ? null : { seconds, party } };
}

/** Reads `[match]`. @throws LongplayError I151, I152 */
function matchOf(toml: TomlTable, table: TableMapping | null, columns: Columns | null): MatchMapping {
  const pairs = toml.table('fields')?.pairs() ?? [];
  const fields = pairs.map(({ name, texts }) => ({ name, columns: refOf(toml, 'fields', texts) }));
  const several = toml.flag('several') ?? false;
  const window = toml.positive('window');
  toml.finish();
  if (fields.length === 0 && window === null)
    toml.refuse('fields', 'is missing', 'say what a row and its recording have in common: fields = { key = "Call ID" }, or window = 120 (seconds)');
  if (window !== null && window > 86_400) toml.refuse('window', agree`is ${window} second[s]`, 'a window is at most one day; some minutes are usual');
  if (window !== null && (columns === null || columns.start === null || columns.parties.length === 0))
    toml.refuse('window', 'needs a time and a number to compare', 'name columns.start, and a party with its number in [columns]');
  if (table?.sidecars === true) toml.refuse('fields', 'belongs to rows, and table.sidecars means one document per file', 'omit one of the two');
  return { fields, several, window };
}

function partyOf(toml: TomlTable, template: NameTemplate | null): { columns: ColumnRef; field: string } {
  const columns = refOf(toml, 'column', toml.texts('column'));
  const field = toml.text('field') ?? toml.refuse('field', 'is missing', 'name the field of the template that has the same party');
  fieldExists(toml, 'field', field, template);
  toml.finish();
  return { columns, field };
}

function statusOf(toml: TomlTable | null): StatusMapping | null {
  if (toml === null) return null;
  const status = {
    columns: refOf(toml, 'column', toml.texts('column')),
    deleted: toml.texts('deleted'),
    notRecorded: toml.texts('not-recorded'),
    failed: toml.texts('failed'),
    empty: emptyOf(toml),
  };
  toml.finish();
  return status;
}

function emptyOf(toml: TomlTable): StatusMapping['empty'] {
  const empty = toml.text('empty');
  if (empty === null || empty === 'deleted' || empty === 'not-recorded' || empty === 'failed') return empty;
  return toml.refuse('empty', `is '${empty}'`, 'it may be deleted, not-recorded or failed');
}

function channelsOf(toml: TomlTable | null): Mapping['channels'] {
  if (toml === null) return [];
  const roleOf = (key: string): PartyRole => {
    const name = toml.text(key) ?? 'unknown';
    return roles.find((role) => role === name) ?? toml.refuse(key, `is '${name}'`, `it may be ${roles.join(', ')}`);
  };
  const channels = [
    { index: 0, role: roleOf('left') },
    { index: 1, role: roleOf('right') },
  ];
  toml.finish();
  return channels;
}

function fieldExists(toml: TomlTable, key: string, field: string, template: NameTemplate | null): void {
  const fields = template?.fields ?? [];
  if (fields.includes(field)) return;
  const near = nearestName(field, fields);
  toml.refuse(
    key,
    `names the field '${field}', which is not in the template${near === null ? '' : `; did you mean '${near}'?`}`,
    fields.length === 0 ? 'add template = "…" to [files]' : `its fields are ${fields.join(', ')}`,
  );
}

function refOf(toml: TomlTable, key: string, texts: readonly string[]): ColumnRef {
  const [first, ...rest] = texts;
  return first === undefined ? toml.refuse(key, 'is missing', `name a column: ${key} = "…"`) : [first, ...rest];
}

/** Returns the zone that a mapping names, or null. */
export function zoneOf(toml: TomlTable | null, key: string): string | null {
  const zone = toml?.text(key) ?? null;
  if (zone !== null && !zoneExists(zone)) toml?.refuse(key, `is '${zone}', which is not a time zone`, 'use a name such as Europe/Stockholm, or UTC');
  return zone;
}
