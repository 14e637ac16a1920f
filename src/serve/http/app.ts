import type { IncomingMessage } from 'node:http';
import { Hono } from 'hono';
import { awayReason } from '../../archive/layout.ts';
import { firstError, isTrouble, LongplayError, systemCode } from '../../core/base/error.ts';
import type { RefusalCode } from '../../core/page/refusal-texts.ts';
import type { Account } from '../accounts/account.ts';
import { clientAddress, clientOf, plainAddress } from '../accounts/client-address.ts';
import { headerValues, isFromOurPage, isNotForeign, type RawRequest, refuseAtGate } from '../accounts/gate.ts';
import { readKnownBrowser } from '../accounts/known-browser.ts';
import { refusalPage } from '../accounts/refusal-page.ts';
import { type Route, type RouteName, routes } from '../accounts/routes.ts';
import { type Session, sameSecret } from '../accounts/session.ts';
import { fileAnswer } from '../answer/file-answer.ts';
import { alwaysHeaders, notThere, refusalAnswer, tlsHeaders } from '../answer/headers.ts';
import { type Asked, type AskedInside, cookieValues, type House, knownCookie, mayGo, turnAway } from '../answer/house.ts';
import { createProofAnswer } from '../answer/proof-answer.ts';
import { createSpanAnswer } from '../answer/span-answer.ts';
import { tagsAnswer } from '../answer/tag-answer.ts';
import { createCaseAnswers } from '../case/answers.ts';
import { createExportAnswers } from '../export/answer.ts';
import { createExportDecisions } from '../export/decisions.ts';
import { endOwnSessions, endSessions, ownSessions, sessionList } from '../sign-in/session-answers.ts';
import { createSignIn } from '../sign-in/sign-in.ts';
import { detailAnswer, overviewAnswer, searchAnswer, sessionAnswer } from './data-answers.ts';
import { createNoteAnswers } from './note-answers.ts';

/** What the server hands over with each request. */
interface Env {
  readonly Bindings: { readonly incoming: IncomingMessage };
}

/** Answers one request of the web's own kind. */
export type Answer = (request: Request, bindings: Env['Bindings']) => Promise<Response>;

/** The name of a route as lines and summaries have it: never what varies in it. */
export type RouteOf = (incoming: IncomingMessage) => string;

