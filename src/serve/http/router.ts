import type { IncomingMessage } from 'node:http';
import { Hono } from 'hono';
import type { RefusalCode } from '../../core/page/refusal-texts.ts';
import type { Account } from '../accounts/account.ts';
import { clientAddress, clientOf, plainAddress } from '../accounts/client-address.ts';
import { readKnownBrowser } from '../accounts/known-browser.ts';
import { headerValues, isFromOurPage, isNotForeign, type RawRequest } from '../accounts/request-check.ts';
import { type Route, type RouteName, routes } from '../accounts/routes.ts';
import { type Session, sameSecret } from '../accounts/session.ts';
import { notThere, refusalAnswer } from '../answer/headers.ts';
import { type ClientRequest, cookieValues, knownCookie, mayUse, refuse, type ServerContext, type SignedInRequest } from '../answer/server-context.ts';

/** What the HTTP library passes with each request. */
interface Env {
  readonly Bindings: { readonly incoming: IncomingMessage };
}

/** Handles a request. */
export type Handler<Handled> = (request: Handled) => Response | Promise<Response>;

/** Passes requests to their handlers after the checks that the table of routes demands. */
export interface Router {
  /** Adds a route for signed-in users whose role may use it. */
  inside(name: RouteName, handler: Handler<SignedInRequest>): void;
  /** Adds a route that needs no session. */
  outside(name: RouteName, handler: Handler<ClientRequest>): void;
  /** Refuses everything that no route takes. Called after the last route was added. */
  refuseOthers(): void;
  fetch(request: Request, bindings: Env['Bindings']): Response | Promise<Response>;
  /** Returns the name of the route that took a request; undefined: none. */
  routeOf(incoming: IncomingMessage): string | undefined;
}

/** Creates a router without routes. */
export function createRouter(context: ServerContext): Router {
  const app = new Hono<Env>();
  app.onError((error) => {
    throw error;
  });
  const taken = new WeakMap<IncomingMessage, string>();
  const on = (method: 'GET' | 'POST', path: string, name: string, work: Handler<ClientRequest>): void => {
    app.on(method, path, async (c) => {
      const { incoming } = c.env;
      taken.set(incoming, name);
      const { request, trouble } = clientRequest(context, incoming, c.req.raw, c.req.param());
      if (trouble !== null) return refuse(context, request, 'proxy-header', refusalAnswer(403, trouble));
      return await work(request);
    });
  };
  return {
    inside: (name, handler) => {
      const route: Route = routes[name];
      on(route.method, route.path, name, (request) => answerInside(context, request, route, handler));
    },
    outside: (name, handler) => {
      const { method, path } = routes[name];
      on(method, path, name, (request) => answerOutside(context, request, handler));
    },
    refuseOthers: () => {
      for (const method of ['GET', 'POST'] as const) on(method, '*', 'unknown', (request) => refuse(context, request, 'path', notThere()));
    },
    fetch: (request, bindings) => app.fetch(request, bindings),
    routeOf: (incoming) => taken.get(incoming),
  };
}

/** Answers a request that needs a session. */
async function answerInside(context: ServerContext, request: ClientRequest, route: Route, handler: Handler<SignedInRequest>): Promise<Response> {
  const { session, raw } = request;
  const { kind } = route;
  if (!(session === null ? context.requests.ofClient.take(countedAs(request)) : context.requests.ofSession.take(session.name)))
    return refuse(context, request, 'too-often', refusalAnswer(429, 'too-often', { 'Retry-After': '2' }));
  if (session === null) {
    if (kind === 'page' && context.signInMethod.by === 'password') return new Response(null, { status: 303, headers: { Location: '/sign-in' } });
    return refuse(context, request, 'session', refusalAnswer(401, wayIn[context.signInMethod.by]));
  }
  if (kind === 'data' && !isNotForeign(raw, context.place)) return refuse(context, request, 'cross-site', refusalAnswer(403, 'foreign'));
  if (kind === 'change') {
    if (!isFromOurPage(raw, context.place)) return refuse(context, request, 'cross-site', refusalAnswer(403, 'foreign'));
    const [token = ''] = headerValues(raw, 'x-longplay-token');
    if (!sameSecret(token, session.token)) return refuse(context, request, 'token', refusalAnswer(403, 'token'));
  }
  const inside = { ...request, session };
  if (!mayUse(inside, route)) return refuse(context, request, 'right', route.isWhole ? notThere() : refusalAnswer(403, rightMissing(route)));
  return await handler(inside);
}

