import type { IncomingMessage } from 'node:http';
import { awayReason } from '../../archive/layout.ts';
import { firstError, isTrouble, LongplayError, systemCode } from '../../core/base/error.ts';
import { refusalPage } from '../accounts/refusal-page.ts';
import { checkRequest } from '../accounts/request-check.ts';
import { fileAnswer } from '../answer/file-answer.ts';
import { alwaysHeaders, refusalAnswer, tlsHeaders } from '../answer/headers.ts';
import { createProofAnswer } from '../answer/proof-answer.ts';
import { refuse, type ServerContext } from '../answer/server-context.ts';
import { createSpanAnswer } from '../answer/span-answer.ts';
import { tagsAnswer } from '../answer/tag-answer.ts';
import { createCaseAnswers } from '../case/answers.ts';
import { createExportAnswers } from '../export/answer.ts';
import { createExportDecisions } from '../export/decisions.ts';
import { endOwnSessions, endSessions, ownSessions, sessionList } from '../sign-in/session-answers.ts';
import { createSignIn, type SignIn } from '../sign-in/sign-in.ts';
import { detailAnswer, overviewAnswer, searchAnswer, sessionAnswer } from './data-answers.ts';
import { createNoteAnswers } from './note-answers.ts';
import { createRouter, type Router, rawRequest } from './router.ts';

/** Answers one request of the Fetch API. */
export type Answer = (request: Request, bindings: { readonly incoming: IncomingMessage }) => Promise<Response>;

/** Returns the name of a request's route for log lines and summaries, without its variable parts. */
export type RouteOf = (incoming: IncomingMessage) => string;

/** Creates the server's routes. */
export function createApp(context: ServerContext): { readonly answer: Answer; readonly routeOf: RouteOf } {
  const router = createRouter(context);
  const signIn = createSignIn(context);
  addEntrance(router, context, signIn);
  addPage(router, context);
  router.inside('sign-out', (request) => signIn.leave(request));
  addSearch(router, context);
  addNotes(router, context);
  addExports(router, context);
  addCases(router, context);
  addSessions(router, context);
  addFiles(router, context);
  router.refuseOthers();
  const headers = { ...alwaysHeaders, ...(context.isSecure ? tlsHeaders : {}) };
  const answer: Answer = async (request, bindings) => {
    const raw = rawRequest(bindings.incoming);
    const refused = checkRequest(raw, context.place);
    const answered =
      refused === null
        ? await answerOr(
            context,
            () => router.fetch(request, bindings),
            () => router.routeOf(bindings.incoming) === 'file',
          )
        : refuse(context, { session: null }, refused.why, refusalAnswer(refused.status, 'unfit', { Connection: 'close' }));
    const made = await refusalPage(answered, raw);
    for (const [name, value] of Object.entries(headers)) if (!made.headers.has(name)) made.headers.set(name, value);
    return made;
  };
  return { answer, routeOf: (incoming) => router.routeOf(incoming) ?? 'refused' };
}

/** Adds what is served without a session. It reveals nothing about the archive or its owner. */
function addEntrance({ outside }: Router, { signInMethod }: ServerContext, signIn: SignIn): void {
  outside('health', () => new Response('ok\n', { headers: { 'Content-Type': 'text/plain; charset=utf-8' } }));
  if (signInMethod.by === 'password') {
    outside('sign-in', (request) => signIn.page(request));
    outside('sign-in-try', (request) => signIn.enter(request));
    outside('sign-in.css', () => signIn.style());
    outside('sign-in.js', () => signIn.script());
    outside('sign-in-openid', (request) => signIn.openid.redirectToProvider(request));
    outside('sign-in-openid-back', (request) => signIn.openid.returnFromProvider(request));
  }
  if (signInMethod.by === 'address') outside('enter', (request) => signIn.enterByAddress(request));
  outside('icon', () => new Response(null, { status: 204 }));
}

function addPage({ inside }: Router, { page }: ServerContext): void {
  const asset = (text: string, type: string) => (): Response => new Response(text, { headers: { 'Content-Type': `${type}; charset=utf-8` } });
  inside(
    'page',
    () =>
      new Response(page.html, {
        headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': `${page.policy}; frame-ancestors 'none'` },
      }),
  );
  inside('page.js', asset(page.script, 'text/javascript'));
  inside('page.css', asset(page.style, 'text/css'));
}

function addSearch({ inside }: Router, context: ServerContext): void {
  inside('session', (request) => sessionAnswer(context, request));
  inside('overview', (request) => overviewAnswer(context, request));
  inside('search', (request) => searchAnswer(context, request));
  inside('detail', (request) => detailAnswer(context, request));
  inside('tags', (request) => tagsAnswer(context, request));
}

function addNotes({ inside }: Router, context: ServerContext): void {
  const notes = createNoteAnswers(context);
  inside('note-add', (request) => notes.add(request));
  inside('note-withdraw', (request) => notes.withdraw(request));
}

function addExports({ inside }: Router, context: ServerContext): void {
  const exports = createExportAnswers(context);
  const decisions = createExportDecisions(context);
  inside('export-choose', (request) => exports.choose(request));
  inside('export', (request) => exports.zip(request));
  inside('export-requests', (request) => decisions.list(request));
  inside('export-ask', (request) => exports.ask(request));
  inside('export-decide', (request) => decisions.decide(request));
  inside('export-withdraw', (request) => decisions.withdraw(request));
}

function addCases({ inside }: Router, context: ServerContext): void {
  const cases = createCaseAnswers(context);
  inside('cases', (request) => cases.list(request));
  inside('case-new', (request) => cases.create(request));
  inside('case', (request) => cases.show(request));
  inside('case-add', (request) => cases.add(request));
  inside('case-messages', (request) => cases.receive(request));
  inside('case-remove', (request) => cases.remove(request));
  inside('case-decide', (request) => cases.decide(request));
  inside('case-export', (request) => cases.take(request));
  inside('case-export-ask', (request) => cases.ask(request));
}

function addSessions({ inside }: Router, context: ServerContext): void {
  inside('my-sessions', (request) => ownSessions(context, request));
  inside('my-sessions-end', (request) => endOwnSessions(context, request));
  inside('sessions', (request) => sessionList(context, request));
  inside('sessions-end', (request) => endSessions(context, request));
}

function addFiles({ inside }: Router, context: ServerContext): void {
  const proof = createProofAnswer(context);
  const span = createSpanAnswer(context);
  inside('proof', (request) => proof(request));
  inside('span', (request) => span(request));
  inside('file', (request) => fileAnswer(context, request));
}

/** Runs a handler and reports expected failures to the operator; the client only learns that something failed. A bug is rethrown, so that it is noticed. */
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
