import { setImmediate as turn } from 'node:timers/promises';
import type { PageExportRequest } from '../../core/page/data.ts';
import type { Account } from '../accounts/account.ts';
import { type ExportRequest, personOf } from '../accounts/export-requests.ts';
import { routes } from '../accounts/routes.ts';
import { jsonAnswer, notThere, refusalAnswer } from '../answer/headers.ts';
import { jsonBody } from '../answer/json-body.ts';
import { logAction, logUnavailable, mayUse, refuse, type ServerContext, type SignedInRequest } from '../answer/server-context.ts';

const decisionBytes = 1_024;
/** Number of recordings that are looked up before other requests are answered. */
const together = 25;

/** Request handlers for second-person decisions. */
export interface ExportDecisions {
  /** Lists the user's own requests, and the requests of others that the user may decide on. */
  list(request: SignedInRequest): Promise<Response>;
  /** Allows or refuses another user's request: `{"allow": true}`. */
  decide(request: SignedInRequest): Promise<Response>;
  /** Withdraws the user's own request, if it is waiting, or is allowed but not used yet. */
  withdraw(request: SignedInRequest): Promise<Response>;
}

/** Whether an account could reach all recordings of a request when the account's list was first made. Cached, because lists are requested often. */
type Reached = WeakMap<Account, Map<string, boolean>>;

/** Creates the handlers. */
export function createExportDecisions(context: ServerContext): ExportDecisions {
  const reached: Reached = new WeakMap();
  return {
    list: (request) => requestList(context, request, reached),
    decide: (request) => decideRequest(context, request),
    withdraw: (request) => withdrawRequest(context, request),
  };
}

async function requestList(context: ServerContext, request: SignedInRequest, reached: Reached): Promise<Response> {
  const { account } = request.session;
  const own: PageExportRequest[] = [];
  const others: PageExportRequest[] = [];
  for (const exportRequest of context.exportRequests.all()) {
    if (exportRequest.state === 'entering') continue;
    if (isSamePerson(exportRequest, account)) own.push(pageRequest(context, exportRequest, true));
    else if (exportRequest.state === 'waits' && (await reachesOnce(context, request, exportRequest, reached)))
      others.push(pageRequest(context, exportRequest, false));
  }
  return jsonAnswer({ own, others });
}

async function decideRequest(context: ServerContext, request: SignedInRequest): Promise<Response> {
  const { account } = request.session;
  const { allow } = (await jsonBody(request, decisionBytes)) ?? {};
  const exportRequest = context.exportRequests.one(request.params.id ?? '');
  if (exportRequest === null) return refuse(context, request, 'not-there', notThere());
  if (isSamePerson(exportRequest, account)) return refuse(context, request, 'second-person', refusalAnswer(403, 'second-self'));
  // Checked again, because the permission covers what the deciding user can reach now.
  if (!(await reaches(context, request, exportRequest))) return refuse(context, request, 'not-there', notThere());
  if (typeof allow !== 'boolean') return refuse(context, request, 'body', refusalAnswer(400, 'request'));
  // Only one of two simultaneous decisions succeeds.
  if (context.exportRequests.move(exportRequest.id, 'waits', 'entering') === null) return refusalAnswer(409, 'second-over');
  const detail = {
    request: exportRequest.id,
    allowed: allow,
    recordings: exportRequest.requested.recordings.length,
    setSha256: exportRequest.requested.setSha256,
  };
  const refusal = await logAction(context, request, 'export-decided', detail, { askedBy: exportRequest.user }, exportRequest.user);
  if (refusal !== null) {
    context.exportRequests.move(exportRequest.id, 'entering', 'waits');
    return logUnavailable(context, refusal);
  }
  const decided = context.exportRequests.move(exportRequest.id, 'entering', allow ? 'allowed' : 'refused', account.user);
  return decided === null ? refusalAnswer(409, 'second-over') : jsonAnswer({ allowed: allow });
}

async function withdrawRequest(context: ServerContext, request: SignedInRequest): Promise<Response> {
  const exportRequest = context.exportRequests.one(request.params.id ?? '');
  // Another user's request is reported as not found, even to users who may decide on it.
  if (exportRequest === null || !isSamePerson(exportRequest, request.session.account)) return refuse(context, request, 'not-there', notThere());
  const { id, state, requested } = exportRequest;
  // While the log entry is being written, nobody can decide on the request or use it.
  if ((state !== 'waits' && state !== 'allowed') || context.exportRequests.move(id, state, 'entering') === null)
    return refusalAnswer(409, 'second-over');
  const detail = { request: id, allowed: state === 'allowed', recordings: requested.recordings.length, setSha256: requested.setSha256 };
  const refusal = await logAction(context, request, 'export-withdrawn', detail);
  context.exportRequests.move(id, 'entering', refusal === null ? 'withdrawn' : state);
  return refusal === null ? jsonAnswer({ withdrawn: true }) : logUnavailable(context, refusal);
}

function isSamePerson({ user }: ExportRequest, account: Account): boolean {
  return personOf(user) === personOf(account.user);
}

async function reachesOnce(context: ServerContext, request: SignedInRequest, exportRequest: ExportRequest, reached: Reached): Promise<boolean> {
  const { account } = request.session;
  const known = reached.get(account) ?? new Map<string, boolean>();
  reached.set(account, known);
  const before = known.get(exportRequest.id);
  if (before !== undefined) return before;
  for (const id of known.keys()) if (context.exportRequests.one(id) === null) known.delete(id);
  const does = await reaches(context, request, exportRequest);
  known.set(exportRequest.id, does);
  return does;
}

/** Returns true if the user could make the same export alone, because the user reaches all of its recordings, or the case. */
async function reaches(context: ServerContext, request: SignedInRequest, { requested }: ExportRequest): Promise<boolean> {
  if (requested.kind === 'case') return mayUse(request, routes['case-export']);
  const { within } = request.session.account;
  for (const [index, id] of requested.recordings.entries()) {
    if (index % together === together - 1) await turn();
    if (context.finder.one(id, within).kind !== 'found') return false;
  }
  return true;
}

function pageRequest(
  { now }: ServerContext,
  { id, user, requested, reason, askedAt, state, decidedBy, until }: ExportRequest,
  isOwn: boolean,
): PageExportRequest {
  const { kind, said, masked, take, recordings, setSha256, hours } = requested;
  const address = requested.address ?? `/api/export.zip?request=${id}&take=${take ?? ''}`;
  return {
    id,
    user,
    kind,
    said,
    masked,
    take,
    case: requested.case,
    recordings: recordings.length,
    hours,
    setSha256,
    reason,
    state: state === 'entering' ? 'waits' : state,
    decidedBy,
    ageMs: Math.round(now() - askedAt),
    leftMs: Math.round(until - now()),
    address: isOwn && state === 'allowed' ? address : null,
  };
}
