import type { IncomingMessage } from 'node:http';
import { Hono } from 'hono';
import { isTrouble, LongplayError, systemCode } from '../core/error.ts';
import type { RefusalCode } from '../core/refusal-texts.ts';
import type { Account } from './account.ts';
import { createCaseAnswers } from './case-answers.ts';
import { detailAnswer, overviewAnswer, searchAnswer, sessionAnswer } from './data-answers.ts';
import { exportAnswer } from './export-answer.ts';
import { fileAnswer } from './file-answer.ts';
import { headerValues, isFromOurPage, isNotForeign, type RawRequest, refuseAtGate } from './gate.ts';
import { alwaysHeaders, notThere, refusalAnswer, tlsHeaders } from './headers.ts';
import { type Asked, type AskedInside, cookieValues, type House, turnAway } from './house.ts';
import { createProofAnswer, proofName } from './proof-answer.ts';
import { type Session, sameSecret } from './session.ts';
import { endSessions, sessionList } from './session-answers.ts';
import { createSignIn } from './sign-in.ts';

/** What the server hands over with each request. */
interface Env {
  readonly Bindings: { readonly incoming: IncomingMessage };
}

/** Who may ask: `anybody`, or somebody who is in; and whether it changes something. */
type Kind = 'anybody' | 'page' | 'data' | 'change';

/** Answers one request of the web's own kind. */
export type Answer = (request: Request, bindings: Env['Bindings']) => Promise<Response>;

/** The name of a route as lines and summaries have it: never what varies in it. */
export type RouteOf = (incoming: IncomingMessage) => string;

