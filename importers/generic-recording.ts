import type { Finding } from '../src/core/finding.ts';
import { sha256Hex } from '../src/core/identifier.ts';
import {
  emptyRecording,
  type MediaRef,
  type NameValue,
  type Party,
  type ReconciliationStatus,
  type Recording,
  type SourceRef,
  type TimeValue,
} from '../src/core/recording.ts';
import { baseName } from '../src/core/safe-path.ts';
import { compareTimes } from '../src/tables/time.ts';
import { type Values, valuesOf } from '../src/tables/values.ts';
import { type Description, describe } from './generic-describe.ts';
import type { Doubts } from './generic-doubts.ts';
import type { Mapping } from './generic-mapping.ts';
import type { StagedRow } from './generic-row.ts';
import { rowValues, type TableHead } from './generic-tables.ts';

/** An audio file, as it is staged, with the key it has where no row gives one. */
export interface StagedFile {
  readonly path: string;
  readonly key: string;
}

/** A row as it is staged, with its key and how many identical ones were left out. */
export interface KeyedRow extends StagedRow {
  readonly key: string;
  readonly copies: number;
  /** Another row has the same key and says something else. */
  readonly twin: boolean;
}

/** What becomes one recording. */
export interface Gathered {
  readonly rows: readonly KeyedRow[];
  readonly files: readonly StagedFile[];
  readonly status: ReconciliationStatus;
  readonly rule: string;
  readonly findings: readonly Finding[];
}

/** What recordings are made with. */
export interface Making {
  readonly mapping: Mapping;
  readonly tables: readonly TableHead[];
  readonly doubts: Doubts;
}

/** The fields of a file's name by the mapping's template; null where it has none or the name does not fit. */
export function fileValues(path: string, mapping: Mapping): Values | null {
  const match = mapping.files.template?.match(path) ?? null;
  return match === null ? null : valuesOf(path, match.values, (name) => name, match.formatOf);
}

/** The values of a staged row. */
export function valuesOfRow(row: StagedRow, tables: Making['tables']): Values {
  const table = tables[row.table];
  if (table === undefined) throw new Error(`no table ${row.table}`);
  return rowValues(row, table);
}

/**
 * One recording from its rows and files. Rows speak first, the first of them first; what they leave open is taken from the file's name. Nothing of
 * them is dropped: what has no place of its own stands in `extra`.
 */
export function makeRecording(gathered: Gathered, { mapping, tables, doubts }: Making): Recording {
  const { columns, files } = mapping;
  const rowValuesList = gathered.rows.map((row) => valuesOfRow(row, tables));
  const said: Description[] = [];
  if (columns !== null) for (const values of rowValuesList) said.push(describe(columns, values, mapping.sentinels, doubts));
  const names = gathered.files.map((file) => fileValues(file.path, mapping));
  const nameDescriptions = names.map((values) =>
    values === null || files.columns === null ? null : asName(describe(files.columns, values, mapping.sentinels, doubts)),
  );
  for (const description of nameDescriptions) if (description !== null) said.push(description);
  const key = gathered.rows[0]?.key ?? gathered.files[0]?.key ?? '';
  const rest = [...rowValuesList, ...names.filter((values) => values !== null)].flatMap((values) => values.rest());
  const quality = said.flatMap((each) => each.quality);
  for (const { path } of gathered.files.filter((file) => files.isUnfinished(file.path))) {
    doubts.note('I252', 'audio files were not finished by the recorder', path);
    quality.push({ name: 'unfinished', value: 'the recorder had not finished the file, by its name' });
  }
  const lengths = new Set(said.flatMap((each) => each.duration?.ms ?? []));
  const rows = gathered.rows.length;
  return {
    ...emptyRecording('generic', mapping.about?.grade ?? 'documented', key),
    sourceKeys: unique(said.flatMap((each) => each.keys)),
    correlation: unique(said.flatMap((each) => each.correlation)),
    callStart: earliest(said, rows, (each) => each.start),
    callAnswer: earliest(said, rows, (each) => each.answer),
    callEnd: latest(said, rows),
    // Rows of several lengths have no length together; each keeps its own in `extra`.
    durationDeclared: lengths.size === 1 ? (said.find((each) => each.duration !== null)?.duration ?? null) : null,
    direction: said.find((each) => each.direction !== null && each.direction.value !== 'unknown')?.direction ??
      said.find((each) => each.direction !== null)?.direction ?? { value: 'unknown', raw: null },
    parties: uniqueParties(said, rows),
    org: unique([...mapping.constants, ...said.flatMap((each) => each.org)]),
    media: gathered.files.map((file, index) => medium(file.path, mapping, nameDescriptions[index]?.start ?? null, names[index] ?? null)),
    tags: unique(said.flatMap((each) => each.tags)),
    group: said.find((each) => each.group !== null)?.group ?? null,
    retention: said.find((each) => each.retention !== null)?.retention ?? null,
    quality: unique(quality),
    extra: unique([...rest, ...unlike(said.slice(0, rows))]),
    reconciliation: { status: gathered.status, rule: gathered.rule },
    provenance: provenance(gathered, tables, mapping),
    findings: gathered.findings,
  };
}

