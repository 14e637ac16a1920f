import { jsonAnswer, refusalAnswer } from './headers.ts';
import { type AskedInside, type House, notEntered } from './house.ts';

/** Who is in: for those who administer. */
export function sessionList(house: House): Response {
  const users = new Map<string, number>();
  for (const { account } of house.sessions.all()) users.set(account.user, (users.get(account.user) ?? 0) + 1);
  return jsonAnswer({ users: [...users].map(([user, sessions]) => ({ user, sessions })) });
}

/** Ends all sessions of one user: somebody has left, or lost a machine. */
export async function endSessions(house: House, asked: AskedInside): Promise<Response> {
  const user = new URLSearchParams((await asked.body(1_024)) ?? '').get('user') ?? '';
  const ended = [...house.sessions.all()].filter(({ account }) => account.user === user);
  for (const session of ended) house.sessions.end(session);
  if (ended.length === 0) return refusalAnswer(404, 'nobody-in');
  const { account, name } = asked.session;
  // Ended they are, whatever the log says; whoever did it learns that it could not be entered.
  const refusal = await house.deeds.enter({
    type: 'sessions-ended',
    detail: { user: account.user, session: name, of: user, sessions: ended.length },
  });
  return refusal === null ? jsonAnswer({ ended: ended.length }) : notEntered(house, refusal);
}
