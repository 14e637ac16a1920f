import { setImmediate as turn } from 'node:timers/promises';
import { type CaseDocument, caseBytes, caseIdPattern } from '../../archive/documents/case-json.ts';
import { countryOf } from '../../cases/edit/edit-case.ts';
import { entriesOf } from '../../cases/edit/show-timeline.ts';
import { knownParties } from '../../cases/person/known-parties.ts';
import { askedIn, keptSubject, valuesOf } from '../../cases/person/known-person.ts';
import { type CaseTools, caseIds, changeCase, createCase, findCase, withoutRecordings } from '../../cases/store/store.ts';
import { findOutside } from '../../cases/timeline/outside.ts';
import { timelineOf } from '../../cases/timeline/timeline.ts';
import { firstError, LongplayError } from '../../core/base/error.ts';
import { reasonText } from '../../core/base/given-reason.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { limits } from '../../core/base/limits.ts';
import { personOf } from '../../core/identity/person.ts';
import type { PageCase, PageCaseView } from '../../core/page/data.ts';
import type { NewEntry } from '../../log/entries/log-entry.ts';
import type { CatalogQuery } from '../../store/catalog/catalog-query.ts';
import type { Sound } from '../accounts/day-quotas.ts';
import type { ExportWish } from '../accounts/export-requests.ts';
import { jsonAnswer, notThere, refusalAnswer } from '../answer/headers.ts';
import { type AskedInside, actorOf, enterFor, type House, notEntered, turnAway } from '../answer/house.ts';
import { saidJson } from '../answer/said-json.ts';
import { askForSecond, type Leave, leaveForSeveral, wishOfExport } from '../answer/take-several.ts';
import { createCaseDecision } from './decision.ts';
import { createCaseFill, noRequest } from './fill.ts';
import { pageTimeline } from './rows.ts';
import { besideTimeline, pageCase } from './view.ts';
import { idsOf, spellingsOf } from './wish.ts';
import { createCaseZip } from './zip.ts';

/** Cases of one list, the newest; and what is put in order for one page. For more there is the command line. */
const mostCases = 500;
const mostRecordings = 2_000;
const mostMessages = 5_000;
/** Bytes of a request. */
const bodyBytes = 64 * 1024;

/** What is answered about cases. */
export interface CaseAnswers {
  list(asked: AskedInside): Promise<Response>;
  create(asked: AskedInside): Promise<Response>;
  show(asked: AskedInside): Promise<Response>;
  add(asked: AskedInside): Promise<Response>;
  /** Takes a file with messages. */
  receive(asked: AskedInside): Promise<Response>;
  remove(asked: AskedInside): Promise<Response>;
  /** Keeps who somebody in a recording is. */
  decide(asked: AskedInside): Promise<Response>;
  take(asked: AskedInside): Promise<Response>;
  /** Asks a second person for what `take` would hand out. */
  ask(asked: AskedInside): Promise<Response>;
}