/** What several rows say of one thing where a recording has room for one: each, under the name of the thing. */
function unlike(rows: readonly Description[]): readonly NameValue[] {
  if (rows.length < 2) return [];
  const all = (name: string, raws: readonly (string | null | undefined)[]): NameValue[] =>
    new Set(raws).size < 2 ? [] : raws.flatMap((value) => (value == null ? [] : [{ name, value }]));
  return [
    ...all(
      'start',
      rows.map((row) => row.start?.raw),
    ),
    ...all(
      'answer',
      rows.map((row) => row.answer?.raw),
    ),
    ...all(
      'end',
      rows.map((row) => row.end?.raw),
    ),
    ...all(
      'duration',
      rows.map((row) => row.duration?.raw),
    ),
    ...all(
      'direction',
      rows.map((row) => row.direction?.raw),
    ),
  ];
}

/** A time that only a file name tells. */
function asName(description: Description): Description {
  const named = (value: TimeValue | null): TimeValue | null =>
    value === null || value.basis === 'explicit-offset' || value.basis === 'epoch' ? value : { ...value, basis: 'name' };
  return { ...description, start: named(description.start), answer: named(description.answer), end: named(description.end) };
}

/** The earliest of what rows say, else of what names say; a time that could not be read gives way. */
function earliest(said: readonly Description[], rows: number, pick: (each: Description) => TimeValue | null): TimeValue | null {
  for (const part of [said.slice(0, rows), said.slice(rows)]) {
    const times = part.flatMap((each) => pick(each) ?? []).filter(isKnown);
    if (times.length > 0) return times.reduce((low, each) => (compareTimes(each, low) < 0 ? each : low));
  }
  return said.map(pick).find((value) => value !== null) ?? null;
}

function latest(said: readonly Description[], rows: number): TimeValue | null {
  for (const part of [said.slice(0, rows), said.slice(rows)]) {
    const times = part.flatMap((each) => each.end ?? []).filter(isKnown);
    if (times.length > 0) return times.reduce((high, each) => (compareTimes(each, high) > 0 ? each : high));
  }
  return said.find((each) => each.end !== null)?.end ?? null;
}

function isKnown(value: TimeValue): boolean {
  return value.certainty !== 'sentinel' && value.certainty !== 'unreadable';
}

/** Everybody whom rows name; roles that no row fills are taken from the names of files. */
function uniqueParties(said: readonly Description[], rows: number): readonly Party[] {
  const ofRows = said.slice(0, rows).flatMap((each) => each.parties);
  const filled = new Set(ofRows.map((party) => party.role));
  const ofNames = said.slice(rows).flatMap((each) => each.parties.filter((party) => !filled.has(party.role)));
  return [...new Map([...ofRows, ...ofNames].map((party) => [JSON.stringify(party), party])).values()];
}

function unique(pairs: readonly NameValue[]): readonly NameValue[] {
  return [...new Map(pairs.map((pair) => [`${pair.name}\0${pair.value}`, pair])).values()];
}

function medium(path: string, mapping: Mapping, audioStart: TimeValue | null, fields: Values | null): MediaRef {
  const { side } = mapping.files;
  const said = side === null ? null : (fields?.peek([side.field])?.trim().toLowerCase() ?? null);
  const has = (list: readonly string[]): boolean => said !== null && list.some((word) => word.trim().toLowerCase() === said);
  return {
    path,
    kind: 'audio',
    side:
      side !== null && has(side.in)
        ? 'in'
        : side !== null && has(side.out)
          ? 'out'
          : side !== null && has(side.mixed)
            ? 'mixed'
            : mapping.channels.length > 0
              ? 'stereo'
              : 'unknown',
    channels: mapping.channels,
    audioStart,
  };
}

function provenance(gathered: Gathered, tables: Making['tables'], mapping: Mapping): readonly SourceRef[] {
  const rows = gathered.rows.map(
    ({ file, ...row }): SourceRef =>
      file === undefined
        ? { kind: 'row', path: tables[row.table]?.path ?? '', row: row.number, sha256: sha256Hex(row.raw), text: row.raw }
        : { kind: 'sidecar', path: file.path, row: null, sha256: file.sha256, text: null },
  );
  const named = gathered.rows.length === 0 || mapping.files.template !== null;
  const names = named
    ? gathered.files.map((file): SourceRef => ({ kind: 'name', path: file.path, row: null, sha256: sha256Hex(baseName(file.path)), text: null }))
    : [];
  return [...rows, ...names];
}