/** The ways of the house, each behind what the table of routes asks of who goes it. */
export function createApp(house: House): { readonly answer: Answer; readonly routeOf: RouteOf } {
  const app = new Hono<Env>();
  app.onError((error) => {
    throw error;
  });
  const taken = new WeakMap<IncomingMessage, string>();
  const signIn = createSignIn(house);
  const cases = createCaseAnswers(house);
  const notes = createNoteAnswers(house);
  const exports = createExportAnswers(house);
  const decisions = createExportDecisions(house);
  const proof = createProofAnswer(house);
  const span = createSpanAnswer(house);
  const asset = (text: string, type: string) => (): Response => new Response(text, { headers: { 'Content-Type': `${type}; charset=utf-8` } });

  const guarded = async (asked: Asked, route: Route, handler: (asked: AskedInside) => Response | Promise<Response>): Promise<Response> => {
    const { session, raw } = asked;
    const { kind } = route;
    if (!(session === null ? house.requests.ofClient.take(countedAs(asked)) : house.requests.ofSession.take(session.name)))
      return turnAway(house, asked, 'too-often', refusalAnswer(429, 'too-often', { 'Retry-After': '2' }));
    if (session === null) {
      if (kind === 'page' && house.entrance.by === 'password') return new Response(null, { status: 303, headers: { Location: '/sign-in' } });
      return turnAway(house, asked, 'session', refusalAnswer(401, wayIn[house.entrance.by]));
    }
    if (kind === 'data' && !isNotForeign(raw, house.place)) return turnAway(house, asked, 'cross-site', refusalAnswer(403, 'foreign'));
    if (kind === 'change') {
      if (!isFromOurPage(raw, house.place)) return turnAway(house, asked, 'cross-site', refusalAnswer(403, 'foreign'));
      const [token = ''] = headerValues(raw, 'x-longplay-token');
      if (!sameSecret(token, session.token)) return turnAway(house, asked, 'token', refusalAnswer(403, 'token'));
    }
    const inside = { ...asked, session };
    if (!mayGo(inside, route)) return turnAway(house, asked, 'right', route.isWhole ? notThere() : refusalAnswer(403, rightMissing(route)));
    return await handler(inside);
  };
  const open = async (asked: Asked, handler: (asked: Asked) => Response | Promise<Response>): Promise<Response> => {
    if (!house.requests.ofClient.take(countedAs(asked)))
      return turnAway(house, asked, 'too-often', refusalAnswer(429, 'too-often', { 'Retry-After': '2' }));
    return await handler(asked);
  };
  const on = (method: 'GET' | 'POST', path: string, name: string, work: (asked: Asked) => Response | Promise<Response>): void => {
    app.on(method, path, async (c) => {
      const { incoming } = c.env;
      taken.set(incoming, name);
      const raw = rawRequest(incoming);
      const connection = incoming.socket.remoteAddress ?? '';
      // First of all: whoever is gone from them has no session any more.
      const accounts = house.accounts();
      const address = clientAddress(raw, connection, house.forwarders);
      const identified = identify(house, accounts, raw, connection);
      const [known = null] = cookieValues(raw, knownCookie(house)).flatMap((value) => readKnownBrowser(value, accounts) ?? []);
      const asked: Asked = {
        raw,
        url: new URL(c.req.url),
        params: c.req.param(),
        client: clientOf(address),
        address,
        known,
        session: identified.session,
        signal: c.req.raw.signal,
        patience: (ms) => incoming.socket.setTimeout(ms),
        cut: () => incoming.socket.destroy(),
        body: async (most) => (await bodyBytes(c.req.raw, most))?.toString('utf8') ?? null,
        bytes: (most) => bodyBytes(c.req.raw, most),
      };
      if (identified.trouble !== null) return turnAway(house, asked, 'proxy-header', refusalAnswer(403, identified.trouble));
      return await work(asked);
    });
  };
  const inside = (name: RouteName, handler: (asked: AskedInside) => Response | Promise<Response>): void => {
    const route: Route = routes[name];
    on(route.method, route.path, name, (asked) => guarded(asked, route, handler));
  };
  const outside = (name: RouteName, handler: (asked: Asked) => Response | Promise<Response>): void => {
    const { method, path } = routes[name];
    on(method, path, name, (asked) => open(asked, handler));
  };

  // Tells nothing: neither of the archive nor of whose it is.
  outside('health', () => new Response('ok\n', { headers: { 'Content-Type': 'text/plain; charset=utf-8' } }));
  if (house.entrance.by === 'password') {
    outside('sign-in', (asked) => signIn.page(asked));
    outside('sign-in-try', (asked) => signIn.enter(asked));
    outside('sign-in.css', () => signIn.style());
    outside('sign-in.js', () => signIn.script());
    outside('sign-in-openid', (asked) => signIn.openid.leaveFor(asked));
    outside('sign-in-openid-back', (asked) => signIn.openid.comeBack(asked));
  }
  if (house.entrance.by === 'address') outside('enter', (asked) => signIn.enterByAddress(asked));
  outside('icon', () => new Response(null, { status: 204 }));
  inside(
    'page',
    () =>
      new Response(house.page.html, {
        headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': `${house.page.policy}; frame-ancestors 'none'` },
      }),
  );
  inside('page.js', asset(house.page.script, 'text/javascript'));
  inside('page.css', asset(house.page.style, 'text/css'));
  inside('sign-out', (asked) => signIn.leave(asked));
  inside('session', (asked) => sessionAnswer(house, asked));
  inside('overview', (asked) => overviewAnswer(house, asked));
  inside('search', (asked) => searchAnswer(house, asked));
  inside('detail', (asked) => detailAnswer(house, asked));
  inside('tags', (asked) => tagsAnswer(house, asked));
  inside('note-add', (asked) => notes.add(asked));
  inside('note-withdraw', (asked) => notes.withdraw(asked));
  inside('export-choose', (asked) => exports.choose(asked));
  inside('export', (asked) => exports.zip(asked));
  inside('export-requests', (asked) => decisions.list(asked));
  inside('export-ask', (asked) => exports.ask(asked));
  inside('export-decide', (asked) => decisions.decide(asked));
  inside('export-withdraw', (asked) => decisions.withdraw(asked));
  inside('cases', (asked) => cases.list(asked));
  inside('case-new', (asked) => cases.create(asked));
  inside('case', (asked) => cases.show(asked));
  inside('case-add', (asked) => cases.add(asked));
  inside('case-messages', (asked) => cases.receive(asked));
  inside('case-remove', (asked) => cases.remove(asked));
  inside('case-decide', (asked) => cases.decide(asked));
  inside('case-export', (asked) => cases.take(asked));
  inside('case-export-ask', (asked) => cases.ask(asked));
  inside('my-sessions', (asked) => ownSessions(house, asked));
  inside('my-sessions-end', (asked) => endOwnSessions(house, asked));
  inside('sessions', (asked) => sessionList(house, asked));
  inside('sessions-end', (asked) => endSessions(house, asked));
  inside('proof', (asked) => proof(asked));
  inside('span', (asked) => span(asked));
  inside('file', (asked) => fileAnswer(house, asked));
  on('GET', '*', 'unknown', (asked) => turnAway(house, asked, 'path', notThere()));
  on('POST', '*', 'unknown', (asked) => turnAway(house, asked, 'path', notThere()));

  const headers = { ...alwaysHeaders, ...(house.isSecure ? tlsHeaders : {}) };
  const answer: Answer = async (request, bindings) => {
    const raw = rawRequest(bindings.incoming);
    const refused = refuseAtGate(raw, house.place);
    const answered =
      refused === null
        ? await answerOr(
            house,
            () => app.fetch(request, bindings),
            () => taken.get(bindings.incoming) === 'file',
          )
        : turnAway(house, { session: null }, refused.why, refusalAnswer(refused.status, 'unfit', { Connection: 'close' }));
    const made = await refusalPage(answered, raw);
    for (const [name, value] of Object.entries(headers)) if (!made.headers.has(name)) made.headers.set(name, value);
    return made;
  };
  return { answer, routeOf: (incoming) => taken.get(incoming) ?? 'refused' };
}

