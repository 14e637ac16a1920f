import { createHmac } from 'node:crypto';
import { faultOf } from '../../core/page/call-fault.ts';
import type { CallDetail, CallRow, PageOverview, PageResult } from '../../core/page/data.ts';
import { callRowOf } from '../../store/catalog/page-rows.ts';
import { meaningsOf } from '../../viewer/files/write-details.ts';
import { routes } from '../accounts/routes.ts';
import { askedQuery } from '../answer/asked-query.ts';
import { bodyOf } from '../answer/body-stream.ts';
import { jsonAnswer, notThere, refusalAnswer } from '../answer/headers.ts';
import { documentOr } from '../answer/hold-back.ts';
import { type AskedInside, actorOf, enterFor, type House, may, mayGo, notEntered, turnAway } from '../answer/house.ts';
import { besideCatalog } from '../answer/tag-answer.ts';
import { notesOf } from './note-answers.ts';

/** Who is in, and what goes with what they send. */
export function sessionAnswer({ entrance, twoPersons }: House, asked: AskedInside): Response {
  const { account, token } = asked.session;
  // Whom the proxy names it names again.
  const signOut = entrance.by === 'proxy' ? null : '/sign-out';
  const hasQuota = account.role.perDay !== undefined;
  const asksSecond = twoPersons() !== null && may(asked, 'export');
  return jsonAnswer({ user: account.user, role: account.role.name, rights: [...account.role.rights], hasQuota, asksSecond, token, signOut });
}

/** What the page says of the archive as a whole; of what this role may know. */
export async function overviewAnswer(house: House, asked: AskedInside): Promise<Response> {
  const found = await house.finder.overview(asked.session.account.within, asked.signal);
  // Of the whole archive: who sees a part of it is told by the rows.
  const faults = asked.session.account.within === null ? house.knownFaults() : 0;
  const overview: PageOverview = {
    ...found,
    archiveId: house.archive.id,
    writtenAt: null,
    ...(faults > 0 ? { faults } : {}),
    may: { export: may(asked, 'export'), cases: mayGo(asked, routes.cases), notes: mayGo(asked, routes['note-add']) },
  };
  return jsonAnswer(overview);
}

/**
 * Rows at once, then better and better numbers, each line one answer (JSON lines). The log tells who asked, by which members and how many rows were shown,
 * never for which words.
 */
export async function searchAnswer(house: House, asked: AskedInside): Promise<Response> {
  const question = await askedQuery(asked.url.searchParams, besideCatalog(house, asked));
  if (question === null) return refusalAnswer(400, 'question');
  const { session, signal } = asked;
  const { account } = session;
  const { query, newestFirst, offset, after, limit } = question;
  const part = { ...query, newestFirst, offset, limit, ...(after === undefined ? {} : { after }) };
  const { rows: found, last } = await house.finder.page(part, account.within, signal);
  const rows = await Promise.all(found.map((row) => withFault(house, row)));
  const digest = createHmac('sha256', session.salt).update(question.text).digest('hex').slice(0, 16);
  const { text: words, by } = question;
  const page = { question: digest, by, query: words, offset, rows: rows.length };
  const refusal = await house.shown.show({ actor: actorOf(house, asked), session: session.name, ...page });
  if (refusal !== null) return notEntered(house, refusal);
  const answers = async function* (): AsyncGenerator<PageResult & { readonly last?: number | null }> {
    const isCounted = asked.url.searchParams.get('numbers') !== 'no';
    yield { rows, last, total: offset + rows.length, durationMs: 0, months: [], searched: 0 };
    if (isCounted) for await (const counted of house.finder.counts(query, account.within, signal)) yield { ...counted, rows };
  };
  // One that is cut off lacks its last line, with `searched` 1.
  const body = bodyOf(linesOf(answers()), { failed: house.failed, cut: null, gone: signal, ended: () => undefined });
  return new Response(body, { headers: { 'Content-Type': 'application/x-ndjson; charset=utf-8' } });
}

/** Everything about one recording. */
export async function detailAnswer(house: House, asked: AskedInside): Promise<Response> {
  const { id = '' } = asked.params;
  const { session } = asked;
  const found = house.finder.one(id, session.account.within);
  if (found.kind !== 'found') return turnAway(house, asked, found.kind, notThere(), found.kind === 'outside-role' ? id : null);
  const shown = documentOr(house, found.row);
  if (shown instanceof Response) return shown;
  const { document } = shown;
  const refusal = await session.entered.once(`shown ${id}`, () => enterFor(house, asked, 'recording-shown', { recording: id }));
  if (refusal !== null) return notEntered(house, refusal);
  const proof = may(asked, 'export') ? ({ proof: 'file' } as const) : {};
  const detail: CallDetail = {
    ...proof,
    row: await withFault(house, callRowOf(found.row)),
    document,
    codes: meaningsOf([document]),
    verified: await house.verified(found.row.bag),
    // Behind that: it has taken in what other runs entered.
    notes: await notesOf(house, id),
  };
  return jsonAnswer(detail);
}

/** The row with what is known to be wrong with its files. */
async function withFault(house: House, row: CallRow): Promise<CallRow> {
  const fault = house.heard.faultOf(row.id) ?? faultOf(await house.verified(row.bag), row.id);
  return fault === null ? row : { ...row, fault };
}

/** Rows go with the first line alone: they do not change. */
async function* linesOf(answers: AsyncIterable<PageResult>): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const { rows, ...numbers } of answers) {
    yield Buffer.from(`${JSON.stringify(isFirst ? { rows, ...numbers } : numbers)}\n`, 'utf8');
    isFirst = false;
  }
}
