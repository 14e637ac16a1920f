import type { Group, NameValue, Party, Recording, Retention, TimeValue } from '../../../src/core/model/recording.ts';
import type { TimeSpec } from '../../../src/tables/text/types.ts';
import { directionOf } from '../../../src/tables/values/columns.ts';
import { parseDuration } from '../../../src/tables/values/duration.ts';
import { parsePhone } from '../../../src/tables/values/phone.ts';
import { parseTime, resolveFoldByDuration } from '../../../src/tables/values/time.ts';
import { lacksHalfDay } from '../../../src/tables/values/time-text.ts';
import type { Values } from '../../../src/tables/values/values.ts';
import type { Doubts } from './doubts.ts';
import type { Columns, NamedColumn, PartyColumns, TimeColumn } from './mapping.ts';

/** Facts about a recording from one row or one file name. */
export interface Description {
  readonly key: string | null;
  readonly start: TimeValue | null;
  readonly answer: TimeValue | null;
  readonly end: TimeValue | null;
  readonly duration: Recording['durationDeclared'];
  readonly direction: Recording['direction'] | null;
  readonly parties: readonly Party[];
  readonly org: readonly NameValue[];
  readonly correlation: readonly NameValue[];
  readonly tags: readonly NameValue[];
  readonly keys: readonly NameValue[];
  readonly quality: readonly NameValue[];
  readonly group: Group | null;
  readonly retention: Retention | null;
}

/** Matches an overlong number in the notation of spreadsheets: a decimal mark, and an exponent with its sign, which no id of hexadecimal digits has. */
const rounded = /^\s*\d[.,]\d+E\+\d{2,3}\s*$/i;

/** Reads values as the mapping defines them. A value that cannot be read stays among the remaining values, and is counted. */
export function describe(columns: Columns, values: Values, sentinels: ReadonlySet<string>, doubts: Doubts): Description {
  const said: ColumnReader = (refs) => {
    const text = values.peek(refs);
    // A sentinel carries no information, but the column contained it: the value stays among the remaining ones.
    return text === null || sentinels.has(text.trim()) ? null : values.take(refs);
  };
  const time = (column: TimeColumn | null, name: string): TimeValue | null => (column === null ? null : timeOf(column, name, values, doubts));
  const duration = durationOf(columns, values, doubts);
  const direction = directionSaid(columns, values, said, doubts);
  const named = (list: readonly NamedColumn[]): NameValue[] =>
    list.flatMap(({ name, columns: refs }) => {
      const value = said(refs);
      return value === null ? [] : [{ name, value }];
    });
  const folded = { start: time(columns.start, 'start'), end: time(columns.end, 'end') };
  const { start, end } =
    folded.start !== null && folded.end !== null && duration !== null ? resolveFoldByDuration(folded.start, folded.end, duration.ms) : folded;
  const answer = time(columns.answer, 'answer');
  const retention = retentionOf(columns.retention, said, time);
  for (const [name, column, value] of [
    ['start', columns.start, start],
    ['answer', columns.answer, answer],
    ['end', columns.end, end],
    ['expires', columns.retention?.expires ?? null, retention?.expiresAt ?? null],
    ['deleted', columns.retention?.deleted ?? null, retention?.deletedAtSource ?? null],
  ] as const) {
    if (column !== null && value !== null) doubtTime(name, value, lacksHalfDay(specOf(column, values).format), values.place, doubts);
  }
  const keyParts = columns.key.map((column) => values.peek([column]) ?? '');
  const keyed = keyParts.some((part) => part !== '');
  if (keyParts.some((part) => rounded.test(part))) doubts.note('I164', 'keys were damaged by the export (scientific notation)', values.place);
  return {
    key: keyed ? keyParts.join('/') : null,
    start,
    answer,
    end,
    duration,
    direction,
    parties: columns.parties.flatMap((party) => partyOf(party, said, values.place, doubts) ?? []),
    org: named(columns.org),
    correlation: named(columns.correlation),
    tags: named(columns.tags),
    keys: [
      ...columns.key.flatMap((column) => ((value) => (value === null ? [] : [{ name: column, value }]))(values.take([column]))),
      ...named(columns.keys),
    ],
    quality: named(columns.quality),
    group: groupOf(columns.group, said),
    retention,
  };
}

type ColumnReader = (refs: readonly string[]) => string | null;

function groupOf(columns: Columns['group'], said: ColumnReader): Group | null {
  const text = (refs: readonly string[] | null): string | null => (refs === null ? null : said(refs));
  const count = (refs: readonly string[] | null): number | null => {
    const value = text(refs)?.trim() ?? '';
    return /^\d{1,6}$/.test(value) ? Number(value) : null;
  };
  const id = text(columns?.id ?? null);
  if (columns === null || id === null) return null;
  return { id, index: count(columns.index), count: count(columns.count), previous: text(columns.previous), next: text(columns.next) };
}

