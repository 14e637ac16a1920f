import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '../core/base/limits.ts';
import { type KeyedStage, openKeyedStage } from './keyed-stage.ts';
import { rowsInFile, rowsInMemory, type StagedRows } from './staged-rows.ts';
import type { Stage } from './text/types.ts';

/**
 * Opens an empty stage. Values are stored as JSON: at first in memory and, once their text exceeds `memoryChars`, in a file of the stage below `folder`, which
 * is created if missing. Memory comes first, because opening a file and creating its table takes a hundred times as long as sorting the few rows of a small
 * export.
 * @param sortedAtOnce number of characters that a file sorts at a time; absent: as `rowsInFile` does
 * @throws LongplayError A190 from `put` if the file cannot be created.
 */
export function openStage(folder: string, memoryChars: number = limits.stageMemoryChars, sortedAtOnce?: number): Stage {
  mkdirSync(folder, { recursive: true });
  const memory = rowsInMemory();
  let rows: StagedRows = memory;
  let size = 0;
  let chars = 0;
  let sealed = false;

  const spill = (): void => {
    rows = rowsInFile(join(folder, `stage-${randomUUID()}.sqlite`), sortedAtOnce);
    for (const row of memory.unsorted()) rows.put(row);
    memory.close();
  };
  const seal = (): void => {
    if (!sealed) rows.seal();
    sealed = true;
  };
  return {
    put: (group, order, value) => {
      if (sealed) throw new Error('put after the stage was read');
      const row = [group.toWellFormed(), order.toWellFormed(), JSON.stringify(value ?? null)] as const;
      for (const text of row) chars += text.length;
      if (rows === memory && chars > memoryChars) spill();
      rows.put(row);
      size++;
    },
    groups: function* () {
      seal();
      let group: string | null = null;
      let values: unknown[] = [];
      for (const [name, value] of rows.all()) {
        if (group !== null && name !== group) {
          yield { group, values };
          values = [];
        }
        group = name;
        values.push(JSON.parse(value));
      }
      if (group !== null) yield { group, values };
    },
    get: (group, most = -1) => {
      seal();
      // Called once per record, so it must be cheap for a source without audio, for which no files are staged.
      return size === 0 ? [] : rows.of(group.toWellFormed(), most).map((value): unknown => JSON.parse(value));
    },
    hasGroup: (beginning) => {
      seal();
      return size > 0 && rows.hasGroup(beginning.toWellFormed());
    },
    get size() {
      return size;
    },
    close: () => rows.close(),
  };
}

/** Opens stages, and closes all of them at the end. */
export interface Stages extends Disposable {
  open(): Stage;
  /** Opens a stage of values with several keys. @param narrowOf as for `openKeyedStage` */
  openKeyed<Value>(narrowOf: ((value: Value) => readonly string[]) | null): KeyedStage<Value>;
}

/** Creates a set of stages. @param folder as for `openStage`. */
export function openStages(folder: string): Stages {
  const opened: { close(): void }[] = [];
  const kept = <Opened extends { close(): void }>(stage: Opened): Opened => {
    opened.push(stage);
    return stage;
  };
  return {
    open: () => kept(openStage(folder)),
    openKeyed: (narrowOf) => kept(openKeyedStage(folder, narrowOf)),
    [Symbol.dispose]: () => {
      for (const stage of opened) stage.close();
    },
  };
}
