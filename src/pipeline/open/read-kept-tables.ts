import { payloadState } from '../../archive/bag/payload-state.ts';
import { type KeptTable, keptTableFile, parseKeptTable } from '../../archive/documents/kept-table.ts';
import { errorText, isLostByDisk, refusalOf, systemCode } from '../../core/base/error.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { readStoredTable, tableFolders } from '../../sealing/stored/kept-table-entries.ts';
import type { Catalog } from '../../store/catalog/catalog.ts';
import type { KeptTableEntry } from '../../store/catalog/kept-tables.ts';
import { rowText } from '../../tables/text/row-text.ts';

/** A kept table in the archive. */
export interface ArchivedTable {
  readonly bag: string;
  /** Path relative to the bag. */
  readonly folder: string;
  readonly table: KeptTable;
}

/**
 * Adds the tables of a bag to the catalog, which already has the bag, in an unknown state until then.
 * @returns findings about tables that cannot be read: P283, or P175 for a failing disk
 * @throws the system's error if the next run may succeed
 */
export async function indexKeptTables(
  catalog: Catalog,
  bag: { readonly path: string; readonly name: string },
  signal: AbortSignal,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const tables: KeptTableEntry[] = [];
  for (const name of tableFolders(bag.path)) {
    const place = `bags/${bag.name}/data/${name}/${keptTableFile}`;
    try {
      const table = await readStoredTable(bag.path, name, rowText, signal);
      if (table === null) findings.push(finding('P283', place, 'cannot be read into the catalog: it is not a document of a kept table'));
      else tables.push(table);
    } catch (error) {
      const refused = refusalOf(error);
      // A lack of descriptors or memory, or an unavailable share, ends the run.
      if (refused !== null && !isLostByDisk(refused)) throw error;
      const why = systemCode(error) ?? errorText(error);
      findings.push(finding(refused === null ? 'P283' : 'P175', place, `cannot be read into the catalog: ${why}`));
    }
  }
  catalog.keptTables.put(bag.name, tables, payloadState(bag.path) ?? '');
  return findings;
}

/** Returns the kept tables of an archive according to its catalog. */
export function archivedTables(catalog: Catalog): ArchivedTable[] {
  return catalog.keptTables.all().flatMap(({ bag, folder, document }) => {
    const table = parseKeptTable(Buffer.from(document, 'utf8'));
    return table === null ? [] : [{ bag, folder, table }];
  });
}
