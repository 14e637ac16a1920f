import type { CaseDocument } from '../../archive/documents/case-json.ts';
import { caseSearch, requestWords, withSearch } from '../../cases/edit/case-search.ts';
import { takeMessages } from '../../cases/edit/import-messages.ts';
import { gather } from '../../cases/person/gather.ts';
import type { CaseTools } from '../../cases/store/store.ts';
import { changeCase, findCase, withRecordings } from '../../cases/store/store.ts';
import { withResult } from '../../core/base/with-result.ts';
import type { CaseFilled, CaseReceived, PageCase } from '../../core/page/data.ts';
import { jsonAnswer, notThere, refusalAnswer } from '../answer/headers.ts';
import { createMutex } from '../answer/mutex.ts';
import { refuse, type ServerContext, type SignedInRequest } from '../answer/server-context.ts';
import { besideCatalog } from '../answer/tag-answer.ts';
import { parseAddition } from './addition-request.ts';
import { caseArchive } from './case-archive.ts';
import type { CaseAccess } from './case-keys.ts';

/** Size of the largest file with messages that is accepted over the network. The command line accepts larger ones. */
const mostUploaded = 16 * 1024 * 1024;

/** Tools of the handlers that change a case. */
export interface Filling {
  readonly document: CaseDocument;
  readonly access: CaseAccess;
  readonly tools: CaseTools;
  readonly page: (document: CaseDocument) => PageCase;
}

/** Handlers that add recordings and messages to cases. */
export interface CaseFill {
  /** Adds recordings. @param said request body */
  add(request: SignedInRequest, said: Readonly<Record<string, unknown>> | null, filling: Filling): Promise<Response>;
  receive(request: SignedInRequest, filling: Filling): Promise<Response>;
}

/** Creates the handlers. They process one search and one file at a time, because each occupies a processor core for a while. */
export function createCaseFill(context: ServerContext): CaseFill {
  const { archive, finder, caseTools, people } = context;
  const searching = createMutex();
  const receiving = createMutex();
  return {
    add: async (request, said, { document, access, tools, page }) => {
      const requested = await parseAddition(said, besideCatalog(context, request), people.people);
      if (requested === null) return refuse(context, request, 'body', refusalAnswer(400, 'nothing-asked'));
      for (const id of requested.ids) if (finder.one(id, null).kind !== 'found') return refuse(context, request, 'not-there', notThere());
      const isSearch = requested.query !== null || requested.party !== null || requested.correlated || requested.subject;
      if (requested.subject && document.subject === null) return refusalAnswer(400, 'case-about');
      const work = async (): Promise<Response> => {
        const stamp = { at: tools.now(), by: tools.user() };
        const {
          reasons,
          findings,
          window,
          uncertainIds: _ids,
          ...counts
        } = await gather(caseArchive(context, access, document.id), document, requested, stamp, request.signal);
        const search = caseSearch(requestWords(requested, requested.queryText), { reasons, window, ...counts }, stamp);
        let added = 0;
        const put = async (before: CaseDocument): Promise<CaseDocument> => {
          const changed = withRecordings(before, reasons);
          added = changed.fresh;
          return withSearch(before, changed.document, search);
        };
        const after = await changeCase(archive, document.id, { action: 'recordings-added', change: put }, tools, request.signal);
        const filled: PageCase & CaseFilled = {
          ...page(after),
          added,
          ...counts,
          perhapsInTime: window?.perhaps ?? 0,
          undatedLeftOut: window?.withoutTime ?? 0,
          keysNotFollowed: findings.length,
        };
        return jsonAnswer(filled);
      };
      return isSearch ? await searching(request, work) : await work();
    },
    receive: async (request, { document, tools, page }) => {
      const parameters = request.url.searchParams;
      const name = fileNameOf(parameters.get('name'));
      const zone = parameters.get('zone') || null;
      const format = parameters.get('format') || 'iso';
      // The format is a pattern of letters and punctuation, as `--time-format` accepts.
      if (name === null || (zone?.length ?? 0) > 64 || !/^[A-Za-z0-9 .:,/_'-]{1,60}$/.test(format)) return noRequest(context, request);
      return await receiving(request, async () => {
        const bytes = await request.bytes(mostUploaded);
        if (bytes === null) return refuse(context, request, 'body', refusalAnswer(413, 'too-long', { Connection: 'close' }, { n: mostUploaded }));
        const given = { files: [{ name, bytes }], times: { zone, format } };
        const { prepareMessages, temporary } = caseTools;
        const taken = withResult(takeMessages(archive, document.id, given, { ...tools, prepareMessages, temporary }, request.signal));
        for await (const event of taken) if (event.type === 'finding' && event.code === 'C114') context.warn(`${event.code} ${event.message}`);
        const made = taken.result();
        if (made.refused > 0) return refusalAnswer(400, 'messages-none');
        const received: PageCase & CaseReceived = {
          ...page(findCase(archive, document.id).document),
          received: made.messages,
          attachments: made.attachments,
          leftOut: made.leftOut,
          isKnown: made.before > 0,
        };
        return jsonAnswer(received);
      });
    },
  };
}

/** Returns the refusal for a malformed request. */
export function noRequest(context: ServerContext, request: SignedInRequest): Response {
  return refuse(context, request, 'body', refusalAnswer(400, 'request'));
}

/** Returns the name of an uploaded file; null if it is unusable. The case shows the name, but it is never used as a path. */
function fileNameOf(text: string | null): string | null {
  if (text === null || text.trim() === '' || text.length > 255 || text === '.' || text === '..') return null;
  return /[/\\\p{Cc}\p{Cf}\p{Co}\p{Cn}]/u.test(text) ? null : text;
}
