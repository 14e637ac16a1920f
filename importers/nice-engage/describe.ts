import { agree } from '../../src/core/base/agree.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { CallEvent, NameValue, Retention, TimeValue } from '../../src/core/model/recording.ts';
import { compareTimes, parseTime, resolveFoldByDuration } from '../../src/tables/values/time.ts';
import type { Call, JoinedRecord } from '../engine/records/call.ts';
import { directionBy, durationOf, eventOf, keysPressed, timeOf, utcAndLocal } from '../engine/records/describe.ts';
import type { Context, Described } from '../engine/records/described.ts';
import { directions, mediaOf, reasonsOf } from './codes.ts';
import { absenceOf, audioStartOf, mediumOf, qualityOf, type Recordings, statusOf, takeStart } from './media.ts';
import { oldName, oldNameTime, segmentName, stemOf } from './names.ts';
import { partiesOf } from './parties.ts';
import { contactOf, firstOf, idOf, interactionOf, isCut, newestFirst, recordingsOf, said } from './rows.ts';

type Rows = readonly JoinedRecord[];

/** Columns with one value per interaction; two different values are a contradiction. */
const single = [
  'dtInteractionGMTStartTime',
  'dtInteractionGMTStopTime',
  'biInteractionDuration',
  'vcPBXUniversalCallInteractionID',
  'tiCallDirectionTypeID',
];

/** Describes one interaction with its recordings, or several that share a recording. */
export function describeInteractions({ records, files, key: callKey }: Call, context: Context): Described {
  const rows = newestFirst(records);
  const ids = [...new Set(rows.flatMap((row) => interactionOf(row) ?? []))];
  const key = ids[0] ?? callKey;
  const place = key ?? rows[0]?.place ?? '';
  const recordings = recordingsOf(rows);
  const contact = firstOf(rows, (row) => contactOf(row));
  const duration = firstOf(rows, (row) => durationOf(row, 'biInteractionDuration', 'ms'));
  const times = timesOf(rows, recordings, duration?.ms ?? null, place, context.zone);
  const direction = directionBy(takeFirst(rows, 'tiCallDirectionTypeID', 'tiDirectionTypeID', 'vcDirectionTypeDesc', 'callDirection'), directions);
  const medium = mediumOf(recordings, files);
  const absence = absenceOf(rows, recordings, files, place);
  const pressed = keysPressed(rows);
  const described = {
    key,
    sourceKeys: unique([
      ...ids.map((value) => ({ name: 'iInteractionID', value })),
      ...listed(rows, { iContactID: ['iContactID', 'contactId'], iCompoundID: ['iCompoundID'], iRecordingID: ['iRecordingID'] }),
      ...listed(rows, { vcArchiveUniqueId: ['vcArchiveUniqueId'], iArchiveID: ['iArchiveID'], path: ['vcArchivePath'] }),
    ]),
    correlation: listed(rows, {
      ucid: ['vcPBXUniversalCallInteractionID'],
      'pbx-call-id': ['iPBXCallID', 'pbxCallId'],
      'pbx-unique-call-id': ['pbxUniqueCallId'],
    }),
    callStart: times.start,
    callEnd: times.end,
    durationDeclared: duration === null ? null : { ...duration, of: 'call' as const },
    direction,
    parties: partiesOf(
      rows,
      rows.map(({ value }) => value),
      direction.value === 'internal',
    ),
    org: [...orgOf(rows), ...unitsOf(rows, context)],
    tags: tagsOf(rows),
    events: [...reasonEvents(rows, times.start, times.end), ...pressed],
    group: contact === null ? null : { id: contact, index: null, count: null, previous: null, next: null },
    retention: retentionOf(rows),
    quality: qualityOf(rows, recordings),
    medium,
    findings: [
      ...times.findings,
      ...contradictions(rows, ids, place),
      ...absence.findings,
      ...cutIds(rows, place),
      ...(pressed.length === 0 ? [] : [finding('I220', place, agree`pressed keys in ${pressed.length} column[s] were left out`)]),
    ],
    extra: contactPairs(contact, context),
    ...(absence.value === null ? {} : { absence: absence.value }),
    ...statusOf(ids.length, files, medium),
  };
  for (const row of rows) if (ids.includes(idOf(row, 'iInteractionID', 'segmentId') ?? '')) row.take(['iInteractionID', 'segmentId']);
  // A value that means "no value" is dropped.
  for (const row of rows) for (const { name, value } of row.rest()) if (/^(?:null|\(null\)|\\n)$/i.test(value.trim())) row.take([name]);
  return described;
}

