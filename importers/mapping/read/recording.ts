import { agree } from '../../../src/core/base/agree.ts';
import { sha256Hex } from '../../../src/core/base/identifier.ts';
import { limits } from '../../../src/core/base/limits.ts';
import { byCodePoint } from '../../../src/core/base/order.ts';
import { baseName } from '../../../src/core/base/safe-path.ts';
import { type Finding, finding } from '../../../src/core/findings/finding.ts';
import type { MediaRef, NameValue, Party, ReconciliationStatus, SourceRef, TimeValue } from '../../../src/core/model/recording.ts';
import { compareTimes } from '../../../src/tables/values/time.ts';
import type { Values } from '../../../src/tables/values/values.ts';
import { provenanceOf } from '../../engine/join/recordings.ts';
import type { Call, ClaimedFile, JoinedRecord } from '../../engine/records/call.ts';
import type { Described } from '../../engine/records/described.ts';
import { type Description, describe } from './describe.ts';
import type { Doubts } from './doubts.ts';
import type { Mapping } from './mapping.ts';
import { keyOfName, type NameValues } from './names.ts';
import { absenceReason, statusColumn } from './status.ts';
import { isUnread } from './tables.ts';

/** Facts and tools for describing recordings. */
export interface RecordingContext {
  readonly mapping: Mapping;
  readonly doubts: Doubts;
  /** Doubts that are reported before all others. */
  readonly firstDoubts: Doubts;
  readonly names: NameValues;
  /** The exact rule in words; null if there is none. */
  readonly by: string | null;
  /** Returns true if the key columns of a row are not empty. */
  hasKey(values: Values): boolean;
}

/** Largest number of candidates that a finding names. */
const candidatesShown = 8;

/** Describes a call from its rows, the first row first. Facts that rows do not state are taken from the files' names. */
export function describeCall(call: Call, making: RecordingContext): Described {
  const { mapping } = making;
  const { records } = call;
  const files = inOrder(call.files, making);
  const isDoubted = call.doubted.length > 0 || call.isCrowded;
  const said = records.map((record) => absenceReason(record, mapping));
  const { status, rule } = outcomeOf(call, isDoubted, said[0] ?? null, making);
  const findings = [
    ...(files.length === 0 && isDoubted ? [doubtOf(call)] : []),
    ...(files.length > 0 && call.missing.length > 0
      ? [finding('I200', call.key ?? '', agree`${call.missing.length} file[s] in its records [is|are] not in the source, ${files.length} [is|are]`)]
      : []),
    ...records.flatMap((record, index) => rowFindings(call, record, index, said[index] ?? null, making)),
  ];
  const unread = records.every(isUnread) ? '; the document cannot be read' : '';
  const copies = call.repeats === 0 ? '' : agree`; ${call.repeats} identical row[s] left out`;
  const outcome = { key: call.key, status: unread === '' ? status : 'parse-error', rule: `${rule}${copies}${unread}`, findings } as const;
  return describeAll(records, files, outcome, making);
}

/**
 * Sorts the files of a call by their keys or, if their names contain no key, by their names: parts of a call are numbered there, whatever folders hold them.
 */
function inOrder(files: readonly ClaimedFile[], { mapping, names }: RecordingContext): readonly ClaimedFile[] {
  if (files.length < 2) return files;
  const keyed = files.map((file) => ({ file, key: keyOfName(file.path, mapping, names) ?? baseName(file.path) }));
  return keyed.sort((a, b) => byCodePoint(a.key, b.key) || byCodePoint(a.file.path, b.file.path)).map(({ file }) => file);
}

/** Describes a file that no row claimed, by its name. */
export function describeAlone(file: ClaimedFile, making: RecordingContext): Described {
  const rule = file.by.length > 0 ? file.by.join('; ') : making.mapping.table === null ? 'the name alone' : 'no row names it';
  return describeAll([], [file], { key: null, status: 'audio-without-row', rule, findings: [] }, making);
}

