import { setImmediate as turn } from 'node:timers/promises';
import type { PageExportRequest } from '../../core/page/data.ts';
import type { Account } from '../accounts/account.ts';
import { type ExportRequest, personOf } from '../accounts/export-requests.ts';
import { routes } from '../accounts/routes.ts';
import { jsonAnswer, notThere, refusalAnswer } from '../answer/headers.ts';
import { type AskedInside, enterFor, type House, mayGo, notEntered, turnAway } from '../answer/house.ts';
import { saidJson } from '../answer/said-json.ts';

const decisionBytes = 1_024;
/** Recordings looked up before others get their turn. */
const together = 25;

/** Requests as people see and decide them. */
export interface ExportDecisions {
  /** The requests of who asks, and those of others that they may decide on. */
  list(asked: AskedInside): Promise<Response>;
  /** Allows the request of somebody else, or refuses it: `{"allow": true}`. */
  decide(asked: AskedInside): Promise<Response>;
  /** Withdraws a request of one's own that waits, or that was allowed and not taken yet. */
  withdraw(asked: AskedInside): Promise<Response>;
}

/** Whether somebody reached all recordings of a request when its list was made first, by account and request: a list is looked at often. */
type Reached = WeakMap<Account, Map<string, boolean>>;

/** Makes them. */
export function createExportDecisions(house: House): ExportDecisions {
  const reached: Reached = new WeakMap();
  return {
    list: (asked) => requestList(house, asked, reached),
    decide: (asked) => decideRequest(house, asked),
    withdraw: (asked) => withdrawRequest(house, asked),
  };
}

async function requestList(house: House, asked: AskedInside, reached: Reached): Promise<Response> {
  const { account } = asked.session;
  const own: PageExportRequest[] = [];
  const others: PageExportRequest[] = [];
  for (const request of house.exportRequests.all()) {
    if (request.state === 'entering') continue;
    if (isSamePerson(request, account)) own.push(pageRequest(house, request, true));
    else if (request.state === 'waits' && (await reachesOnce(house, asked, request, reached))) others.push(pageRequest(house, request, false));
  }
  return jsonAnswer({ own, others });
}

async function decideRequest(house: House, asked: AskedInside): Promise<Response> {
  const { account } = asked.session;
  const { allow } = (await saidJson(asked, decisionBytes)) ?? {};
  const request = house.exportRequests.one(asked.params.id ?? '');
  if (request === null) return turnAway(house, asked, 'not-there', notThere());
  if (isSamePerson(request, account)) return turnAway(house, asked, 'second-person', refusalAnswer(403, 'second-self'));
  // Looked up anew: what is allowed is what they reach now.
  if (!(await reaches(house, asked, request))) return turnAway(house, asked, 'not-there', notThere());
  if (typeof allow !== 'boolean') return turnAway(house, asked, 'body', refusalAnswer(400, 'request'));
  // Of two who decide at once one does.
  if (house.exportRequests.move(request.id, 'waits', 'entering') === null) return refusalAnswer(409, 'second-over');
  const detail = { request: request.id, allowed: allow, recordings: request.wish.recordings.length, setSha256: request.wish.setSha256 };
  const refusal = await enterFor(house, asked, 'export-decided', detail, { askedBy: request.user }, request.user);
  if (refusal !== null) {
    house.exportRequests.move(request.id, 'entering', 'waits');
    return notEntered(house, refusal);
  }
  const decided = house.exportRequests.move(request.id, 'entering', allow ? 'allowed' : 'refused', account.user);
  return decided === null ? refusalAnswer(409, 'second-over') : jsonAnswer({ allowed: allow });
}

async function withdrawRequest(house: House, asked: AskedInside): Promise<Response> {
  const request = house.exportRequests.one(asked.params.id ?? '');
  // That of somebody else is not there, whoever may decide on it.
  if (request === null || !isSamePerson(request, asked.session.account)) return turnAway(house, asked, 'not-there', notThere());
  const { id, state, wish } = request;
  // While the log is written it can neither be decided on nor taken.
  if ((state !== 'waits' && state !== 'allowed') || house.exportRequests.move(id, state, 'entering') === null)
    return refusalAnswer(409, 'second-over');
  const detail = { request: id, allowed: state === 'allowed', recordings: wish.recordings.length, setSha256: wish.setSha256 };
  const refusal = await enterFor(house, asked, 'export-withdrawn', detail);
  house.exportRequests.move(id, 'entering', refusal === null ? 'withdrawn' : state);
  return refusal === null ? jsonAnswer({ withdrawn: true }) : notEntered(house, refusal);
}

function isSamePerson({ user }: ExportRequest, account: Account): boolean {
  return personOf(user) === personOf(account.user);
}

async function reachesOnce(house: House, asked: AskedInside, request: ExportRequest, reached: Reached): Promise<boolean> {
  const { account } = asked.session;
  const known = reached.get(account) ?? new Map<string, boolean>();
  reached.set(account, known);
  const before = known.get(request.id);
  if (before !== undefined) return before;
  for (const id of known.keys()) if (house.exportRequests.one(id) === null) known.delete(id);
  const does = await reaches(house, asked, request);
  known.set(request.id, does);
  return does;
}

/** True where somebody could have the same export by themselves: all of its recordings, or the case. */
async function reaches(house: House, asked: AskedInside, { wish }: ExportRequest): Promise<boolean> {
  if (wish.kind === 'case') return mayGo(asked, routes['case-export']);
  const { within } = asked.session.account;
  for (const [index, id] of wish.recordings.entries()) {
    if (index % together === together - 1) await turn();
    if (house.finder.one(id, within).kind !== 'found') return false;
  }
  return true;
}

function pageRequest({ now }: House, { id, user, wish, reason, askedAt, state, decidedBy, until }: ExportRequest, isOwn: boolean): PageExportRequest {
  const { kind, said, masked, take, recordings, setSha256, hours } = wish;
  const address = wish.address ?? `/api/export.zip?request=${id}&take=${take ?? ''}`;
  return {
    id,
    user,
    kind,
    said,
    masked,
    take,
    case: wish.case,
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
