import type {
  CallDetail,
  CaseFilled,
  CaseReceived,
  DataSource,
  PageCase,
  PageCaseList,
  PageCases,
  PageCaseView,
  PageNote,
  PageNotes,
  PageOverview,
  PageQuery,
  PageResult,
} from '../../core/page/data.ts';
import { orderText } from '../../core/page/order.ts';
import type { PageRefusal } from '../../core/page/refusal-texts.ts';
import { preferredLanguage, wordingIn } from '../base/wording.ts';
import type { ExportRequestsView } from '../case/export-requests-view.ts';
import { askBeforeSaving, type Send, type SignedIn, showAccount } from './account.ts';
import { ask, fetched, json, linesOf, worded } from './requests.ts';

/** Largest number of recordings in one server zip (see docs/how-to/serve.md). */
const mostExported = 2_000;

/** Notes of a recording, as the server sends them. */
interface Notes {
  readonly notes: readonly PageNote[];
}

/** A line of an answer to a search. */
type Answer = Partial<Pick<PageResult, 'rows'>> & Omit<PageResult, 'rows'> & { readonly last?: number | null };

/** Opens the data source of a page that a server sent; all requests are same-origin. @param account element for the user's name and sign-out */
export function openServer(account: HTMLElement): DataSource {
  let who: Promise<SignedIn> | null = null;
  let asksBefore = false;
  let requests: ExportRequestsView | null = null;
  const introduce = (): Promise<SignedIn> => {
    // Requested only once.
    who ??= json<SignedIn>('/api/session', null);
    // The answer to the first request reports the same error.
    who.catch(() => {
      who = null;
    });
    return who;
  };
  /** Sends a change with the token that proves that it comes from this page. */
  const send: Send = async <Value>(path: string, body: unknown, signal: AbortSignal | null): Promise<Value> => {
    const { token } = await introduce();
    const isFile = body instanceof Blob;
    const headers = { 'X-Longplay-Token': token, 'Content-Type': isFile ? 'application/octet-stream' : 'application/json' };
    const response = await ask(path, signal, 200, { method: 'POST', headers, body: isFile ? body : JSON.stringify(body) });
    return (await response.json()) as Value; // by the server that gave this page
  };
  return {
    // For other orders the catalog would have to read every matching call.
    orders: ['start'],
    overview: async (signal) => {
      // Repeated for each language.
      introduce().then(
        (signedIn) => {
          requests = showAccount(account, signedIn, send);
          const mayBeRefused = signedIn.hasQuota || signedIn.asksSecond;
          if (mayBeRefused && !asksBefore) askBeforeSaving(() => requests);
          asksBefore ||= mayBeRefused;
        },
        () => undefined,
      );
      return await json<PageOverview>('/api/overview', signal);
    },
    search: createSearch(),
    detail: async (id, signal) => {
      const response = await ask(`/api/recordings/${encodeURIComponent(id)}`, signal, 404);
      return response.status === 404 ? null : ((await response.json()) as CallDetail); // by the server that gave this page
    },
    address: (row, file, use) => `/files/${encodeURIComponent(row.id)}/${encodeURIComponent(file)}${use === 'take' ? '?take' : ''}`,
    spanAddress: (row, file, { fromMs, toMs }) =>
      `/files/${encodeURIComponent(row.id)}/${encodeURIComponent(file)}/span.wav?from=${fromMs}&to=${toMs}`,
    refusal: async (address) => {
      const response = await fetched(address, { headers: { Range: 'bytes=0-0' } });
      if (response.ok) return null;
      return worded((await response.json().catch(() => null)) as Partial<PageRefusal> | null) ?? String(response.status); // by the server that gave this page
    },
    tags: async (signal) => (await json<{ readonly tags: readonly string[] }>('/api/tags', signal)).tags,
    export: {
      address: (query) => `/api/export.zip?${new URLSearchParams(membersOf(query)).toString()}`,
      selected: async (recordings, signal) => {
        const { selection } = await send<{ readonly selection: string }>('/api/export/selection', { recordings }, signal);
        return `/api/export.zip?${new URLSearchParams({ selection }).toString()}`;
      },
      mostRecordings: mostExported,
    },
    notes: notesBy(send),
    cases: casesBy(send),
  };
}

