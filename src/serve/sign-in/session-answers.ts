import type { PageSession } from '../../core/page/data.ts';
import type { AgedSession, Session } from '../accounts/session.ts';
import { jsonAnswer, refusalAnswer } from '../answer/headers.ts';
import { type AskedInside, actorOf, enterFor, type House, notEntered } from '../answer/house.ts';

/** Sessions of one list, those that were used last. */
const mostListed = 1_000;
const formBytes = 1_024;

/** Whoever is in sees their own sessions. */
export function ownSessions(house: House, asked: AskedInside): Response {
  const { user } = asked.session.account;
  const own = house.sessions.aged().filter(({ session }) => session.account.user === user);
  return jsonAnswer({ sessions: own.map((one) => pageSession(one, asked)), quota: house.quotas.today(asked.session.account) });
}

/** Ends sessions of the one who asks: `session` by its name, or `others`, all but this one. */
export async function endOwnSessions(house: House, asked: AskedInside): Promise<Response> {
  const form = await formOf(asked);
  const { session: here } = asked;
  const own = [...house.sessions.all()].filter(({ account }) => account.user === here.account.user);
  const ended = own.filter((session) => (form.has('others') ? session !== here : session.name === form.get('session')));
  if (ended.length === 0) return refusalAnswer(404, 'session-over');
  for (const session of ended) house.sessions.end(session);
  const refusal = await enterFor(house, asked, 'sessions-ended', { sessions: ended.length, own: true });
  return refusal === null ? jsonAnswer({ ended: ended.length }) : notEntered(house, refusal);
}

/** Who is in: for those who administer. */
export function sessionList(house: House, asked: AskedInside): Response {
  const users = new Map<string, number>();
  for (const { account } of house.sessions.all()) users.set(account.user, (users.get(account.user) ?? 0) + 1);
  const sessions = house.sessions.aged();
  return jsonAnswer({
    users: [...users].map(([user, number]) => ({ user, sessions: number })),
    sessions: sessions.slice(0, mostListed).map((one) => pageSession(one, asked)),
    more: Math.max(0, sessions.length - mostListed),
  });
}

/** Ends all sessions of one `user`, or one `session` by its name: somebody has left, or lost a machine. */
export async function endSessions(house: House, asked: AskedInside): Promise<Response> {
  const form = await formOf(asked);
  const isEnded = ({ name, account }: Session): boolean =>
    form.has('session') ? name === form.get('session') : account.user === (form.get('user') ?? '');
  const ended = [...house.sessions.all()].filter(isEnded);
  const [first] = ended;
  if (first === undefined) return refusalAnswer(404, form.has('session') ? 'session-over' : 'nobody-in');
  for (const session of ended) house.sessions.end(session);
  const { user } = first.account;
  // Ended they are, whatever the log says; whoever did it learns that it could not be entered.
  const refusal = await house.deeds.enter({
    type: 'sessions-ended',
    detail: { session: asked.session.name, sessions: ended.length },
    actor: actorOf(house, asked),
    of: user,
    details: { userEnded: user },
  });
  return refusal === null ? jsonAnswer({ ended: ended.length }) : notEntered(house, refusal);
}

async function formOf(asked: AskedInside): Promise<URLSearchParams> {
  return new URLSearchParams((await asked.body(formBytes)) ?? '');
}

function pageSession({ session, ageMs, idleMs }: AgedSession, asked: AskedInside): PageSession {
  const { name, account, place } = session;
  return { name, user: account.user, isThis: session === asked.session, ...place, ageMs: Math.round(ageMs), idleMs: Math.round(idleMs) };
}
