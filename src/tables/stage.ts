import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { namingFile, openScratch } from '../store/database/database.ts';
import type { Stage } from './text/types.ts';

/** Values that are shorter on average stand in the index as well: then the table is not looked into for each of them. */
const shortValue = 256;
/** Rows written in one transaction. */
const batch = 20_000;

/**
 * Opens an empty stage in a file of its own below `folder`, which is made where it is missing. Values are kept as JSON: what JSON does not know is not kept.
 * @throws LongplayError A190 where the file cannot be made.
 */
export function openStage(folder: string): Stage {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `stage-${randomUUID()}.sqlite`);
  // SQLite compares text by its UTF-8 bytes, which is code-point order.
  const db = openScratch(file, 'CREATE TABLE staged (id INTEGER PRIMARY KEY, grp TEXT NOT NULL, ord TEXT NOT NULL, value TEXT NOT NULL)');
  const insert = db.prepare('INSERT INTO staged (grp, ord, value) VALUES (?, ?, ?)');
  let size = 0;
  let characters = 0;
  let pending = 0;
  let sealed = false;
  let among: ReturnType<typeof db.prepare<[string, string], [number]>> | null = null;
  let select: ReturnType<typeof db.prepare<[string, number], [string]>> | null = null;

  const commit = () => {
    if (pending > 0) db.exec('COMMIT');
    pending = 0;
  };
  const seal = () => {
    if (sealed) return;
    commit();
    // Built once over all rows: far cheaper than kept up with each.
    const isShort = characters < size * shortValue;
    db.exec(`CREATE INDEX staged_by_group ON staged (grp, ord, id${isShort ? ', value' : ''})`);
    sealed = true;
  };
  return namingFile(file, {
    put: (group, order, value) => {
      if (sealed) throw new Error('put after the stage was read');
      if (pending === 0) db.exec('BEGIN');
      const text = JSON.stringify(value ?? null);
      insert.run(group, order, text);
      characters += text.length;
      size++;
      pending++;
      if (pending >= batch) commit();
    },
    groups: function* () {
      seal();
      let group: string | null = null;
      let values: unknown[] = [];
      for (const [name, value] of db.prepare<[], [string, string]>('SELECT grp, value FROM staged ORDER BY grp, ord, id').raw().iterate()) {
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
      // Asked as often as there are records: of a source without audio nothing is staged as a file.
      if (size === 0) return [];
      // Asked for each record of a large source: prepared once, when the index is there. A negative limit is none.
      select ??= db.prepare<[string, number], [string]>('SELECT value FROM staged WHERE grp = ? ORDER BY ord, id LIMIT ?').raw();
      return select.all(group, most).map(([value]): unknown => JSON.parse(value));
    },
    hasGroup: (beginning) => {
      seal();
      if (size === 0) return false;
      // The last code point there is ends all that begins so.
      among ??= db.prepare<[string, string], [number]>('SELECT 1 FROM staged WHERE grp >= ? AND grp <= ? LIMIT 1').raw();
      return among.get(beginning, `${beginning}\u{10ffff}`) !== undefined;
    },
    get size() {
      return size;
    },
    close: () => {
      if (db.open) db.close();
      rmSync(file, { force: true });
    },
  });
}

/** Opens stages, and closes all of them in the end. */
export interface Stages extends Disposable {
  open(): Stage;
}

/** @param folder as of `openStage`. */
export function openStages(folder: string): Stages {
  const opened: Stage[] = [];
  return {
    open: () => {
      const stage = openStage(folder);
      opened.push(stage);
      return stage;
    },
    [Symbol.dispose]: () => {
      for (const stage of opened) stage.close();
    },
  };
}
