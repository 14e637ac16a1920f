import { refusalAnswer } from './headers.ts';
import { idleTimeoutMs, type SignedInRequest } from './server-context.ts';

/** Timeout for slow work, e.g. searching an archive or reading its whole log. */
const slowTimeoutMs = 20 * 60_000;

/** Runs the work of one request at a time, with a longer timeout. Refuses further requests as busy meanwhile. */
export type Mutex = (request: SignedInRequest, work: () => Promise<Response>) => Promise<Response>;

/** Creates a mutex. */
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
