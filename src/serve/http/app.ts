import type { IncomingMessage } from 'node:http';
import { Hono } from 'hono';
import { awayReason } from '../../archive/bag-folders.ts';
import { firstError, isTrouble, LongplayError, systemCode } from '../../core/base/error.ts';
import type { RefusalCode } from '../../core/page/refusal-texts.ts';
import type { Account } from '../accounts/account.ts';
import { clientAddress, clientOf, plainAddress } from '../accounts/client-address.ts';
import { readKnownBrowser } from '../accounts/known-browser.ts';
import { refusalPage } from '../accounts/refusal-page.ts';
import { checkRequest, headerValues, isFromOurPage, isNotForeign, type RawRequest } from '../accounts/request-check.ts';
import { type Route, type RouteName, routes } from '../accounts/routes.ts';
import { type Session, sameSecret } from '../accounts/session.ts';
import { fileAnswer } from '../answer/file-answer.ts';
import { alwaysHeaders, notThere, refusalAnswer, tlsHeaders } from '../answer/headers.ts';
import { createProofAnswer } from '../answer/proof-answer.ts';
import { type ClientRequest, cookieValues, knownCookie, mayUse, refuse, type ServerContext, type SignedInRequest } from '../answer/server-context.ts';
import { createSpanAnswer } from '../answer/span-answer.ts';
import { tagsAnswer } from '../answer/tag-answer.ts';
import { createCaseAnswers } from '../case/answers.ts';
import { createExportAnswers } from '../export/answer.ts';
import { createExportDecisions } from '../export/decisions.ts';
import { endOwnSessions, endSessions, ownSessions, sessionList } from '../sign-in/session-answers.ts';
import { createSignIn } from '../sign-in/sign-in.ts';
import { detailAnswer, overviewAnswer, searchAnswer, sessionAnswer } from './data-answers.ts';
import { createNoteAnswers } from './note-answers.ts';

/** Values that the HTTP library passes with each request. */
interface Env {
  readonly Bindings: { readonly incoming: IncomingMessage };
}

/** Answers one request of the Fetch API. */
export type Answer = (request: Request, bindings: Env['Bindings']) => Promise<Response>;

/** Returns the name of a request's route for log lines and summaries. It omits the variable parts of the path. */
export type RouteOf = (incoming: IncomingMessage) => string;

