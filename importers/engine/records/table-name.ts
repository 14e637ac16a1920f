import { extension } from '../../../src/core/base/safe-path.ts';
import { withoutRotation } from '../../../src/tables/text/rotated-name.ts';

/** Extensions of files that may be tables. */
const tableExtensions = new Set('csv tsv txt json jsonl ndjson xml sql dump db sqlite sqlite3 db3'.split(' '));

/** Returns true if a file has the name of a table, before or after log rotation. */
export function isTableName(path: string): boolean {
  return tableExtensions.has(extension(withoutRotation(path)).slice(1).toLowerCase());
}
