import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { namingFile, openScratch } from '../store/database/database.ts';
import type { Stage } from './text/types.ts';

/** If values are shorter on average, the index contains them too, which saves a table lookup for each. */
const shortValue = 256;
/** Rows per transaction. */
const batch = 20_000;

/**
 * Opens an empty stage in a file of its own below `folder`, which is created if missing. Values are stored as JSON.
 * @throws LongplayError A190 if the file cannot be created.
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
    // Built once over all rows: far cheaper than an update per row.
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
      // Called once per record: for a source without audio no files are staged.
      if (size === 0) return [];
      // Called for each record of a large source: prepared once, when the index exists. A negative limit means none.
      select ??= db.prepare<[string, number], [string]>('SELECT value FROM staged WHERE grp = ? ORDER BY ord, id LIMIT ?').raw();
      return select.all(group, most).map(([value]): unknown => JSON.parse(value));
    },
    hasGroup: (beginning) => {
      seal();
      if (size === 0) return false;
      // The last code point of Unicode ends the range of the prefix.
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

/** Opens stages, and closes all of them at the end. */
export interface Stages extends Disposable {
  open(): Stage;
}

/** Creates a set of stages. @param folder as for `openStage`. */
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
