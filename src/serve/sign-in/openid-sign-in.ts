import { createHmac } from 'node:crypto';
import pLimit from 'p-limit';
import { isAccountId } from '../accounts/account.ts';
import { isNotForeign } from '../accounts/gate.ts';
import { createOpenidProvider, type NotProvided, type OpenidProvider, type OpenidSecrets, type OpenidSettings } from '../accounts/openid.ts';
import { createRateLimit } from '../accounts/rate-limit.ts';
import { openidBack } from '../accounts/routes.ts';
import { sameSecret, secretText } from '../accounts/session.ts';
import { chosenLanguage, type SignInTrouble, welcomePage } from '../accounts/sign-in-page.ts';
import { notThere, refusalAnswer } from '../answer/headers.ts';
import { type Asked, cookie, cookieValues, type House, noteRefusal, turnAway } from '../answer/house.ts';
import { admit } from './admit.ts';

/** The way in through a provider of OpenID Connect. */
export interface OpenidSignIn {
  /** Sends the browser to the provider. */
  leaveFor(asked: Asked): Promise<Response>;
  /** Takes it in when it comes back. */
  comeBack(asked: Asked): Promise<Response>;
}

/** Makes the page where people sign in, with what went wrong. */
type PageFor = (asked: Asked, status: number, trouble: SignInTrouble, headers?: Readonly<Record<string, string>>) => Response;

/** How long somebody may be away: they look for a second factor. */
const awayMs = 10 * 60_000;
/** Answers that are redeemed at once, and that may wait: each asks the provider two or three times. */
const [atOnce, waiting] = [8, 50];
/** Answers of one client that opened nothing. Those that did count for nothing: a whole office may have one address. */
const answers = { burst: 20, perSecond: 1 / 5 };
/** States that were used, so that none is used twice; what falls out the provider refuses, whose codes work once (RFC 6749 section 4.1.2). */
const used = { burst: 1, perSecond: 1_000 / awayMs };

/**
 * Makes it. Nothing is kept of somebody who is away: their browser has a cookie with a random text and the time, and state, nonce and verifier are digests of it with a key of
 * this server. So strangers who begin and never come back take no memory and push nobody out.
 */
export function createOpenidSignIn(house: House, pageFor: PageFor): OpenidSignIn {
  const key = secretText();
  const awayCookie = `${house.cookie}-openid`;
  const gone = cookie(house, awayCookie, '', 0, 'Lax');
  const secretsOf = (away: string): OpenidSecrets => {
    const digest = (of: string): string => createHmac('sha256', key).update(`${of} ${away}`).digest('base64url');
    return { state: digest('state'), nonce: digest('nonce'), verifier: digest('verifier') };
  };
  const redeeming = pLimit(atOnce);
  const limits = { ofClient: createRateLimit(answers, house.now), ofState: createRateLimit(used, house.now) };
  const redirect = (): string => `${house.origin()}${openidBack}`;
  let known: { readonly settings: OpenidSettings; readonly provider: OpenidProvider } | null = null;
  const providerOf = (settings: OpenidSettings): OpenidProvider => {
    if (known?.settings !== settings) known = { settings, provider: createOpenidProvider(settings, house.now) };
    return known.provider;
  };
  const tell = (code: 'U251' | 'U252', why: string): void =>
    house.tell(`${code} ${code === 'U251' ? 'nobody can sign' : 'somebody did not sign'} in by [openid]: ${why}`);
  const notIn = (asked: Asked, { is, why }: NotProvided): Response => {
    tell(is === 'unreachable' ? 'U251' : 'U252', why);
    if (is === 'unreachable') return pageFor(asked, 503, 'provider', { 'Retry-After': '5' });
    noteRefusal(house, asked, 'sign-in', null);
    return pageFor(asked, 401, 'refused');
  };
  /** The digests of the one who left with this browser and now comes back; null: nobody did, or too long ago. */
  const whoLeft = ({ raw, url }: Asked): OpenidSecrets | null => {
    const states = url.searchParams.getAll('state');
    const [state = ''] = states;
    for (const away of cookieValues(raw, awayCookie)) {
      const [, since] = /^(\d{1,15})\.[\w-]{43}$/.exec(away) ?? [];
      const secrets = secretsOf(away);
      if (since !== undefined && states.length === 1 && sameSecret(state, secrets.state) && house.now() - Number(since) < awayMs) return secrets;
    }
    return null;
  };
  return {
    leaveFor: async (asked) => {
      const settings = house.openid();
      if (settings === null) return turnAway(house, asked, 'path', notThere());
      if (asked.raw.method === 'HEAD') return turnAway(house, asked, 'method', refusalAnswer(405, 'unfit'));
      if (!isNotForeign(asked.raw, house.place)) return turnAway(house, asked, 'cross-site', refusalAnswer(403, 'foreign'));
      const away = `${Math.floor(house.now())}.${secretText()}`;
      const address = await providerOf(settings).address(redirect(), secretsOf(away));
      if ('is' in address) return notIn(asked, address);
      const headers = { Location: address.href, 'Set-Cookie': cookie(house, awayCookie, away, awayMs / 1_000, 'Lax') };
      return new Response(null, { status: 303, headers });
    },
    comeBack: async (asked) => {
      const settings = house.openid();
      if (settings === null) return turnAway(house, asked, 'path', notThere());
      if (asked.raw.method === 'HEAD') return turnAway(house, asked, 'method', refusalAnswer(405, 'unfit'));
      const secrets = whoLeft(asked);
      const isFirst = secrets !== null && limits.ofState.take(secrets.state);
      if (secrets === null || !isFirst) return withCookie(turnAway(house, asked, 'token', pageFor(asked, 403, 'again')), gone);
      if (!limits.ofClient.has(asked.client) || redeeming.pendingCount >= waiting) {
        noteRefusal(house, asked, 'too-often', null);
        return withCookie(pageFor(asked, 429, 'often', { 'Retry-After': '60' }), gone);
      }
      const provider = providerOf(settings);
      const provided = await redeeming(() => provider.redeem(redirect(), asked.url.search, secrets));
      if (provided.is !== 'person') {
        limits.ofClient.take(asked.client);
        return withCookie(notIn(asked, provided), gone);
      }
      const { person, subject } = provided;
      // As the users file is now, not as it was when they left.
      const account = house.openid()?.accountFor(person) ?? null;
      if (account === null) {
        noteRefusal(house, asked, 'sign-in', isAccountId(person.user) ? person.user : null);
        tell('U252', 'no role of the users file is theirs, or their name cannot be that of a user');
        return withCookie(pageFor(asked, 403, 'nobody'), gone);
      }
      const page = welcomePage(chosenLanguage(asked.raw));
      const welcome = new Response(page, { headers: { 'Content-Type': 'text/html; charset=utf-8' } });
      const details = { issuer: settings.issuer.href, subject };
      return withCookie(await admit(house, asked, account, { by: 'openid', details }, welcome), gone);
    },
  };
}

function withCookie(answer: Response, text: string): Response {
  answer.headers.append('Set-Cookie', text);
  return answer;
}
