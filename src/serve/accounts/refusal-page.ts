import { createHash } from 'node:crypto';
import { type PageRefusal, type RefusalCode, refusalText, refusalTexts } from '../../core/page/refusal-texts.ts';
import { refusalTextsSwedish } from '../../core/page/refusal-texts-swedish.ts';
import { htmlText, plainPage, plainStyle } from './plain-page.ts';
import { headerValues, type RawRequest } from './request-check.ts';
import { chosenLanguage } from './sign-in-page.ts';

const texts = {
  en: { title: 'Refused', on: 'Go to the archive', refusals: refusalTexts },
  sv: { title: 'Nekat', on: 'Till arkivet', refusals: refusalTextsSwedish },
} as const;

/** Refusals after which the archive's page is refused as well. */
const keptOut: ReadonlySet<RefusalCode> = new Set<RefusalCode>(['address', 'address-used', 'proxy-silent', 'proxy-only', 'proxy-nobody', 'unfit']);

/** Content security policy. The style is inline, so that the page is readable even if no other request is answered. */
const policy = `default-src 'none'; img-src 'self'; style-src 'sha256-${createHash('sha256').update(plainStyle).digest('base64')}'; base-uri 'none'; frame-ancestors 'none'`;

/** Returns a refusal as a page with a link back if a browser opened the address itself. Programs and the archive's page get the refusal unchanged. */
export async function refusalPage(made: Response, raw: RawRequest): Promise<Response> {
  if (made.status < 400 || raw.method !== 'GET' || !isOpened(raw) || made.headers.get('Content-Type')?.startsWith('application/json') !== true)
    return made;
  const { code, numbers, words } = (await made.json()) as PageRefusal; // every refusal has this form
  const language = chosenLanguage(raw);
  const { title, on, refusals } = texts[language];
  const said = `<p class="trouble" role="alert">${htmlText(refusalText(refusals, code, { ...numbers, ...words }))}</p>\n`;
  const onwards = keptOut.has(code) ? '' : `<p><a href="/">${on}</a></p>\n`;
  const headers = new Headers(made.headers);
  headers.set('Content-Type', 'text/html; charset=utf-8');
  headers.set('Content-Security-Policy', policy);
  headers.delete('Content-Length');
  return new Response(plainPage(language, title, `<style>${plainStyle}</style>\n`, said + onwards), { status: made.status, headers });
}

/** Returns true if a browser will show the answer as a page. Scripts and programs do not ask for HTML. */
function isOpened(raw: RawRequest): boolean {
  const [mode = 'navigate'] = headerValues(raw, 'sec-fetch-mode');
  return mode === 'navigate' && headerValues(raw, 'accept').some((accepted) => accepted.includes('text/html'));
}
