import type { Finding } from '../../src/core/findings/finding.ts';
import type { TimeValue } from '../../src/core/model/recording.ts';
import { parseTime, resolveFoldByDuration } from '../../src/tables/values/time.ts';
import { type Values, valuesOf } from '../../src/tables/values/values.ts';
import type { ClaimedFile, JoinedRecord } from '../engine/records/call.ts';
import { utcAndLocal } from '../engine/records/describe.ts';
import { stemKey } from '../engine/records/keys.ts';
import { cdrPairs } from './document.ts';
import { legOf, linkedLegs, type RecordedPath, recordedPaths, uuidsIn } from './legs.ts';

/** One leg of a call with all forms of its CDR: XML, JSON, FusionPBX's row, lines of CSV. */
export interface Leg {
  /** UUID of the leg; null if no record states it. */
  readonly uuid: string | null;
  readonly records: readonly JoinedRecord[];
  /** Legs that the leg names as part of its call. */
  readonly links: readonly string[];
  /** Paths to which the leg recorded, according to its records. */
  readonly named: readonly RecordedPath[];
  /** True if the channel's direction is `inbound`: the leg came in to the switch. */
  readonly inbound: boolean;
  /** True for one half of a loopback channel, or for a leg that another leg created: the call did not begin here. */
  readonly made: boolean;
  readonly start: TimeValue | null;
  readonly answer: TimeValue | null;
  readonly end: TimeValue | null;
  readonly findings: readonly Finding[];
  /**
   * Returns the first value under one of the names, from the most detailed form, and takes it from all forms. For documents, uses the names of `variables` and
   * the first `callflow`.
   */
  take(...names: readonly string[]): string | null;
  peek(...names: readonly string[]): string | null;
  /** Returns all values of a repeated name, from the form that has the most. */
  list(name: string): readonly string[];
}

/** Shapes, the most detailed one first. */
const order = ['xml', 'json', 'xml_cdr', 'xml_cdr_json', 'call_recordings', 'cdr', 'csv'];

/** Opens a leg. @param records records of one leg */
export function openLeg(records: readonly JoinedRecord[], zone: string | null): Leg {
  const sorted = records
    .map((record, index) => ({ record, index }))
    .sort((a, b) => rank(a.record) - rank(b.record) || newest(a.record, b.record) || a.index - b.index);
  const forms = sorted.flatMap(({ record }) => [record as Values, ...embedded(record)]);
  const [first] = sorted;
  const uuid = first === undefined ? null : legOf(first.record);
  const links = [...new Set(records.flatMap(linkedLegs))].filter((other) => other !== uuid);
  const named = records.flatMap(recordedPaths).filter(({ path }, index, all) => all.findIndex((each) => each.path === path) === index);
  const index = new Map<string, { readonly value: string; readonly forms: Values[] }>();
  for (const form of forms)
    for (const { name, value } of form.rest()) {
      const known = index.get(name.toLowerCase());
      if (known === undefined) index.set(name.toLowerCase(), { value, forms: [form] });
      else if (known.forms.at(-1) !== form) known.forms.push(form);
    }
  const peek = (...names: readonly string[]): string | null => {
    for (const full of names.flatMap(fullNames)) {
      const found = index.get(full);
      if (found !== undefined) return found.value;
    }
    return null;
  };
  const take = (...names: readonly string[]): string | null => {
    for (const full of names.flatMap(fullNames)) for (const form of index.get(full)?.forms ?? []) form.take([full]);
    return peek(...names);
  };
  const list = (name: string): readonly string[] =>
    forms
      .map((form) => form.rest().flatMap((pair) => (pair.name === name ? [pair.value] : [])))
      .reduce((most, values) => (values.length > most.length ? values : most), []);
  const place = first?.record.place ?? '';
  const start = timeOf('start', 'created_time', take, place, zone);
  const answer = timeOf('answer', 'answered_time', take, place, zone);
  const end = timeOf('end', 'hangup_time', take, place, zone);
  const settled = folded(start.time, end.time, peek('duration'));
  return {
    uuid,
    records,
    links,
    named,
    inbound: (peek('channel_data.direction') ?? peek('variables.direction')) === 'inbound',
    made: peek('is_loopback', 'loopback_leg', 'originating_leg_uuid', 'originator', 'is_outbound') !== null || peek('leg') === 'b',
    ...settled,
    answer: answer.time,
    findings: [...start.findings, ...answer.findings, ...end.findings],
    peek,
    take,
    list,
  };
}

