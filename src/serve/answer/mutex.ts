import { refusalAnswer } from './headers.ts';
import { idleTimeoutMs, type SignedInRequest } from './server-context.ts';

/** How long what is slow may take: a search through an archive, a reading of its whole log. */
const slowTimeoutMs = 20 * 60_000;

/** Lets one through at a time, who may take longer than others; who finds another one there is told so. */
export type Mutex = (request: SignedInRequest, work: () => Promise<Response>) => Promise<Response>;

/** Makes one. */
export function createMutex(): Mutex {
  let isBusy = false;
  return async (request, work) => {
    if (isBusy) return refusalAnswer(503, 'busy', { 'Retry-After': '5' });
    isBusy = true;
    request.setIdleTimeout(slowTimeoutMs);
    try {
      return await work();
    } finally {
      isBusy = false;
      request.setIdleTimeout(idleTimeoutMs);
    }
  };
}
