/** Returns a file name without the suffix that log rotation appends after the extension: a number or, for a separated table, also a date or a word. */
export function withoutRotation(path: string): string {
  return path.replace(/(\.[A-Za-z]\w*)[-._]\d+$/, '$1').replace(/(\.csv)[-._][\w.-]*$/i, '$1');
}
