import type { CallRow } from '../../core/page/data.ts';

/** Number of rows per request. */
export const pageRows = 100;
/** Number of cached pages. */
const pagesKept = 60;

/** Rows of the shown answer. They are requested in pages when they are needed, and kept for a while. */
export interface RowPages {
  /** Returns the number of rows of the answer. */
  total(): number;
  /** Returns the number of the answer; it changes with each new answer, whose rows differ. */
  answer(): number;
  /** Returns a row; null if it is not loaded. */
  at(index: number): CallRow | null;
  /** Returns the index of a loaded recording; null if it is not loaded. */
  indexOf(id: string | null): number | null;
  /** Requests the pages of the rows [from, to) that are not loaded. */
  want(from: number, to: number): void;
  /** Returns a page of the answer. */
  page(page: number): Promise<readonly CallRow[]>;
  /** Begins another answer. @param first its first rows */
  begin(total: number, first: readonly CallRow[]): void;
}

/** Creates an empty answer. @param ask requests rows @param loaded called after a requested page has arrived */
export function createRowPages(ask: (offset: number, limit: number) => Promise<readonly CallRow[]>, loaded: () => void): RowPages {
  const pages = new Map<number, readonly CallRow[]>();
  const asked = new Set<number>();
  let answer = 0;
  let total = 0;
  const fetchPage = (page: number): void => {
    if (pages.has(page) || asked.has(page)) return;
    asked.add(page);
    const mine = answer;
    void ask(page * pageRows, pageRows).then(
      (found) => {
        if (mine !== answer) return;
        asked.delete(page);
        pages.set(page, found);
        for (const oldest of pages.keys()) {
          if (pages.size <= pagesKept) break;
          pages.delete(oldest);
        }
        loaded();
      },
      // A newer query draws by itself.
      () => asked.delete(page),
    );
  };
  return {
    total: () => total,
    answer: () => answer,
    at: (index) => pages.get(Math.floor(index / pageRows))?.[index % pageRows] ?? null,
    indexOf: (id) => [...pages].flatMap(([page, rows]) => rows.flatMap((row, index) => (row.id === id ? [page * pageRows + index] : [])))[0] ?? null,
    want: (from, to) => {
      for (let page = Math.floor(from / pageRows); page * pageRows < to; page++) fetchPage(page);
    },
    page: async (page) => pages.get(page) ?? (await ask(page * pageRows, pageRows)),
    begin: (found, first) => {
      answer++;
      asked.clear();
      pages.clear();
      total = found;
      for (let at = 0; at < first.length; at += pageRows) {
        const rows = first.slice(at, at + pageRows);
        if (rows.length === pageRows || at + rows.length === total) pages.set(at / pageRows, rows);
      }
    },
  };
}
