import { caseBytes } from '../../archive/documents/case-json.ts';
import { readStoredCase } from '../../archive/documents/stored-case.ts';
import { mentions, mentionsIn, mentionsOne } from '../../archive/files/mentions.ts';
import type { Archive } from '../../archive/layout.ts';
import { LongplayError } from '../../core/base/error.ts';
import { piecesOf } from '../../sealing/stored/stored-bytes.ts';
import { openCaseFile, readCase } from './open-case.ts';

/**
 * Returns true if the document or a file of a case contains the id of a recording for which `isMeant` is true. Decrypts a sealed case; parts that were erased
 * contain nothing.
 * @param folder absolute folder of the case, or of one that is being created
 * @throws LongplayError C101, C102, C125; K202, K203
 */
export function caseMentions(archive: Pick<Archive, 'page'>, folder: string, isMeant: (recordingId: string) => boolean): boolean {
  if (!isSealed(folder)) return mentionsOne(folder, isMeant);
  return unlessErased(() => {
    const found = readCase(archive, folder);
    if (mentions(Buffer.from(caseBytes(found.document)).toString('latin1'), isMeant)) return true;
    const { messages, comparisons = [] } = found.document;
    const files = [...messages.flatMap((one) => one.files), ...comparisons.map(({ file }) => file)];
    return files.some((file) =>
      unlessErased(() =>
        mentionsIn(
          piecesOf(() => openCaseFile(found, file)),
          isMeant,
        ),
      ),
    );
  });
}

function isSealed(folder: string): boolean {
  try {
    return readStoredCase(folder).version === 2;
  } catch (error) {
    // The case is damaged, or is not a case: its bytes are searched as they are.
    if (error instanceof LongplayError) return false;
    throw error;
  }
}

function unlessErased(look: () => boolean): boolean {
  try {
    return look();
  } catch (error) {
    if (error instanceof LongplayError && error.code === 'K204') return false;
    throw error;
  }
}
