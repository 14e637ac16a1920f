import type { PageResult } from '../../core/page/data.ts';
import { type Shard, type ShardPlace, undated } from '../../core/page/viewer-data.ts';
import { dayOf, monthAfter, monthByClock } from '../../core/search/call-filter.ts';
import { isoMs } from '../../core/time/zone-clock.ts';

/** A shard with the facts of its month. */
export interface Part extends ShardPlace {
  readonly month: string;
  /** Number of calls of the month that may have begun at several moments. */
  readonly unsure: number;
  /** Total audio of the month, in its first shard; 0 in the others. */
  readonly monthMs: number;
  /** Edges of the month, as in `ViewerMonth`, in its first shard; empty in the others. */
  readonly edges: readonly number[];
}

/** Counts results shard by shard. */
export interface Counts {
  /** Adds all calls of a shard. */
  whole(part: Part): void;
  /** Adds rows of a shard. @param durationMs total duration of their audio */
  some(part: Part, shard: Shard, rows: Int32Array, durationMs: number): void;
  /** Counts rows by day. */
  days(shard: Shard, rows: Int32Array | 'all'): void;
  result(): Omit<PageResult, 'rows' | 'searched'>;
}

/** Creates counts. @param zone zone for months and days; absent: UTC */
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

/** Returns a start within the minute of an edge. */
function startOfEdge(month: string, minute: number): string {
  const begin = isoMs(minute < 0 ? monthAfter(month, 1) : month) ?? 0;
  return `${new Date(begin + minute * 60_000).toISOString().slice(0, 16)}Z`;
}
