import type { PrivateDetail } from '../../log/entries/actor.ts';
import type { Account } from '../accounts/account.ts';
import { headerValues } from '../accounts/request-check.ts';
import { browserOf } from '../accounts/session-place.ts';
import { type ClientRequest, cookie, cookieValues, logAction, logUnavailable, type ServerContext } from '../answer/server-context.ts';

/** How a user signed in. */
export interface SignInRecord {
  readonly by: 'password' | 'address' | 'openid';
  /** Details of the log entry. They can be erased. */
  readonly details?: PrivateDetail;
}

/** Starts a session after logging it. @param answer response that gets the session cookie */
export async function beginSession(
  context: ServerContext,
  request: ClientRequest,
  account: Account,
  { by, details }: SignInRecord,
  answer: Response,
): Promise<Response> {
  // An earlier session of this browser ends.
  for (const secret of cookieValues(request.raw, context.cookie)) {
    const old = context.sessions.find(secret);
    if (old !== null) context.sessions.end(old);
  }
  const place = { by, address: context.keepsAddresses ? request.address : null, ...browserOf(headerValues(request.raw, 'user-agent')[0] ?? '') };
  const { secret, session } = context.sessions.begin(account, place);
  const refusal = await logAction(context, { ...request, session }, 'user-signed-in', { role: account.role.name, by }, details);
  if (refusal !== null) {
    context.sessions.end(session);
    return logUnavailable(context, refusal);
  }
  answer.headers.append('Set-Cookie', cookie(context, context.cookie, secret));
  return answer;
}
