import { extension } from '../../../src/core/base/safe-path.ts';

/** Extensions of files that may be tables. */
const tableExtensions = new Set('csv tsv txt json jsonl ndjson xml sql dump db sqlite sqlite3 db3'.split(' '));

/** Returns a name without what log rotation appends to the extension: a number, or for a separated table also a date or a word. */
export function withoutRotation(path: string): string {
  return path.replace(/(\.[A-Za-z]\w*)[-._]\d+$/, '$1').replace(/(\.csv)[-._][\w.-]*$/i, '$1');
}

/** Returns true if a file has the name of a table, before or after log rotation. */
export function isTableName(path: string): boolean {
  return tableExtensions.has(extension(withoutRotation(path)).slice(1).toLowerCase());
}
