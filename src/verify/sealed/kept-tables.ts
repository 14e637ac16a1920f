import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { keptTableFile, parseKeptTable } from '../../archive/documents/kept-table.ts';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { sealedEnding } from '../../core/model/recording-document.ts';
import type { Verdict } from '../../core/model/verdict.ts';
import type { KeyringLists } from '../../sealing/keyring/lists.ts';
import { readNamed } from '../../sealing/stored/stored-bytes.ts';
import type { PlayNote } from '../play/played-verdicts.ts';
import { closedNote, destroyedVerdict, plainName, type SealedFile, type SealedThing, tryThing } from './try-sealed.ts';

/** Result of trying the kept tables of a bag. */
export interface TriedTables {
  readonly opened: number;
  /** Number of tables whose secrets the keyring lacks. */
  readonly closed: number;
  readonly verdicts: readonly Verdict[];
  readonly notes: readonly PlayNote[];
}

/**
 * Opens every kept table of a sealed bag of tables, reads all of it, and compares it with the digest in its document.
 * @param path absolute path of the bag
 * @param making page of the bag's secrets
 * @param place name of the bag in verdicts
 */
export async function tryTables(
  { path, making, place }: { readonly path: string; readonly making: string; readonly place: string },
  signal: AbortSignal,
): Promise<TriedTables> {
  const verdicts: Verdict[] = [];
  const notes: PlayNote[] = [];
  let [opened, closed] = [0, 0];
  for (const name of tableNames(path)) {
    signal.throwIfAborted();
    const thing = tableIn(join(path, 'data', name), { page: making, cell: name, place: `${place}/data/${name}` });
    const tried = await tryThing(thing, signal);
    verdicts.push(...tried.verdicts);
    if (tried.opening === 'opened') opened++;
    if (tried.opening !== 'closed') continue;
    closed++;
    notes.push(closedNote('kept table', thing.place));
  }
  return { opened, closed, verdicts, notes };
}

/**
 * Returns E114 for each kept table that the lists of the keyring name as erased. Rows are erased by sealing a table again, so no present table may be listed.
 */
export function destroyedTables(
  { path, making, place }: { readonly path: string; readonly making: string; readonly place: string },
  { erasedOf }: KeyringLists,
): Verdict[] {
  return tableNames(path).flatMap((name) => (erasedOf(making, name) === undefined ? [] : [destroyedVerdict(`${place}/data/${name}`)]));
}

function tableNames(path: string): string[] {
  return namesIn(join(path, 'data')).filter((name) => /^table-\d{4,}$/.test(name));
}

function tableIn(folder: string, at: Pick<SealedThing, 'page' | 'cell' | 'place'>): SealedThing {
  const stated = digestOfPart(folder);
  const files = namesIn(folder)
    .filter((name) => name.endsWith(sealedEnding))
    .map((stored): SealedFile => {
      const name = plainName(stored);
      const file = { path: join(folder, stored), place: `${at.place}/${stored}`, name };
      return stated?.path === name ? { ...file, compare: () => digestComparison(stated.sha256) } : file;
    });
  return { ...at, files };
}

/**
 * Returns the path and digest that a table's document states for its file; null if the document cannot be read, which is reported when the document is tried.
 */
function digestOfPart(folder: string): { readonly path: string; readonly sha256: string } | null {
  try {
    return parseKeptTable(readNamed(folder, keptTableFile, limits.keptTableBytes).plain)?.part ?? null;
  } catch (error) {
    if (error instanceof LongplayError || systemCode(error) !== null || (error instanceof Error && 'code' in error)) return null;
    throw error;
  }
}

function digestComparison(stated: string): ReturnType<NonNullable<SealedFile['compare']>> {
  const digest = createHash('sha256');
  return {
    push: (piece) => void digest.update(piece),
    wrong: () => {
      const found = digest.digest('hex');
      return found === stated ? null : `opens to bytes with SHA-256 ${found.slice(0, 16)}…, ${keptTableFile} states ${stated.slice(0, 16)}…`;
    },
  };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return [];
  }
}
