import { LongplayError, systemCode } from '../../core/base/error.ts';
import { createTurns } from '../../core/base/turns.ts';
import { sealedEnding } from '../../core/model/recording-document.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import { erasedSecret, type FileSecrets } from '../../sealing/keyring/page.ts';
import { openKeys } from '../../sealing/open-keys.ts';
import { openFile, piecesOf } from '../../sealing/stored/stored-bytes.ts';
import type { PlayNote } from '../play/played-verdicts.ts';

/** A sealed file of something other than a recording. */
export interface SealedFile {
  /** Absolute path of the stored file. */
  readonly path: string;
  /** Name in verdicts. */
  readonly place: string;
  /** Name under which the cell has its secret. */
  readonly name: string;
  /** Receives the plain bytes. Absent: they are not compared. @returns after the last piece, what is wrong with them; null: nothing */
  readonly compare?: (secrets: FileSecrets) => { push(piece: Uint8Array): void; wrong(): string | null };
}

/** Something that is sealed with the secrets of one cell: a kept table, a report, files of a case. */
export interface SealedThing {
  /** Name in verdicts. */
  readonly place: string;
  readonly page: string;
  readonly cell: string;
  readonly files: readonly SealedFile[];
}

/** Result of opening a thing. `closed`: the keyring lacks its secrets; `unread`: the system could not read its stored bytes; `faulty`: there are verdicts. */
export type Opening = 'opened' | 'closed' | 'unread' | 'faulty';

/** Returns the secrets of a cell; 'erased' if they were erased; null if no reachable copy of the keyring has them or opens the page. */
export function lookUp(page: string, cell: string): FileSecrets | 'erased' | null {
  try {
    return openKeys().secretsOf(page, cell);
  } catch (error) {
    if (error instanceof LongplayError && error.code === 'K103') return null;
    throw error;
  }
}

/** Returns the note on a thing whose secrets the keyring lacks. @param what kind of the thing, e.g. "kept table" */
export function closedNote(what: string, first: string): PlayNote {
  return { code: 'K203', what, files: 1, first };
}

/** Returns the verdict on something whose secrets were destroyed although the log does not say that it was erased. */
export function destroyedVerdict(place: string): Verdict {
  return errorVerdict('unexpected', 'E114', place, 'the keyring says that it was erased, but the log has no entry of the erasure');
}

/**
 * Opens every file of a thing and reads all of it. The check of the stored bytes reports a file that is missing or that the system refuses to read.
 * @returns the result, with K202 for each file that does not open and E114 for destroyed secrets
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

/** Reads a whole file. @returns what is wrong with it; 'unread' if the system cannot read its stored bytes; null: nothing */
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

/** Returns the plain name of a stored file. */
export function plainName(stored: string): string {
  return stored.endsWith(sealedEnding) ? stored.slice(0, -sealedEnding.length) : stored;
}
