import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type KeptTable, keptTableFile, parseKeptTable, parseUnread, type UnreadRow, unreadFile } from '../../archive/documents/kept-table.ts';
import { systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { openNamed, readNamed } from './stored-bytes.ts';

/** What a catalog contains about a table that a bag keeps. */
export interface StoredTable {
  /** Folder relative to the bag: `data/table-0001`. */
  readonly folder: string;
  /** Text of its table.json, and the path in the source that it states. */
  readonly document: string;
  readonly path: string;
  /** Rows that could not be read, each with its text if the kept file has its bytes. */
  readonly unread: readonly (UnreadRow & { readonly text: string | null })[];
}

/** Decodes the bytes of one row. */
export type RowText = (bytes: Uint8Array, signal: AbortSignal) => Promise<string>;

/** Matches folders of tables in a bag of tables. */
const tableFolder = /^table-\d{4,}$/;

/** Returns the names of the folders of tables in a bag, sorted. @throws the system's error */
export function tableFolders(bag: string): string[] {
  return readdirSync(join(bag, 'data'))
    .filter((name) => tableFolder.test(name))
    .sort();
}

/**
 * Reads a kept table for the catalog. Returns null if its table.json is not a document of a kept table.
 * @param name name of its folder
 * @throws the system's error, and what opening a sealed file throws
 */
export async function readStoredTable(bag: string, name: string, rowText: RowText, signal: AbortSignal): Promise<StoredTable | null> {
  const folder = join(bag, 'data', name);
  const document = readNamed(folder, keptTableFile, limits.keptTableBytes).plain;
  const table = parseKeptTable(document);
  if (table === null) return null;
  const unread = await unreadRows(folder, table, rowText, signal);
  return { folder: `data/${name}`, document: document.toString('utf8'), path: table.source.path, unread };
}

async function unreadRows(folder: string, { part }: KeptTable, rowText: RowText, signal: AbortSignal): Promise<StoredTable['unread']> {
  const rows = unreadIn(folder);
  if (rows.length === 0) return [];
  const file = openNamed(folder, part.path);
  try {
    const entries: StoredTable['unread'][number][] = [];
    for (const row of rows) {
      signal.throwIfAborted();
      const { offset, bytes } = row;
      if (offset === null || bytes === null) {
        entries.push({ ...row, text: null });
        continue;
      }
      const buffer = Buffer.alloc(Math.min(bytes, limits.unreadRowBytes));
      entries.push({ ...row, text: await rowText(buffer.subarray(0, file.readInto(buffer, offset)), signal) });
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
