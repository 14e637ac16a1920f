import { type PageRefusal, refusalTexts } from '../../core/page/refusal-texts.ts';
import { preferredLanguage, wordingIn } from '../base/wording.ts';

/** A refusal by the server, in words. */
export class Refused extends Error {
  readonly code: string | null;
  constructor(message: string, code: string | null) {
    super(message);
    this.code = code;
  }
}

/** Sends a request to this server only. @throws Error in the page's language if the server does not answer: the browser's own message does not help */
export function fetched(path: string, sent: RequestInit): Promise<Response> {
  return fetch(path, { ...sent, credentials: 'same-origin', redirect: 'error' }).catch((error: unknown) => {
    throw error instanceof TypeError ? new Error(wordingIn(preferredLanguage()).text('serverAway')) : error;
  });
}

/**
 * Sends a request and checks the status. Opens the sign-in page if nobody is signed in any more.
 * @throws in the page's language, the server's refusal, or that it did not answer
 */
export async function ask(path: string, signal: AbortSignal | null, known = 200, sent: RequestInit = {}): Promise<Response> {
  const response = await fetched(path, { ...sent, signal });
  if (response.ok || response.status === known) return response;
  if (response.status === 401) location.reload();
  const said = (await response.json().catch(() => null)) as Partial<PageRefusal> | null; // by the server that gave this page, or a proxy before it
  throw new Refused(worded(said) ?? `${response.status}`, said?.code ?? null);
}

/** Words a refusal by its code in the page's language. An unknown code comes from a later version: the server's English text is used. */
export function worded(said: Partial<PageRefusal> | null): string | null {
  if (typeof said?.error !== 'string') return null;
  const { text, number } = wordingIn(preferredLanguage());
  const key = `refused-${said.code}`;
  if (!Object.hasOwn(refusalTexts, key)) return said.error;
  const values = Object.entries(said.numbers ?? {}).map(([name, value]) => [name, number(value)] as const);
  return text(key as keyof typeof refusalTexts, { ...Object.fromEntries(values), ...said.words });
}

/** Requests JSON. @throws as `ask` does */
export async function json<Value>(path: string, signal: AbortSignal | null): Promise<Value> {
  const response = await ask(path, signal);
  return (await response.json()) as Value; // by the server that gave this page
}

/** Yields the lines of an answer as they arrive. */
export async function* linesOf(response: Response): AsyncGenerator<string> {
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
    // A new query does not wait for the rest of the answer.
    await reader.cancel().catch(() => undefined);
  }
}
