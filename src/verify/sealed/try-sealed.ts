import { LongplayError, systemCode } from '../../core/base/error.ts';
import { createTurns } from '../../core/base/turns.ts';
import { sealedEnding } from '../../core/model/recording-document.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import { erasedSecret, type FileSecrets } from '../../sealing/keyring/page.ts';
import { openKeys } from '../../sealing/open-keys.ts';
import { openFile, piecesOf } from '../../sealing/stored/stored-bytes.ts';
import type { PlayNote } from '../play/played-verdicts.ts';

/** A sealed file of something that is no recording. */
export interface SealedFile {
  /** Absolute path of the stored file. */
  readonly path: string;
  /** In verdicts. */
  readonly place: string;
  /** Name under which the cell has its secret. */
  readonly name: string;
  /** Receives the plain bytes. Absent: nobody compares them. @returns after the last piece what is wrong with them; null: nothing */
  readonly compare?: (secrets: FileSecrets) => { push(piece: Uint8Array): void; wrong(): string | null };
}

/** Something that is sealed with the secrets of one cell: a kept table, a report, files of a case. */
export interface SealedThing {
  /** In verdicts. */
  readonly place: string;
  readonly page: string;
  readonly cell: string;
  readonly files: readonly SealedFile[];
}

/** What became of a thing: `closed` if the keyring has no secrets of it, `unread` if the system did not give its stored bytes, `faulty` with verdicts. */
export type Opening = 'opened' | 'closed' | 'unread' | 'faulty';

/** Returns the secrets of a cell; 'erased'; null if no reachable copy of the keyring has them or opens the page. */
export function lookUp(page: string, cell: string): FileSecrets | 'erased' | null {
  try {
    return openKeys().secretsOf(page, cell);
  } catch (error) {
    if (error instanceof LongplayError && error.code === 'K103') return null;
    throw error;
  }
}

/** Makes the note on a thing that the keyring has no secrets of. @param what e.g. "kept table" */
export function closedNote(what: string, first: string): PlayNote {
  return { code: 'K203', what, files: 1, first };
}

/** Makes the verdict on something whose secrets were destroyed although the log does not say that it was erased. */
export function destroyedVerdict(place: string): Verdict {
  return errorVerdict('unexpected', 'E114', place, 'the keyring says that it was erased, and the log has no entry of it');
}

/**
 * Opens every file of a thing and reads all of it. A file that is missing or that the system refuses is reported by the check of its stored bytes.
 * @returns what became of it, with K202 for each file that does not open and E114 for destroyed secrets
 */
export async function tryThing(
  { place, page, cell, files }: SealedThing,
  signal: AbortSignal,
): Promise<{ readonly opening: Opening; readonly verdicts: readonly Verdict[] }> {
  const secrets = lookUp(page, cell);
  if (secrets === 'erased') return { opening: 'faulty', verdicts: [destroyedVerdict(place)] };
  if (secrets === null) return { opening: 'closed', verdicts: [] };
  const verdicts: Verdict[] = [];
  let opening: Opening = 'opened';
  for (const file of files) {
    const secret = secrets[file.name];
    if (secret === erasedSecret) verdicts.push(destroyedVerdict(file.place));
    else if (secret === undefined) opening = 'closed';
    else {
      const wrong = await wrongWith(file, secret, secrets, signal);
      if (wrong === 'unread') opening = 'unread';
      else if (wrong !== null) verdicts.push(errorVerdict('corrupt', 'K202', file.place, wrong));
    }
  }
  return { opening: verdicts.length > 0 ? 'faulty' : opening, verdicts };
}

/** Reads a whole file. @returns what is wrong with it; 'unread' if the system does not give its stored bytes; null: nothing */
async function wrongWith(
  { path, compare }: SealedFile,
  secret: string,
  secrets: FileSecrets,
  signal: AbortSignal,
): Promise<string | 'unread' | null> {
  const turns = createTurns();
  const comparison = compare?.(secrets);
  try {
    for (const piece of piecesOf(() => openFile(path, secret))) {
      comparison?.push(piece);
      if (turns.isDue()) await turns.take(signal);
    }
  } catch (error) {
    if (error instanceof LongplayError && error.code === 'K202') return error.message.slice(error.message.indexOf(': ') + 2);
    const code = systemCode(error);
    if (code === null && !(error instanceof Error && 'code' in error)) throw error;
    return 'unread';
  }
  return comparison?.wrong() ?? null;
}

/** Returns the name of the plain file of a stored one. */
export function plainName(stored: string): string {
  return stored.endsWith(sealedEnding) ? stored.slice(0, -sealedEnding.length) : stored;
}
