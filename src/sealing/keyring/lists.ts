import { LongplayError, systemCode } from '../../core/base/error.ts';
import type { Domain } from './domain.ts';
import type { ErasedNames } from './ledger.ts';
import { openSession } from './session.ts';

/** Facts that the folders of a keyring show without any root: the pages of its reachable copies, and the cells that the copies list as erased. */
export interface KeyringLists {
  /** State of each copy that was read. */
  readonly states: readonly CopyState[];
  /** True if nothing was ever erased. */
  readonly isEmpty: boolean;
  /** Returns which names of a cell the lists of all copies together state as erased; undefined: none. */
  erasedOf(page: string, cell: string): ErasedNames | undefined;
  /** Returns true if a copy has the file and the wrapped key of a page. */
  has(page: string): boolean;
}

/** What the folder of a copy shows of its age. */
export interface CopyState {
  readonly copy: string;
  readonly path: string;
  /** Number of its root. */
  readonly root: number;
  /** Returns the generation in which it has a page; null: it has no key of the page. */
  generationOf(page: string): number | null;
}

/** Returns the state of a copy that can be reached. @throws LongplayError K103, K104 */
export function copyState(domain: Domain): CopyState {
  const keys = domain.keys();
  return { copy: domain.name, path: domain.folder, root: domain.describe().root, generationOf: (page) => keys.get(page)?.generation ?? null };
}

/**
 * Reads the lists of the keyring in a folder without opening anything.
 * @param archive page of the archive's own secrets
 * @returns null if the folder has no readable keyring, or the keyring belongs to another archive
 */
export function readLists(folder: string, archive: string, signal: AbortSignal): KeyringLists | null {
  let domains: readonly Domain[];
  try {
    domains = openSession({ folder, access: { passphrase: async () => null, identities: async () => null }, signal }).domains.filter(isReadable);
  } catch (error) {
    if (error instanceof LongplayError) return null;
    throw error;
  }
  const pages = new Set(domains.flatMap((domain) => pagesIn(domain)));
  if (!pages.has(archive)) return null;
  return {
    states: domains.map(copyState),
    isEmpty: domains.every((domain) => domain.erased().length === 0),
    has: (page) => pages.has(page),
    erasedOf: (page, cell) => {
      const names = new Set<string>();
      for (const domain of domains) {
        const erased = domain.erasedOf(page, cell);
        if (erased === 'all') return erased;
        for (const name of erased ?? []) names.add(name);
      }
      return names.size === 0 ? undefined : names;
    },
  };
}

function pagesIn(domain: Domain): string[] {
  const absent = domain.absent();
  return [...domain.keys().keys()].filter((page) => !absent.has(page));
}

/** Returns true if pages and list of a copy can be read. A copy that is away, damaged, or not permitted to this user is left out. */
function isReadable(domain: Domain): boolean {
  try {
    pagesIn(domain);
    domain.erased();
    return true;
  } catch (error) {
    if (!(error instanceof LongplayError) && systemCode(error) === null) throw error;
    return false;
  }
}