/** Answers for the cases of a house's archive. */
export function createCaseAnswers(house: House): CaseAnswers {
  const { archive } = house;
  const zip = createCaseZip(house);
  const fill = createCaseFill(house);
  const decision = createCaseDecision(house);
  const page = (document: CaseDocument): PageCase => pageCase(house, document);
  const guarded = async (asked: AskedInside, work: () => Promise<Response>): Promise<Response> => {
    if (asked.params.id !== undefined && !caseIdPattern.test(asked.params.id)) return turnAway(house, asked, 'not-there', notThere());
    try {
      return await work();
    } catch (thrown) {
      const error = firstError(thrown);
      // Who asked has gone, and what was begun for them was given up.
      if (asked.signal.aborted && error === asked.signal.reason) return refusalAnswer(503, 'given-up');
      const answer = error instanceof LongplayError ? refusalOf(house, asked, error) : null;
      if (answer === null) throw error;
      return answer;
    }
  };
  /** One that something is read of. @throws LongplayError C100, C101 */
  const known = ({ params: { id = '' } }: AskedInside): { readonly folder: string; readonly document: CaseDocument } => findCase(archive, id);
  return {
    list: (asked) =>
      guarded(asked, async () => {
        const refusal = await once(house, asked, 'cases-listed', {});
        if (refusal !== null) return notEntered(house, refusal);
        const cases: PageCase[] = [];
        let damaged = 0;
        for (const id of caseIds(archive).reverse().slice(0, mostCases)) {
          await turn();
          asked.signal.throwIfAborted();
          try {
            cases.push(page(findCase(archive, id).document));
          } catch (error) {
            if (!(error instanceof LongplayError)) throw error;
            damaged++;
            house.tell(`${error.code} ${error.message}`);
          }
        }
        return jsonAnswer({ cases, damaged, register: house.people.shown() });
      }),
    create: (asked) =>
      guarded(asked, async () => {
        const said = await saidJson(asked, bodyBytes);
        if (said === null || typeof said.title !== 'string' || (said.country !== undefined && typeof said.country !== 'string'))
          return noRequest(house, asked);
        const subject = said.subject === undefined ? null : spellingsOf(said.subject);
        if (said.subject !== undefined && subject === null) return noRequest(house, asked);
        const country = countryOf(said.country);
        const about = subject === null ? { subject } : aboutWhom(house, subject, country);
        const made = await createCase(archive, { title: said.title, country, ...about }, toolsOf(house, asked));
        return jsonAnswer(page(made), 201);
      }),
    show: (asked) =>
      guarded(asked, async () => {
        const { document, folder } = known(asked);
        const refusal = await once(house, asked, 'case-shown', { case: document.id });
        if (refusal !== null) return notEntered(house, refusal);
        const head = page(document);
        const isSmall = head.recordings <= mostRecordings && head.messages <= mostMessages;
        const catalog = { search: (query: CatalogQuery) => house.finder.all(query, null) };
        const parties = knownParties(document, house.people.people());
        const read = isSmall ? await entriesOf(archive.dir, catalog, document, folder, parties, asked.signal) : null;
        const outside = read === null ? null : await findOutside(archive.dir, catalog, read.entries, parties, asked.signal);
        const timeline = read === null || outside === null ? null : pageTimeline(timelineOf(read.entries, outside), read.findings.length);
        const shown = isSmall
          ? document
          : { ...document, recordings: document.recordings.slice(0, mostRecordings), removed: document.removed.slice(-mostRecordings) };
        const beside = await besideTimeline(house, shown, read?.entries ?? []);
        const view: PageCaseView = { ...head, ...beside, register: house.people.shown(), timeline };
        return jsonAnswer(view);
      }),
    add: (asked) =>
      guarded(asked, async () => {
        const said = await saidJson(asked, bodyBytes);
        return await fill.add(asked, said, { document: known(asked).document, tools: toolsOf(house, asked), page });
      }),
    receive: (asked) =>
      guarded(asked, async () => await fill.receive(asked, { document: known(asked).document, tools: toolsOf(house, asked), page })),
    remove: (asked) =>
      guarded(asked, async () => {
        const said = await saidJson(asked, bodyBytes);
        const ids = idsOf(said?.recordings);
        if (ids === null || typeof said?.reason !== 'string') return noRequest(house, asked);
        const { document } = known(asked);
        const tools = toolsOf(house, asked);
        const why = { reason: reasonText(said.reason), at: tools.now(), by: tools.user() };
        const take = async (before: CaseDocument): Promise<CaseDocument> => {
          const gone = new Set(before.recordings.map(({ recordingId }) => recordingId).filter((id) => ids.includes(id)));
          return gone.size === 0 ? before : withoutRecordings(before, gone, why);
        };
        const after = await changeCase(archive, document.id, 'recordings-removed', take, tools, asked.signal);
        return jsonAnswer({ ...page(after), removed: document.recordings.length - after.recordings.length });
      }),
    decide: (asked) =>
      guarded(asked, async () => {
        const said = await saidJson(asked, bodyBytes);
        return await decision(asked, said, { document: known(asked).document, tools: toolsOf(house, asked), page });
      }),
    take: (asked) =>
      guarded(asked, async () => {
        // Nobody gets a body of it, and nothing would say when the file may go.
        if (asked.raw.method === 'HEAD') return turnAway(house, asked, 'method', refusalAnswer(405, 'size'));
        const wanted = wantedOf(house, asked, known(asked).document);
        if (wanted instanceof Response) return wanted;
        const { wish, sounds, caseSha256 } = wanted;
        const leave = leaveForSeveral(house, asked, wish, sounds);
        if (leave instanceof Response) return leave;
        let isGiven = false;
        try {
          const answer = await zip(asked, { id: wanted.id, mask: wish.masked, sha256: caseSha256 }, toolsOf(house, asked, leave));
          isGiven = answer.ok;
          return answer;
        } finally {
          if (!isGiven) leave.giveBack();
        }
      }),
    ask: (asked) =>
      guarded(asked, async () => {
        const wanted = wantedOf(house, asked, known(asked).document);
        return wanted instanceof Response ? wanted : await askForSecond(house, asked, wanted.wish, wanted.sounds);
      }),
  };
}

