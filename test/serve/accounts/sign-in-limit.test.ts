import { describe, expect, test } from 'vitest';
import type { Account } from '../../../src/serve/accounts/account.ts';
import { clientAddress, clientOf } from '../../../src/serve/accounts/client-address.ts';
import { knownBrowserMark, readKnownBrowser } from '../../../src/serve/accounts/known-browser.ts';
import { createSignInLimit } from '../../../src/serve/accounts/sign-in-limit.ts';

describe('the limit of sign-in attempts', () => {
  const known = { user: 'desk', id: 'a'.repeat(24) };
  const guess = (client: string, name = 'desk', isAccount = true) => ({ name, isAccount, client, known: null });

  test('does not let one client that guesses for a day keep others out, whatever names it makes up', () => {
    let now = 0;
    const brake = createSignInLimit(() => now);
    let allowed = 0;
    for (; now < 86_400_000; now += 500) {
      if (brake.take(guess('192.0.2.1'))) allowed++;
      brake.take(guess('192.0.2.1', `made up ${now}`, false));
      if (now % 600_000 === 0) expect(brake.take(guess(`198.51.100.${(now / 600_000) % 250}`)), `${now} ms`).toBe(true);
    }
    // Ten, and one per minute.
    expect(allowed).toBeGreaterThan(10);
    expect(allowed).toBeLessThanOrEqual(10 + 24 * 60);
  });

  test('allows many clients together a hundred guesses at an account, then one in ten seconds, and made-up names do not reset it', () => {
    let now = 0;
    const brake = createSignInLimit(() => now);
    const all = (name: string, isAccount: boolean) => {
      let allowed = 0;
      for (let client = 0; client < 12_000; client++) if (brake.take(guess(`client ${client}`, name, isAccount))) allowed++;
      return allowed;
    };
    expect(all('desk', true)).toBe(100);
    for (let other = 0; other < 12_000; other++) brake.take(guess(`another client ${other}`, `made up ${other}`, false));
    expect(brake.take(guess('one more'))).toBe(false);
    // An unknown name is refused after as many attempts, so the answer reveals nothing.
    expect(all('nobody', false)).toBeLessThanOrEqual(100);
    now = 10_000;
    expect(brake.take(guess('one more'))).toBe(true);
  });

  test('lets users sign in with a browser that they used before while strangers guess, and limits guesses there equally', () => {
    const brake = createSignInLimit(() => 0);
    for (let client = 0; client < 1_000; client++) brake.take(guess(`client ${client}`));
    expect(brake.take(guess('198.51.100.1'))).toBe(false);
    const tries = Array.from({ length: 12 }, () => brake.take({ ...guess('client 1'), known }));
    expect(tries).toEqual([...Array<boolean>(10).fill(true), false, false]);
  });
});

describe('a known browser', () => {
  const account = (user: string, key: number): Account => ({
    user,
    password: { ln: 14, r: 8, p: 1, salt: Buffer.alloc(16), key: Buffer.alloc(32, key) },
    role: { name: 'role', rights: new Set() },
    within: null,
  });
  const accounts = new Map([account('anna', 1), account('bo@example.com', 2)].map((one) => [one.user, one]));
  const markOf = (user: string): string => knownBrowserMark(accounts.get(user) as Account) ?? ''; // they are there

  test('belongs to its account, until that has another password or is gone', () => {
    for (const user of accounts.keys()) expect(readKnownBrowser(markOf(user), accounts)?.user).toBe(user);
    expect(markOf('anna')).not.toBe(markOf('anna'));
    const mark = markOf('anna');
    expect(readKnownBrowser(mark, new Map([['anna', account('anna', 3)]]))).toBeNull();
    expect(readKnownBrowser(mark, new Map())).toBeNull();
    expect(knownBrowserMark({ ...account('anna', 1), password: null })).toBeNull();
  });

  test('is not recognised with any other character', () => {
    const mark = markOf('anna');
    for (let at = 0; at < mark.length; at++) {
      const other = mark[at] === 'a' ? 'b' : 'a';
      const changed = `${mark.slice(0, at)}${other}${mark.slice(at + 1)}`;
      expect(readKnownBrowser(changed, accounts), changed).toBeNull();
    }
    for (const none of ['', '.', mark.slice(1), `${mark}a`, mark.replace(/^[^.]+/, Buffer.from('bo@example.com').toString('base64url'))])
      expect(readKnownBrowser(none, accounts)).toBeNull();
  });
});

describe('the address of a client', () => {
  const proxies = new Set(['127.0.0.1', '10.0.0.7']);
  const forwarded = (...values: string[]) => ({ rawHeaders: values.flatMap((value) => ['X-Forwarded-For', value]) });

  test.each([
    [[], '127.0.0.1', '127.0.0.1'],
    [['192.0.2.9'], '127.0.0.1', '192.0.2.9'],
    [['192.0.2.9'], '::ffff:127.0.0.1', '192.0.2.9'],
    // Values that a client writes itself are further left.
    [['203.0.113.1, 192.0.2.9'], '127.0.0.1', '192.0.2.9'],
    [['203.0.113.1', '192.0.2.9, 10.0.0.7'], '127.0.0.1', '192.0.2.9'],
    [['2001:db8::1'], '127.0.0.1', '2001:db8::1'],
    [['somebody'], '127.0.0.1', '127.0.0.1'],
    [['192.0.2.9, '], '127.0.0.1', '127.0.0.1'],
    // Not through a trusted proxy.
    [['192.0.2.9'], '198.51.100.4', '198.51.100.4'],
  ])('%j over a connection of %s is %s', (values, connection, expected) => {
    expect(clientAddress(forwarded(...values), connection, proxies)).toBe(expected);
  });

  test.each([
    ['192.0.2.9', '192.0.2.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:0db8::7', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.33', '64:ff9b:0:0::/64'],
    ['not an address', 'not an address'],
  ])('%s is counted as %s', (address, expected) => {
    expect(clientOf(address)).toBe(expected);
  });
});
