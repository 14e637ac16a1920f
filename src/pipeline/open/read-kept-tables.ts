import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type KeptTable, keptTableFile, parseKeptTable, parseUnread, type UnreadRow, unreadFile } from '../../archive/documents/kept-table.ts';
import { memoryReader } from '../../core/base/bytes.ts';
import { errorText, isLostByDisk, refusalOf, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { type OpenedFile, openNamed, readNamed } from '../../sealing/stored/stored-bytes.ts';
import type { Catalog } from '../../store/catalog/catalog.ts';
import type { KeptTableEntry, UnreadEntry } from '../../store/catalog/kept-tables.ts';
import { chooseEncoding, decodeBytes, recordText } from '../../tables/text/encoding.ts';

/** A kept table in the archive. */
export interface ArchivedTable {
  readonly bag: string;
  /** Path relative to the bag. */
  readonly folder: string;
  readonly table: KeptTable;
}

/** Matches folders of tables in a bag of tables. */
const tableFolder = /^table-\d{4,}$/;

/**
 * Adds the tables of a bag to the catalog, which already has the bag.
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
  for (const name of readdirSync(join(bag.path, 'data')).sort()) {
    if (!tableFolder.test(name)) continue;
    const place = `bags/${bag.name}/data/${name}/${keptTableFile}`;
    try {
      const folder = join(bag.path, 'data', name);
      const document = readNamed(folder, keptTableFile, limits.keptTableBytes).plain;
      const table = parseKeptTable(document);
      if (table === null) findings.push(finding('P283', place, 'cannot be read into the catalog: it is not a document of a kept table'));
      else tables.push({ folder: `data/${name}`, document: document.toString('utf8'), unread: await unreadRows(folder, table, signal) });
    } catch (error) {
      const refused = refusalOf(error);
      // A lack of descriptors or memory, or an unavailable share, ends the run.
      if (refused !== null && !isLostByDisk(refused)) throw error;
      const why = systemCode(error) ?? errorText(error);
      findings.push(finding(refused === null ? 'P283' : 'P175', place, `cannot be read into the catalog: ${why}`));
    }
  }
  catalog.keptTables.put(bag.name, tables, (document) => parseKeptTable(Buffer.from(document, 'utf8'))?.source.path ?? '');
  return findings;
}

/** Returns the kept tables of an archive according to its catalog. */
export function archivedTables(catalog: Catalog): ArchivedTable[] {
  return catalog.keptTables.all().flatMap(({ bag, folder, document }) => {
    const table = parseKeptTable(Buffer.from(document, 'utf8'));
    return table === null ? [] : [{ bag, folder, table }];
  });
}

async function unreadRows(folder: string, { part }: KeptTable, signal: AbortSignal): Promise<UnreadEntry[]> {
  const rows = unreadIn(folder);
  if (rows.length === 0) return [];
  const file = openNamed(folder, part.path);
  try {
    const entries: UnreadEntry[] = [];
    for (const row of rows) {
      signal.throwIfAborted();
      entries.push({ ...row, text: row.offset === null || row.bytes === null ? null : await textAt(file, row.offset, row.bytes, signal) });
    }
    return entries;
  } finally {
    file.close();
  }
}

function unreadIn(folder: string): UnreadRow[] {
  try {
    return parseUnread(readNamed(folder, unreadFile, limits.unreadFileBytes).plain);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    return [];
  }
}

/** Returns the text of a row, whose encoding is detected from its own bytes. */
async function textAt(file: OpenedFile, offset: number, size: number, signal: AbortSignal): Promise<string> {
  const buffer = Buffer.alloc(Math.min(size, limits.unreadRowBytes));
  const bytes = buffer.subarray(0, file.readInto(buffer, offset));
  const { choice } = await chooseEncoding(memoryReader(bytes, ''), 'windows-1252', signal);
  const { scanned, decode } = recordText(choice);
  return decode(decodeBytes(bytes.subarray(choice.bomBytes), scanned.encoding)).replace(/[\r\n]+$/, '');
}