/** Returns how a call was joined, or why it has no audio. */
function outcomeOf(
  { files, records, doubtedBy }: Call,
  isDoubted: boolean,
  said: ReturnType<typeof absenceReason>,
  { mapping, doubts, by }: RecordingContext,
): { readonly status: ReconciliationStatus; readonly rule: string } {
  if (files.length > 0) {
    const rule = [...new Set(files.flatMap((file) => file.by))].join('; ');
    if (files.every(({ window }) => window)) {
      doubts.note('I171', 'rows were joined to audio by time', records[0]?.place ?? '');
      return { status: 'matched-by-window', rule };
    }
    const counts = records.length + files.length > 2 ? `; rows: ${records.length}, files: ${files.length}` : '';
    return { status: records.length > 1 ? 'shared-audio' : files.length > 1 ? 'split-audio' : 'matched', rule: `${rule}${counts}` };
  }
  if (isDoubted) return { status: 'ambiguous', rule: doubtedBy.length > 0 ? doubtedBy.join('; ') : (by ?? '') };
  if (said === 'failed') doubts.note('I174', 'rows without audio say that their export failed', records[0]?.place ?? '');
  return {
    status: said === 'deleted' ? 'deleted-at-source' : said === 'not-recorded' ? 'not-recorded-by-design' : 'row-without-audio',
    rule: said === null ? 'no audio file for it' : `no audio file for it; ${statusColumn(mapping)} says ${said}`,
  };
}

/** Returns the finding for a row with several candidates; it lists their places. */
function doubtOf({ key, doubted, claimants, isCrowded }: Call): Finding {
  const place = key ?? '';
  if (claimants > 0) return finding('I172', place, agree`${claimants} row[s] [claims|claim] the same file: more than one recording can have`);
  if (isCrowded)
    return finding('I172', place, `too many files match it, and nothing shows which is meant; one recording can have ${limits.rowsPerRecording}`);
  const shown = doubted.slice(0, candidatesShown);
  const more = doubted.length > shown.length ? ` and ${doubted.length - shown.length} more` : '';
  return finding('I169', place, `${doubted.length} ${doubted.length === 1 ? 'file matches' : 'files match'}: ${shown.join(', ')}${more}`);
}

/** Yields findings if a row contradicts its audio, or its key is not unique. */
function rowFindings(
  call: Call,
  record: JoinedRecord,
  index: number,
  said: ReturnType<typeof absenceReason>,
  { mapping, hasKey }: RecordingContext,
): Finding[] {
  const own = call.apart.get(record);
  return [
    ...(own === undefined || !hasKey(record)
      ? []
      : [finding('I168', record.place, `has the key of another row and differs from it; it is kept as ${own}`)]),
    ...(said === null || call.files.length === 0
      ? []
      : [finding('I170', call.keys[index] ?? call.key ?? '', `${statusColumn(mapping)} says ${said}, but there is audio`)]),
  ];
}

/** Combines the facts from rows and names of files. Nothing is dropped: a value without a field of its own goes to `extra`. */
function describeAll(
  records: readonly JoinedRecord[],
  media: readonly ClaimedFile[],
  { key, status, rule, findings }: Required<Pick<Described, 'key' | 'status' | 'rule' | 'findings'>>,
  { mapping, doubts, firstDoubts, names }: RecordingContext,
): Described {
  const { columns, files } = mapping;
  const said: Description[] = [];
  if (columns !== null) for (const record of records) said.push(describe(columns, record, mapping.sentinels, doubts));
  const named = media.map(({ path }) => names(path));
  for (const [index, values] of named.entries())
    if (values === null && files.template !== null) firstDoubts.note('I167', 'audio file names do not match the template', media[index]?.path ?? '');
  const byName = named.map((values) =>
    values === null || files.columns === null ? null : asName(describe(files.columns, values, mapping.sentinels, doubts)),
  );
  for (const description of byName) if (description !== null) said.push(description);
  const [only] = said;
  const all = (pick: (each: Description) => readonly NameValue[]): readonly NameValue[] =>
    only !== undefined && said.length === 1 ? pick(only) : said.flatMap(pick);
  const rest = [...records, ...named.filter((values) => values !== null)].flatMap((values) => values.rest());
  const quality = [...all((each) => each.quality)];
  for (const { path } of media.filter((file) => files.isUnfinished(file.path))) {
    doubts.note('I252', 'audio files were not finished by the recorder', path);
    quality.push({ name: 'unfinished', value: 'according to its name, the recorder had not finished the file' });
  }
  const lengths = new Set(said.flatMap((each) => each.duration?.ms ?? []));
  const rows = records.length;
  return {
    key,
    status,
    rule,
    findings,
    reportsDoubts: true,
    isWhole: true,
    sourceKeys: unique(all((each) => each.keys)),
    correlation: unique(all((each) => each.correlation)),
    callStart: earliest(said, rows, (each) => each.start),
    callAnswer: earliest(said, rows, (each) => each.answer),
    callEnd: latest(said, rows),
    // Rows with several durations have no common duration; each keeps its own in `extra`.
    durationDeclared: lengths.size === 1 ? (said.find((each) => each.duration !== null)?.duration ?? null) : null,
    direction: said.find((each) => each.direction !== null && each.direction.value !== 'unknown')?.direction ??
      said.find((each) => each.direction !== null)?.direction ?? { value: 'unknown', raw: null },
    parties: uniqueParties(said, rows),
    org: unique([...mapping.constants, ...all((each) => each.org)]),
    tags: unique(all((each) => each.tags)),
    group: said.find((each) => each.group !== null)?.group ?? null,
    retention: said.find((each) => each.retention !== null)?.retention ?? null,
    quality: unique(quality),
    extra: unique([...rest, ...unlike(said.slice(0, rows))]),
    ...(media.length > 1 ? { files: media } : {}),
    medium: ({ path }) => {
      const index = media.findIndex((file) => file.path === path);
      return mediumOf(mapping, byName[index]?.start ?? null, named[index] ?? null);
    },
    provenance: [
      ...records.map(provenanceOf),
      ...(rows > 0 && files.template === null
        ? []
        : media.map(({ path }): SourceRef => ({ kind: 'name', path, row: null, sha256: sha256Hex(baseName(path)), text: null }))),
    ],
  };
}

