import { limits } from '../../core/base/limits.ts';
import type { LostRecord } from '../../core/findings/finding.ts';
import type { ColumnsLeftOut, ImportItem } from '../../core/model/importer.ts';

/** A row that could not be read, and the code of its finding. */
export interface LostTableRow extends LostRecord {
  readonly code: string;
}

/** A file of the source that was read as a table. */
export interface ReadTableFile {
  readonly path: string;
  readonly importer: string;
  readonly leftOut: ColumnsLeftOut | null;
  /** As in `FileRole`. */
  readonly recordsAt?: string;
  /** Names of its tables that were read; empty if it has a single unnamed table. */
  readonly tables: readonly string[];
  readonly records: number;
  readonly recordsUnread: number;
  /** Rows that could not be read, at most `limits.unreadRows`. */
  readonly lost: readonly LostTableRow[];
}

/** Collects the tables of a source from the items of its importers. */
export interface ReadTables {
  take(item: ImportItem, importer: string): void;
  /** Returns the files that were read as tables, in the order of their listing. */
  files(): ReadTableFile[];
}

/** Creates an empty collection. */
export function createReadTables(): ReadTables {
  const files = new Map<string, Pick<ReadTableFile, 'importer' | 'leftOut' | 'tables' | 'recordsAt'>>();
  const reads: { readonly path: string; readonly records: number; readonly unread: number }[] = [];
  const lost = new Map<string, LostTableRow[]>();
  const fileOf = (place: string): string | null => {
    if (files.has(place)) return place;
    // The place of a table in a database is the file, a colon and the name of the table.
    for (let at = place.lastIndexOf(':'); at > 0; at = place.lastIndexOf(':', at - 1)) if (files.has(place.slice(0, at))) return place.slice(0, at);
    return null;
  };
  let last: string | null = null;
  return {
    take: (item, importer) => {
      if (item.kind === 'file' && item.role === 'table') {
        const recordsAt = item.recordsAt === undefined ? {} : { recordsAt: item.recordsAt };
        files.set(item.path, { importer, leftOut: item.leftOut ?? null, tables: item.tables ?? [], ...recordsAt });
        last = item.path;
      } else if (item.kind === 'table') reads.push({ path: item.path, records: item.records, unread: item.byStatus['parse-error'] ?? 0 });
      else if (item.kind === 'finding' && item.lost !== undefined && last !== null && item.place.startsWith(last)) {
        const rows = lost.get(last) ?? [];
        if (rows.length < limits.unreadRows) rows.push({ ...item.lost, code: item.code });
        lost.set(last, rows);
      }
    },
    files: () => {
      const byFile = new Map<string, { tables: string[]; records: number; unread: number }>();
      for (const { path, records, unread } of reads) {
        const file = fileOf(path);
        if (file === null) continue;
        const sums = byFile.get(file) ?? { tables: [], records: 0, unread: 0 };
        if (path !== file) sums.tables.push(path.slice(file.length + 1));
        byFile.set(file, { ...sums, records: sums.records + records, unread: sums.unread + unread });
      }
      return [...files].map(([path, { tables: stated, ...known }]) => {
        const { tables = [], records = 0, unread = 0 } = byFile.get(path) ?? {};
        const rows = lost.get(path) ?? [];
        return { ...known, path, tables: [...stated, ...tables], records, recordsUnread: Math.max(unread, rows.length), lost: rows };
      });
    },
  };
}
