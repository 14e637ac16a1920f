import type { PageSession } from '../../core/page/data.ts';
import type { AgedSession, Session } from '../accounts/session.ts';
import { jsonAnswer, refusalAnswer } from '../answer/headers.ts';
import { actorOf, logAction, logUnavailable, type ServerContext, type SignedInRequest } from '../answer/server-context.ts';

/** Largest number of sessions in a list. The most recently used ones are listed first. */
const mostListed = 1_000;
const formBytes = 1_024;

/** Lists the user's own sessions. */
export function ownSessions(context: ServerContext, request: SignedInRequest): Response {
  const { user } = request.session.account;
  const own = context.sessions.aged().filter(({ session }) => session.account.user === user);
  return jsonAnswer({ sessions: own.map((one) => pageSession(one, request)), quota: context.quotas.today(request.session.account) });
}

/** Ends sessions of the user: `session` names one; `others` means all except the current one. */
export async function endOwnSessions(context: ServerContext, request: SignedInRequest): Promise<Response> {
  const form = await formOf(request);
  const { session: here } = request;
  const own = [...context.sessions.all()].filter(({ account }) => account.user === here.account.user);
  const ended = own.filter((session) => (form.has('others') ? session !== here : session.name === form.get('session')));
  if (ended.length === 0) return refusalAnswer(404, 'session-over');
  for (const session of ended) context.sessions.end(session);
  const refusal = await logAction(context, request, 'sessions-ended', { sessions: ended.length, own: true });
  return refusal === null ? jsonAnswer({ ended: ended.length }) : logUnavailable(context, refusal);
}

/** Lists all sessions, for administrators. */
export function sessionList(context: ServerContext, request: SignedInRequest): Response {
  const users = new Map<string, number>();
  for (const { account } of context.sessions.all()) users.set(account.user, (users.get(account.user) ?? 0) + 1);
  const sessions = context.sessions.aged();
  return jsonAnswer({
    users: [...users].map(([user, number]) => ({ user, sessions: number })),
    sessions: sessions.slice(0, mostListed).map((one) => pageSession(one, request)),
    more: Math.max(0, sessions.length - mostListed),
  });
}

/** Ends all sessions of one `user`, or one `session` by its name, e.g. after somebody left or lost a computer. */
export async function endSessions(context: ServerContext, request: SignedInRequest): Promise<Response> {
  const form = await formOf(request);
  const isEnded = ({ name, account }: Session): boolean =>
    form.has('session') ? name === form.get('session') : account.user === (form.get('user') ?? '');
  const ended = [...context.sessions.all()].filter(isEnded);
  const [first] = ended;
  if (first === undefined) return refusalAnswer(404, form.has('session') ? 'session-over' : 'nobody-in');
  for (const session of ended) context.sessions.end(session);
  const { user } = first.account;
  // The sessions end even if the log cannot be written; the answer then tells the administrator.
  const refusal = await context.auditLog.enter({
    type: 'sessions-ended',
    detail: { session: request.session.name, sessions: ended.length },
    actor: actorOf(context, request),
    of: user,
    details: { userEnded: user },
  });
  return refusal === null ? jsonAnswer({ ended: ended.length }) : logUnavailable(context, refusal);
}

async function formOf(request: SignedInRequest): Promise<URLSearchParams> {
  return new URLSearchParams((await request.body(formBytes)) ?? '');
}

function pageSession({ session, ageMs, idleMs }: AgedSession, request: SignedInRequest): PageSession {
  const { name, account, place } = session;
  return { name, user: account.user, isThis: session === request.session, ...place, ageMs: Math.round(ageMs), idleMs: Math.round(idleMs) };
}