function retentionOf(
  columns: Columns['retention'],
  said: ColumnReader,
  time: (column: TimeColumn | null, name: string) => TimeValue | null,
): Retention | null {
  if (columns === null) return null;
  const text = (refs: readonly string[] | null): string | null => (refs === null ? null : said(refs));
  const known = (value: TimeValue | null): TimeValue | null => (value?.certainty === 'sentinel' ? null : value);
  const retention = {
    policyRaw: text(columns.policy),
    expiresAt: known(time(columns.expires, 'expires')),
    legalHoldRaw: text(columns.hold),
    lockRaw: text(columns.lock),
    deletedAtSource: known(time(columns.deleted, 'deleted')),
  };
  return Object.values(retention).every((value) => value === null) ? null : retention;
}

function timeOf(column: TimeColumn, name: string, values: Values, doubts: Doubts): TimeValue | null {
  const raw = values.take(column.columns);
  const utcRaw = column.utc === null ? null : values.peek(column.utc.columns);
  const local = raw === null ? null : parseTime(raw, specOf(column, values));
  const utc = utcRaw === null || column.utc === null ? null : parseTime(utcRaw, column.utc.spec);
  if (utc?.utc == null || column.utc === null) return local;
  if (local === null) {
    values.take(column.utc.columns);
    return { ...utc, basis: 'utc-column' };
  }
  if (local.local === null) return local;
  const offsetMin = Math.round((Date.parse(`${local.local}Z`) - Date.parse(utc.utc)) / 60_000);
  // Offsets are multiples of a quarter of an hour, from -12:00 (Baker Island) to +14:00 (Kiribati).
  if (offsetMin % 15 !== 0 || offsetMin < -720 || offsetMin > 840) {
    doubts.note('I173', `values of ${name} differ from their UTC column by an amount that is not the offset of any zone`, values.place);
    return local;
  }
  values.take(column.utc.columns);
  return { ...local, utc: utc.utc, offsetMin, basis: 'utc-column', certainty: 'exact', candidates: [] };
}

/** Returns how a time is written: as defined by the mapping, or by the template that matched the name. */
export function specOf(column: TimeColumn, values: Values): TimeSpec {
  return column.byTemplate ? { ...column.spec, format: values.formatOf(column.columns[0]) ?? column.spec.format } : column.spec;
}

function doubtTime(name: string, value: TimeValue, isHalf: boolean, place: string, doubts: Doubts): void {
  if (value.certainty === 'unreadable' && isHalf) doubts.note('I251', `values of ${name} use a 12-hour clock without AM or PM`, place);
  else if (value.certainty === 'unreadable') doubts.note('I161', `values of ${name} cannot be read in the time format of the mapping`, place);
  if (value.certainty === 'ambiguous-fold')
    doubts.note('I162', `values of ${name} are ambiguous local times (DST fold); both possibilities are kept`, place);
  if (value.certainty === 'nonexistent') doubts.note('I162', `values of ${name} are local times that do not exist (DST gap)`, place);
  if (value.certainty === 'unzoned') doubts.note('I163', `values of ${name} are local times of an unknown zone`, place);
}

function durationOf(columns: Columns, values: Values, doubts: Doubts): Recording['durationDeclared'] {
  if (columns.duration === null) return null;
  const raw = values.peek(columns.duration.columns);
  if (raw === null) return null;
  const ms = parseDuration(raw, columns.duration.unit);
  if (ms === null) {
    doubts.note('I165', `durations cannot be read as ${columns.duration.unit}`, values.place);
    return null;
  }
  values.take(columns.duration.columns);
  const { unit, of } = columns.duration;
  return { ms, raw, unit, of };
}

function directionSaid(columns: Columns, values: Values, said: ColumnReader, doubts: Doubts): Recording['direction'] | null {
  if (columns.direction === null) return null;
  const raw = said(columns.direction.columns);
  if (raw === null) return null;
  const direction = directionOf(raw, { kind: 'direction', name: '', ...columns.direction });
  if (direction.value === 'unknown') doubts.note('I166', 'values of direction are in none of the mapping’s lists', values.place);
  return direction;
}

function partyOf({ role, number, name, id, device }: PartyColumns, said: ColumnReader, place: string, doubts: Doubts): Party | null {
  const [phoneRaw, nameText, agentId, deviceText] = [number, name, id, device].map((refs) => (refs === null ? null : said(refs)));
  const phone = phoneRaw == null ? null : parsePhone(phoneRaw);
  if (phone !== null && phone.damage !== null) doubts.note('I164', `numbers of the ${role} were damaged by the export (${phone.damage})`, place);
  if (phone === null && nameText == null && agentId == null && deviceText == null) return null;
  return { role, phone, name: nameText ?? null, agentId: agentId ?? null, device: deviceText ?? null };
}