/** Creates the search of the catalog, which answers in lines: more and more of the counts, then all. */
function createSearch(): DataSource['search'] {
  /** For the last query: positions in the catalog by row number, from which the server can continue without counting again. */
  let places: { readonly question: string; readonly before: Map<number, number> } = { question: '', before: new Map() };
  return async function* (query, order, offset, limit, signal) {
    const parameters = new URLSearchParams({
      offset: String(offset),
      limit: String(limit),
      numbers: offset === 0 ? 'yes' : 'no',
      order: orderText(order),
    });
    for (const [name, value] of membersOf(query)) parameters.set(name, value);
    const question = JSON.stringify(membersOf(query));
    if (offset === 0 || places.question !== question) places = { question, before: new Map() };
    const { before } = places;
    const after = before.get(offset);
    if (after !== undefined) parameters.set('after', String(after));
    const response = await ask(`/api/search?${parameters.toString()}`, signal);
    let rows: PageResult['rows'] = [];
    let isWhole = false;
    for await (const line of linesOf(response)) {
      const { last, ...answer } = JSON.parse(line) as Answer; // by the server that gave this page
      rows = answer.rows ?? rows;
      if (typeof last === 'number') before.set(offset + rows.length, last);
      isWhole = answer.searched >= 1;
      yield { ...answer, rows };
    }
    // Truncated: partial counts must not look final.
    if (!isWhole && offset === 0) throw new Error(wordingIn(preferredLanguage()).text('cutOff'));
  };
}

/** Writes notes. */
function notesBy(send: Send): PageNotes {
  const notesPath = (recording: string): string => `/api/recordings/${encodeURIComponent(recording)}/notes`;
  return {
    add: async (recording, kind, text, part, signal) => {
      const where = part === null ? {} : { ...part.span, file: part.file };
      return (await send<Notes>(`${notesPath(recording)}`, { kind, text, ...where }, signal)).notes;
    },
    withdraw: async (recording, note, reason, signal) =>
      (await send<Notes>(`${notesPath(recording)}/${encodeURIComponent(note)}/withdraw`, { reason }, signal)).notes,
  };
}

/** Reads and changes cases. */
function casesBy(send: Send): PageCases {
  const casePath = (id: string): string => `/api/cases/${encodeURIComponent(id)}`;
  return {
    list: (signal) => json<PageCaseList>('/api/cases', signal),
    create: (title, country, about, signal) =>
      send<PageCase>('/api/cases', { title, ...(country === '' ? {} : { country }), ...(about.length === 0 ? {} : { subject: about }) }, signal),
    open: async (id, signal) => {
      const response = await ask(casePath(id), signal, 404);
      return response.status === 404 ? null : ((await response.json()) as PageCaseView); // by the server that gave this page
    },
    add: (id, request, signal) => send<CaseFilled>(`${casePath(id)}/add`, request, signal),
    receive: (id, file, zone, signal) => {
      const parameters = new URLSearchParams({ name: file.name, ...(zone === '' ? {} : { zone }) });
      return send<CaseReceived>(`${casePath(id)}/messages?${parameters.toString()}`, file, signal);
    },
    remove: async (id, recording, reason, signal) => {
      await send<PageCase>(`${casePath(id)}/remove`, { recordings: [recording], reason }, signal);
    },
    decide: async (id, request, signal) => {
      await send<PageCase>(`${casePath(id)}/decide`, request, signal);
    },
    address: (id, masked) => `${casePath(id)}/export.zip${masked ? '?mask' : ''}`,
  };
}

/** Returns the members of a query that have a value. */
function membersOf(query: PageQuery): [string, string][] {
  return Object.entries(query).flatMap(([name, value]) => (typeof value === 'string' && value !== '' ? [[name, value]] : []));
}
