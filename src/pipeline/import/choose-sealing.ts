import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { markedPage, markerName } from '../../archive/layout.ts';
import { LongplayError } from '../../core/base/error.ts';
import { shellWord } from '../../core/words/shell-word.ts';
import { unlockKeys } from '../../sealing/open-keys.ts';

/** The user's choice about sealing. */
export type SealingRequest = 'sealed' | 'open';

/**
 * Decides whether an import writes sealed bags. A new archive is sealed unless the user says `open`; an archive that exists, or was begun, stays as
 * it is. Every command that can create an archive calls this before it reads the source. The choice can be made only on the command line: an
 * environment variable or configuration file with `open` would store calls in clear that nobody meant to store in clear, and copies of them could not
 * be sealed afterwards.
 * @param asked undefined: the user did not choose
 * @returns true: sealed; the keyring is then open if the archive is new
 * @throws LongplayError usage K100: there is no keyring; K205, K208: the archive is of the other kind; errors of opening the keyring and of reading
 * longplay.json
 */
export async function chooseSealing(archiveDir: string, asked: SealingRequest | undefined): Promise<boolean> {
  if (!existsSync(join(archiveDir, markerName))) {
    if (asked === 'open') return false;
    await unlockForNew(archiveDir);
    return true;
  }
  const isSealed = (await markedPage(archiveDir)) !== null;
  refuseOtherKind(archiveDir, isSealed, asked);
  return isSealed;
}

/** Refuses an archive whose kind is not the one that was requested or decided. @throws LongplayError usage K205, K208 */
export function refuseOtherKind(archiveDir: string, isSealed: boolean, asked: SealingRequest | undefined): void {
  const archive = resolve(archiveDir);
  if (isSealed && asked === 'open')
    throw new LongplayError(
      'usage',
      'K208',
      `${archive} is a sealed archive, so its new bags cannot be open`,
      'omit --open, or import into a new archive',
    );
  if (!isSealed && asked === 'sealed')
    throw new LongplayError(
      'usage',
      'K205',
      `${archive} is not a sealed archive, so its new bags cannot be sealed`,
      `omit --sealed, or seal the whole archive first: longplay seal ${shellWord(archive)}`,
    );
}

async function unlockForNew(archiveDir: string): Promise<void> {
  try {
    await unlockKeys();
  } catch (error) {
    if (!(error instanceof LongplayError) || error.code !== 'K100') throw error;
    throw new LongplayError(
      'usage',
      'K100',
      `${resolve(archiveDir)} would be a new archive, which is sealed; ${error.message}`,
      'make a keyring, with a copy on another disk: longplay keyring init --copy PATH; or name yours with LONGPLAY_KEYRING; or make an archive that is not encrypted: --open',
      error,
    );
  }
}
