import { createHmac } from 'node:crypto';
import { callRowOf } from '../catalog/page-rows.ts';
import type { CallDetail, PageOverview, PageResult } from '../core/page-data.ts';
import { meaningsOf } from '../viewer/write-details.ts';
import { askedQuery } from './asked-query.ts';
import { bodyOf } from './body-stream.ts';
import { jsonAnswer, notThere, refusalAnswer } from './headers.ts';
import { type AskedInside, type House, may, mayGo, notEntered, turnAway } from './house.ts';
import { routes } from './routes.ts';

/** Who is in, and what goes with what they send. */
export function sessionAnswer({ entrance }: House, asked: AskedInside): Response {
  const { account, token } = asked.session;
  // Whom the proxy names it names again.
  const signOut = entrance.by === 'proxy' ? null : '/sign-out';
  return jsonAnswer({ user: account.user, role: account.role.name, rights: [...account.role.rights], token, signOut });
}

/** What the page says of the archive as a whole; of what this role may know. */
export async function overviewAnswer(house: House, asked: AskedInside): Promise<Response> {
  const found = await house.finder.overview(asked.session.account.within, asked.signal);
  const overview: PageOverview = {
    ...found,
    archiveId: house.archive.id,
    writtenAt: null,
    may: { export: may(asked, 'export'), cases: mayGo(asked, routes.cases) },
  };
  return jsonAnswer(overview);
}

/**
 * Rows at once, then better and better numbers, each line one answer (JSON lines). The log tells who asked, by which members and how many rows were shown,
 * never for which words.
 */
export async function searchAnswer(house: House, asked: AskedInside): Promise<Response> {
  const question = askedQuery(asked.url.searchParams);
  if (question === null) return refusalAnswer(400, 'question');
  const { session, signal } = asked;
  const { account } = session;
  const { query, newestFirst, offset, after, limit } = question;
  const part = { ...query, newestFirst, offset, limit, ...(after === undefined ? {} : { after }) };
  const { rows, last } = await house.finder.page(part, account.within, signal);
  const digest = createHmac('sha256', session.salt).update(question.text).digest('hex').slice(0, 16);
  const who = { user: account.user, session: session.name };
  const refusal = await house.shown.show({ ...who, question: digest, by: question.by, offset, rows: rows.length });
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
  const { document } = house.finder.document(found.row);
  const refusal = await session.entered.once(`shown ${id}`, () =>
    house.deeds.enter({ type: 'recording-shown', detail: { user: session.account.user, session: session.name, recording: id } }),
  );
  if (refusal !== null) return notEntered(house, refusal);
  const proof = may(asked, 'export') ? ({ proof: 'file' } as const) : {};
  const detail: CallDetail = {
    ...proof,
    row: callRowOf(found.row),
    document,
    codes: meaningsOf([document]),
    verified: await house.verified(found.row.bag),
  };
  return jsonAnswer(detail);
}

/** Rows go with the first line alone: they do not change. */
async function* linesOf(answers: AsyncIterable<PageResult>): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const { rows, ...numbers } of answers) {
    yield Buffer.from(`${JSON.stringify(isFirst ? { rows, ...numbers } : numbers)}\n`, 'utf8');
    isFirst = false;
  }
}
