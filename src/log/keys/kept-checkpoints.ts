import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { logFolder } from '../entries/log-entry.ts';
import { readSmallFile } from '../files/files.ts';
import { parseCheckpoint } from '../tree/checkpoint.ts';
import type { SignedState } from './vouching.ts';

/** A checkpoint that lies in the archive beside its log: as it was stamped, or as a witness signed it. */
export interface KeptCheckpoint extends SignedState {
  /** Relative to the archive. */
  readonly file: string;
}

/** Folders that checkpoints are kept in, below `log/`; files are named by the size of the log. */
const folders = ['stamps', 'witness'] as const;

/**
 * Reads the checkpoints over the most entries that stamps and witnesses left in an archive. Their signatures are not verified.
 * @throws the system's error where one cannot be read
 */
export async function readKeptCheckpoints(dir: string): Promise<readonly KeptCheckpoint[]> {
  const kept: KeptCheckpoint[] = [];
  for (const folder of folders) {
    const names = namesIn(join(dir, logFolder, folder))
      .filter((name) => /^\d{12}\.checkpoint$/.test(name))
      .sort();
    for (const name of names.slice(-limits.keptCheckpoints)) {
      const file = `${logFolder}/${folder}/${name}`;
      const bytes = await readSmallFile(join(dir, file), limits.signedNoteBytes);
      const text = bytes === null ? '' : Buffer.from(bytes).toString('utf8');
      const checkpoint = parseCheckpoint(text);
      if (checkpoint !== null) kept.push({ ...checkpoint, text, file });
    }
  }
  return kept.sort((a, b) => b.size - a.size);
}

/** Nothing where no folder lies there: whoever reads the stamps tells of what lies in its place. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return [];
    throw error;
  }
}
