import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { refusalPage } from '../../../src/serve/accounts/refusal-page.ts';
import type { RawRequest } from '../../../src/serve/accounts/request-check.ts';
import { jsonAnswer, refusalAnswer } from '../../../src/serve/answer/headers.ts';

const asked = (...rawHeaders: string[]): RawRequest => ({ method: 'GET', target: '/', rawHeaders });
const browser = ['Accept', 'text/html,application/xhtml+xml,*/*;q=0.8', 'Sec-Fetch-Mode', 'navigate', 'Accept-Language', 'sv-SE,sv;q=0.9,en'];

test('a refusal is a page for a browser that opens an address, in its language, with the status and headers of the refusal', async () => {
  const made = await refusalPage(refusalAnswer(429, 'too-often', { 'Retry-After': '2' }), asked(...browser));
  expect([made.status, made.headers.get('Retry-After'), made.headers.get('Content-Type')]).toEqual([429, '2', 'text/html; charset=utf-8']);
  const html = await made.text();
  expect(html).toContain('<html lang="sv">');
  expect(html).toContain('<p class="trouble" role="alert">För många förfrågningar. Vänta en stund.</p>');
  expect(html).toContain('<a href="/">Till arkivet</a>');
  // Only its style is allowed.
  const [, style = ''] = /<style>(.*)<\/style>/s.exec(html) ?? [];
  expect(made.headers.get('Content-Security-Policy')).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
  expect(html).not.toMatch(/<script|<link/);
});

test('its numbers are filled in, and without a next step there is no link', async () => {
  const large = await refusalPage(refusalAnswer(413, 'too-many', {}, { n: 2_000 }), asked(...browser.slice(0, 4)));
  expect(await large.text()).toContain('More than 2000 recordings match.');
  const used = await refusalPage(refusalAnswer(403, 'address-used'), asked(...browser.slice(0, 4)));
  expect(await used.text()).not.toContain('<a ');
});

test('programs, scripts of a page, changes and successful answers get the plain answer', async () => {
  const refused = (): Response => refusalAnswer(404, 'not-there');
  const plain = await refused().text();
  for (const request of [
    asked(),
    asked('Accept', '*/*'),
    asked('Accept', 'text/html', 'Sec-Fetch-Mode', 'cors'),
    { ...asked(...browser), method: 'POST' },
  ]) {
    expect(await (await refusalPage(refused(), request)).text()).toBe(plain);
  }
  expect(await (await refusalPage(jsonAnswer({ well: true }), asked(...browser))).text()).toBe('{"well":true}');
});
