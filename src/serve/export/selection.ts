import { setImmediate as turn } from 'node:timers/promises';
import type { Found } from '../../store/catalog/catalog.ts';
import { type Session, secretText } from '../accounts/session.ts';
import { jsonAnswer, notThere, refusalAnswer } from '../answer/headers.ts';
import { jsonBody } from '../answer/json-body.ts';
import { refuse, type ServerContext, type SignedInRequest } from '../answer/server-context.ts';
import { idsOf } from '../case/addition-request.ts';

/** Calls that somebody chose one by one, to be taken along: too many for an address. */
export interface ExportSelections {
  /** Takes the ids, and gives a name for them that this session can ask by. */
  choose(request: SignedInRequest): Promise<Response>;
  /** What was chosen under a name, in order of start; null: nothing, or it was forgotten. */
  rowsOf(request: SignedInRequest, name: string): Promise<readonly Found[] | null>;
  /** The same of a request for a second person that who asks had made, in whichever session. */
  rowsOfRequest(request: SignedInRequest, id: string): Promise<readonly Found[] | null>;
}

/** Selections of one session that are remembered, the newest. */
const mostKept = 4;
/** Recordings looked up before others get their turn. */
const together = 25;
/** Of one id in JSON, and some more. */
const idBytes = 40;

/** Keeps selections with their sessions. @param mostRecordings of one zip */
export function createExportSelections(context: ServerContext, mostRecordings: number): ExportSelections {
  const kept = new WeakMap<Session, Map<string, readonly string[]>>();
  return {
    choose: async (request) => {
      const ids = idsOf((await jsonBody(request, mostRecordings * idBytes))?.recordings, mostRecordings);
      if (ids === null) return refuse(context, request, 'body', refusalAnswer(400, 'request'));
      // What is not theirs to know of is not there, as everywhere.
      if ((await found(context, request, ids)) === null) return refuse(context, request, 'not-there', notThere());
      const own = kept.get(request.session) ?? new Map<string, readonly string[]>();
      const name = secretText();
      own.set(name, ids);
      const [oldest] = own.keys();
      if (own.size > mostKept && oldest !== undefined) own.delete(oldest);
      kept.set(request.session, own);
      return jsonAnswer({ selection: name, recordings: ids.length });
    },
    rowsOf: async (request, name) => {
      const ids = kept.get(request.session)?.get(name);
      return ids === undefined ? null : await found(context, request, ids);
    },
    rowsOfRequest: async (request, id) => {
      const exportRequest = context.exportRequests.one(id);
      const isOwn = exportRequest !== null && exportRequest.user === request.session.account.user;
      return isOwn && exportRequest.requested.kind === 'selection' ? await found(context, request, exportRequest.requested.recordings) : null;
    },
  };
}

/** Null where one of them is not there for who asks. */
async function found(context: ServerContext, { session }: SignedInRequest, ids: readonly string[]): Promise<readonly Found[] | null> {
  const rows: Found[] = [];
  for (const [index, id] of ids.entries()) {
    if (index % together === together - 1) await turn();
    const one = context.finder.one(id, session.account.within);
    if (one.kind !== 'found') return null;
    rows.push(one.row);
  }
  return rows.sort((a, b) => a.position - b.position);
}