/** Returns the facts in the name of a file. */
export function describeFile(path: string, { zone }: Context): Described {
  const name = segmentName(path);
  if (name !== null) {
    return {
      key: null,
      sourceKeys: [
        { name: 'iInteractionID', value: name.segment },
        { name: 'iContactID', value: name.contact },
      ],
      group: { id: name.contact, index: null, count: null, previous: null, next: null },
    };
  }
  const times = (oldName(path)?.times ?? []).map((text) => oldNameTime(text, zone));
  const [start] = times.filter(({ certainty }) => certainty !== 'unreadable').sort(compareTimes);
  if (start === undefined) return { key: null };
  return {
    key: null,
    callStart: start,
    extra: times.map(({ raw }) => ({ name: 'time in the file name', value: raw })),
    findings: [finding('I280', stemOf(path), agree`the start is the earliest of ${times.length} time[s] in its name, to the minute`)],
  };
}

/**
 * Returns the first value that rows, newest first, have in the first of these columns that is not empty. Takes equal values of other rows as well; different
 * values stay.
 */
function takeFirst(rows: Rows, ...columns: readonly string[]): string | null {
  for (const column of columns) {
    const value = firstOf(rows, (row) => said(row, column));
    if (value === null) continue;
    for (const row of rows) if (said(row, column) === value) row.take([column]);
    return value;
  }
  return null;
}

/** Returns all values of the rows in some columns, under names that users know. */
function listed(rows: Rows, names: Readonly<Record<string, readonly string[]>>): NameValue[] {
  const pairs: NameValue[] = [];
  for (const name in names) {
    for (const row of rows) {
      for (const column of names[name] ?? []) {
        const value = said(row, column);
        if (value === null) continue;
        row.take([column]);
        if (value !== '0' && value !== '-1') pairs.push({ name, value });
      }
    }
  }
  return unique(pairs);
}

function unique(pairs: NameValue[]): NameValue[] {
  return pairs.length < 2 ? pairs : [...new Map(pairs.map((pair) => [`${pair.name}\u0001${pair.value}`, pair])).values()];
}

function timesOf(
  rows: Rows,
  recordings: Recordings,
  durationMs: number | null,
  place: string,
  zone: string | null,
): { readonly start: TimeValue | null; readonly end: TimeValue | null; readonly findings: readonly Finding[] } {
  const unread: string[] = [];
  const timeIn = (zoneOf: string | null, ...columns: readonly string[]): TimeValue | null => {
    for (const column of columns) {
      const time = firstOf(rows, (row) => timeInRow(row, column, zoneOf));
      if (time !== null) {
        for (const row of rows) if (row.peek([column])?.trim() === time.raw.trim()) row.take([column]);
        return time;
      }
      if (rows.some((row) => isUnreadable(said(row, column)))) unread.push(column);
    }
    return null;
  };
  const start = utcAndLocal(timeIn('UTC', 'dtInteractionGMTStartTime'), timeIn(zone, 'dtInteractionLocalStartTime', 'segmentStartTime'), place);
  const end = utcAndLocal(timeIn('UTC', 'dtInteractionGMTStopTime'), timeIn(zone, 'dtInteractionLocalStopTime', 'segmentEndTime'), place);
  const unreadable = unread.length === 0 ? [] : [finding('I282', place, `${unread.join(', ')}: not written as SQL Server writes times`)];
  const findings = [...start.findings, ...end.findings, ...unreadable];
  if (start.time === null) return { start: earliest(recordings), end: end.time, findings };
  if (end.time === null || durationMs === null) return { start: start.time, end: end.time, findings };
  return { ...resolveFoldByDuration(start.time, end.time, durationMs), findings };
}

function isUnreadable(text: string | null): boolean {
  return text !== null && parseTime(text, { format: 'iso', zone: null }).certainty === 'unreadable';
}

/** Formats of times: ISO 8601, and the default text form of SQL Server, `Mar 10 2010  7:16AM`. */
const formats = ['iso', 'MMM D YYYY h:mmA', 'MMM D YYYY h:mm:ss:SSSA'];

function timeInRow(row: JoinedRecord, column: string, zone: string | null): TimeValue | null {
  if (said(row, column) === null) return null;
  return firstOf(formats, (format) => {
    const time = timeOf(row, column, { format, zone });
    return time === null || time.certainty === 'unreadable' ? null : time;
  });
}

/** Returns the earliest start of the recordings; used if the interaction itself has no row. */
function earliest(recordings: Recordings): TimeValue | null {
  const start = recordings.flatMap(({ rows }) => audioStartOf(rows) ?? []).sort(compareTimes)[0] ?? null;
  if (start !== null)
    takeStart(
      recordings.flatMap(({ rows }) => rows),
      start,
    );
  return start;
}

