import { setImmediate as turn } from 'node:timers/promises';
import type { Found } from '../../store/catalog/catalog.ts';
import { type Session, secretText } from '../accounts/session.ts';
import { jsonAnswer, notThere, refusalAnswer } from '../answer/headers.ts';
import { type AskedInside, type House, turnAway } from '../answer/house.ts';
import { saidJson } from '../answer/said-json.ts';
import { idsOf } from '../case/wish.ts';

/** Calls that somebody chose one by one, to be taken along: too many for an address. */
export interface ExportSelections {
  /** Takes the ids, and gives a name for them that this session can ask by. */
  choose(asked: AskedInside): Promise<Response>;
  /** What was chosen under a name, in order of start; null: nothing, or it was forgotten. */
  rowsOf(asked: AskedInside, name: string): Promise<readonly Found[] | null>;
  /** The same of a request for a second person that who asks had made, in whichever session. */
  rowsOfRequest(asked: AskedInside, id: string): Promise<readonly Found[] | null>;
}

/** Selections of one session that are remembered, the newest. */
const mostKept = 4;
/** Recordings looked up before others get their turn. */
const together = 25;
/** Of one id in JSON, and some more. */
const idBytes = 40;

/** Keeps selections with their sessions. @param mostRecordings of one zip */
export function createExportSelections(house: House, mostRecordings: number): ExportSelections {
  const kept = new WeakMap<Session, Map<string, readonly string[]>>();
  return {
    choose: async (asked) => {
      const ids = idsOf((await saidJson(asked, mostRecordings * idBytes))?.recordings, mostRecordings);
      if (ids === null) return turnAway(house, asked, 'body', refusalAnswer(400, 'request'));
      // What is not theirs to know of is not there, as everywhere.
      if ((await found(house, asked, ids)) === null) return turnAway(house, asked, 'not-there', notThere());
      const own = kept.get(asked.session) ?? new Map<string, readonly string[]>();
      const name = secretText();
      own.set(name, ids);
      const [oldest] = own.keys();
      if (own.size > mostKept && oldest !== undefined) own.delete(oldest);
      kept.set(asked.session, own);
      return jsonAnswer({ selection: name, recordings: ids.length });
    },
    rowsOf: async (asked, name) => {
      const ids = kept.get(asked.session)?.get(name);
      return ids === undefined ? null : await found(house, asked, ids);
    },
    rowsOfRequest: async (asked, id) => {
      const request = house.exportRequests.one(id);
      const isOwn = request !== null && request.user === asked.session.account.user;
      return isOwn && request.wish.kind === 'selection' ? await found(house, asked, request.wish.recordings) : null;
    },
  };
}

/** Null where one of them is not there for who asks. */
async function found(house: House, { session }: AskedInside, ids: readonly string[]): Promise<readonly Found[] | null> {
  const rows: Found[] = [];
  for (const [index, id] of ids.entries()) {
    if (index % together === together - 1) await turn();
    const one = house.finder.one(id, session.account.within);
    if (one.kind !== 'found') return null;
    rows.push(one.row);
  }
  return rows.sort((a, b) => a.position - b.position);
}
