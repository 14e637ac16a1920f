import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openArchive, sealedByLog } from '../../archive/layout.ts';
import { LongplayError } from '../../core/base/error.ts';
import { logFolder } from '../../log/entries/log-entry.ts';

/** An archive opened for checking, possibly without its id. */
export interface CheckedArchive {
  readonly dir: string;
  /** Null if longplay.json is missing or damaged. */
  readonly id: string | null;
  /** Page of the keyring of a sealed archive; null: the archive is open, or longplay.json could not be read. */
  readonly page: string | null;
  /** True: an open archive is being sealed. */
  readonly isBeingSealed: boolean;
  /** Why longplay.json could not be read; a verification reports it and continues. */
  readonly trouble: LongplayError | null;
}

/**
 * Opens an archive even if its longplay.json is damaged.
 * @throws LongplayError A102 if the archive is unreachable; A100 if nothing in the folder suggests an archive
 */
export async function openForChecking(dir: string): Promise<CheckedArchive> {
  const root = resolve(dir);
  try {
    const { id, page, isBeingSealed } = await openArchive(root, 'any-stage');
    return { dir: root, id, page, isBeingSealed, trouble: null };
  } catch (error) {
    const goesOn =
      error instanceof LongplayError &&
      (error.code === 'A103' ||
        error.code === 'A104' ||
        (error.code === 'A100' && existsSync(join(root, 'bags')) && existsSync(join(root, logFolder))));
    if (!goesOn) throw error;
    const known = error.code === 'A104' ? await sealedByLog(root).catch(() => null) : null;
    if (known !== null) return { dir: root, id: known.id, page: known.page, isBeingSealed: known.isBeingSealed, trouble: error };
    return { dir: root, id: null, page: null, isBeingSealed: false, trouble: error };
  }
}
