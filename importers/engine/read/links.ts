import { limits } from '../../../src/core/base/limits.ts';
import { createTurns } from '../../../src/core/base/turns.ts';
import type { Stage } from '../../../src/tables/text/types.ts';
import type { RecordStage } from './record-stage.ts';

/** Unites calls whose records name each other. Kept on disk; memory holds a few bytes per record. */
export interface Links {
  /** Adds a record of `group` that names other groups. Returns the record's number, to be staged with the record as `link`. */
  add(group: string, others: readonly string[]): number;
  /** Returns all records again, with the records of linked groups under the first of these groups. Nothing may be added after this call. */
  united(records: RecordStage, signal: AbortSignal): Promise<RecordStage>;
}

/** Opens the links. @param open opens a stage, which the caller closes */
export function openLinks(open: () => Stage, openRecords: () => RecordStage): Links {
  // By group: the numbers of its own records, and -1 - n for each record n that only names the group.
  const named = open();
  let count = 0;
  return {
    add: (group, others) => {
      const number = count++;
      named.put(group, '', number);
      for (const other of new Set(others)) if (other !== group) named.put(other, '', -1 - number);
      return number;
    },
    united: async (records, signal) => {
      const sets = openSets(count);
      const turns = createTurns();
      for (const { values } of named.groups()) {
        if (turns.isDue()) await turns.take(signal);
        const numbers = values as readonly number[]; // Put by `add`.
        const own = numbers.filter((value) => value >= 0);
        const naming = numbers.filter((value) => value < 0).map((value) => -1 - value);
        const first = own[0] ?? naming[0] ?? 0;
        // Records of one group are always joined, whatever their number.
        for (const number of own) sets.join(first, number, Number.POSITIVE_INFINITY);
        for (const number of naming) sets.join(first, number, limits.linkedCalls);
      }
      const names = open();
      const done = new Uint8Array(count);
      for (const { group, values } of named.groups()) {
        if (turns.isDue()) await turns.take(signal);
        const own = (values as readonly number[]).find((value) => value >= 0);
        const root = own === undefined ? -1 : sets.root(own);
        if (root < 0 || done[root] === 1) continue;
        done[root] = 1;
        names.put(String(root), '', group);
      }
      const united = openRecords();
      let place = 0;
      for (const { group, values } of records.groups()) {
        if (turns.isDue()) await turns.take(signal);
        for (const record of values) {
          const name = record.link === undefined ? group : (names.get(String(sets.root(record.link)))[0] as string);
          united.put(name, String(place++).padStart(12, '0'), record);
        }
      }
      return united;
    },
  };
}

/** Opens sets of the numbers below `count`, each with one member. `join` unites two sets unless together they would have more than `most` members. */
function openSets(count: number): { join(a: number, b: number, most: number): void; root(number: number): number } {
  const parent = Uint32Array.from({ length: count }, (_, index) => index);
  const sizes = new Uint32Array(count).fill(1);
  const root = (number: number): number => {
    let top = number;
    for (let up = parent[top] ?? top; up !== top; up = parent[top] ?? top) top = up;
    // Shortens the path for the next search.
    for (let at = number; at !== top; ) {
      const up = parent[at] ?? top;
      parent[at] = top;
      at = up;
    }
    return top;
  };
  return {
    root,
    join: (a, b, most) => {
      const [one, other] = [root(a), root(b)];
      const size = (sizes[one] ?? 1) + (sizes[other] ?? 1);
      if (one === other || size > most) return;
      const [into, from] = (sizes[one] ?? 1) >= (sizes[other] ?? 1) ? [one, other] : [other, one];
      parent[from] = into;
      sizes[into] = size;
    },
  };
}