/** The ways of the house: each with who may go it, in one table. */
export function createApp(house: House): { readonly answer: Answer; readonly routeOf: RouteOf } {
  const app = new Hono<Env>();
  app.onError((error) => {
    throw error;
  });
  const routes = new WeakMap<IncomingMessage, string>();
  const signIn = createSignIn(house);
  const cases = createCaseAnswers(house);
  const proof = createProofAnswer(house);
  const asset = (text: string, type: string) => (): Response => new Response(text, { headers: { 'Content-Type': `${type}; charset=utf-8` } });

  const guarded = async (asked: Asked, kind: Kind, handler: (asked: AskedInside) => Response | Promise<Response>): Promise<Response> => {
    const { session, raw } = asked;
    if (!(session === null ? house.requests.ofAddress.take(asked.address) : house.requests.ofSession.take(session.name)))
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
    return await handler({ ...asked, session });
  };
  const open = async (asked: Asked, handler: (asked: Asked) => Response | Promise<Response>): Promise<Response> => {
    if (!house.requests.ofAddress.take(asked.address))
      return turnAway(house, asked, 'too-often', refusalAnswer(429, 'too-often', { 'Retry-After': '2' }));
    return await handler(asked);
  };
  const on = (method: 'GET' | 'POST', path: string, name: string, work: (asked: Asked) => Response | Promise<Response>): void => {
    app.on(method, path, async (c) => {
      const { incoming } = c.env;
      routes.set(incoming, name);
      const raw = rawRequest(incoming);
      const identified = identify(house, raw, incoming.socket.remoteAddress ?? '');
      const asked: Asked = {
        raw,
        url: new URL(c.req.url),
        params: c.req.param(),
        address: incoming.socket.remoteAddress ?? '',
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
  const inside = (
    method: 'GET' | 'POST',
    path: string,
    name: string,
    kind: Kind,
    handler: (asked: AskedInside) => Response | Promise<Response>,
  ): void => on(method, path, name, (asked) => guarded(asked, kind, handler));
  const outside = (method: 'GET' | 'POST', path: string, name: string, handler: (asked: Asked) => Response | Promise<Response>): void =>
    on(method, path, name, (asked) => open(asked, handler));

  // Tells nothing: neither of the archive nor of whose it is.
  outside('GET', '/health', 'health', () => new Response('ok\n', { headers: { 'Content-Type': 'text/plain; charset=utf-8' } }));
  if (house.entrance.by === 'password') {
    outside('GET', '/sign-in', 'sign-in', (asked) => signIn.page(asked));
    outside('POST', '/sign-in', 'sign-in', (asked) => signIn.enter(asked));
    outside('GET', '/sign-in.css', 'sign-in.css', () => signIn.style());
  }
  if (house.entrance.by === 'address') outside('GET', '/enter/:token', 'enter', (asked) => signIn.enterByAddress(asked));
  inside(
    'GET',
    '/',
    'page',
    'page',
    () =>
      new Response(house.page.html, {
        headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': `${house.page.policy}; frame-ancestors 'none'` },
      }),
  );
  inside('GET', '/page.js', 'page.js', 'data', asset(house.page.script, 'text/javascript'));
  inside('GET', '/page.css', 'page.css', 'data', asset(house.page.style, 'text/css'));
  inside('POST', '/sign-out', 'sign-out', 'change', (asked) => signIn.leave(asked));
  inside('GET', '/api/session', 'session', 'data', (asked) => sessionAnswer(house, asked));
  inside('GET', '/api/overview', 'overview', 'data', (asked) => overviewAnswer(house, asked));
  inside('GET', '/api/search', 'search', 'data', (asked) => searchAnswer(house, asked));
  inside('GET', '/api/recordings/:id', 'detail', 'data', (asked) => detailAnswer(house, asked));
  inside('GET', '/api/export.zip', 'export', 'data', (asked) => exportAnswer(house, asked));
  inside('GET', '/api/cases', 'cases', 'data', (asked) => cases.list(asked));
  inside('POST', '/api/cases', 'case-new', 'change', (asked) => cases.create(asked));
  inside('GET', '/api/cases/:id', 'case', 'data', (asked) => cases.show(asked));
  inside('POST', '/api/cases/:id/add', 'case-add', 'change', (asked) => cases.add(asked));
  inside('POST', '/api/cases/:id/messages', 'case-messages', 'change', (asked) => cases.receive(asked));
  inside('POST', '/api/cases/:id/remove', 'case-remove', 'change', (asked) => cases.remove(asked));
  inside('GET', '/api/cases/:id/export.zip', 'case-export', 'data', (asked) => cases.take(asked));
  inside('GET', '/api/sessions', 'sessions', 'data', (asked) => sessionList(house, asked));
  inside('POST', '/api/sessions/end', 'sessions-end', 'change', (asked) => endSessions(house, asked));
  inside('GET', `/files/:id/${proofName}`, 'proof', 'data', (asked) => proof(asked));
  inside('GET', '/files/:id/:name', 'file', 'data', (asked) => fileAnswer(house, asked));
  // Browsers ask for it by themselves.
  outside('GET', '/favicon.ico', 'icon', () => new Response(null, { status: 204 }));
  on('GET', '*', 'unknown', (asked) => turnAway(house, asked, 'path', notThere()));
  on('POST', '*', 'unknown', (asked) => turnAway(house, asked, 'path', notThere()));

  const headers = { ...alwaysHeaders, ...(house.isSecure ? tlsHeaders : {}) };
  const answer: Answer = async (request, bindings) => {
    const raw = rawRequest(bindings.incoming);
    const refused = refuseAtGate(raw, house.place);
    const made =
      refused === null
        ? await answerOr(house, () => app.fetch(request, bindings))
        : turnAway(house, { session: null }, refused.why, refusalAnswer(refused.status, 'unfit', { Connection: 'close' }));
    for (const [name, value] of Object.entries(headers)) if (!made.headers.has(name)) made.headers.set(name, value);
    return made;
  };
  return { answer, routeOf: (incoming) => routes.get(incoming) ?? 'refused' };
}

const wayIn: Readonly<Record<House['entrance']['by'], RefusalCode>> = {
  password: 'sign-in',
  proxy: 'proxy-silent',
  address: 'address',
};

/** What goes wrong is told to the keeper; who asked learns only that it did. A bug is let through: it must not pass in silence. */
async function answerOr(house: House, work: () => Response | Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (!isTrouble(error)) throw error;
    house.tell(error instanceof LongplayError ? `${error.code} ${error.message}` : `${systemCode(error)}`);
    return refusalAnswer(503, 'archive', { 'Retry-After': '5' });
  }
}

function rawRequest({ method, url, rawHeaders }: IncomingMessage): RawRequest {
  return { method: method ?? '', target: url ?? '', rawHeaders };
}

/** Who asks. A proxy is believed only where the connection is its own, and only one name. */
function identify(house: House, raw: RawRequest, address: string): { readonly session: Session | null; readonly trouble: RefusalCode | null } {
  const { entrance } = house;
  // First of all: whoever is gone from them has no session any more.
  const accounts = house.accounts();
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

/** An IPv4 address that came in by a socket for both reads `::ffff:127.0.0.1`. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
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
