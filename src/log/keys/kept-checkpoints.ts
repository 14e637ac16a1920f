import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { logFolder } from '../entries/log-entry.ts';
import { readSmallFile } from '../files/files.ts';
import { parseCheckpoint } from '../tree/checkpoint.ts';
import type { SignedState } from './vouching.ts';

/** A checkpoint that is stored in the archive beside its log, as a time-stamp authority or a witness signed it. */
export interface KeptCheckpoint extends SignedState {
  /** Path of the file, relative to the archive. */
  readonly file: string;
}

/** Folders of stored checkpoints, below `log/`; their files are named by the size of the log. */
const folders = ['stamps', 'witness'] as const;

/**
 * Reads the stored checkpoints of stamps and witnesses that cover the most entries. Their signatures are not verified.
 * @throws the system's error if one cannot be read
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

/** Returns the names in a folder; empty if there is no folder. If something else is in its place, the reader of the stamps reports it. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return [];
    throw error;
  }
}
