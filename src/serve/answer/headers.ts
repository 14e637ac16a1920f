import { pageRefusal, type RefusalCode, type RefusalNumbers } from '../../core/page/refusal-texts.ts';

/** With every answer, also a refusal. Everything of the page comes from here, and no other page may show, embed or read it. */
export const alwaysHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
  // Calls must not lie in the cache of a browser that several people use.
  'Cache-Control': 'no-store',
};

/** Under TLS: a browser that was here once does not come without it for half a year. */
export const tlsHeaders: Readonly<Record<string, string>> = { 'Strict-Transport-Security': 'max-age=15552000' };

/** An answer of JSON. */
export function jsonAnswer(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), { status, headers: { 'Content-Type': 'application/json; charset=utf-8' } });
}

/** A refusal by its code, which the page words; says nothing that the one who asks does not know. */
export function refusalAnswer(
  status: number,
  code: RefusalCode,
  headers: Readonly<Record<string, string>> = {},
  numbers: RefusalNumbers = {},
): Response {
  return new Response(JSON.stringify(pageRefusal(code, numbers)), {
    status,
    headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
  });
}

/** The one answer for what is not there and for what must not be known to be there. */
export function notThere(): Response {
  return refusalAnswer(404, 'not-there');
}
