import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Db } from '../../src/store/database/driver.ts';
import { driver } from '../../src/store/database/drivers.ts';

/** The bytes of a SQLite file that a function fills. */
export function databaseBytes(work: (db: Db) => void): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'database-bytes-'));
  try {
    const file = join(folder, 'made.db');
    const db = driver().open(file, { readonly: false, key: null });
    db.pragma('synchronous = OFF');
    work(db);
    db.close();
    return readFileSync(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
