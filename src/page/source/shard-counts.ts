import type { PageResult } from '../../core/page/data.ts';
import { type Shard, type ShardPlace, undated } from '../../core/page/viewer-data.ts';
import { dayOf, monthAfter, monthByClock } from '../../core/search/call-filter.ts';
import { isoMs } from '../../core/time/zone-clock.ts';

/** A shard with what is known of its month. */
export interface Part extends ShardPlace {
  readonly month: string;
  /** Calls of the whole month that may have begun at more than one moment. */
  readonly unsure: number;
  /** Length of sound of the whole month with its first part; 0 with the others. */
  readonly monthMs: number;
  /** Of the whole month, as `ViewerMonth` has them, with its first part; none with the others. */
  readonly edges: readonly number[];
}

/** What was found so far, part by part. */
export interface Counts {
  /** All calls of a part. */
  whole(part: Part): void;
  /** Rows of a part. @param durationMs of their sound */
  some(part: Part, shard: Shard, rows: Int32Array, durationMs: number): void;
  /** Counts rows by day. */
  days(shard: Shard, rows: Int32Array | 'all'): void;
  result(): Omit<PageResult, 'rows' | 'searched'>;
}

/** @param zone by whose clock months and days are counted; absent: UTC */
export function createCounts(zone: string | undefined): Counts {
  const months = new Map<string, number>();
  const days = new Map<string, number>();
  let durationMs = 0;
  let total = 0;
  const add = (month: string, recordings: number): void => {
    total += recordings;
    if (recordings !== 0) months.set(month, (months.get(month) ?? 0) + recordings);
  };
  const move = (from: string, to: string, recordings: number): void => {
    if (from === to) return;
    add(from, -recordings);
    add(to, recordings);
  };
  return {
    whole: ({ month, recordings, monthMs, edges }) => {
      add(month, recordings);
      durationMs += monthMs;
      if (zone === undefined) return;
      for (let at = 0; at + 1 < edges.length; at += 2) move(month, monthByClock(startOfEdge(month, edges[at] ?? 0), zone), edges[at + 1] ?? 0);
    },
    some: ({ month }, shard, rows, ms) => {
      durationMs += ms;
      add(month, rows.length);
      if (zone === undefined || month === undated) return;
      for (const row of rows) move(month, monthByClock(shard.starts[row] ?? month, zone), 1);
    },
    days: (shard, rows) => {
      const size = rows === 'all' ? shard.recordings : rows.length;
      for (let at = 0; at < size; at++) {
        const day = dayOf(shard.starts[rows === 'all' ? at : (rows[at] ?? 0)] ?? '', zone);
        days.set(day, (days.get(day) ?? 0) + 1);
      }
    },
    result: () => ({
      total,
      durationMs,
      months: [...months].flatMap(([month, recordings]) => (recordings > 0 ? [{ month, recordings }] : [])),
      ...(days.size === 0 ? {} : { days: [...days].map(([day, recordings]) => ({ day, recordings })) }),
    }),
  };
}

/** A start in the minute of an edge. */
function startOfEdge(month: string, minute: number): string {
  const begin = isoMs(minute < 0 ? monthAfter(month, 1) : month) ?? 0;
  return `${new Date(begin + minute * 60_000).toISOString().slice(0, 16)}Z`;
}