/** Returns the differing values of several rows for a field that a recording has only once, each under the name of the field. */
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

/** Marks the times as coming from a file name alone. */
function asName(description: Description): Description {
  const named = (value: TimeValue | null): TimeValue | null =>
    value === null || value.basis === 'explicit-offset' || value.basis === 'epoch' ? value : { ...value, basis: 'name' };
  return { ...description, start: named(description.start), answer: named(description.answer), end: named(description.end) };
}

/** Returns the earliest time in the rows, or in the names if the rows have none. A time that could not be read is used only if there is no other. */
function earliest(said: readonly Description[], rows: number, pick: (each: Description) => TimeValue | null): TimeValue | null {
  const [only] = said;
  if (only === undefined || said.length === 1) return only === undefined ? null : pick(only);
  for (const part of [said.slice(0, rows), said.slice(rows)]) {
    const times = part.flatMap((each) => pick(each) ?? []).filter(isKnown);
    if (times.length > 0) return times.reduce((low, each) => (compareTimes(each, low) < 0 ? each : low));
  }
  return said.map(pick).find((value) => value !== null) ?? null;
}

function latest(said: readonly Description[], rows: number): TimeValue | null {
  const [only] = said;
  if (only === undefined || said.length === 1) return only?.end ?? null;
  for (const part of [said.slice(0, rows), said.slice(rows)]) {
    const times = part.flatMap((each) => each.end ?? []).filter(isKnown);
    if (times.length > 0) return times.reduce((high, each) => (compareTimes(each, high) > 0 ? each : high));
  }
  return said.find((each) => each.end !== null)?.end ?? null;
}

function isKnown(value: TimeValue): boolean {
  return value.certainty !== 'sentinel' && value.certainty !== 'unreadable';
}

/** Returns all participants that rows name; roles that no row fills are taken from the names of files. */
function uniqueParties(said: readonly Description[], rows: number): readonly Party[] {
  // Most calls have one row, which rarely has two parties with one role.
  const [only] = said;
  if (
    only !== undefined &&
    said.length === 1 &&
    (only.parties.length < 2 || new Set(only.parties.map(({ role }) => role)).size === only.parties.length)
  )
    return only.parties;
  const ofRows = said.slice(0, rows).flatMap((each) => each.parties);
  const filled = new Set(ofRows.map((party) => party.role));
  const ofNames = said.slice(rows).flatMap((each) => each.parties.filter((party) => !filled.has(party.role)));
  return [...new Map([...ofRows, ...ofNames].map((party) => [JSON.stringify(party), party])).values()];
}

function unique(pairs: readonly NameValue[]): readonly NameValue[] {
  if (pairs.length < 2) return pairs;
  return [...new Map(pairs.map((pair) => [`${pair.name}\0${pair.value}`, pair])).values()];
}

function mediumOf(mapping: Mapping, audioStart: TimeValue | null, fields: Values | null): Pick<MediaRef, 'side' | 'channels' | 'audioStart'> {
  const { side } = mapping.files;
  const said = side === null ? null : (fields?.peek([side.field])?.trim().toLowerCase() ?? null);
  const has = (list: readonly string[]): boolean => said !== null && list.some((word) => word.trim().toLowerCase() === said);
  return {
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
