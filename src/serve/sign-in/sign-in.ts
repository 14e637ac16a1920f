import { createHmac } from 'node:crypto';
import pLimit from 'p-limit';
import { type Account, isAccountId } from '../accounts/account.ts';
import { knownBrowserMark, knownBrowserS } from '../accounts/known-browser.ts';
import { isPassword, passwordBytes, unfitting } from '../accounts/password-hash.ts';
import { plainStyle } from '../accounts/plain-page.ts';
import { isFromOurPage } from '../accounts/request-check.ts';
import { sameSecret, secretText } from '../accounts/session.ts';
import { createSignInLimit } from '../accounts/sign-in-limit.ts';
import { chosenLanguage, type SignInTrouble, signInPage, signInScript } from '../accounts/sign-in-page.ts';
import { refusalAnswer } from '../answer/headers.ts';
import {
  type ClientRequest,
  cookie,
  cookieValues,
  knownCookie,
  logAction,
  logRefusal,
  refuse,
  type ServerContext,
  type SignedInRequest,
} from '../answer/server-context.ts';
import { beginSession } from './begin-session.ts';
import { createOpenidSignIn, type OpenidSignIn } from './openid-sign-in.ts';

/** Signing in and out. */
export interface SignIn {
  page(request: ClientRequest): Response;
  style(): Response;
  script(): Response;
  /** Handles the form with user and password. */
  enter(request: ClientRequest): Promise<Response>;
  leave(request: SignedInRequest): Promise<Response>;
  /** Sign-in through a provider. */
  readonly openid: OpenidSignIn;
  /** Handles a request to the one-time address. */
  enterByAddress(request: ClientRequest): Promise<Response>;
}

/** Largest number of waiting password checks. Each check takes a core for a tenth of a second; they run one by one, so that they do not disturb streaming. */
const waiting = 20;
const formBytes = 4_096;

/** Creates the handlers. */
export function createSignIn(context: ServerContext): SignIn {
  const key = secretText();
  const brake = createSignInLimit(context.now);
  const oneByOne = pLimit(1);
  const visitCookie = `${context.cookie}-visit`;
  const tokenOf = (visit: string): string => createHmac('sha256', key).update(visit).digest('base64url');
  const pageFor = (
    request: ClientRequest,
    status: number,
    trouble: SignInTrouble | null,
    headers: Readonly<Record<string, string>> = {},
  ): Response => {
    // Always a new value, because somebody else may have set an existing cookie.
    const visit = secretText();
    const hasPasswords = [...context.accounts().values()].some(({ password }) => password !== null);
    const ways = { token: hasPasswords ? tokenOf(visit) : null, provider: context.openid()?.label ?? null };
    const html = signInPage(chosenLanguage(request.raw), ways, trouble);
    return new Response(html, {
      status,
      headers: {
        'Content-Type': 'text/html; charset=utf-8',
        'Set-Cookie': cookie(context, visitCookie, visit, 3_600),
        // Under `no-referrer`, a browser sends `Origin: null` even with its own form (Fetch standard, "append a request Origin header").
        'Referrer-Policy': 'same-origin',
        ...headers,
      },
    });
  };
  const openid = createOpenidSignIn(context, pageFor);
  const fits = async (account: Account | null, password: string): Promise<boolean> => {
    const [any] = [...context.accounts().values()].flatMap((one) => (one.password === null ? [] : [one.password]));
    const isRight = await oneByOne(() => isPassword(password, account?.password ?? unfitting(any ?? null)));
    return isRight && account?.password != null;
  };
  return {
    page: (request) => pageFor(request, 200, null),
    openid,
    script: () => new Response(signInScript, { headers: { 'Content-Type': 'text/javascript; charset=utf-8' } }),
    style: () => new Response(plainStyle, { headers: { 'Content-Type': 'text/css; charset=utf-8' } }),
    enter: async (request) => {
      if (!isFromOurPage(request.raw, context.place)) return refuse(context, request, 'cross-site', refusalAnswer(403, 'foreign'));
      const body = await request.body(formBytes);
      if (body === null) return refuse(context, request, 'body', refusalAnswer(413, 'too-long', {}, { n: formBytes }));
      const form = new URLSearchParams(body);
      const [user, password, token] = ['user', 'password', 'token'].map((name) => form.get(name) ?? '') as [string, string, string]; // exactly three members
      if (!cookieValues(request.raw, visitCookie).some((visit) => sameSecret(token, tokenOf(visit))))
        return refuse(context, request, 'token', pageFor(request, 403, 'again'));
      const known = isAccountId(user) ? (context.accounts().get(user) ?? null) : null;
      const browser = request.known?.user === user ? request.known : null;
      const attempt = { name: user.slice(0, 64), isAccount: known !== null, client: request.client, known: browser };
      // A queue of guesses does not affect browsers in which somebody signed in before.
      const isFull = browser === null && oneByOne.pendingCount >= waiting;
      if (!brake.take(attempt) || isFull) {
        logRefusal(context, request, 'too-often', known?.user ?? null);
        return pageFor(request, 429, 'often', { 'Retry-After': '60' });
      }
      if (Buffer.byteLength(password) > passwordBytes || !(await fits(known, password))) {
        logRefusal(context, request, 'sign-in', known?.user ?? null);
        return pageFor(request, 401, 'wrong');
      }
      // The account may have been removed or changed while the password was being checked.
      return known === null || context.accounts().get(user) !== known
        ? pageFor(request, 401, 'wrong')
        : beginAndMark(context, request, known, 'password');
    },
    leave: async (request) => {
      context.sessions.end(request.session);
      // The session has ended, even if the log entry fails.
      await logAction(context, request, 'user-signed-out', {});
      return new Response(null, { status: 204, headers: { 'Set-Cookie': cookie(context, context.cookie, '', 0) } });
    },
    enterByAddress: async (request) => {
      const { token = '' } = request.params;
      const [only] = context.accounts().values();
      if (context.signInMethod.by !== 'address' || only === undefined || !context.signInMethod.take(token))
        return refuse(context, request, 'session', refusalAnswer(403, 'address-used'));
      return beginAndMark(context, request, only, 'address');
    },
  };
}

/** Begins a session. After a sign-in by password, also marks the browser as one in which the user signed in. */
async function beginAndMark(context: ServerContext, request: ClientRequest, account: Account, by: 'password' | 'address'): Promise<Response> {
  const answer = await beginSession(context, request, account, { by }, new Response(null, { status: 303, headers: { Location: '/' } }));
  const mark = by === 'password' && answer.status === 303 ? knownBrowserMark(account) : null;
  if (mark !== null) answer.headers.append('Set-Cookie', cookie(context, knownCookie(context), mark, knownBrowserS));
  return answer;
}
