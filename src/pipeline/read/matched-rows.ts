import type { TableRead } from '../../core/model/importer.ts';
import type { Recording } from '../../core/model/recording.ts';

/** Counts rows of descriptions that were merged into a recording of another export. In their own export these rows had no audio. */
export interface MatchedRows {
  /** Counts the descriptions as matched by the recording into which they were merged, or with another status. */
  add(absorbed: readonly Pick<Recording, 'provenance' | 'reconciliation'>[], as?: 'matched' | 'ambiguous'): void;
  /** Returns the table with those rows under the new status; its total stays. */
  applied(table: Omit<TableRead, 'kind'>): Omit<TableRead, 'kind'>;
}

export function matchedRows(): MatchedRows {
  const left = new Map<string, { readonly path: string; readonly status: string; readonly as: string; rows: number }>();
  return {
    add: (absorbed, as = 'matched') => {
      for (const { provenance, reconciliation } of absorbed) {
        for (const { kind, path } of provenance) {
          if (kind !== 'row') continue;
          const key = `${as} ${reconciliation.status} ${path}`;
          const known = left.get(key);
          if (known === undefined) left.set(key, { path, status: reconciliation.status, as, rows: 1 });
          else known.rows++;
        }
      }
    },
    applied: (table) => {
      const byStatus: Record<string, number> = { ...table.byStatus };
      for (const moved of left.values()) {
        // If a file has several tables, each has a suffix of its own after the path of the file.
        if (moved.status === moved.as || (table.path !== moved.path && !table.path.startsWith(`${moved.path}:`))) continue;
        const rows = Math.min(moved.rows, byStatus[moved.status] ?? 0);
        if (rows === 0) continue;
        moved.rows -= rows;
        byStatus[moved.status] = (byStatus[moved.status] ?? 0) - rows;
        if (byStatus[moved.status] === 0) delete byStatus[moved.status];
        byStatus[moved.as] = (byStatus[moved.as] ?? 0) + rows;
      }
      return { ...table, byStatus };
    },
  };
}
