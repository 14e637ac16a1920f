import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '../../core/base/limits.ts';
import type { ObjectBlocks } from '../../core/model/object-blocks.ts';
import { namingFile, openScratch } from '../database/database.ts';

/** Oldest blocks that are forgotten at once when there are too many. */
const forgottenAtOnce = 256;

/** Opens an empty store of blocks in a folder for temporary files; `close` deletes it. If it is full, it forgets the oldest blocks. */
export function openScratchBlocks(folder: string): ObjectBlocks {
  const file = join(folder, 'objects.sqlite');
  rmSync(file, { force: true });
  const db = openScratch(
    file,
    'CREATE TABLE block (object TEXT NOT NULL, number INTEGER NOT NULL, bytes BLOB NOT NULL, UNIQUE (object, number)) STRICT',
  );
  const insert = db.prepare('INSERT OR REPLACE INTO block(object, number, bytes) VALUES (?, ?, ?)');
  const select = db.prepare<[string, number], Uint8Array>('SELECT bytes FROM block WHERE object = ? AND number = ?').pluck();
  const sizeOfOldest = db.prepare<[number], number>('SELECT sum(length(bytes)) FROM (SELECT bytes FROM block ORDER BY rowid LIMIT ?)').pluck();
  const forget = db.prepare('DELETE FROM block WHERE rowid IN (SELECT rowid FROM block ORDER BY rowid LIMIT ?)');
  const sizeOf = db.prepare<[string], number>('SELECT total(length(bytes)) FROM block WHERE object = ?').pluck();
  const remove = db.prepare('DELETE FROM block WHERE object = ?');
  let bytesKept = 0;
  return namingFile(file, {
    get: (object: string, number: number) => select.get(object, number) ?? null,
    put: (object: string, number: number, bytes: Uint8Array) => {
      insert.run(object, number, bytes);
      bytesKept += bytes.length;
      if (bytesKept <= limits.objectBlocksBytes) return;
      bytesKept -= sizeOfOldest.get(forgottenAtOnce) ?? 0;
      forget.run(forgottenAtOnce);
    },
    forget: (object: string) => {
      bytesKept -= sizeOf.get(object) ?? 0;
      remove.run(object);
    },
    close: () => {
      db.close();
      rmSync(file, { force: true });
    },
  });
}
