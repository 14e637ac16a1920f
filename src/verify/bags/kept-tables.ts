import { LongplayError, systemCode } from '../../core/base/error.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import { readStoredTable, tableFolders } from '../../sealing/stored/kept-table-entries.ts';
import type { EntryDigest } from '../../store/catalog/catalog-entry.ts';
import { keptTableDigest } from '../../store/catalog/kept-tables.ts';
import { rowText } from '../../tables/text/row-text.ts';

/** Catalog entries that the kept tables of a bag demand. */
export interface KeptEntries {
  readonly entries: readonly EntryDigest[];
  /** Number of tables that could not be read: the bag's entries are incomplete. */
  readonly unread: number;
  /** Tables that the system refused to read. A damaged table is reported by the check of the bag, a closed one when it is tried. */
  readonly verdicts: readonly Verdict[];
}

/**
 * Returns the catalog entries of the tables that a bag keeps, as a command that indexes the bag makes them.
 * @param place name of the bag in verdicts
 */
export async function keptEntries(bag: string, place: string, signal: AbortSignal): Promise<KeptEntries> {
  const entries: EntryDigest[] = [];
  const verdicts: Verdict[] = [];
  let unread = 0;
  for (const name of foldersIn(bag)) {
    try {
      const table = await readStoredTable(bag, name, rowText, signal);
      if (table !== null) entries.push(keptTableDigest(table));
    } catch (error) {
      const code = systemCode(error);
      if (code === null && !(error instanceof LongplayError) && !(error instanceof Error && 'code' in error)) throw error;
      unread++;
      if (code !== null)
        verdicts.push(
          errorVerdict('unreachable', 'V123', `${place}/data/${name}`, `cannot be read (${code}), so the catalog was not compared with it`),
        );
    }
  }
  return { entries, unread, verdicts };
}

function foldersIn(bag: string): string[] {
  try {
    return tableFolders(bag);
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return [];
  }
}