function orgOf(rows: Rows): NameValue[] {
  return listed(rows, {
    site: ['iSiteID'],
    switch: ['iSwitchID', 'switchId'],
    tenant: ['tenantId'],
    logger: ['iLogger', 'iLoggerID'],
    channel: ['iChannel', 'iLoggerResource'],
    'trunk-group': ['vcTrunkGroup'],
    trunk: ['vcTrunkNumber'],
    'trunk-label': ['nvcTrunkLabel'],
    vector: ['vcVectorNumber'],
    department: ['nvcDepartment', 'nvcDepartement'],
  });
}

/** Returns the storage units, and their shares if the table of units is present. */
function unitsOf(rows: Rows, context: Context): NameValue[] {
  const units = listed(rows, { 'storage-unit': ['siUnitID'] });
  const paths = units.flatMap(({ value }) => context.details('units', value).flatMap((row) => said(row, 'nvcUnitPath') ?? []));
  return [...units, ...[...new Set(paths)].map((value) => ({ name: 'storage-unit-path', value }))];
}

function tagsOf(rows: Rows): NameValue[] {
  const media = firstOf(rows, (row) => mediaOf(said(row, 'iMediaTypesId'))) ?? [];
  return [...listed(rows, { 'business-data': ['nvcBusinessData', 'businessData'] }), ...media.map((value) => ({ name: 'media', value }))];
}

/** Returns the transfers and conferences that opened or closed the interaction; their effect on the audio is unknown. */
function reasonEvents(rows: Rows, start: TimeValue | null, end: TimeValue | null): CallEvent[] {
  return (
    [
      ['iInteractionOpenReasonID', start],
      ['iInteractionCloseReasonID', end],
    ] as const
  ).flatMap(([column, at]) => {
    const code = firstOf(rows, (row) => said(row, column));
    const words = reasonsOf(code);
    const raw = `${column} ${code}: ${words.join(', ')}`;
    return [
      ...(words.some((word) => word.startsWith('transfer')) ? [eventOf('transfer', raw, { at })] : []),
      ...(words.includes('conference') ? [eventOf('conference', raw, { at })] : []),
    ];
  });
}

/** Returns days and locks unchanged; no day of deletion is computed. */
function retentionOf(rows: Rows): Retention | null {
  const all = (column: string): string | null => {
    const values = rows.flatMap((row) => said(row, column) ?? []);
    for (const row of rows) row.take([column]);
    return values.length === 0 ? null : [...new Set(values)].join(', ');
  };
  const [policyRaw, lockRaw] = [all('iRetentionDays'), all('tiLockStatus')];
  const expiresAt = firstOf(rows, (row) => timeInRow(row, 'dtVoiceExpirationDate', null) ?? timeInRow(row, 'dtExpirationDate', null));
  if (policyRaw === null && lockRaw === null && expiresAt === null) return null;
  return { policyRaw, expiresAt, legalHoldRaw: null, lockRaw, deletedAtSource: null };
}

function contradictions(rows: Rows, ids: readonly string[], place: string): Finding[] {
  if (ids.length > 1) return [];
  const columns = single.filter((column) => {
    const texts = new Set(rows.flatMap((row) => said(row, column) ?? []));
    return texts.size > 1 && new Set([...texts].flatMap((text) => comparableOf(column, text) ?? [])).size > 1;
  }).length;
  return columns === 0
    ? []
    : [finding('I204', place, agree`its rows differ in ${columns} column[s] that should have one value; the newest row is used`)];
}

function cutIds(rows: Rows, place: string): Finding[] {
  const cut = rows.filter((row) => ['iInteractionID', 'segmentId', 'iContactID', 'contactId'].some((column) => isCut(said(row, column)))).length;
  return cut === 0 ? [] : [finding('I283', place, agree`ids of ${cut} row[s] were cut to 15 significant digits`)];
}

function comparableOf(column: string, value: string): string | null {
  if (!column.startsWith('dt')) return value;
  const time = parseTime(value, { format: 'iso', zone: 'UTC' });
  return time.certainty === 'sentinel' ? null : (time.utc ?? value);
}

function contactPairs(contact: string | null, context: Context): NameValue[] {
  return contact === null
    ? []
    : context.details('contacts', contact).flatMap((row) =>
        row
          .rest()
          .filter(({ name }) => !/^iContactID$/i.test(name))
          .map(({ name, value }) => ({ name: `contact.${name}`, value })),
      );
}
