import type { CaseDocument } from '../../archive/documents/case-json.ts';
import { askedWords, caseSearch, withSearch } from '../../cases/edit/case-search.ts';
import { type ImportedMessages, takeMessages } from '../../cases/edit/import-messages.ts';
import { gather } from '../../cases/person/gather.ts';
import type { CaseTools } from '../../cases/store/store.ts';
import { changeCase, findCase, withRecordings } from '../../cases/store/store.ts';
import type { CaseFilled, CaseReceived, PageCase } from '../../core/page/data.ts';
import { jsonAnswer, notThere, refusalAnswer } from '../answer/headers.ts';
import { type AskedInside, type House, turnAway } from '../answer/house.ts';
import { besideCatalog } from '../answer/tag-answer.ts';
import { createTurnstile } from '../answer/turnstile.ts';
import { wishOf } from './wish.ts';

/** Bytes of a file with messages that comes over the network; for larger ones there is the command line. */
const mostUploaded = 16 * 1024 * 1024;

/** What an answer that changes a case works with. */
export interface Filling {
  readonly document: CaseDocument;
  readonly tools: CaseTools;
  readonly page: (document: CaseDocument) => PageCase;
}

/** Puts recordings and messages into cases. */
export interface CaseFill {
  /** @param said the body */
  add(asked: AskedInside, said: Readonly<Record<string, unknown>> | null, filling: Filling): Promise<Response>;
  receive(asked: AskedInside, filling: Filling): Promise<Response>;
}

/** Makes it. One search and one file at a time: each takes a core for a while. */
export function createCaseFill(house: House): CaseFill {
  const { archive, finder, caseWork, people } = house;
  const searching = createTurnstile();
  const receiving = createTurnstile();
  return {
    add: async (asked, said, { document, tools, page }) => {
      const wish = await wishOf(said, besideCatalog(house, asked), people.people);
      if (wish === null) return turnAway(house, asked, 'body', refusalAnswer(400, 'nothing-asked'));
      for (const id of wish.ids) if (finder.one(id, null).kind !== 'found') return turnAway(house, asked, 'not-there', notThere());
      const isSearch = wish.query !== null || wish.party !== null || wish.correlated || wish.subject;
      if (wish.subject && document.subject === null) return refusalAnswer(400, 'case-about');
      const work = async (): Promise<Response> => {
        const stamp = { at: tools.now(), by: tools.user() };
        const catalog = { search: (query: Parameters<typeof finder.all>[0]) => finder.all(query, null) };
        const { reasons, findings, window, uncertainIds: _ids, ...counts } = await gather(archive.dir, catalog, document, wish, stamp, asked.signal);
        const search = caseSearch(askedWords(wish, wish.queryText), { reasons, window, ...counts }, stamp);
        let added = 0;
        const put = async (before: CaseDocument): Promise<CaseDocument> => {
          const changed = withRecordings(before, reasons);
          added = changed.fresh;
          return withSearch(before, changed.document, search);
        };
        const after = await changeCase(archive, document.id, 'recordings-added', put, tools, asked.signal);
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
      return isSearch ? await searching(asked, work) : await work();
    },
    receive: async (asked, { document, tools, page }) => {
      const parameters = asked.url.searchParams;
      const name = fileNameOf(parameters.get('name'));
      const zone = parameters.get('zone') || null;
      const format = parameters.get('format') || 'iso';
      // A pattern of letters and signs, as `--time-format` takes it.
      if (name === null || (zone?.length ?? 0) > 64 || !/^[A-Za-z0-9 .:,/_'-]{1,60}$/.test(format)) return noRequest(house, asked);
      return await receiving(asked, async () => {
        const bytes = await asked.bytes(mostUploaded);
        if (bytes === null) return turnAway(house, asked, 'body', refusalAnswer(413, 'too-long', { Connection: 'close' }, { n: mostUploaded }));
        const work = takeMessages(archive, document.id, [{ name, bytes }], { zone, format }, tools, caseWork.prepareMessages, asked.signal);
        let made: ImportedMessages;
        for (;;) {
          const next = await work.next();
          if (next.done === true) {
            made = next.value;
            break;
          }
          if (next.value.type === 'finding' && next.value.code === 'C114') house.tell(`${next.value.code} ${next.value.message}`);
        }
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

/** Nothing was said that can be done. */
export function noRequest(house: House, asked: AskedInside): Response {
  return turnAway(house, asked, 'body', refusalAnswer(400, 'request'));
}

/** What a file is called, for the case to say; it never becomes a path. Null: it is none. */
function fileNameOf(text: string | null): string | null {
  if (text === null || text.trim() === '' || text.length > 255 || text === '.' || text === '..') return null;
  return /[/\\\p{Cc}\p{Cf}\p{Co}\p{Cn}]/u.test(text) ? null : text;
}
