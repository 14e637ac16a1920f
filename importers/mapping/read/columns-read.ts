import type { PartyRole } from '../../../src/core/model/recording.ts';
import { durationUnits } from '../../../src/tables/values/duration.ts';
import { zoneExists } from '../../../src/tables/values/time.ts';
import { namedTimeFormats } from '../../../src/tables/values/time-formats.ts';
import { lacksHalfDay } from '../../../src/tables/values/time-text.ts';
import type { ColumnRef, Columns, NamedColumn, PartyColumns, TimeColumn } from './mapping.ts';
import type { NameTemplate } from './template.ts';
import type { TomlTable } from './toml.ts';

/** Defaults for all times of a mapping that do not define their own. */
export interface TimeDefaults {
  readonly zone: string | null;
  readonly sentinels: readonly string[];
}

/** Fields of a file name. Each standard field of the template has its own meaning unless the mapping changes it. */
export type NameFields = Pick<NameTemplate, 'fields' | 'formatsOf'>;

/** Possible participants, and the meaning of a bare column name for each: a number or a name. */
const parties: readonly (readonly [role: PartyRole, bare: 'number' | 'name'])[] = [
  ['caller', 'number'],
  ['callee', 'number'],
  ['customer', 'number'],
  ['agent', 'name'],
  ['supervisor', 'name'],
];

/**
 * Reads `[columns]` (of a table) or `[files.columns]` (of a template's fields).
 * @param names fields of the template; null for a table
 * @throws LongplayError I151, I152
 */
export function readColumns(toml: TomlTable, defaults: TimeDefaults, names: NameFields | null): Columns {
  const implied = (key: string): ColumnRef | null => (names?.fields.includes(key) === true ? [key] : null);
  const time = (key: string): TimeColumn | null => timeColumn(toml, key, implied(key), defaults, names);
  const columns: Columns = {
    key: listed(toml.texts('key'), implied('key')),
    start: time('start'),
    answer: time('answer'),
    end: time('end'),
    duration: durationColumn(toml, implied('duration')),
    direction: directionColumn(toml, implied('direction')),
    parties: parties.flatMap(([role, bare]) => partyColumns(toml, role, bare, implied(role)) ?? []),
    org: namedColumns(toml, 'org'),
    correlation: namedColumns(toml, 'correlation'),
    tags: namedColumns(toml, 'tags'),
    keys: namedColumns(toml, 'keys'),
    quality: namedColumns(toml, 'quality'),
    group: groupColumns(toml.table('group')),
    retention: retentionColumns(toml.table('retention'), defaults),
  };
  toml.finish();
  return columns;
}

function listed(texts: readonly string[], implied: ColumnRef | null): readonly string[] {
  return texts.length > 0 ? texts : (implied ?? []);
}

function reference(toml: TomlTable, key: string): ColumnRef | null {
  const [first, ...rest] = toml.texts(key);
  return first === undefined ? null : [first, ...rest];
}

/** Returns the column of the table form, which must name one. */
function required(toml: TomlTable): ColumnRef {
  return reference(toml, 'column') ?? toml.refuse('column', 'is missing', 'name the column: column = "…"');
}

function timeColumn(toml: TomlTable, key: string, implied: ColumnRef | null, defaults: TimeDefaults, names: NameFields | null): TimeColumn | null {
  const value = toml.either(key);
  const formatsOf = (columns: ColumnRef): readonly string[] => (columns.length === 1 ? (names?.formatsOf(columns[0]) ?? []) : []);
  const { zone, sentinels } = defaults;
  if (value === null || Array.isArray(value)) {
    const [first, ...rest] = (value as readonly string[] | null) ?? implied ?? []; // A list of texts, by the type of `either`.
    if (first === undefined) return null;
    const columns: ColumnRef = [first, ...rest];
    const formats = formatsOf(columns);
    return { columns, spec: { format: formats[0] ?? 'iso', zone, sentinels }, byTemplate: formats.length > 0, utc: null };
  }
  const table = value as TomlTable; // Not a list, so the other type of the two.
  const columns = reference(table, 'column') ?? implied ?? required(table);
  const said = table.text('format');
  const formats = said === null ? formatsOf(columns) : [said];
  const format = formats[0] ?? 'iso';
  // A template may have a 12-hour clock without AM or PM: the other parts of such a name are still useful.
  if (said !== null) checkFormat(table, 'format', said);
  const ownZone = table.text('zone');
  if (ownZone !== null && !zoneExists(ownZone))
    table.refuse('zone', `is '${ownZone}', which is not a time zone`, 'use a name such as Europe/Stockholm, or UTC');
  const overrideOffset = table.flag('override-offset') ?? false;
  if (overrideOffset && (ownZone ?? zone) === null)
    table.refuse('override-offset', 'needs a zone', 'name the zone that the times are in: zone = "…"');
  const utcColumns = reference(table, 'utc');
  const utcFormat = table.text('utc-format') ?? format;
  if (utcColumns !== null) checkFormat(table, 'utc-format', utcFormat);
  table.finish();
  return {
    columns,
    spec: { format, zone: ownZone ?? zone, sentinels, overrideOffset },
    byTemplate: said === null && formats.length > 0,
    utc: utcColumns === null ? null : { columns: utcColumns, spec: { format: utcFormat, zone: 'UTC', sentinels } },
  };
}

