import type { ReconciliationStatus } from '../../../src/core/model/recording.ts';
import { type StagedRecord, tablePlace } from '../records/records.ts';
import { type KnownTable, placeOfTable } from './known-table.ts';

/** Counts the records of each table by their status. */
export interface Tally {
  /** Counts records that were placed. Records of documents are not rows and are not counted. */
  records(
    records: readonly Pick<StagedRecord, 'path' | 'table' | 'number'>[],
    status: ReconciliationStatus | 'event' | 'event-without-recording',
  ): void;
  /** Counts a detail record that a recording requested. */
  detail(staged: StagedRecord): void;
  /** Takes detail records, and counts those that no recording requested. */
  rest(staged: readonly StagedRecord[]): void;
  /** Returns the counts per status, by the index of the table. */
  counts(): readonly ReadonlyMap<string, number>[];
}

/** Opens the tally. @param isShared returns true if the records of a table may be in several recordings: each record then counts once */
export function openTally(tables: readonly KnownTable[], isShared: (table: KnownTable) => boolean): Tally {
  const counts = tables.map(() => new Map<string, number>());
  const indexes = new Map(tables.map((table, index) => [placeOfTable(table), index]));
  /** One bit per record of a table: set if the record has been requested as a detail. */
  const asked = tables.map((): Uint8Array => new Uint8Array(0));
  let last = { path: '', table: '', index: -1 };
  const indexOf = ({ path, table }: Pick<StagedRecord, 'path' | 'table'>): number => {
    // Records of one table follow each other.
    if (path !== last.path || table !== last.table) last = { path, table, index: indexes.get(tablePlace(path, table)) ?? -1 };
    return last.index;
  };
  const sharing = tables.map((table) => (isShared(table) ? openShared() : null));
  const add = (index: number, what: string, times = 1): void => {
    const count = counts[index];
    if (count === undefined) return;
    const sum = (count.get(what) ?? 0) + times;
    if (sum > 0) count.set(what, sum);
    else count.delete(what);
  };
  const isAsked = (index: number, number: number): boolean => ((asked[index]?.[number >> 3] ?? 0) & (1 << (number & 7))) !== 0;
  return {
    records: (records, status) => {
      for (const record of records) {
        if (record.number === 0) continue;
        const index = indexOf(record);
        const shared = sharing[index] ?? null;
        if (shared === null) add(index, status);
        else shared.count(record.number, status, (what, times) => add(index, what, times));
      }
    },
    detail: (staged) => {
      const index = indexOf(staged);
      const bits = asked[index];
      if (bits === undefined || staged.number === 0 || isAsked(index, staged.number)) return;
      const at = staged.number >> 3;
      const room = at < bits.length ? bits : grown(bits, at);
      room[at] = (room[at] ?? 0) | (1 << (staged.number & 7));
      asked[index] = room;
      add(index, 'event');
    },
    rest: (staged) => {
      for (const record of staged) {
        const index = indexOf(record);
        if (index >= 0 && record.number > 0 && !isAsked(index, record.number)) add(index, 'event-without-recording');
      }
    },
    counts: () => counts,
  };
}

/**
 * Opens the counter of records that are in several recordings. Each record counts with the first recording that has files, or with the first recording if none
 * has. Memory holds one byte per record.
 */
function openShared() {
  const statuses: string[] = [];
  /** Per record: the index of its status in `statuses`, from 1; 0 if it has not been counted. */
  let counted: Uint8Array = new Uint8Array(0);
  return {
    count: (number: number, status: string, add: (status: string, times: 1 | -1) => void): void => {
      if (number >= counted.length) counted = grown(counted, number);
      const before = statuses[(counted[number] ?? 0) - 1];
      if (before !== undefined && (before !== 'row-without-audio' || status === before)) return;
      if (before !== undefined) add(before, -1);
      if (!statuses.includes(status)) statuses.push(status);
      counted[number] = statuses.indexOf(status) + 1;
      add(status, 1);
    },
  };
}

function grown(bits: Uint8Array, at: number): Uint8Array {
  const more = new Uint8Array(Math.max(1_024, at * 2));
  more.set(bits);
  return more;
}
