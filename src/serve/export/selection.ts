import { setImmediate as turn } from 'node:timers/promises';
import type { Found } from '../../store/catalog/catalog.ts';
import { type Session, secretText } from '../accounts/session.ts';
import { jsonAnswer, notThere, refusalAnswer } from '../answer/headers.ts';
import { jsonBody } from '../answer/json-body.ts';
import { refuse, type ServerContext, type SignedInRequest } from '../answer/server-context.ts';
import { idsOf } from '../case/addition-request.ts';

/** Selections of single calls for an export. They are kept on the server, because an address cannot contain so many ids. */
export interface ExportSelections {
  /** Keeps the ids and answers with a name for them, which is valid in this session. */
  choose(request: SignedInRequest): Promise<Response>;
  /** Returns the recordings of a named selection in order of start; null if it is unknown or was forgotten. */
  rowsOf(request: SignedInRequest, name: string): Promise<readonly Found[] | null>;
  /** Returns the recordings of the user's own request for a second person's permission, from any session. */
  rowsOfRequest(request: SignedInRequest, id: string): Promise<readonly Found[] | null>;
}

/** Number of selections that are kept per session; the newest ones are kept. */
const mostKept = 4;
/** Number of recordings that are looked up before other requests are answered. */
const together = 25;
/** Bytes of one id in JSON, with a margin. */
const idBytes = 40;

/** Creates selections, which exist as long as their sessions. @param mostRecordings largest number of recordings in one zip */
export function createExportSelections(context: ServerContext, mostRecordings: number): ExportSelections {
  const kept = new WeakMap<Session, Map<string, readonly string[]>>();
  return {
    choose: async (request) => {
      const ids = idsOf((await jsonBody(request, mostRecordings * idBytes))?.recordings, mostRecordings);
      if (ids === null) return refuse(context, request, 'body', refusalAnswer(400, 'request'));
      // A recording that the user must not know of is reported as not found, as everywhere.
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

/** Finds recordings by their ids. Returns null if the user must not know of one of them. */
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
