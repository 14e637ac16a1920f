// The places of a sealed case's secrets in the keyring. Each change has a page, with a cell for its document and one for each set of files that it adds.

/** Cell for the document of a case in a page; also the name of its secret there. */
export const documentCell = 'case.json';

/** Name of the key for commitments, beside the secrets of a cell. */
export const commitmentName = 'commitment';

/**
 * Returns the name under which a file of a set is stored, which is also the name of its secret. The file's original name may contain names of people.
 * @param index from 0
 */
export function sealedFileName(index: number): string {
  return `file-${index + 1}`;
}
