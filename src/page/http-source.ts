import type {
  CallDetail,
  CaseFilled,
  CaseReceived,
  DataSource,
  PageCase,
  PageCaseView,
  PageOverview,
  PageQuery,
  PageResult,
} from '../core/page-data.ts';
import { orderText } from '../core/page-order.ts';
import { type PageRefusal, refusalTexts } from '../core/refusal-texts.ts';
import { h } from './dom.ts';
import { preferredLanguage, wordingIn } from './wording.ts';

/** What a server puts into one zip (see docs/serve.md). */
const mostExported = 2_000;

/** A line of an answer. */
type Answer = Partial<Pick<PageResult, 'rows'>> & Omit<PageResult, 'rows'> & { readonly last?: number | null };

/** Who is in, as the server says. */
interface SignedIn {
  readonly user: string;
  readonly role: string;
  /** Goes with everything that changes something. */
  readonly token: string;
  /** Null: there is nothing to sign out of. */
  readonly signOut: string | null;
}

/** The data of a page that a server gave: the same origin's, and no other. @param account place for who is in, and the way out */
export function openServer(account: HTMLElement): DataSource {
  let who: Promise<SignedIn> | null = null;
  const introduce = (): Promise<SignedIn> => {
    // Once: the page asks again for each language.
    who ??= json<SignedIn>('/api/session', null).then((signedIn) => {
      showAccount(account, signedIn);
      return signedIn;
    });
    // The answer to what was asked for first says the same.
    who.catch(() => {
      who = null;
    });
    return who;
  };
  /** Sends a change, with the token that says that it is this page's. */
  const send = async <Value>(path: string, body: unknown, signal: AbortSignal): Promise<Value> => {
    const { token } = await introduce();
    const isFile = body instanceof Blob;
    const headers = { 'X-Longplay-Token': token, 'Content-Type': isFile ? 'application/octet-stream' : 'application/json' };
    const response = await ask(path, signal, 200, { method: 'POST', headers, body: isFile ? body : JSON.stringify(body) });
    return (await response.json()) as Value; // by the server that gave this page
  };
  /** Places behind which the rows with these numbers stand, of the question that was asked last: the server need not count up to them. */
  let places: { readonly question: string; readonly before: Map<number, number> } = { question: '', before: new Map() };
  const casePath = (id: string): string => `/api/cases/${encodeURIComponent(id)}`;
  return {
    // By the others the catalog would have to look at every call that matches.
    orders: ['start'],
    overview: async (signal) => {
      void introduce();
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
      // Cut off on the way: numbers so far must not look like the last.
      if (!isWhole && offset === 0) throw new Error(wordingIn(preferredLanguage()).text('cutOff'));
    },
    detail: async (id, signal) => {
      const response = await ask(`/api/recordings/${encodeURIComponent(id)}`, signal, 404);
      return response.status === 404 ? null : ((await response.json()) as CallDetail); // by the server that gave this page
    },
    address: (row, file, use) => `/files/${encodeURIComponent(row.id)}/${encodeURIComponent(file)}${use === 'take' ? '?take' : ''}`,
    export: { address: (query) => `/api/export.zip?${new URLSearchParams(membersOf(query)).toString()}`, mostRecordings: mostExported },
    cases: {
      list: async (signal) => (await json<{ readonly cases: readonly PageCase[] }>('/api/cases', signal)).cases,
      create: (title, country, about, signal) =>
        send<PageCase>('/api/cases', { title, ...(country === '' ? {} : { country }), ...(about.length === 0 ? {} : { subject: about }) }, signal),
      open: async (id, signal) => {
        const response = await ask(casePath(id), signal, 404);
        return response.status === 404 ? null : ((await response.json()) as PageCaseView); // by the server that gave this page
      },
      add: (id, wish, signal) => send<CaseFilled>(`${casePath(id)}/add`, wish, signal),
      receive: (id, file, zone, signal) => {
        const parameters = new URLSearchParams({ name: file.name, ...(zone === '' ? {} : { zone }) });
        return send<CaseReceived>(`${casePath(id)}/messages?${parameters.toString()}`, file, signal);
      },
      remove: async (id, recording, reason, signal) => {
        await send<PageCase>(`${casePath(id)}/remove`, { recordings: [recording], reason }, signal);
      },
      address: (id, masked) => `${casePath(id)}/export.zip${masked ? '?mask' : ''}`,
    },
  };
}

/** Members of a question that ask something. */
function membersOf(query: PageQuery): [string, string][] {
  return Object.entries(query).flatMap(([name, value]) => (typeof value === 'string' && value !== '' ? [[name, value]] : []));
}

/** @throws what the server said, in the page's language; where nobody is in any more the page goes to the way in */
async function ask(path: string, signal: AbortSignal | null, known = 200, sent: RequestInit = {}): Promise<Response> {
  const response = await fetch(path, { ...sent, signal, credentials: 'same-origin', redirect: 'error' });
  if (response.ok || response.status === known) return response;
  if (response.status === 401) location.reload();
  const said = (await response.json().catch(() => null)) as Partial<PageRefusal> | null; // by the server that gave this page, or a proxy before it
  throw new Error(worded(said) ?? `${response.status}`);
}

/** By its code in the language of the page; else the server's own English: it is of a later version. */
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

/** Lines of an answer as they come. */
async function* linesOf(response: Response): AsyncGenerator<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) return;
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const pieces = (rest + value).split('\n');
      rest = pieces.pop() ?? '';
      yield* pieces;
    }
  } finally {
    // Who asks something else does not wait for the rest.
    await reader.cancel().catch(() => undefined);
  }
}

function showAccount(account: HTMLElement, { user, role, token, signOut }: SignedIn): void {
  const { text } = wordingIn(preferredLanguage());
  const leave = async (path: string): Promise<void> => {
    await fetch(path, { method: 'POST', headers: { 'X-Longplay-Token': token }, credentials: 'same-origin' });
    location.assign('/');
  };
  account.replaceChildren(
    h('span', { class: 'user', title: text('userRole', { role }) }, user),
    ...(signOut === null ? [] : [h('button', { type: 'button', onclick: () => void leave(signOut) }, text('signOut'))]),
  );
}
