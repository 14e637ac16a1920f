import { createTurns } from '../../../src/core/base/turns.ts';
import type { Stage } from '../../../src/tables/text/types.ts';
import type { StagedRecord } from '../records/records.ts';
import type { RecordStage } from './record-stage.ts';

/** Largest number of pairs of part and call that are remembered, so that many records of one call do not stage the same pair again. */
const mostRemembered = 4_096;

/** Finds the calls of records that name only a part of their call. Kept on disk. */
export interface Parts {
  /** Adds a record of `group` which states that the part belongs to its call. */
  name(part: string, group: string): void;
  /** Adds a record that names no call, only this part. */
  wait(part: string, order: string, record: StagedRecord): void;
  /**
   * Returns all records by call. A record that named only a part is put into the group that names this part, into the first by code point if several do, and
   * into a group of its own part if none does.
   * @param records records that name their call; nothing may be put into this stage afterwards
   */
  united(records: RecordStage, signal: AbortSignal): Promise<RecordStage>;
}

/**
 * Opens the parts.
 * @param open opens a stage; the caller closes it.
 * @param groupOf returns the group of a part that is its own call
 */
export function openParts(open: () => Stage, openRecords: () => RecordStage, groupOf: (part: string) => string): Parts {
  const [named, waiting] = [open(), openRecords()];
  const remembered = new Set<string>();
  return {
    name: (part, group) => {
      const pair = `${part}\n${group}`;
      if (remembered.has(pair)) return;
      if (remembered.size >= mostRemembered) remembered.clear();
      remembered.add(pair);
      named.put(groupOf(part), group, group);
    },
    wait: (part, order, record) => waiting.put(groupOf(part), order, { ...record, order }),
    united: async (records, signal) => {
      if (waiting.size === 0) return records;
      // Most old tables name no call at all.
      if (records.size === 0) return waiting;
      const turns = createTurns();
      for (const { group, values } of waiting.groups()) {
        if (turns.isDue()) await turns.take(signal);
        const [call = group] = named.get(group, 1) as readonly string[]; // Put by `name`.
        for (const record of values) records.put(call, record.order ?? '', record);
      }
      return records;
    },
  };
}
