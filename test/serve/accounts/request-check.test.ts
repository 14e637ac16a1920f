import { describe, expect, test } from 'vitest';
import { checkRequest, isFromOurPage, isNotForeign, type RawRequest } from '../../../src/serve/accounts/request-check.ts';

const place = { hosts: new Set(['127.0.0.1:8080']), origins: new Set(['http://127.0.0.1:8080']) };
const request = (target = '/', headers: readonly string[] = [], method = 'GET'): RawRequest => ({
  method,
  target,
  rawHeaders: ['Host', '127.0.0.1:8080', ...headers],
});

describe('the request check', () => {
  test.each(['/', '/api/search?text=a%20b&from=2019', '/files/a6c15098-2fdb-8b05-bca6-f03149d7119a/access-1.opus', '/enter/_-x', '/page.js'])(
    'accepts %s',
    (target) => {
      expect(checkRequest(request(target), place)).toBeNull();
    },
  );

  test.each([
    '/../etc/passwd',
    '/files/../../x',
    '/files/a/..',
    '/./x',
    '//evil.example/x',
    '/files/a/%2e%2e/x',
    '/files/a/..%2fx',
    '/files/a%2fb',
    '/files/a%5cb',
    '/files/a\\b',
    '/files/a/x%00.opus',
    '/.git/config',
    '/files/a;b/c',
    'http://127.0.0.1:8080/',
    '*',
    '',
    'files/a',
    `/api/search?text=${'a'.repeat(5_000)}`,
    '/å',
  ])("refuses '%s': a path must be canonical", (target) => {
    expect(checkRequest(request(target), place)).toEqual({ why: 'path', status: 400 });
  });

  test.each([
    [[]],
    [['Host', 'evil.example']],
    [['Host', '127.0.0.1']],
    [['Host', '127.0.0.1:8081']],
    [['Host', '127.0.0.1:8080', 'Host', '127.0.0.1:8080']],
    [['Host', '127.0.0.1:8080.evil.example']],
  ])('refuses a request for another host: %j', (rawHeaders) => {
    expect(checkRequest({ method: 'GET', target: '/', rawHeaders }, place)).toEqual({ why: 'host', status: 421 });
  });

  test('refuses a repeated significant header, any other method, and an unexpected body', () => {
    expect(checkRequest(request('/', ['Range', 'bytes=0-1', 'range', 'bytes=5-']), place)).toEqual({ why: 'path', status: 400 });
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'PROPFIND'])
      expect(checkRequest(request('/', [], method), place)?.why).toBe('method');
    expect(checkRequest(request('/', ['Content-Length', '5']), place)).toEqual({ why: 'body', status: 400 });
    expect(checkRequest(request('/', ['Transfer-Encoding', 'chunked']), place)).toEqual({ why: 'body', status: 400 });
  });
});

describe('the origin of a request', () => {
  const ours = ['Origin', 'http://127.0.0.1:8080', 'Sec-Fetch-Site', 'same-origin'];
  test('must be our own page, stated, for a request that changes something', () => {
    expect(isFromOurPage(request('/', ours, 'POST'), place)).toBe(true);
    expect(isFromOurPage(request('/', ours.slice(0, 2), 'POST'), place)).toBe(true);
    for (const headers of [
      [],
      ['Origin', 'null'],
      ['Origin', 'http://evil.example'],
      ['Origin', 'http://127.0.0.1:8081'],
      ['Origin', 'https://127.0.0.1:8080'],
      ['Sec-Fetch-Site', 'cross-site'],
      ['Sec-Fetch-Site', 'same-site'],
      ['Sec-Fetch-Site', 'none'],
      ['Origin', 'http://evil.example', 'Sec-Fetch-Site', 'same-origin'],
      ['Origin', 'http://127.0.0.1:8080', 'Sec-Fetch-Site', 'same-site'],
    ])
      expect(isFromOurPage(request('/', headers, 'POST'), place), headers.join(' ')).toBe(false);
  });

  test('may be our page, a typed address, or a program for a request that reads', () => {
    for (const headers of [[], ours, ['Sec-Fetch-Site', 'none']]) expect(isNotForeign(request('/', headers), place)).toBe(true);
    for (const headers of [
      ['Sec-Fetch-Site', 'cross-site'],
      ['Sec-Fetch-Site', 'same-site'],
      ['Origin', 'http://evil.example'],
    ])
      expect(isNotForeign(request('/', headers), place)).toBe(false);
  });
});
