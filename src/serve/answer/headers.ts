import { pageRefusal, type RefusalCode, type RefusalNumbers, type RefusalWords } from '../../core/page/refusal-texts.ts';

/** Headers of every answer, including refusals. All content comes from this server, and no other page may show, embed or read it. */
export const alwaysHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
  // Recordings must not remain in the cache of a shared browser.
  'Cache-Control': 'no-store',
};

/** Headers under TLS: for half a year after a visit, browsers use this server only by TLS. */
export const tlsHeaders: Readonly<Record<string, string>> = { 'Strict-Transport-Security': 'max-age=15552000' };

/** Returns an answer with a JSON body. */
export function jsonAnswer(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), { status, headers: { 'Content-Type': 'application/json; charset=utf-8' } });
}

/** Returns a refusal as a code, which the page turns into words. It tells the client nothing that the client does not know. */
export function refusalAnswer(
  status: number,
  code: RefusalCode,
  headers: Readonly<Record<string, string>> = {},
  numbers: RefusalNumbers = {},
  words: RefusalWords = {},
): Response {
  return new Response(JSON.stringify(pageRefusal(code, numbers, words)), {
    status,
    headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
  });
}

/** Returns the answer "not found", which is the same for things that do not exist and for things that the user must not know of. */
export function notThere(): Response {
  return refusalAnswer(404, 'not-there');
}
