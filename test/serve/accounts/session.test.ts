import { describe, expect, test } from 'vitest';
import { starter } from '../../../src/serve/accounts/account.ts';
import { createLoggedActions } from '../../../src/serve/accounts/logged-actions.ts';
import { createRateLimit } from '../../../src/serve/accounts/rate-limit.ts';
import { createSessions } from '../../../src/serve/accounts/session.ts';
import { browserOf } from '../../../src/serve/accounts/session-place.ts';

const limits = { idleMs: 1_000, longestMs: 10_000, sessions: 5, ofOneUser: 3 };
const account = (user: string) => ({ ...starter, user });
const place = { by: 'password', address: null, browser: null, system: null } as const;

describe('sessions', () => {
  test('end when they are idle, and after a maximum time even in use', () => {
    let now = 0;
    const sessions = createSessions(limits, () => now);
    const idle = sessions.begin(account('a'), place).secret;
    const busy = sessions.begin(account('b'), place).secret;
    for (; now < 9_900; now += 900) expect(sessions.find(busy)).not.toBeNull();
    expect(sessions.find(idle)).toBeNull();
    now = 10_000;
    expect(sessions.find(busy)).toBeNull();
    expect(sessions.size).toBe(0);
  });

  test('are limited per user and in total: the one that was idle longest is ended', () => {
    const sessions = createSessions(limits, () => 0);
    const first = sessions.begin(account('a'), place).secret;
    const second = sessions.begin(account('a'), place).secret;
    sessions.begin(account('a'), place);
    sessions.find(first);
    sessions.begin(account('a'), place);
    expect(sessions.find(first)).not.toBeNull();
    expect(sessions.find(second)).toBeNull();
    for (const user of ['b', 'c', 'd', 'e', 'f']) sessions.begin(account(user), place);
    expect(sessions.size).toBe(5);
  });

  test('are only found by their secret: not by its digest, its prefix, another session or the name from the proxy', () => {
    const sessions = createSessions(limits, () => 0);
    const { secret, session } = sessions.begin(account('a'), place);
    sessions.ofProxy(account('b'));
    expect(secret).toMatch(/^[\w-]{43}$/);
    for (const guess of ['', 'x'.repeat(43), secret.slice(0, 42), `${secret}x`, session.name, session.token, 'proxy b'])
      expect(sessions.find(guess)).toBeNull();
    sessions.end(session);
    expect(sessions.find(secret)).toBeNull();
  });
});

describe('a list of sessions', () => {
  test('has the most recently used first, with the time since it began and since it was used', () => {
    let now = 0;
    const sessions = createSessions(limits, () => now);
    const { secret } = sessions.begin(account('a'), place);
    now = 300;
    sessions.begin(account('b'), place);
    now = 500;
    sessions.find(secret);
    now = 600;
    const listed = sessions.aged().map(({ session, ageMs, idleMs }) => [session.account.user, ageMs, idleMs]);
    expect(listed).toEqual([
      ['a', 600, 100],
      ['b', 300, 300],
    ]);
  });

  test.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox', 'Linux'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36', 'Chrome', 'Windows'],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0',
      'Edge',
      'Windows',
    ],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15', 'Safari', 'macOS'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
      'Safari',
      'iOS',
    ],
    ['Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36', 'Chrome', 'Android'],
    ['curl/8.14.1', null, null],
    ['<script>alert(1)</script>', null, null],
    ['', null, null],
  ])('names the browser of %s in fixed words', (userAgent, browser, system) => {
    expect(browserOf(userAgent)).toEqual({ browser, system });
  });
});

describe('an action of a session', () => {
  test('is logged once per hour, however often it occurs at once', async () => {
    let [now, entered] = [0, 0];
    const actions = createLoggedActions(() => now);
    const enter = async (): Promise<null> => {
      entered++;
      return null;
    };
    const all = await Promise.all(Array.from({ length: 200 }, () => actions.once('listened x', enter)));
    expect(all.every((refusal) => refusal === null)).toBe(true);
    expect(entered).toBe(1);
    await actions.once('listened y', enter);
    expect(entered).toBe(2);
    now = 3_599_999;
    await actions.once('listened x', enter);
    expect(entered).toBe(2);
    now = 3_600_000;
    await actions.once('listened x', enter);
    expect(entered).toBe(3);
  });

  test('that could not be logged is refused to all who wait for it, and retried by the next', async () => {
    const actions = createLoggedActions(() => 0);
    const full = () => Promise.resolve('no space');
    expect(await Promise.all([actions.once('x', full), actions.once('x', full)])).toEqual(['no space', 'no space']);
    expect(await actions.once('x', () => Promise.resolve(null))).toBeNull();
  });
});

describe('a rate limit', () => {
  test('permits a burst, then a number per second, each key separately', () => {
    let now = 0;
    const limit = createRateLimit({ burst: 3, perSecond: 1 }, () => now);
    expect([1, 2, 3, 4].map(() => limit.take('a'))).toEqual([true, true, true, false]);
    expect(limit.take('b')).toBe(true);
    now = 1_000;
    expect([1, 2].map(() => limit.take('a'))).toEqual([true, false]);
    now = 1_000_000;
    expect([1, 2, 3, 4].map(() => limit.take('a'))).toEqual([true, true, true, false]);
  });

  test('is not restored by refused attempts', () => {
    let now = 0;
    const limit = createRateLimit({ burst: 1, perSecond: 1 }, () => now);
    expect(limit.take('a')).toBe(true);
    for (now = 100; now < 1_000; now += 100) expect(limit.take('a')).toBe(false);
    now = 1_001;
    expect(limit.take('a')).toBe(true);
  });
});
