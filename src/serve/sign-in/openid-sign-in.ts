import { createHmac } from 'node:crypto';
import pLimit from 'p-limit';
import { isAccountId } from '../accounts/account.ts';
import { createOpenidProvider, type NotProvided, type OpenidProvider, type OpenidSecrets, type OpenidSettings } from '../accounts/openid.ts';
import { createRateLimit } from '../accounts/rate-limit.ts';
import { isNotForeign } from '../accounts/request-check.ts';
import { openidBack } from '../accounts/routes.ts';
import { sameSecret, secretText } from '../accounts/session.ts';
import { chosenLanguage, type SignInTrouble, welcomePage } from '../accounts/sign-in-page.ts';
import { notThere, refusalAnswer } from '../answer/headers.ts';
import { type ClientRequest, cookie, cookieValues, logRefusal, refuse, type ServerContext } from '../answer/server-context.ts';
import { beginSession } from './begin-session.ts';

/** Sign-in through an OpenID Connect provider. */
export interface OpenidSignIn {
  /** Sends the browser to the provider. */
  redirectToProvider(request: ClientRequest): Promise<Response>;
  /** Handles the browser's return from the provider. */
  returnFromProvider(request: ClientRequest): Promise<Response>;
}

/** Returns the sign-in page with an error. */
type PageFor = (request: ClientRequest, status: number, trouble: SignInTrouble, headers?: Readonly<Record<string, string>>) => Response;

/** Longest time that a user may spend at the provider, e.g. to find a second factor. */
const awayMs = 10 * 60_000;
/** Number of answers that are redeemed at the same time, and number that may wait, because each needs two or three requests to the provider. */
const [atOnce, waiting] = [8, 50];
/** Limit of failed sign-ins per client. Successful ones do not count, because a whole office may share one address. */
const answers = { burst: 20, perSecond: 1 / 5 };
/**
 * Used states are remembered, so that none is used twice. A forgotten one does no harm: the provider refuses it, because its codes work once (RFC 6749 section
 * 4.1.2).
 */
const used = { burst: 1, perSecond: 1_000 / awayMs };

/**
 * Creates the sign-in. The server stores nothing for users who are at the provider: their browser has a cookie with a random text and the time, and state,
 * nonce and verifier are keyed digests of that cookie. Strangers who start a sign-in and never return therefore use no memory and displace nobody.
 */
export function createOpenidSignIn(context: ServerContext, pageFor: PageFor): OpenidSignIn {
  const key = secretText();
  const awayCookie = `${context.cookie}-openid`;
  const gone = cookie(context, awayCookie, '', 0, 'Lax');
  const secretsOf = (away: string): OpenidSecrets => {
    const digest = (of: string): string => createHmac('sha256', key).update(`${of} ${away}`).digest('base64url');
    return { state: digest('state'), nonce: digest('nonce'), verifier: digest('verifier') };
  };
  const redeeming = pLimit(atOnce);
  const limits = { ofClient: createRateLimit(answers, context.now), ofState: createRateLimit(used, context.now) };
  const redirect = (): string => `${context.origin()}${openidBack}`;
  let known: { readonly settings: OpenidSettings; readonly provider: OpenidProvider } | null = null;
  const providerOf = (settings: OpenidSettings): OpenidProvider => {
    if (known?.settings !== settings) known = { settings, provider: createOpenidProvider(settings, context.now) };
    return known.provider;
  };
  const warn = (code: 'U251' | 'U252', why: string): void =>
    context.warn(`${code} ${code === 'U251' ? 'nobody can sign' : 'somebody did not sign'} in by [openid]: ${why}`);
  const notIn = (request: ClientRequest, { is, why }: NotProvided): Response => {
    warn(is === 'unreachable' ? 'U251' : 'U252', why);
    if (is === 'unreachable') return pageFor(request, 503, 'provider', { 'Retry-After': '5' });
    logRefusal(context, request, 'sign-in', null);
    return pageFor(request, 401, 'refused');
  };
  /** Returns the digests for a browser that returns; null if it did not start here or was away too long. */
  const whoLeft = ({ raw, url }: ClientRequest): OpenidSecrets | null => {
    const states = url.searchParams.getAll('state');
    const [state = ''] = states;
    for (const away of cookieValues(raw, awayCookie)) {
      const [, since] = /^(\d{1,15})\.[\w-]{43}$/.exec(away) ?? [];
      const secrets = secretsOf(away);
      if (since !== undefined && states.length === 1 && sameSecret(state, secrets.state) && context.now() - Number(since) < awayMs) return secrets;
    }
    return null;
  };
  return {
    redirectToProvider: async (request) => {
      const settings = context.openid();
      if (settings === null) return refuse(context, request, 'path', notThere());
      if (request.raw.method === 'HEAD') return refuse(context, request, 'method', refusalAnswer(405, 'unfit'));
      if (!isNotForeign(request.raw, context.place)) return refuse(context, request, 'cross-site', refusalAnswer(403, 'foreign'));
      const away = `${Math.floor(context.now())}.${secretText()}`;
      const address = await providerOf(settings).address(redirect(), secretsOf(away));
      if ('is' in address) return notIn(request, address);
      const headers = { Location: address.href, 'Set-Cookie': cookie(context, awayCookie, away, awayMs / 1_000, 'Lax') };
      return new Response(null, { status: 303, headers });
    },
    returnFromProvider: async (request) => {
      const settings = context.openid();
      if (settings === null) return refuse(context, request, 'path', notThere());
      if (request.raw.method === 'HEAD') return refuse(context, request, 'method', refusalAnswer(405, 'unfit'));
      const secrets = whoLeft(request);
      const isFirst = secrets !== null && limits.ofState.take(secrets.state);
      if (secrets === null || !isFirst) return withCookie(refuse(context, request, 'token', pageFor(request, 403, 'again')), gone);
      if (!limits.ofClient.has(request.client) || redeeming.pendingCount >= waiting) {
        logRefusal(context, request, 'too-often', null);
        return withCookie(pageFor(request, 429, 'often', { 'Retry-After': '60' }), gone);
      }
      const provider = providerOf(settings);
      const provided = await redeeming(() => provider.redeem(redirect(), request.url.search, secrets));
      if (provided.is !== 'person') {
        limits.ofClient.take(request.client);
        return withCookie(notIn(request, provided), gone);
      }
      const { person, subject } = provided;
      // The current users file decides, not the one at the start of the sign-in.
      const account = context.openid()?.accountFor(person) ?? null;
      if (account === null) {
        logRefusal(context, request, 'sign-in', isAccountId(person.user) ? person.user : null);
        warn('U252', 'the users file gives them no role, or their name cannot be the name of a user');
        return withCookie(pageFor(request, 403, 'nobody'), gone);
      }
      const page = welcomePage(chosenLanguage(request.raw));
      const welcome = new Response(page, { headers: { 'Content-Type': 'text/html; charset=utf-8' } });
      const details = { issuer: settings.issuer.href, subject };
      return withCookie(await beginSession(context, request, account, { by: 'openid', details }, welcome), gone);
    },
  };
}

function withCookie(answer: Response, text: string): Response {
  answer.headers.append('Set-Cookie', text);
  return answer;
}
