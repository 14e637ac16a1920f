// Where the keyring has the secrets of a sealed case: each change has a page, with a cell for its document and one for each set of files that it adds.

/** Cell of the document of a case in its page; also the name of its secret there. */
export const documentCell = 'case.json';

/** Name of the key of commitments beside the secrets of a cell. */
export const commitmentName = 'commitment';

/** Returns the name of a file of a set, as it is stored and as its secret is named: the name that it was given may name people. @param index from 0 */
export function sealedFileName(index: number): string {
  return `file-${index + 1}`;
}
