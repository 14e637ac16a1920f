import type { CallDetail, DataSource, PageOverview, PageResult } from '../core/page-data.ts';
import { h } from './dom.ts';
import { preferredLanguage, wordingIn } from './wording.ts';

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
  const introduce = (): void => {
    // Once: the page asks again for each language.
    who ??= json<SignedIn>('/api/session', null).then((signedIn) => {
      showAccount(account, signedIn);
      return signedIn;
    });
    // The answer to what was asked for first says the same.
    who.catch(() => {
      who = null;
    });
  };
  return {
    overview: async (signal) => {
      introduce();
      return await json<PageOverview>('/api/overview', signal);
    },
    search: async function* (query, offset, limit, signal) {
      const parameters = new URLSearchParams({ offset: String(offset), limit: String(limit), numbers: offset === 0 ? 'yes' : 'no' });
      for (const [name, value] of Object.entries(query)) if (typeof value === 'string' && value !== '') parameters.set(name, value);
      const response = await ask(`/api/search?${parameters.toString()}`, signal);
      let rows: PageResult['rows'] = [];
      let isWhole = false;
      for await (const line of linesOf(response)) {
        const answer = JSON.parse(line) as Partial<Pick<PageResult, 'rows'>> & Omit<PageResult, 'rows'>; // by the server that gave this page
        rows = answer.rows ?? rows;
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
  };
}

/** @throws the server's own sentence; where nobody is in any more the page goes to the way in */
async function ask(path: string, signal: AbortSignal | null, known = 200): Promise<Response> {
  const response = await fetch(path, { signal, credentials: 'same-origin', redirect: 'error' });
  if (response.ok || response.status === known) return response;
  if (response.status === 401) location.reload();
  const said: unknown = await response.json().catch(() => null);
  const sentence = typeof said === 'object' && said !== null && 'error' in said ? String(said.error) : `${response.status}`;
  throw new Error(sentence);
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