/** What a case about somebody keeps, as the register of persons has them now. */
function aboutWhom({ people }: House, subject: readonly string[], country: string | null): Pick<CaseDocument, 'subject' | 'register'> {
  const asked = askedIn(people.people(), subject);
  const { values, countries } = valuesOf(asked);
  return asked.register === null && Object.keys(countries).length === 0 ? { subject } : keptSubject(personOf(values, country, countries), asked);
}

/** A case as it would be handed over now. */
interface WantedCase {
  readonly id: string;
  readonly wish: ExportWish;
  readonly sounds: readonly Sound[];
  /** SHA-256 of its document. */
  readonly caseSha256: string;
}

function wantedOf(house: House, { url }: AskedInside, document: CaseDocument): WantedCase | Response {
  if (document.recordings.length > mostRecordings) return refusalAnswer(413, 'case-large', {}, { n: mostRecordings });
  const masked = url.searchParams.has('mask');
  if (masked && document.subject === null) return refusalAnswer(400, 'case-about');
  const { id, title } = document;
  const sounds = soundsOf(house, document);
  const caseSha256 = sha256Hex(caseBytes(document));
  const address = `/api/cases/${id}/export.zip${masked ? '?mask' : ''}`;
  const head = { kind: 'case', said: [title], case: id, masked, take: null, query: '[]', address } as const;
  return { id, sounds, caseSha256, wish: wishOfExport(head, sounds, caseSha256) };
}

/** What is kept and entered of somebody who works on a case. @param leave to hand it over */
function toolsOf(house: House, asked: AskedInside, leave: Leave | null = null): CaseTools {
  return {
    ...house.caseWork,
    actor: () => actorOf(house, asked),
    user: () => asked.session.account.user,
    enter: (type, detail, details) =>
      enterFor(house, asked, type, { ...detail, ...leave?.detail }, { ...details, ...leave?.details }, leave?.of ?? null),
  };
}

/** Enters a reading, once an hour for a session. */
function once(house: House, asked: AskedInside, type: NewEntry['type'], detail: NewEntry['detail']): Promise<string | null> {
  return asked.session.entered.once(`${type} ${String(detail.case ?? '')}`, () => enterFor(house, asked, type, detail));
}

function soundsOf({ finder }: House, { recordings }: CaseDocument): Sound[] {
  return recordings.map(({ recordingId }) => {
    const found = finder.one(recordingId, null);
    return { recordingId, durationMs: found.kind === 'found' ? found.row.durationMs : null };
  });
}

/** What somebody before a page can do something about; null: the keeper must. */
function refusalOf(house: House, asked: AskedInside, { code, message }: LongplayError): Response | null {
  if (code === 'C100' || code === 'C106') return turnAway(house, asked, 'not-there', notThere());
  if (code === 'C115') return notEntered(house, message);
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
