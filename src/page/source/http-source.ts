import type {
  CallDetail,
  CaseFilled,
  CaseReceived,
  DataSource,
  PageCase,
  PageCaseList,
  PageCaseView,
  PageNote,
  PageOverview,
  PageQuery,
  PageResult,
} from '../../core/page/data.ts';
import { orderText } from '../../core/page/order.ts';
import { type PageRefusal, type RefusalCode, refusalTexts } from '../../core/page/refusal-texts.ts';
import { h } from '../base/dom.ts';
import { preferredLanguage, wordingIn } from '../base/wording.ts';
import { createExportRequestsView, type ExportRequestsView } from '../case/export-requests-view.ts';
import { createSessionsView } from '../case/sessions-view.ts';

/** Largest number of recordings in one server zip (see docs/how-to/serve.md). */
const mostExported = 2_000;

/** Notes of a recording, as the server sends them. */
interface Notes {
  readonly notes: readonly PageNote[];
}

/** A line of an answer. */
type Answer = Partial<Pick<PageResult, 'rows'>> & Omit<PageResult, 'rows'> & { readonly last?: number | null };

/** The signed-in user, as the server states. */
interface SignedIn {
  readonly user: string;
  readonly role: string;
  readonly rights: readonly string[];
  /** True if downloads may be refused by a daily quota. */
  readonly hasQuota: boolean;
  /** True if large exports need a second person. */
  readonly asksSecond: boolean;
  /** Must accompany every change. */
  readonly token: string;
  /** Null: signing out is impossible. */
  readonly signOut: string | null;
}

/** Sends a change. */
type Send = <Value>(path: string, body: unknown, signal: AbortSignal | null) => Promise<Value>;

/** A refusal of the server, in words. */
class Refused extends Error {
  readonly code: string | null;
  constructor(message: string, code: string | null) {
    super(message);
    this.code = code;
  }
}

/** Refusals of an export that a second person can allow. */
const needsSecond: ReadonlySet<string | null> = new Set<string | null>(['second-recordings', 'second-hours'] satisfies RefusalCode[]);

/** Opens the data source of a server's page; same origin only. @param account element for the user's name and sign-out */
export function openServer(account: HTMLElement): DataSource {
  let who: Promise<SignedIn> | null = null;
  let asksBefore = false;
  let requests: ExportRequestsView | null = null;
  const introduce = (): Promise<SignedIn> => {
    // Requested once.
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
  /** Positions behind which rows with these numbers stand, for the last query: the server need not count up to them. */
  let places: { readonly question: string; readonly before: Map<number, number> } = { question: '', before: new Map() };
  const notesPath = (recording: string): string => `/api/recordings/${encodeURIComponent(recording)}/notes`;
  const casePath = (id: string): string => `/api/cases/${encodeURIComponent(id)}`;
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
    search: async function* (query, order, offset, limit, signal) {
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
    },
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
    notes: {
      add: async (recording, kind, text, part, signal) => {
        const where = part === null ? {} : { ...part.span, file: part.file };
        return (await send<Notes>(`${notesPath(recording)}`, { kind, text, ...where }, signal)).notes;
      },
      withdraw: async (recording, note, reason, signal) =>
        (await send<Notes>(`${notesPath(recording)}/${encodeURIComponent(note)}/withdraw`, { reason }, signal)).notes,
    },
    cases: {
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
    },
  };
}

/** Asks the server before the browser saves audio: a refusal is then shown on the page, where the browser would only report a failed download. */
function askBeforeSaving(requests: () => ExportRequestsView | null): void {
  const said = h('p', { class: 'refusal', role: 'alert' });
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[download]') : null;
    if (
      link === null ||
      event.defaultPrevented ||
      link.protocol !== location.protocol ||
      link.host !== location.host ||
      /\.(?:json|tlog-proof)(?:$|\?)/.test(link.href)
    )
      return;
    event.preventDefault();
    said.remove();
    ask(`${link.href}${link.href.includes('?') ? '&' : '?'}trial`, null).then(
      () => location.assign(link.href),
      (error: unknown) => {
        const view = requests();
        if (error instanceof Refused && needsSecond.has(error.code) && view !== null) {
          view.ask(`${link.pathname}${link.search}`, error.message);
          return;
        }
        said.textContent = error instanceof Error ? error.message : String(error);
        // In front of everything if a dialog is open.
        (document.querySelector('dialog[open]') ?? document.body).append(said);
      },
    );
  });
}

/** Returns the members of a query that have a value. */
function membersOf(query: PageQuery): [string, string][] {
  return Object.entries(query).flatMap(([name, value]) => (typeof value === 'string' && value !== '' ? [[name, value]] : []));
}

