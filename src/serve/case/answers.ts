import { setImmediate as turn } from 'node:timers/promises';
import { type CaseDocument, caseBytes, caseIdPattern } from '../../archive/documents/case-json.ts';
import { countryOf } from '../../cases/edit/edit-case.ts';
import { entriesOf } from '../../cases/edit/show-timeline.ts';
import { knownParties } from '../../cases/person/known-parties.ts';
import { keptSubject, requestedPersonIn, valuesOf } from '../../cases/person/known-person.ts';
import { returnedError } from '../../cases/store/case-state.ts';
import type { FoundCase } from '../../cases/store/open-case.ts';
import { type CaseTools, caseIds, changeCase, createCase, findCase, withoutRecordings } from '../../cases/store/store.ts';
import { findOutside } from '../../cases/timeline/outside.ts';
import { timelineOf } from '../../cases/timeline/timeline.ts';
import { firstError, LongplayError } from '../../core/base/error.ts';
import { reasonText } from '../../core/base/given-reason.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { limits } from '../../core/base/limits.ts';
import { personOf } from '../../core/identity/person.ts';
import type { PageCase, PageCaseView } from '../../core/page/data.ts';
import { caseDeleted } from '../../log/read/case-digests.ts';
import type { Sound } from '../accounts/day-quotas.ts';
import type { RequestedExport } from '../accounts/export-requests.ts';
import { type ExportPermission, permitExport, requestedExportOf, requestSecondPerson } from '../answer/export-permission.ts';
import { jsonAnswer, notThere, refusalAnswer } from '../answer/headers.ts';
import { jsonBody } from '../answer/json-body.ts';
import { actorOf, logAction, logUnavailable, refuse, type ServerContext, type SignedInRequest } from '../answer/server-context.ts';
import { idsOf, spellingsOf } from './addition-request.ts';
import { caseArchive } from './case-archive.ts';
import { type CaseAccess, withCaseAccess } from './case-keys.ts';
import { createCaseDecision } from './decision.ts';
import { createCaseFill, noRequest } from './fill.ts';
import { pageTimeline } from './rows.ts';
import { besideTimeline, pageCase } from './view.ts';
import { createCaseZip } from './zip.ts';

/** Largest number of cases in a list, newest first, and of rows that are ordered for one page. The command line has no such limits. */
const mostCases = 500;
const mostRecordings = 2_000;
const mostMessages = 5_000;
/** Largest request body in bytes. */
const bodyBytes = 64 * 1024;

/** Request handlers for cases. */
export interface CaseAnswers {
  list(request: SignedInRequest): Promise<Response>;
  create(request: SignedInRequest): Promise<Response>;
  show(request: SignedInRequest): Promise<Response>;
  add(request: SignedInRequest): Promise<Response>;
  /** Receives a file with messages. */
  receive(request: SignedInRequest): Promise<Response>;
  remove(request: SignedInRequest): Promise<Response>;
  /** Records a decision on who a party of a recording is. */
  decide(request: SignedInRequest): Promise<Response>;
  take(request: SignedInRequest): Promise<Response>;
  /** Requests a second person's permission for the export that `take` would make. */
  ask(request: SignedInRequest): Promise<Response>;
}

