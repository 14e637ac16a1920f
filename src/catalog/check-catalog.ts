import { errorText } from '../core/error.ts';
import { openDatabase } from '../database/database.ts';

/** What SQLite's own check finds wrong with a catalog file; empty where it is whole. Changes nothing. */
export function checkCatalog(file: string): string[] {
  try {
    const db = openDatabase(file, 'readonly');
    try {
      const rows = db.prepare<[], { integrity_check: string }>('PRAGMA integrity_check(20)').all();
      return rows.map((row) => row.integrity_check).filter((text) => text !== 'ok');
    } finally {
      db.close();
    }
  } catch (error) {
    return [errorText(error)];
  }
}
