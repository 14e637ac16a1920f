import type { Actor } from '../../log/entries/actor.ts';
import type { NewEntry } from '../../log/entries/log-entry.ts';

/** Rows of one page that are about to be shown. */
export interface ShownPage {
  readonly actor: Actor;
  /** Name of the session. */
  readonly session: string;
  /** Distinguishes the queries of a session without revealing their words. */
  readonly question: string;
  /** Names of the members that the query uses. */
  readonly by: string;
  /** Words and filters of the query, for the details of the log entry, which can be erased. */
  readonly query: string;
  /** Row offset of the page and, below, its number of rows. */
  readonly offset: number;
  readonly rows: number;
}

/**
 * Logs searches and counts the rows that each of them showed: all entries of a query together count exactly the rows that were sent. The first page is logged
 * before it is sent. A further entry is written each time the number of sent rows has doubled, and the rest is logged after a minute without further pages.
 */
export interface SearchAudit {
  /** Registers a page. Returns null if it may be sent; else the reason why the log could not be written. */
  show(page: ShownPage): Promise<string | null>;
  /** Logs all remaining rows. */
  close(): Promise<void>;
}

/** Number of queries that are counted at the same time. If there are more, the least recently used one is logged and forgotten. */
const remembered = 10_000;
const quietMs = 60_000;
/** Age after which a repeated query is logged as a new one. */
const againMs = 3_600_000;

interface Kept {
  readonly page: ShownPage;
  readonly since: number;
  entered: number;
  /** Number of rows that are not logged yet and, below, their range [from, to). */
  pending: number;
  from: number;
  to: number;
  at: number;
  /** Result of the last entry. */
  done: Promise<string | null>;
}

/** Creates an empty search audit. @param enter as in `AuditLog` @param now monotonic ms */
export function createSearchAudit(enter: (entry: NewEntry) => Promise<string | null>, now: () => number): SearchAudit {
  const kept = new Map<string, Kept>();
  const write = (one: Kept): Promise<string | null> => {
    one.done = written(one);
    return one.done;
  };
  const written = async (one: Kept): Promise<string | null> => {
    const { actor, session, question, by, query } = one.page;
    const { pending, from, to } = one;
    const detail = { session, question, by, shown: pending, from, to, sum: one.entered + pending };
    one.pending = 0;
    one.entered += pending;
    [one.from, one.to] = [Number.POSITIVE_INFINITY, 0];
    const refusal = await enter({ type: 'searched', detail, actor, details: { query } });
    if (refusal !== null) {
      one.pending += pending;
      one.entered -= pending;
      [one.from, one.to] = [Math.min(one.from, from), Math.max(one.to, to)];
    }
    return refusal;
  };
  const writeQuiet = (): void => {
    for (const [key, one] of kept) {
      if (now() - one.at < quietMs) continue;
      if (one.pending > 0) void write(one);
      else if (now() - one.since >= againMs) kept.delete(key);
    }
  };
  const timer = setInterval(writeQuiet, 10_000);
  timer.unref();
  return {
    show: async (page) => {
      const key = `${page.session} ${page.question}`;
      let one = kept.get(key);
      if (one !== undefined && one.pending === 0 && now() - one.since >= againMs) one = undefined;
      one ??= { page, since: now(), entered: 0, pending: 0, from: Number.POSITIVE_INFINITY, to: 0, at: now(), done: Promise.resolve(null) };
      const isFirst = kept.get(key) !== one;
      kept.delete(key);
      kept.set(key, one);
      one.at = now();
      one.pending += page.rows;
      one.from = Math.min(one.from, page.offset);
      one.to = Math.max(one.to, page.offset + page.rows);
      const [oldest] = kept;
      if (kept.size > remembered && oldest !== undefined) {
        kept.delete(oldest[0]);
        if (oldest[1].pending > 0) void write(oldest[1]);
      }
      const isDue = isFirst || (one.pending > 0 && one.pending >= one.entered);
      // An entry in progress may cover this page.
      if (!isDue && (await one.done) === null) return null;
      const refusal = await write(one);
      if (refusal === null) return null;
      // The page is not sent, so its rows were not shown. The next page is logged before it is sent.
      one.pending -= page.rows;
      if (isFirst) kept.delete(key);
      return refusal;
    },
    close: async () => {
      clearInterval(timer);
      for (const one of kept.values()) if (one.pending > 0) await write(one);
    },
  };
}