/** Creates the handlers for the cases of an archive. */
export function createCaseAnswers(context: ServerContext): CaseAnswers {
  const { archive } = context;
  const zip = createCaseZip(context);
  const fill = createCaseFill(context);
  const decision = createCaseDecision(context);
  const page = (document: CaseDocument): PageCase => pageCase(context, document);
  const guarded = async (request: SignedInRequest, work: (access: CaseAccess) => Promise<Response>): Promise<Response> => {
    if (request.params.id !== undefined && !caseIdPattern.test(request.params.id)) return refuse(context, request, 'not-there', notThere());
    try {
      return await withCaseAccess(context, request, work);
    } catch (thrown) {
      const error = firstError(thrown);
      // The client has gone, and its work was abandoned.
      if (request.signal.aborted && error === request.signal.reason) return refusalAnswer(503, 'given-up');
      const answer = error instanceof LongplayError ? refusalOf(context, request, error) : null;
      if (answer === null) throw error;
      return answer;
    }
  };
  /** Finds the case of a request. @throws as `CaseAccess.open` */
  const known = ({ params: { id = '' } }: SignedInRequest, access: CaseAccess): Promise<FoundCase> => access.open(id);
  return {
    list: (request) =>
      guarded(request, async (access) => {
        await access.list();
        const cases: PageCase[] = [];
        let damaged = 0;
        for (const id of caseIds(archive).reverse().slice(0, mostCases)) {
          await turn();
          request.signal.throwIfAborted();
          try {
            if (context.caseEntries(id).some(({ type }) => type === caseDeleted)) throw returnedError(archive, id);
            cases.push(page(findCase(archive, id).document));
          } catch (error) {
            if (!(error instanceof LongplayError)) throw error;
            damaged++;
            context.warn(`${error.code} ${error.message}`);
          }
        }
        return jsonAnswer({ cases, damaged, register: context.people.shown() });
      }),
    create: (request) =>
      guarded(request, async () => {
        const said = await jsonBody(request, bodyBytes);
        if (said === null || typeof said.title !== 'string' || (said.country !== undefined && typeof said.country !== 'string'))
          return noRequest(context, request);
        const subject = said.subject === undefined ? null : spellingsOf(said.subject);
        if (said.subject !== undefined && subject === null) return noRequest(context, request);
        const country = countryOf(said.country);
        const about = subject === null ? { subject } : aboutWhom(context, subject, country);
        const made = await createCase(archive, { title: said.title, country, ...about }, toolsOf(context, request));
        return jsonAnswer(page(made), 201);
      }),
    show: (request) =>
      guarded(request, async (access) => {
        const found = await known(request, access);
        const { document } = found;
        await access.enterShown(document.id);
        const head = page(document);
        const isSmall = head.recordings <= mostRecordings && head.messages <= mostMessages;
        const searched = caseArchive(context, access, document.id);
        const parties = knownParties(document, context.people.people());
        const read = isSmall ? await entriesOf(searched, found, parties, request.signal) : null;
        const outside = read === null ? null : await findOutside(searched, read.entries, parties, request.signal);
        const timeline = read === null || outside === null ? null : pageTimeline(timelineOf(read.entries, outside), read.findings.length);
        const shown = isSmall
          ? document
          : { ...document, recordings: document.recordings.slice(0, mostRecordings), removed: document.removed.slice(-mostRecordings) };
        const beside = await besideTimeline(context, shown, read?.entries ?? []);
        const view: PageCaseView = { ...head, ...beside, register: context.people.shown(), timeline };
        return jsonAnswer(view);
      }),
    add: (request) =>
      guarded(request, async (access) => {
        const said = await jsonBody(request, bodyBytes);
        const { document } = await known(request, access);
        return await fill.add(request, said, { document, access, tools: toolsOf(context, request), page });
      }),
    receive: (request) =>
      guarded(request, async (access) => {
        const { document } = await known(request, access);
        return await fill.receive(request, { document, access, tools: toolsOf(context, request), page });
      }),
    remove: (request) =>
      guarded(request, async (access) => {
        const said = await jsonBody(request, bodyBytes);
        const ids = idsOf(said?.recordings);
        if (ids === null || typeof said?.reason !== 'string') return noRequest(context, request);
        const { document } = await known(request, access);
        const tools = toolsOf(context, request);
        const why = { reason: reasonText(said.reason), at: tools.now(), by: tools.user() };
        const take = async (before: CaseDocument): Promise<CaseDocument> => {
          const gone = new Set(before.recordings.map(({ recordingId }) => recordingId).filter((id) => ids.includes(id)));
          return gone.size === 0 ? before : withoutRecordings(before, gone, why);
        };
        const after = await changeCase(archive, document.id, { action: 'recordings-removed', change: take }, tools, request.signal);
        return jsonAnswer({ ...page(after), removed: document.recordings.length - after.recordings.length });
      }),
    decide: (request) =>
      guarded(request, async (access) => {
        const said = await jsonBody(request, bodyBytes);
        const { document } = await known(request, access);
        return await decision(request, said, { document, access, tools: toolsOf(context, request), page });
      }),
    take: (request) =>
      guarded(request, async (access) => {
        // A HEAD answer has no body, so nothing would show when the file can be deleted.
        if (request.raw.method === 'HEAD') return refuse(context, request, 'method', refusalAnswer(405, 'size'));
        const wanted = wantedOf(context, request, (await known(request, access)).document);
        if (wanted instanceof Response) return wanted;
        const { requested, sounds, caseSha256 } = wanted;
        const leave = permitExport(context, request, requested, sounds);
        if (leave instanceof Response) return leave;
        let isGiven = false;
        try {
          const answer = await zip(request, { id: wanted.id, mask: requested.masked, sha256: caseSha256, access }, toolsOf(context, request, leave));
          isGiven = answer.ok;
          return answer;
        } finally {
          if (!isGiven) leave.giveBack();
        }
      }),
    ask: (request) =>
      guarded(request, async (access) => {
        const wanted = wantedOf(context, request, (await known(request, access)).document);
        return wanted instanceof Response ? wanted : await requestSecondPerson(context, request, wanted.requested, wanted.sounds);
      }),
  };
}