/** Requests from this server only. @throws that it did not answer, in the page's language: the browser's own message does not help */
function fetched(path: string, sent: RequestInit): Promise<Response> {
  return fetch(path, { ...sent, credentials: 'same-origin', redirect: 'error' }).catch((error: unknown) => {
    throw error instanceof TypeError ? new Error(wordingIn(preferredLanguage()).text('serverAway')) : error;
  });
}

/** Requests and checks the status. @throws the server's refusal, or that it did not answer, in the page's language; if nobody is signed in any more, opens the sign-in page */
async function ask(path: string, signal: AbortSignal | null, known = 200, sent: RequestInit = {}): Promise<Response> {
  const response = await fetched(path, { ...sent, signal });
  if (response.ok || response.status === known) return response;
  if (response.status === 401) location.reload();
  const said = (await response.json().catch(() => null)) as Partial<PageRefusal> | null; // by the server that gave this page, or a proxy before it
  throw new Refused(worded(said) ?? `${response.status}`, said?.code ?? null);
}

/** Words a refusal by its code in the page's language; otherwise uses the server's English text, of a later version. */
function worded(said: Partial<PageRefusal> | null): string | null {
  if (typeof said?.error !== 'string') return null;
  const { text, number } = wordingIn(preferredLanguage());
  const key = `refused-${said.code}`;
  if (!Object.hasOwn(refusalTexts, key)) return said.error;
  const values = Object.entries(said.numbers ?? {}).map(([name, value]) => [name, number(value)] as const);
  return text(key as keyof typeof refusalTexts, Object.fromEntries(values));
}

async function json<Value>(path: string, signal: AbortSignal | null): Promise<Value> {
  const response = await ask(path, signal);
  return (await response.json()) as Value; // by the server that gave this page
}

/** Yields lines of an answer as they arrive. */
async function* linesOf(response: Response): AsyncGenerator<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) return;
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        // The connection is lost: nothing more will come.
        if (error instanceof TypeError) return { done: true, value: undefined } as const;
        throw error;
      });
      if (done) return;
      const pieces = (rest + value).split('\n');
      rest = pieces.pop() ?? '';
      yield* pieces;
    }
  } finally {
    // A new query does not wait for the rest.
    await reader.cancel().catch(() => undefined);
  }
}

/** Shows the user. @returns the requests for exports that need a second person; null: none do, or the role may not export */
function showAccount(account: HTMLElement, { user, role, rights, asksSecond, token, signOut }: SignedIn, send: Send): ExportRequestsView | null {
  const wording = wordingIn(preferredLanguage());
  const { text } = wording;
  const leave = async (path: string): Promise<void> => {
    // If it fails, the browser's next page shows that the user is still signed in.
    await fetched(path, { method: 'POST', headers: { 'X-Longplay-Token': token } }).catch(() => undefined);
    location.assign('/');
  };
  const end = async (path: string, form: Record<string, string>): Promise<void> => {
    await ask(path, null, 200, { method: 'POST', headers: { 'X-Longplay-Token': token }, body: new URLSearchParams(form) });
  };
  const sessions = createSessionsView(wording, {
    own: () => json('/api/my/sessions', null),
    ...(rights.includes('administer') ? { everybody: () => json('/api/sessions', null) } : {}),
    end: (session, isOwn) => end(isOwn ? '/api/my/sessions/end' : '/api/sessions/end', { session }),
    endOthers: () => end('/api/my/sessions/end', { others: 'yes' }),
    left: () => location.assign('/'),
  });
  const requests = asksSecond
    ? createExportRequestsView(wording, {
        list: () => json('/api/export/requests', null),
        decide: (id, allow) => send(`/api/export/requests/${encodeURIComponent(id)}/decide`, { allow }, null),
        withdraw: (id) => send(`/api/export/requests/${encodeURIComponent(id)}/withdraw`, {}, null),
        // Beside the export's own address, with the same query.
        ask: (address, reason) => send(address.replace(/\/export\.zip(?=$|\?)/, '/export/requests'), { reason }, null),
      })
    : null;
  account.replaceChildren(
    ...(requests === null ? [] : [requests.button, requests.dialog]),
    h(
      'button',
      {
        type: 'button',
        class: 'user quiet',
        title: text('userRole', { role }),
        'aria-label': `${user}: ${text('sessions')}`,
        'aria-haspopup': 'dialog',
        onclick: () => sessions.open(),
      },
      user,
    ),
    ...(signOut === null ? [] : [h('button', { type: 'button', class: 'leave', onclick: () => void leave(signOut) }, text('signOut'))]),
    sessions.dialog,
  );
  return requests;
}
