import { refusalAnswer } from './headers.ts';
import { type AskedInside, stillMs } from './house.ts';

/** How long what is slow may take: a search through an archive, a reading of its whole log. */
const slowMs = 20 * 60_000;

/** Lets one through at a time, who may take longer than others; who finds another one there is told so. */
export type Turnstile = (asked: AskedInside, work: () => Promise<Response>) => Promise<Response>;

/** Makes one. */
export function createTurnstile(): Turnstile {
  let isBusy = false;
  return async (asked, work) => {
    if (isBusy) return refusalAnswer(503, 'busy', { 'Retry-After': '5' });
    isBusy = true;
    asked.patience(slowMs);
    try {
      return await work();
    } finally {
      isBusy = false;
      asked.patience(stillMs);
    }
  };
}
