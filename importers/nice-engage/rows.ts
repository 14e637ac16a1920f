import { compareTimes, parseTime } from '../../src/tables/values/time.ts';
import type { Values } from '../../src/tables/values/values.ts';
import { type SegmentName, segmentName, stemOf } from './names.ts';

/** Matches the word NULL, as written by scripts and Management Studio. Ids that mean none are 0 and -1. */
const nothing = /^(?:null|\(null\)|\\n)$/i;

/** Returns the first value that is neither empty nor NULL; null if there is none. */
export function said(row: Values, ...columns: readonly string[]): string | null {
  for (const column of columns) {
    const value = row.peek([column])?.trim() ?? null;
    // No word for nothing has more than six characters.
    if (value !== null && (value.length > 6 || !nothing.test(value))) return value;
  }
  return null;
}

/** Returns an id of a row; null if it is 0, -1, or was damaged by a spreadsheet. */
export function idOf(row: Values, ...columns: readonly string[]): string | null {
  const id = said(row, ...columns);
  return id === '0' || id === '-1' || (id !== null && scientific.test(id)) ? null : id;
}

const scientific = /^\d(?:[.,]\d+)?E\+\d+$/i;

/** Returns true if a spreadsheet has truncated an id: it keeps 15 digits and writes zeros or an exponent for the rest. */
export function isCut(id: string | null): boolean {
  return id !== null && (scientific.test(id) || /^\d{15}0{3,5}$/.test(id));
}

/** Returns the interaction of a row; a feed of segments calls it segment, and a path in the store contains it as well. */
export function interactionOf(row: Values): string | null {
  return wholeId(idOf(row, 'iInteractionID', 'segmentId'), namedIn(row)?.segment ?? null);
}

export function contactOf(row: Values): string | null {
  return wholeId(idOf(row, 'iContactID', 'contactId'), namedIn(row)?.contact ?? null);
}

function namedIn(row: Values): SegmentName | null {
  const path = said(row, 'vcArchivePath');
  return path === null ? null : segmentName(path);
}

/** Returns the id or, if it is absent or truncated, the id in the path, provided that the two can be equal. */
function wholeId(id: string | null, named: string | null): string | null {
  if (id === null) return named;
  return named !== null && isCut(id) && named.slice(0, 14) === id.slice(0, 14) ? named : id;
}

/** Returns logger, channel and moment of a recording, which are unique together; null if the row does not state all three. */
export function slotOf(row: Values): { readonly numbers: string; readonly ms: number } | null {
  const logger = idOf(row, 'iLogger', 'iLoggerID');
  const channel = said(row, 'iChannel', 'iLoggerResource');
  const start = parseTime(said(row, 'dtRecordingGMTStartTime') ?? '', { format: 'iso', zone: 'UTC' }).utc;
  return logger === null || channel === null || channel === '-1' || start === null
    ? null
    : { numbers: `${logger} ${channel}`, ms: Date.parse(start) };
}

export function slotKey({ numbers, ms }: { readonly numbers: string; readonly ms: number }): string {
  return `slot ${numbers} ${ms}`;
}

/** Facts about a recording from its rows in the store or in the table of recordings. */
export interface RecordingFacts<Row extends Values = Values> {
  readonly id: string | null;
  readonly slot: string | null;
  /** Stems of the files to which it was archived, in lower case. */
  readonly stems: readonly string[];
  readonly rows: readonly Row[];
}

/** Returns the recordings of an interaction, each with its rows: grouped by its id, or else by logger, channel and moment, or else by its file. */
export function recordingsOf<Row extends Values>(rows: readonly Row[]): readonly RecordingFacts<Row>[] {
  const found: { id: string | null; slot: string | null; stems: Set<string>; rows: Row[] }[] = [];
  const parts = rows
    .map((row) => {
      const slot = slotOf(row);
      const path = said(row, 'vcArchivePath');
      return {
        row,
        id: idOf(row, 'iRecordingID'),
        slot: slot === null ? null : slotKey(slot),
        stem: path === null ? null : stemOf(path).toLowerCase(),
      };
    })
    .filter(({ id, slot, stem }) => id !== null || slot !== null || stem !== null);
  // Rows with ids come first: a row without an id joins one of them if only one is possible.
  for (const { row, id, slot, stem } of [...parts].sort((a, b) => Number(a.id === null) - Number(b.id === null))) {
    const fitting = found.filter((each) =>
      id !== null ? each.id === id : (stem !== null && each.stems.has(stem)) || (slot !== null && each.slot === slot),
    );
    const [only, ...others] = fitting;
    const target = only !== undefined && others.length === 0 ? only : { id, slot, stems: new Set<string>(), rows: [] };
    if (target !== only) found.push(target);
    target.rows.push(row);
    target.slot ??= slot;
    if (stem !== null) target.stems.add(stem);
  }
  return found.map(({ id, slot, stems, rows: own }) => ({ id, slot, stems: [...stems], rows: own }));
}

/** Sorts versions of rows, newest first; keeps their order if no row states when it was changed. */
export function newestFirst<Row extends Values>(rows: readonly Row[]): readonly Row[] {
  const texts = rows.map((row) => said(row, 'dtModificationTime', 'dtModifyDate'));
  if (texts.every((text) => text === null)) return rows;
  const timed = rows.map((row, index) => ({ row, at: parseTime(texts[index] ?? '', { format: 'iso', zone: 'UTC' }) }));
  // Rows without such a time come after those with one.
  return [...timed]
    .sort((a, b) => (a.at.utc === null || b.at.utc === null ? Number(a.at.utc === null) - Number(b.at.utc === null) : compareTimes(b.at, a.at)))
    .map(({ row }) => row);
}

/** Returns the first result of `read` that is not null, in the order of the rows. */
export function firstOf<Row, T>(rows: readonly Row[], read: (row: Row) => T | null): T | null {
  for (const row of rows) {
    const value = read(row);
    if (value !== null) return value;
  }
  return null;
}
