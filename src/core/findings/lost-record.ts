/** Codes of findings that each stand for one record of a table that could not be read. */
const lostRecordCodes: ReadonlySet<string> = new Set([
  'T112',
  'T113',
  'T114',
  'T115',
  'T119',
  'T121',
  'T122',
  'T123',
  'T131',
  'T132',
  'T133',
  'T150',
  'T151',
  'T152',
  'T153',
  'T164',
]);

/** Returns true if a finding of a table reader stands for one lost record, which the sum over all records counts. */
export function isLostRecord(finding: { readonly code: string }): boolean {
  return lostRecordCodes.has(finding.code);
}
