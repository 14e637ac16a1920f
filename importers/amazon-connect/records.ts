import type { NameValue, TimeValue } from '../../src/core/model/recording.ts';
import { parseTime } from '../../src/tables/values/time.ts';
import type { JoinedRecord } from '../engine/records/call.ts';
import { timeOf } from '../engine/records/describe.ts';
import { objectsIn, textIn } from '../engine/records/json-members.ts';

/** A recording that a contact record names. */
export interface StoredMedium {
  /** Bucket and key; null if the record does not state them. */
  readonly location: string | null;
  readonly status: string | null;
  readonly deletionReason: string | null;
  /** `ALL`, `AGENT`, `CUSTOMER`, `IVR` …; null if the record does not say. */
  readonly participant: string | null;
  readonly storage: string | null;
  readonly start: TimeValue | null;
}

/** Returns the names of a member: in JSON, in a table of the members, and in the columns of the data lake. */
function namesOf(member: string): readonly string[] {
  const flat = member.replaceAll('.', '_');
  return [member, flat, flat.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')];
}

function columnOf(row: JoinedRecord, member: string): string | null {
  return namesOf(member).find((name) => row.peek([name]) !== null) ?? null;
}

/** Returns the value of a member of a contact record, in any of the export's spellings: `Queue.Name`, `queue_name`. */
export function peekIn(row: JoinedRecord, member: string): string | null {
  const column = columnOf(row, member);
  return column === null ? null : row.peek([column]);
}

/** Does the same as `peekIn`, and removes the value from the remaining values. */
export function takeIn(row: JoinedRecord, member: string): string | null {
  const column = columnOf(row, member);
  return column === null ? null : row.take([column]);
}

/** Returns a time. All times of contact records are UTC, even if an export lost the `Z`. */
export function timeIn(row: JoinedRecord, member: string): TimeValue | null {
  const column = columnOf(row, member);
  return column === null ? null : timeOf(row, column, { format: 'iso', zone: 'UTC' });
}

/** Returns the members that are not empty, under names that users know. */
export function pairsIn(row: JoinedRecord, members: Readonly<Record<string, string>>): NameValue[] {
  return Object.entries(members).flatMap(([name, member]) => {
    const value = takeIn(row, member);
    return value === null ? [] : [{ name, value }];
  });
}

/** Returns whether the contact is a call; null if the record does not say. */
export function isSpoken(row: JoinedRecord): boolean | null {
  const channel = peekIn(row, 'Channel');
  return channel === null ? null : /^(?:VOICE|TELEPHONY)$/i.test(channel.trim());
}

/** Returns the recordings that a record names, each once: the first one is both in `Recording` and in `Recordings`. */
export function storedMedia(row: JoinedRecord): readonly StoredMedium[] {
  const objects = [...objectsIn(treeOf(row), 'Recordings'), ...objectsIn(row.value, 'Recording')];
  const told = objects.map(
    (each): StoredMedium => ({
      location: textIn(each, 'Location'),
      status: textIn(each, 'Status'),
      deletionReason: textIn(each, 'DeletionReason'),
      participant: textIn(each, 'ParticipantType'),
      storage: textIn(each, 'StorageType'),
      start: startOf(textIn(each, 'StartTimestamp')),
    }),
  );
  const flat = ['Recording', 'Recordings'].map(
    (member): StoredMedium => ({
      location: peekIn(row, `${member}.Location`),
      status: peekIn(row, `${member}.Status`),
      deletionReason: peekIn(row, `${member}.DeletionReason`),
      participant: null,
      storage: peekIn(row, `${member}.StorageType`),
      start: startOf(peekIn(row, `${member}.StartTimestamp`)),
    }),
  );
  const saying = (objects.length > 0 ? told : flat).filter(({ location, status }) => location !== null || status !== null);
  const byPlace = new Map<string, StoredMedium>();
  for (const each of saying) if (!byPlace.has(each.location ?? '')) byPlace.set(each.location ?? '', each);
  // A recording without a location is the same as one of the others, if there are any.
  if (byPlace.size > 1) byPlace.delete('');
  return [...byPlace.values()];
}

/** Returns the record as JSON; a table may hold the list as text in one cell. */
function treeOf(row: JoinedRecord): unknown {
  const text = row.value === null ? row.peek(['Recordings']) : null;
  if (text === null || !text.trimStart().startsWith('[')) return row.value;
  try {
    return { Recordings: JSON.parse(text) as unknown };
  } catch {
    return null; // The text stays among the extra values.
  }
}

function startOf(text: string | null): TimeValue | null {
  const time = text === null ? null : parseTime(text, { format: 'iso', zone: 'UTC' });
  return time?.utc == null ? null : time;
}

/** Returns true if the export has a column for recordings, so that an empty one means "not recorded". */
export function hasRecordingColumns(row: JoinedRecord): boolean {
  const columns = ['Recordings', 'Recording.Location', 'Recording.Status', 'Recordings.Location', 'Recordings.Status'];
  // JSON omits members that are null.
  return row.value !== null || columns.flatMap(namesOf).some((name) => row.has(name));
}

/** Returns true for a file of the bucket; live media streams are not files. */
export function isFile({ location, storage }: StoredMedium): boolean {
  return location !== null && !/KINESIS/i.test(storage ?? '') && !/^arn:/i.test(location);
}

export function isDeleted({ status }: StoredMedium): boolean {
  return status?.trim().toUpperCase() === 'DELETED';
}

/** Returns the deliveries of a contact record, the newest first; those of the same moment keep their order. */
export function newestFirst(records: readonly JoinedRecord[]): readonly JoinedRecord[] {
  const moment = (row: JoinedRecord): number => Date.parse(startOf(peekIn(row, 'LastUpdateTimestamp'))?.utc ?? '') || 0;
  return records
    .map((row) => ({ row, at: moment(row) }))
    .sort((a, b) => b.at - a.at)
    .map(({ row }) => row);
}
