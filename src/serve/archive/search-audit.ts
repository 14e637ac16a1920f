import type { Actor } from '../../log/entries/actor.ts';
import type { NewEntry } from '../../log/entries/log-entry.ts';

/** Rows of one page that are about to be shown. */
export interface ShownPage {
  readonly actor: Actor;
  /** Name of the session. */
  readonly session: string;
  /** Tells one question of a session from another, and nothing of its words. */
  readonly question: string;
  /** Names of the members that it has. */
  readonly by: string;
  /** Its words and filters: for the details, which can be erased. */
  readonly query: string;
  /** Rows left out before, and rows of the page. */
  readonly offset: number;
  readonly rows: number;
}

/**
 * Enters searches, and adds up what was shown of each: the rows of all entries of a question are those that left, whoever turned how many pages. The first page is
 * entered before it leaves, then each with which as many again have left as were entered; what is left over, when nothing more was asked for a minute.
 */
export interface SearchAudit {
  /** Null: it may leave. Else why the log could not be written. */
  show(page: ShownPage): Promise<string | null>;
  /** Enters what is left over. */
  close(): Promise<void>;
}

/** Questions that are added up at once; the one that was asked longest ago is entered before it is forgotten. */
const remembered = 10_000;
const quietMs = 60_000;
/** After this a question is news again. */
const againMs = 3_600_000;

interface Kept {
  readonly page: ShownPage;
  readonly since: number;
  entered: number;
  /** Not entered yet, and which rows they are: from the first to behind the last. */
  pending: number;
  from: number;
  to: number;
  at: number;
  /** What the last entry came to. */
  done: Promise<string | null>;
}

/** @param enter as that of the audit log @param now monotonic ms */
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
      // One that is under way may be what lets this page leave.
      if (!isDue && (await one.done) === null) return null;
      const refusal = await write(one);
      if (refusal === null) return null;
      // It does not leave, so it was not shown; the next one is entered before it does.
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