/** What is told to who lacks the right for a route. */
function rightMissing({ group, needs }: Route): RefusalCode {
  const [[right] = []] = needs;
  if (group === 'notes') return 'right-annotate';
  return right === 'administer' ? 'right-sessions' : right === 'export' ? 'right-export' : 'right-listen';
}

const wayIn: Readonly<Record<House['entrance']['by'], RefusalCode>> = {
  password: 'sign-in',
  proxy: 'proxy-silent',
  address: 'address',
};

/** What goes wrong is told to the keeper; who asked learns only that it did. A bug is let through: it must not pass in silence. */
async function answerOr(house: House, work: () => Response | Promise<Response>, isFile: () => boolean): Promise<Response> {
  try {
    return await work();
  } catch (thrown) {
    const error = firstError(thrown);
    if (!isTrouble(error)) throw error;
    const away = awayReason(house.archive.dir, null);
    if (away !== null && isFile()) house.heldBack('unreachable');
    const said = error instanceof LongplayError ? `${error.code} ${error.message}` : `${systemCode(error)}`;
    house.tell(away === null ? said : `A102 archive unreachable: ${away}; check whether its disk is mounted`);
    return refusalAnswer(503, 'archive', { 'Retry-After': '5' });
  }
}

function rawRequest({ method, url, rawHeaders }: IncomingMessage): RawRequest {
  return { method: method ?? '', target: url ?? '', rawHeaders };
}

/** As whom a request of somebody who is not in is counted: what others of the same address do does not keep a browser out that is known. */
function countedAs({ known, client }: Asked): string {
  return known === null ? client : `${known.user} ${known.id}`;
}

/** Who asks. A proxy is believed only where the connection is its own, and only one name. */
function identify(
  house: House,
  accounts: ReadonlyMap<string, Account>,
  raw: RawRequest,
  address: string,
): { readonly session: Session | null; readonly trouble: RefusalCode | null } {
  const { entrance } = house;
  if (entrance.by === 'proxy') {
    if (!entrance.addresses.has(plainAddress(address))) return { session: null, trouble: 'proxy-only' };
    const names = headerValues(raw, entrance.header);
    if (names.length === 0) return { session: null, trouble: null };
    const [name = ''] = names;
    const account: Account | undefined = names.length === 1 ? accounts.get(name) : undefined;
    return account === undefined ? { session: null, trouble: 'proxy-nobody' } : { session: house.sessions.ofProxy(account), trouble: null };
  }
  // Of several of the name one may have been put there by another page of this host; only one that is ours counts.
  const [session = null] = cookieValues(raw, house.cookie).flatMap((secret) => house.sessions.find(secret) ?? []);
  return { session, trouble: null };
}

/** The body, no more than `most` bytes of it; null where there are more. */
async function bodyBytes(request: Request, most: number): Promise<Buffer | null> {
  if (request.body === null) return Buffer.alloc(0);
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of request.body as ReadableStream<Uint8Array>) {
    bytes += piece.length;
    if (bytes > most) return null;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
