import { createHmac } from 'node:crypto';
import pLimit from 'p-limit';
import { type Account, isAccountId } from '../accounts/account.ts';
import { isFromOurPage } from '../accounts/gate.ts';
import { knownBrowserMark, knownBrowserS } from '../accounts/known-browser.ts';
import { isPassword, passwordBytes, unfitting } from '../accounts/password-hash.ts';
import { plainStyle } from '../accounts/plain-page.ts';
import { sameSecret, secretText } from '../accounts/session.ts';
import { createSignInBrake } from '../accounts/sign-in-brake.ts';
import { chosenLanguage, type SignInTrouble, signInPage, signInScript } from '../accounts/sign-in-page.ts';
import { refusalAnswer } from '../answer/headers.ts';
import { type Asked, type AskedInside, cookie, cookieValues, enterFor, type House, knownCookie, noteRefusal, turnAway } from '../answer/house.ts';
import { admit } from './admit.ts';
import { createOpenidSignIn, type OpenidSignIn } from './openid-sign-in.ts';

/** Ways in and out. */
export interface SignIn {
  page(asked: Asked): Response;
  style(): Response;
  script(): Response;
  /** Takes user and password. */
  enter(asked: Asked): Promise<Response>;
  leave(asked: AskedInside): Promise<Response>;
  /** Through a provider. */
  readonly openid: OpenidSignIn;
  /** The address that works once. */
  enterByAddress(asked: Asked): Promise<Response>;
}

/** Passwords that wait to be tried. Each takes a core for a tenth of a second; they are tried one by one, so that those who listen do not notice. */
const waiting = 20;
const formBytes = 4_096;

/** Makes them. */
export function createSignIn(house: House): SignIn {
  const key = secretText();
  const brake = createSignInBrake(house.now);
  const oneByOne = pLimit(1);
  const visitCookie = `${house.cookie}-visit`;
  const tokenOf = (visit: string): string => createHmac('sha256', key).update(visit).digest('base64url');
  const pageFor = (asked: Asked, status: number, trouble: SignInTrouble | null, headers: Readonly<Record<string, string>> = {}): Response => {
    // Always anew: what a browser brought along may have been put there by somebody else.
    const visit = secretText();
    const hasPasswords = [...house.accounts().values()].some(({ password }) => password !== null);
    const ways = { token: hasPasswords ? tokenOf(visit) : null, provider: house.openid()?.label ?? null };
    const html = signInPage(chosenLanguage(asked.raw), ways, trouble);
    return new Response(html, {
      status,
      headers: {
        'Content-Type': 'text/html; charset=utf-8',
        'Set-Cookie': cookie(house, visitCookie, visit, 3_600),
        // Under `no-referrer` a browser says `Origin: null` of its own form (Fetch standard, "append a request Origin header").
        'Referrer-Policy': 'same-origin',
        ...headers,
      },
    });
  };
  const openid = createOpenidSignIn(house, pageFor);
  const fits = async (account: Account | null, password: string): Promise<boolean> => {
    const [any] = [...house.accounts().values()].flatMap((one) => (one.password === null ? [] : [one.password]));
    const isRight = await oneByOne(() => isPassword(password, account?.password ?? unfitting(any ?? null)));
    return isRight && account?.password != null;
  };
  const begin = async (asked: Asked, account: Account, by: 'password' | 'address'): Promise<Response> => {
    const answer = await admit(house, asked, account, { by }, new Response(null, { status: 303, headers: { Location: '/' } }));
    const mark = by === 'password' && answer.status === 303 ? knownBrowserMark(account) : null;
    if (mark !== null) answer.headers.append('Set-Cookie', cookie(house, knownCookie(house), mark, knownBrowserS));
    return answer;
  };
  return {
    page: (asked) => pageFor(asked, 200, null),
    openid,
    script: () => new Response(signInScript, { headers: { 'Content-Type': 'text/javascript; charset=utf-8' } }),
    style: () => new Response(plainStyle, { headers: { 'Content-Type': 'text/css; charset=utf-8' } }),
    enter: async (asked) => {
      if (!isFromOurPage(asked.raw, house.place)) return turnAway(house, asked, 'cross-site', refusalAnswer(403, 'foreign'));
      const body = await asked.body(formBytes);
      if (body === null) return turnAway(house, asked, 'body', refusalAnswer(413, 'too-long', {}, { n: formBytes }));
      const form = new URLSearchParams(body);
      const [user, password, token] = ['user', 'password', 'token'].map((name) => form.get(name) ?? '') as [string, string, string]; // three of three
      if (!cookieValues(asked.raw, visitCookie).some((visit) => sameSecret(token, tokenOf(visit))))
        return turnAway(house, asked, 'token', pageFor(asked, 403, 'again'));
      const known = isAccountId(user) ? (house.accounts().get(user) ?? null) : null;
      const browser = asked.known?.user === user ? asked.known : null;
      const attempt = { name: user.slice(0, 64), isAccount: known !== null, client: asked.client, known: browser };
      // Those who are there already wait for a core: a queue of guesses is none of theirs.
      const isFull = browser === null && oneByOne.pendingCount >= waiting;
      if (!brake.take(attempt) || isFull) {
        noteRefusal(house, asked, 'too-often', known?.user ?? null);
        return pageFor(asked, 429, 'often', { 'Retry-After': '60' });
      }
      if (Buffer.byteLength(password) > passwordBytes || !(await fits(known, password))) {
        noteRefusal(house, asked, 'sign-in', known?.user ?? null);
        return pageFor(asked, 401, 'wrong');
      }
      // Gone, or another one, while the password was tried.
      return known === null || house.accounts().get(user) !== known ? pageFor(asked, 401, 'wrong') : begin(asked, known, 'password');
    },
    leave: async (asked) => {
      house.sessions.end(asked.session);
      // Out is out, whatever the log says.
      await enterFor(house, asked, 'user-signed-out', {});
      return new Response(null, { status: 204, headers: { 'Set-Cookie': cookie(house, house.cookie, '', 0) } });
    },
    enterByAddress: async (asked) => {
      const { token = '' } = asked.params;
      const [only] = house.accounts().values();
      if (house.entrance.by !== 'address' || only === undefined || !house.entrance.take(token))
        return turnAway(house, asked, 'session', refusalAnswer(403, 'address-used'));
      return begin(asked, only, 'address');
    },
  };
}