function checkFormat(toml: TomlTable, key: string, format: string): void {
  if (namedTimeFormats.includes(format)) return;
  if (!/Y|MMM|[HhmsD]/.test(format)) {
    toml.refuse(key, `is '${format}'`, `it may be ${namedTimeFormats.join(', ')}, or a pattern such as DD.MM.YYYY HH:mm:ss`);
  }
  if (lacksHalfDay(format)) toml.refuse(key, `is '${format}': h without A`, 'write H for a 24-hour clock, or add A where AM or PM stands');
}

function durationColumn(toml: TomlTable, implied: ColumnRef | null): Columns['duration'] {
  const value = toml.either('duration');
  if (value === null && implied === null) return null;
  if (value === null || Array.isArray(value)) {
    return toml.refuse('duration', 'has no unit', `write duration = { column = "…", unit = "s" }; units are ${durationUnits.join(', ')}`);
  }
  const table = value as TomlTable; // Not a list, so the other type of the two.
  const columns = reference(table, 'column') ?? implied ?? required(table);
  const named = table.text('unit');
  const unit = durationUnits.find((each) => each === named);
  if (unit === undefined) return table.refuse('unit', named === null ? 'is missing' : `is '${named}'`, `units are ${durationUnits.join(', ')}`);
  const said = table.text('of');
  const of = said === null || said === 'call' ? 'call' : said === 'audio' ? 'audio' : table.refuse('of', `is '${said}'`, 'it may be call or audio');
  table.finish();
  return { columns, unit, of };
}

function directionColumn(toml: TomlTable, implied: ColumnRef | null): Columns['direction'] {
  const value = toml.either('direction');
  const words = { in: ['in', 'inbound', 'incoming'], out: ['out', 'outbound', 'outgoing'], internal: ['internal'] };
  if (value === null || Array.isArray(value)) {
    const [first, ...rest] = (value as readonly string[] | null) ?? implied ?? []; // A list of texts, by the type of `either`.
    return first === undefined ? null : { columns: [first, ...rest], ...words };
  }
  const table = value as TomlTable; // Not a list, so the other type of the two.
  const direction = {
    columns: reference(table, 'column') ?? implied ?? required(table),
    in: table.texts('in'),
    out: table.texts('out'),
    internal: table.texts('internal'),
  };
  table.finish();
  return direction.in.length + direction.out.length + direction.internal.length === 0 ? { ...direction, ...words } : direction;
}

function partyColumns(toml: TomlTable, role: PartyRole, bare: 'number' | 'name', implied: ColumnRef | null): PartyColumns | null {
  const value = toml.either(role);
  const nobody = { role, number: null, name: null, id: null, device: null };
  if (value === null || Array.isArray(value)) {
    const [first, ...rest] = (value as readonly string[] | null) ?? implied ?? []; // A list of texts, by the type of `either`.
    return first === undefined ? null : { ...nobody, [bare]: [first, ...rest] };
  }
  const table = value as TomlTable; // Not a list, so the other type of the two.
  const party = {
    role,
    number: reference(table, 'number'),
    name: reference(table, 'name'),
    id: reference(table, 'id'),
    device: reference(table, 'device'),
  };
  table.finish();
  return party;
}

function groupColumns(toml: TomlTable | null): Columns['group'] {
  if (toml === null) return null;
  const group = {
    id: reference(toml, 'id') ?? toml.refuse('id', 'is missing', 'name the column that all segments of one interaction share: id = "…"'),
    index: reference(toml, 'index'),
    count: reference(toml, 'count'),
    previous: reference(toml, 'previous'),
    next: reference(toml, 'next'),
  };
  toml.finish();
  return group;
}

function retentionColumns(toml: TomlTable | null, defaults: TimeDefaults): Columns['retention'] {
  if (toml === null) return null;
  const retention = {
    policy: reference(toml, 'policy'),
    hold: reference(toml, 'hold'),
    lock: reference(toml, 'lock'),
    expires: timeColumn(toml, 'expires', null, defaults, null),
    deleted: timeColumn(toml, 'deleted', null, defaults, null),
  };
  toml.finish();
  return retention;
}

function namedColumns(toml: TomlTable, key: string): readonly NamedColumn[] {
  const table = toml.table(key);
  if (table === null) return [];
  return table.pairs().map(({ name, texts }) => {
    const [first, ...rest] = texts;
    return first === undefined ? table.refuse(name, 'is an empty list', 'name a column') : { name, columns: [first, ...rest] };
  });
}