/** Returns what a case about a data subject keeps of the data subject, from the current register of persons. */
function aboutWhom({ people }: ServerContext, subject: readonly string[], country: string | null): Pick<CaseDocument, 'subject' | 'register'> {
  const asked = requestedPersonIn(people.people(), subject);
  const { values, countries } = valuesOf(asked);
  return asked.register === null && Object.keys(countries).length === 0 ? { subject } : keptSubject(personOf(values, country, countries), asked);
}

/** A case in the form in which it would be handed over now. */
interface WantedCase {
  readonly id: string;
  readonly requested: RequestedExport;
  readonly sounds: readonly Sound[];
  /** SHA-256 of the case's document. */
  readonly caseSha256: string;
}

function wantedOf(context: ServerContext, { url }: SignedInRequest, document: CaseDocument): WantedCase | Response {
  if (document.recordings.length > mostRecordings) return refusalAnswer(413, 'case-large', {}, { n: mostRecordings });
  const masked = url.searchParams.has('mask');
  if (masked && document.subject === null) return refusalAnswer(400, 'case-about');
  const { id, title } = document;
  const sounds = soundsOf(context, document);
  const caseSha256 = sha256Hex(caseBytes(document));
  const address = `/api/cases/${id}/export.zip${masked ? '?mask' : ''}`;
  const head = { kind: 'case', said: [title], case: id, masked, take: null, query: '[]', address } as const;
  return { id, sounds, caseSha256, requested: requestedExportOf(head, sounds, caseSha256) };
}

/** Returns the tools that store and log a user's work on a case. @param leave permission to hand the case over */
function toolsOf(context: ServerContext, request: SignedInRequest, leave: ExportPermission | null = null): CaseTools {
  return {
    ...context.caseTools,
    actor: () => actorOf(context, request),
    user: () => request.session.account.user,
    enter: (type, detail, details) =>
      logAction(context, request, type, { ...detail, ...leave?.detail }, { ...details, ...leave?.details }, leave?.of ?? null),
  };
}

function soundsOf({ finder }: ServerContext, { recordings }: CaseDocument): Sound[] {
  return recordings.map(({ recordingId }) => {
    const found = finder.one(recordingId, null);
    return { recordingId, durationMs: found.kind === 'found' ? found.row.durationMs : null };
  });
}

/** Returns a refusal for an error that the user can act on; null if only the operator can. */
function refusalOf(context: ServerContext, request: SignedInRequest, { code, message, hint }: LongplayError): Response | null {
  if (code === 'C100' || code === 'C106') return refuse(context, request, 'not-there', notThere());
  if (code === 'C129') {
    context.warn(`${code} ${message}; ${hint}`);
    return refuse(context, request, 'not-there', notThere());
  }
  if (code === 'C115') return logUnavailable(context, message);
  if (code === 'K204') return refusalAnswer(410, 'erased-case');
  if (code === 'K203' || code === 'K210' || code === 'K211' || code === 'L105') {
    context.warn(`${code} ${message}; ${hint}`);
    return refusalAnswer(503, code === 'K210' ? 'log' : 'sealed-case', { 'Retry-After': '5' });
  }
  if (code === 'A105') return refusalAnswer(409, 'case-busy', { 'Retry-After': '5' });
  if (code === 'C103') return refusalAnswer(400, 'case-full', {}, { n: limits.caseRecordings, files: limits.caseMessageFiles });
  if (code === 'C104') return refusalAnswer(400, 'case-title', {}, { n: 500 });
  if (code === 'C109') return refusalAnswer(400, 'case-nobody');
  if (code === 'C160') return refusalAnswer(400, 'case-whom');
  if (code === 'C161') return refusalAnswer(503, 'archive', { 'Retry-After': '5' });
  if (code === 'U332') return refusalAnswer(400, 'case-namesakes');
  if (code === 'C105') return refusalAnswer(400, 'case-country');
  if (code === 'U106') return refusalAnswer(400, 'zone');
  if (code === 'U317') return refusalAnswer(400, 'case-reason', {}, { n: 500 });
  return null;
}
