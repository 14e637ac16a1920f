import type { PrivateDetail } from '../../log/entries/actor.ts';
import type { Account } from '../accounts/account.ts';
import { headerValues } from '../accounts/gate.ts';
import { browserOf } from '../accounts/session-place.ts';
import { type Asked, cookie, cookieValues, enterFor, type House, notEntered } from '../answer/house.ts';

/** How somebody came in. */
export interface WayIn {
  readonly by: 'password' | 'address' | 'openid';
  /** What stands beside the entry. */
  readonly details?: PrivateDetail;
}

/** Begins a session of somebody who may come in, once the log has it. @param answer what the browser gets, to which its cookie is added */
export async function admit(house: House, asked: Asked, account: Account, { by, details }: WayIn, answer: Response): Promise<Response> {
  // Whoever was in with this browser is out.
  for (const secret of cookieValues(asked.raw, house.cookie)) {
    const old = house.sessions.find(secret);
    if (old !== null) house.sessions.end(old);
  }
  const place = { by, address: house.keepsAddresses ? asked.address : null, ...browserOf(headerValues(asked.raw, 'user-agent')[0] ?? '') };
  const { secret, session } = house.sessions.begin(account, place);
  const refusal = await enterFor(house, { ...asked, session }, 'user-signed-in', { role: account.role.name, by }, details);
  if (refusal !== null) {
    house.sessions.end(session);
    return notEntered(house, refusal);
  }
  answer.headers.append('Set-Cookie', cookie(house, house.cookie, secret));
  return answer;
}
