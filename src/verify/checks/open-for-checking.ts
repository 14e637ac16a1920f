import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openArchive } from '../../archive/layout.ts';
import { LongplayError } from '../../core/base/error.ts';
import { logFolder } from '../../log/entries/log-entry.ts';

/** An archive as far as it can be looked at. */
export interface CheckedArchive {
  readonly dir: string;
  /** Null where longplay.json is missing or damaged. */
  readonly id: string | null;
  /** What kept longplay.json from being read; a verification names it and goes on. */
  readonly trouble: LongplayError | null;
}

/**
 * Opens an archive whose longplay.json may be what is wrong with it.
 * @throws LongplayError A102 where it is unreachable; A100 where nothing speaks for an archive.
 */
export async function openForChecking(dir: string): Promise<CheckedArchive> {
  const root = resolve(dir);
  try {
    const { id } = await openArchive(root);
    return { dir: root, id, trouble: null };
  } catch (error) {
    const goesOn =
      error instanceof LongplayError &&
      (error.code === 'A103' ||
        error.code === 'A104' ||
        (error.code === 'A100' && existsSync(join(root, 'bags')) && existsSync(join(root, logFolder))));
    if (!goesOn) throw error;
    return { dir: root, id: null, trouble: error };
  }
}
