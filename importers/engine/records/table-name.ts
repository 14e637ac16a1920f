import { extension } from '../../../src/core/base/safe-path.ts';

/** Extensions of files that may be tables. */
const tableExtensions = new Set('csv tsv txt json jsonl ndjson xml sql dump db sqlite sqlite3 db3'.split(' '));

/** A name without what a rotation of logs puts behind the extension: a number; of a separated table a date or a word as well. */
export function withoutRotation(path: string): string {
  return path.replace(/(\.[A-Za-z]\w*)[-._]\d+$/, '$1').replace(/(\.csv)[-._][\w.-]*$/i, '$1');
}

/** Whether a file has the name of a table, as it is or before a log rotation. */
export function isTableName(path: string): boolean {
  return tableExtensions.has(extension(withoutRotation(path)).slice(1).toLowerCase());
}