function rank({ shape }: JoinedRecord): number {
  const place = order.indexOf(shape);
  return place < 0 ? order.length : place;
}

/** Sorts the newer row first, by the time at which FusionPBX changed the row. */
function newest(a: JoinedRecord, b: JoinedRecord): number {
  const [x, y] = [a.peek(['update_date']) ?? '', b.peek(['update_date']) ?? ''];
  return x === y ? 0 : x > y ? -1 : 1;
}

/** Returns the CDR that FusionPBX keeps in a column of the row. The column is taken completely, because it may contain pressed keys. */
function embedded(record: JoinedRecord): readonly Values[] {
  const text = record.number === 0 ? null : record.take(['json']);
  if (text === null) return [];
  try {
    const pairs = cdrPairs(JSON.parse(text));
    const names = new Map(pairs.map(([name]) => [name.toLowerCase(), name]));
    return [valuesOf(record.place, pairs, (column) => names.get(column) ?? column)];
  } catch {
    return []; // truncated by the export; the row is kept unchanged
  }
}

function fullNames(name: string): readonly string[] {
  const lower = name.toLowerCase();
  return [`variables.${lower}`, `callflow.caller_profile.${lower}`, lower];
}

/**
 * Combines a moment's microseconds or seconds in UTC, which are exact, with its local stamp, which shows the wall clock. 0 means that the moment never came.
 */
function timeOf(
  name: string,
  profileName: string,
  take: Leg['take'],
  place: string,
  zone: string | null,
): { readonly time: TimeValue | null; readonly findings: readonly Finding[] } {
  const micros = take(`${name}_uepoch`) ?? null;
  const seconds = take(`${name}_epoch`);
  const profile = take(`callflow.times.${profileName}`);
  const stamp = take(`${name}_stamp`);
  const epochs = [
    ...[micros, profile].flatMap((raw) => (raw === null ? [] : [parseTime(raw, { format: 'epoch-us', zone: null })])),
    ...(seconds === null ? [] : [parseTime(seconds, { format: 'epoch-s', zone: null })]),
  ];
  const utc = epochs.find((time) => time.utc !== null) ?? null;
  // An epoch of 0 gives a stamp of 1970 in any zone.
  if (utc === null && epochs.some(({ certainty }) => certainty === 'sentinel')) return { time: null, findings: [] };
  const local = stamp === null ? null : parseTime(stamp, { format: 'iso', zone });
  const said = local === null || local.certainty === 'sentinel' || local.certainty === 'unreadable' ? null : local;
  const { time, findings } = utcAndLocal(utc, said, place);
  if (utc === null || time === null) return { time, findings };
  const raw = time.raw.includes(utc.raw) ? time.raw : `${time.raw} | ${utc.raw}`;
  return { time: { ...time, raw, precision: utc.precision, basis: 'epoch', certainty: 'exact' }, findings };
}

/** If there are only local stamps, the duration shows which hour of a DST fold is meant. */
function folded(start: TimeValue | null, end: TimeValue | null, seconds: string | null): Pick<Leg, 'start' | 'end'> {
  if (start === null || end === null || seconds === null || !/^\d+$/.test(seconds)) return { start, end };
  return resolveFoldByDuration(start, end, Number(seconds) * 1_000);
}

/** Returns how a leg states that a file is its own: by its uuid or its name; null if it does not. */
export function isOwnFile(leg: Leg, { path }: ClaimedFile): 'uuid' | 'name' | null {
  if (leg.uuid !== null && uuidsIn(path.slice(path.lastIndexOf('/') + 1)).includes(leg.uuid)) return 'uuid';
  return leg.named.some((each) => stemKey(each.path) === stemKey(path)) ? 'name' : null;
}