/** Creates the server's routes, each with the checks that the table of routes demands. */
export function createApp(context: ServerContext): { readonly answer: Answer; readonly routeOf: RouteOf } {
  const app = new Hono<Env>();
  app.onError((error) => {
    throw error;
  });
  const taken = new WeakMap<IncomingMessage, string>();
  const signIn = createSignIn(context);
  const cases = createCaseAnswers(context);
  const notes = createNoteAnswers(context);
  const exports = createExportAnswers(context);
  const decisions = createExportDecisions(context);
  const proof = createProofAnswer(context);
  const span = createSpanAnswer(context);
  const asset = (text: string, type: string) => (): Response => new Response(text, { headers: { 'Content-Type': `${type}; charset=utf-8` } });

  const guarded = async (
    request: ClientRequest,
    route: Route,
    handler: (request: SignedInRequest) => Response | Promise<Response>,
  ): Promise<Response> => {
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
  };
  const open = async (request: ClientRequest, handler: (request: ClientRequest) => Response | Promise<Response>): Promise<Response> => {
    if (!context.requests.ofClient.take(countedAs(request)))
      return refuse(context, request, 'too-often', refusalAnswer(429, 'too-often', { 'Retry-After': '2' }));
    return await handler(request);
  };
  const on = (method: 'GET' | 'POST', path: string, name: string, work: (request: ClientRequest) => Response | Promise<Response>): void => {
    app.on(method, path, async (c) => {
      const { incoming } = c.env;
      taken.set(incoming, name);
      const raw = rawRequest(incoming);
      const connection = incoming.socket.remoteAddress ?? '';
      // Called first, so that a user who was removed from the accounts has no session any more.
      const accounts = context.accounts();
      const address = clientAddress(raw, connection, context.forwarders);
      const identified = identify(context, accounts, raw, connection);
      const [known = null] = cookieValues(raw, knownCookie(context)).flatMap((value) => readKnownBrowser(value, accounts) ?? []);
      const request: ClientRequest = {
        raw,
        url: new URL(c.req.url),
        params: c.req.param(),
        client: clientOf(address),
        address,
        known,
        session: identified.session,
        signal: c.req.raw.signal,
        setIdleTimeout: (ms) => incoming.socket.setTimeout(ms),
        abortConnection: () => incoming.socket.destroy(),
        body: async (most) => (await bodyBytes(c.req.raw, most))?.toString('utf8') ?? null,
        bytes: (most) => bodyBytes(c.req.raw, most),
      };
      if (identified.trouble !== null) return refuse(context, request, 'proxy-header', refusalAnswer(403, identified.trouble));
      return await work(request);
    });
  };
  const inside = (name: RouteName, handler: (request: SignedInRequest) => Response | Promise<Response>): void => {
    const route: Route = routes[name];
    on(route.method, route.path, name, (request) => guarded(request, route, handler));
  };
  const outside = (name: RouteName, handler: (request: ClientRequest) => Response | Promise<Response>): void => {
    const { method, path } = routes[name];
    on(method, path, name, (request) => open(request, handler));
  };

  // The answer reveals nothing about the archive or its owner.
  outside('health', () => new Response('ok\n', { headers: { 'Content-Type': 'text/plain; charset=utf-8' } }));
  if (context.signInMethod.by === 'password') {
    outside('sign-in', (request) => signIn.page(request));
    outside('sign-in-try', (request) => signIn.enter(request));
    outside('sign-in.css', () => signIn.style());
    outside('sign-in.js', () => signIn.script());
    outside('sign-in-openid', (request) => signIn.openid.redirectToProvider(request));
    outside('sign-in-openid-back', (request) => signIn.openid.returnFromProvider(request));
  }
  if (context.signInMethod.by === 'address') outside('enter', (request) => signIn.enterByAddress(request));
  outside('icon', () => new Response(null, { status: 204 }));
  inside(
    'page',
    () =>
      new Response(context.page.html, {
        headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': `${context.page.policy}; frame-ancestors 'none'` },
      }),
  );
  inside('page.js', asset(context.page.script, 'text/javascript'));
  inside('page.css', asset(context.page.style, 'text/css'));
  inside('sign-out', (request) => signIn.leave(request));
  inside('session', (request) => sessionAnswer(context, request));
  inside('overview', (request) => overviewAnswer(context, request));
  inside('search', (request) => searchAnswer(context, request));
  inside('detail', (request) => detailAnswer(context, request));
  inside('tags', (request) => tagsAnswer(context, request));
  inside('note-add', (request) => notes.add(request));
  inside('note-withdraw', (request) => notes.withdraw(request));
  inside('export-choose', (request) => exports.choose(request));
  inside('export', (request) => exports.zip(request));
  inside('export-requests', (request) => decisions.list(request));
  inside('export-ask', (request) => exports.ask(request));
  inside('export-decide', (request) => decisions.decide(request));
  inside('export-withdraw', (request) => decisions.withdraw(request));
  inside('cases', (request) => cases.list(request));
  inside('case-new', (request) => cases.create(request));
  inside('case', (request) => cases.show(request));
  inside('case-add', (request) => cases.add(request));
  inside('case-messages', (request) => cases.receive(request));
  inside('case-remove', (request) => cases.remove(request));
  inside('case-decide', (request) => cases.decide(request));
  inside('case-export', (request) => cases.take(request));
  inside('case-export-ask', (request) => cases.ask(request));
  inside('my-sessions', (request) => ownSessions(context, request));
  inside('my-sessions-end', (request) => endOwnSessions(context, request));
  inside('sessions', (request) => sessionList(context, request));
  inside('sessions-end', (request) => endSessions(context, request));
  inside('proof', (request) => proof(request));
  inside('span', (request) => span(request));
  inside('file', (request) => fileAnswer(context, request));
  on('GET', '*', 'unknown', (request) => refuse(context, request, 'path', notThere()));
  on('POST', '*', 'unknown', (request) => refuse(context, request, 'path', notThere()));

  const headers = { ...alwaysHeaders, ...(context.isSecure ? tlsHeaders : {}) };
  const answer: Answer = async (request, bindings) => {
    const raw = rawRequest(bindings.incoming);
    const refused = checkRequest(raw, context.place);
    const answered =
      refused === null
        ? await answerOr(
            context,
            () => app.fetch(request, bindings),
            () => taken.get(bindings.incoming) === 'file',
          )
        : refuse(context, { session: null }, refused.why, refusalAnswer(refused.status, 'unfit', { Connection: 'close' }));
    const made = await refusalPage(answered, raw);
    for (const [name, value] of Object.entries(headers)) if (!made.headers.has(name)) made.headers.set(name, value);
    return made;
  };
  return { answer, routeOf: (incoming) => taken.get(incoming) ?? 'refused' };
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

/** Runs a handler and reports expected failures to the operator; the client learns only that something failed. A bug is rethrown, so that it is noticed. */
async function answerOr(context: ServerContext, work: () => Response | Promise<Response>, isFile: () => boolean): Promise<Response> {
  try {
    return await work();
  } catch (thrown) {
    const error = firstError(thrown);
    if (!isTrouble(error)) throw error;
    const away = awayReason(context.archive.dir, null);
    if (away !== null && isFile()) context.countUnavailable('unreachable');
    const said = error instanceof LongplayError ? `${error.code} ${error.message}` : `${systemCode(error)}`;
    context.warn(away === null ? said : `A102 archive unreachable: ${away}; check whether its disk is mounted`);
    return refusalAnswer(503, 'archive', { 'Retry-After': '5' });
  }
}

function rawRequest({ method, url, rawHeaders }: IncomingMessage): RawRequest {
  return { method: method ?? '', target: url ?? '', rawHeaders };
}

/**
 * Returns the key under which a request without a session is counted. A browser in which somebody signed in before is counted separately, so that other clients
 * at the same address cannot lock it out.
 */
function countedAs({ known, client }: ClientRequest): string {
  return known === null ? client : `${known.user} ${known.id}`;
}

/** Identifies the user. A proxy's header is trusted only on the proxy's own connection, and only if it names exactly one user. */
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
  // Another page of this host may have set a cookie of the same name, but only a cookie of this server gives a session.
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
