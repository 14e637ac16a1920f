import { createTurns } from '../../../src/core/base/turns.ts';
import type { Stage } from '../../../src/tables/text/types.ts';
import type { StagedRecord } from '../records/records.ts';
import type { RecordStage } from './record-stage.ts';

/** Pairs of part and call that are remembered, so that the many records of one call do not stage the same pair again. */
const mostRemembered = 4_096;

/** Finds the calls of records that name only a part of their call. Lies on disk. */
export interface Parts {
  /** A record of `group` says that the part belongs to its call. */
  name(part: string, group: string): void;
  /** A record that knows no call but only this part. */
  wait(part: string, order: string, record: StagedRecord): void;
  /**
   * Returns all records by call: those that waited in the group that names their part, of several in the first by code point, and where none does in one of their part.
   * @param records those with a call of their own; nothing may be put into it afterwards.
   */
  united(records: RecordStage, signal: AbortSignal): Promise<RecordStage>;
}

/**
 * @param open a stage; whoever gave it closes it.
 * @param groupOf the group of a part that is its own call.
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
      // Tables that know no call at all: most old ones.
      if (records.size === 0) return waiting;
      const turns = createTurns();
      for (const { group, values } of waiting.groups()) {
        if (turns.isDue()) await turns.take(signal);
        const [call = group] = named.get(group, 1) as readonly string[]; // put by `name`
        for (const record of values) records.put(call, record.order ?? '', record);
      }
      return records;
    },
  };
}
