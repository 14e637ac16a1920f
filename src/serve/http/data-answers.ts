import { createHmac } from 'node:crypto';
import { LongplayError } from '../../core/base/error.ts';
import { aboutOne, faultOf } from '../../core/page/call-fault.ts';
import type { CallDetail, CallRow, PageOverview, PageResult } from '../../core/page/data.ts';
import { callRowOf } from '../../store/catalog/page-rows.ts';
import { meaningsOf } from '../../viewer/files/write-details.ts';
import { routes } from '../accounts/routes.ts';
import { bodyOf } from '../answer/body-stream.ts';
import { missingAnswer } from '../answer/gone-answer.ts';
import { jsonAnswer, refusalAnswer } from '../answer/headers.ts';
import { shownOr } from '../answer/recording-keys.ts';
import { parseQuery } from '../answer/requested-query.ts';
import { actorOf, hasRight, logAction, logUnavailable, mayUse, type ServerContext, type SignedInRequest } from '../answer/server-context.ts';
import { besideCatalog } from '../answer/tag-answer.ts';
import { withheldFiles } from '../archive/shared-files.ts';
import { notesOf } from './note-answers.ts';

/** Returns the signed-in user, and the token that must accompany changes. */
export function sessionAnswer({ signInMethod, twoPersons }: ServerContext, request: SignedInRequest): Response {
  const { account, token } = request.session;
  // Behind a proxy, signing out would have no effect, because the next request would be signed in again.
  const signOut = signInMethod.by === 'proxy' ? null : '/sign-out';
  const hasQuota = account.role.perDay !== undefined;
  const asksSecond = twoPersons() !== null && hasRight(request, 'export');
  return jsonAnswer({ user: account.user, role: account.role.name, rights: [...account.role.rights], hasQuota, asksSecond, token, signOut });
}

/** Returns the page's overview of the archive, restricted to the part that the role may see. */
export async function overviewAnswer(context: ServerContext, request: SignedInRequest): Promise<Response> {
  const found = await context.finder.overview(request.session.account.within, request.signal);
  // The number concerns the whole archive. A user who sees a part of it finds faults in the rows.
  const faults = request.session.account.within === null ? context.knownFaults() : 0;
  const overview: PageOverview = {
    ...found,
    archiveId: context.archive.id,
    writtenAt: null,
    ...(faults > 0 ? { faults } : {}),
    may: {
      export: hasRight(request, 'export'),
      cases: mayUse(request, routes.cases),
      notes: mayUse(request, routes['note-add']),
    },
  };
  return jsonAnswer(overview);
}

/**
 * Sends rows at once, then increasingly complete counts, one JSON line each. The log records the user, the names of the query's members and the number of rows
 * shown, but never the words.
 */
export async function searchAnswer(context: ServerContext, request: SignedInRequest): Promise<Response> {
  const question = await parseQuery(request.url.searchParams, besideCatalog(context, request));
  if (question === null) return refusalAnswer(400, 'question');
  const { session, signal } = request;
  const { account } = session;
  const { query, newestFirst, offset, after, limit } = question;
  const part = { ...query, newestFirst, offset, limit, ...(after === undefined ? {} : { after }) };
  const { rows: found, last } = await context.finder.page(part, account.within, signal);
  const rows = await Promise.all(found.map((row) => withFault(context, row)));
  const digest = createHmac('sha256', session.salt).update(question.text).digest('hex').slice(0, 16);
  const { text: words, by } = question;
  const page = { question: digest, by, query: words, offset, rows: rows.length };
  const refusal = await context.searchAudit.show({ actor: actorOf(context, request), session: session.name, ...page });
  if (refusal !== null) return logUnavailable(context, refusal);
  const answers = async function* (): AsyncGenerator<PageResult & { readonly last?: number | null }> {
    const isCounted = request.url.searchParams.get('numbers') !== 'no';
    yield { rows, last, total: offset + rows.length, durationMs: 0, months: [], searched: 0 };
    if (isCounted) for await (const counted of context.finder.counts(query, account.within, signal)) yield { ...counted, rows };
  };
  // A client recognises a truncated answer, because its last line, with `searched` 1, is missing.
  const body = bodyOf(linesOf(answers()), { failed: context.reportFailure, cut: null, gone: signal, ended: () => undefined });
  return new Response(body, { headers: { 'Content-Type': 'application/x-ndjson; charset=utf-8' } });
}

/** Returns everything that the page shows about one recording. */
export async function detailAnswer(context: ServerContext, request: SignedInRequest): Promise<Response> {
  const { id = '' } = request.params;
  const { session } = request;
  const found = context.finder.one(id, session.account.within);
  if (found.kind !== 'found') return await missingAnswer(context, request, id, found.kind);
  const shown = await shownOr(context, request, found.row);
  if (shown instanceof Response) return shown;
  const { document } = shown;
  const refusal = await session.loggedActions.once(`shown ${id}`, () => logAction(context, request, 'recording-shown', { recording: id }));
  if (refusal !== null) return logUnavailable(context, refusal);
  const proof = hasRight(request, 'export') ? ({ proof: 'file' } as const) : {};
  const verified = await context.verifiedBags(found.row.bag);
  const withheld = [...withheldFiles(document, session.account.within)];
  const detail: CallDetail = {
    ...proof,
    ...(withheld.length === 0 ? {} : { withheld }),
    row: await withFault(context, callRowOf(found.row)),
    document,
    codes: meaningsOf([document]),
    verified: verified === null || session.account.within === null ? verified : aboutOne(verified, id),
    // Evaluated after the verification, because that reads the entries of other processes.
    notes: await notesOf(context, id),
    ...(await keepingOf(context, request, id)),
  };
  return jsonAnswer(detail);
}

/**
 * Returns what legal holds and the retention policy demand for a recording; nothing if that is unavailable. Whoever may not know of cases does not learn which
 * case a hold is for.
 */
async function keepingOf(context: ServerContext, request: SignedInRequest, recordingId: string): Promise<Pick<CallDetail, 'holds' | 'retention'>> {
  try {
    const { holds, retention } = await context.keepingOf(request.session.name, recordingId, request.signal);
    return {
      holds: mayUse(request, routes.cases) ? holds : holds.map((one) => ({ ...one, case: null })),
      ...(retention === null ? {} : { retention }),
    };
  } catch (error) {
    if (!(error instanceof LongplayError)) throw error;
    context.warn(`${error.code} ${error.message}; ${error.hint}`);
    return {};
  }
}

/** Adds a known fault of the call's files to its row. */
async function withFault(context: ServerContext, row: CallRow): Promise<CallRow> {
  const fault = context.servedFiles.faultOf(row.id) ?? faultOf(await context.verifiedBags(row.bag), row.id);
  return fault === null ? row : { ...row, fault };
}

/** Converts results to lines. Rows are sent with the first line only, because they do not change. */
async function* linesOf(answers: AsyncIterable<PageResult>): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const { rows, ...numbers } of answers) {
    yield Buffer.from(`${JSON.stringify(isFirst ? { rows, ...numbers } : numbers)}\n`, 'utf8');
    isFirst = false;
  }
}