/** Answers a request that needs no session. */
async function answerOutside(context: ServerContext, request: ClientRequest, handler: Handler<ClientRequest>): Promise<Response> {
  if (!context.requests.ofClient.take(countedAs(request)))
    return refuse(context, request, 'too-often', refusalAnswer(429, 'too-often', { 'Retry-After': '2' }));
  return await handler(request);
}

/** Returns the refusal for a user who lacks the right for a route. */
function rightMissing({ group, needs }: Route): RefusalCode {
  const [[right] = []] = needs;
  if (group === 'notes') return 'right-annotate';
  return right === 'administer' ? 'right-sessions' : right === 'export' ? 'right-export' : 'right-listen';
}

const wayIn: Readonly<Record<ServerContext['signInMethod']['by'], RefusalCode>> = {
  password: 'sign-in',
  proxy: 'proxy-silent',
  address: 'address',
};

/** Returns a request with the user and the client that sent it, and why a proxy's header was refused; null: it was not. @param params variable parts of the path */
function clientRequest(
  context: ServerContext,
  incoming: IncomingMessage,
  fetched: Request,
  params: ClientRequest['params'],
): { readonly request: ClientRequest; readonly trouble: RefusalCode | null } {
  const raw = rawRequest(incoming);
  const connection = incoming.socket.remoteAddress ?? '';
  // Before anything else: a user who was removed from the accounts has no session any more.
  const accounts = context.accounts();
  const address = clientAddress(raw, connection, context.forwarders);
  const { session, trouble } = identify(context, accounts, raw, connection);
  const [known = null] = cookieValues(raw, knownCookie(context)).flatMap((value) => readKnownBrowser(value, accounts) ?? []);
  const request: ClientRequest = {
    raw,
    url: new URL(fetched.url),
    params,
    client: clientOf(address),
    address,
    known,
    session,
    signal: fetched.signal,
    setIdleTimeout: (ms) => incoming.socket.setTimeout(ms),
    abortConnection: () => incoming.socket.destroy(),
    body: async (most) => (await bodyBytes(fetched, most))?.toString('utf8') ?? null,
    bytes: (most) => bodyBytes(fetched, most),
  };
  return { request, trouble };
}

/** Returns a request as the client sent it. */
export function rawRequest({ method, url, rawHeaders }: IncomingMessage): RawRequest {
  return { method: method ?? '', target: url ?? '', rawHeaders };
}

/** Returns the key under which a request without a session is counted. A known browser is counted separately, so that other clients at the same address cannot lock it out. */
function countedAs({ known, client }: ClientRequest): string {
  return known === null ? client : `${known.user} ${known.id}`;
}

/** Identifies the user. A proxy's header is trusted only on the proxy's own connection, and only if it names one user. */
function identify(
  context: ServerContext,
  accounts: ReadonlyMap<string, Account>,
  raw: RawRequest,
  address: string,
): { readonly session: Session | null; readonly trouble: RefusalCode | null } {
  const { signInMethod } = context;
  if (signInMethod.by === 'proxy') {
    if (!signInMethod.addresses.has(plainAddress(address))) return { session: null, trouble: 'proxy-only' };
    const names = headerValues(raw, signInMethod.header);
    if (names.length === 0) return { session: null, trouble: null };
    const [name = ''] = names;
    const account: Account | undefined = names.length === 1 ? accounts.get(name) : undefined;
    return account === undefined ? { session: null, trouble: 'proxy-nobody' } : { session: context.sessions.ofProxy(account), trouble: null };
  }
  // Another page of this host may have set a cookie of the same name; only a cookie of this server opens a session.
  const [session = null] = cookieValues(raw, context.cookie).flatMap((secret) => context.sessions.find(secret) ?? []);
  return { session, trouble: null };
}

/** Reads the body, at most `most` bytes; returns null if it is longer. */
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
