import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readUsersFile } from '../../../src/cli/options/users-file.ts';
import { LongplayError } from '../../../src/core/base/error.ts';

const folder = mkdtempSync(join(tmpdir(), 'longplay-users-'));
afterAll(() => rmSync(folder, { recursive: true }));

const hash = '$scrypt$ln=15,r=8,p=3$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
const user = `[users.a]\npassword = "${hash}"\nrole = "a"\n`;
const role = '[roles.a]\nrights = ["listen"]\n';

function read(text: string, mode = 0o600, needsPasswords = true): ReturnType<typeof readUsersFile>['accounts'] {
  const file = join(folder, 'users.toml');
  writeFileSync(file, text);
  chmodSync(file, mode);
  return readUsersFile(file, needsPasswords).accounts;
}

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof LongplayError) return error.code;
    throw error;
  }
  return 'taken';
}

describe('a users file', () => {
  test('gives a user the parts of the archive that the role names: lists are alternatives, members are combined', () => {
    const [account] = read(
      `${user}agent = "7"\n${role}[roles.a.only]\norg = ["department=Sales", "path=a=b"]\nsite = ["x"]\nfrom = "2019-03"\nown = true\n`,
    );
    expect(account).toMatchObject({ user: 'a', role: { name: 'a', rights: new Set(['listen']) } });
    const common = { from: '2019-03', site: 'x', agentId: '7' };
    expect(account?.within).toEqual([
      { ...common, org: [{ name: 'department', value: 'Sales' }] },
      { ...common, org: [{ name: 'path', value: 'a=b' }] },
    ]);
    expect(read(user + role)[0]?.within).toBeNull();
  });

  test('needs no passwords if a proxy identifies the users', () => {
    const text = `[users.a]\nrole = "a"\n${role}`;
    expect(read(text, 0o600, false)[0]).toMatchObject({ user: 'a', password: null });
    expect(refusal(() => read(text))).toBe('I152');
  });

  test.each([0o640, 0o604, 0o620, 0o602, 0o644])('is refused if others have permissions for it: mode %o', (mode) => {
    expect(refusal(() => read(user + role, mode))).toBe('U240');
  });

  test('is refused in a folder in which everybody can replace it, and as a link into one', () => {
    const open = join(folder, 'open');
    mkdirSync(open);
    read(user + role);
    renameSync(join(folder, 'users.toml'), join(open, 'users.toml'));
    symlinkSync(join(open, 'users.toml'), join(folder, 'link.toml'));
    const all = ['open/users.toml', 'link.toml'].map((name) => join(folder, name));
    for (const mode of [0o755, 0o1777] as const) {
      chmodSync(open, mode);
      for (const file of all) expect([mode, refusal(() => readUsersFile(file, true))]).toEqual([mode, 'taken']);
    }
    chmodSync(open, 0o777);
    for (const file of all) expect(refusal(() => readUsersFile(file, true))).toBe('U240');
  });

  test('gives a role a quota of a day, of recordings, hours or both, and no other', () => {
    const quotaOf = (lines: string) => read(`${user}${role}[roles.a.per-day]\n${lines}`)[0]?.role.perDay;
    expect(quotaOf('recordings = 200\nhours = 1.5')).toEqual({ recordings: 200, hours: 1.5 });
    expect(quotaOf('hours = 20')).toEqual({ recordings: Number.POSITIVE_INFINITY, hours: 20 });
    expect(read(user + role)[0]?.role.perDay).toBeUndefined();
    for (const lines of ['', 'recordings = 0', 'recordings = 1.5', 'recordings = "200"', 'hours = -1'])
      expect(
        refusal(() => quotaOf(lines)),
        lines,
      ).toBe('I152');
    expect(refusal(() => quotaOf('recordings = 1\nbytes = 5'))).toBe('I151');
  });

  test('is refused if it is not a users file', () => {
    expect(refusal(() => readUsersFile(join(folder, 'absent'), true))).toBe('U240');
    expect(refusal(() => readUsersFile(folder, true))).toBe('U240');
  });

  test('states from how many recordings or hours on an export needs a second person, for everybody, and nothing else about exports', () => {
    const alone = (lines: string) => {
      const file = join(folder, 'users.toml');
      writeFileSync(file, `${user}${role}${lines}`);
      return readUsersFile(file, true).twoPersons;
    };
    expect(alone('')).toBeNull();
    expect(alone('[export]\ntwo-persons = 100')).toEqual({ recordings: 100, hours: Number.POSITIVE_INFINITY });
    expect(alone('[export]\ntwo-persons = 100\ntwo-persons-hours = 1.5')).toEqual({ recordings: 100, hours: 1.5 });
    expect(alone('[export]\ntwo-persons-hours = 10')).toEqual({ recordings: Number.POSITIVE_INFINITY, hours: 10 });
    for (const lines of ['', 'two-persons = 0', 'two-persons = 1.5', 'two-persons = "many"', 'two-persons-hours = -1'])
      expect(
        refusal(() => alone(`[export]\n${lines}`)),
        lines,
      ).toBe('I152');
    expect(refusal(() => alone('[export]\ntwo-person = 1'))).toBe('I151');
  });

  test.each([
    ['nobody', role, 'U241'],
    ['an invalid id', `[users."a b"]\npassword = "${hash}"\nrole = "a"\n${role}`, 'U241'],
    ['a password that is not a hash', `[users.a]\npassword = "secret"\nrole = "a"\n${role}`, 'I152'],
    ['an unknown role', `${user.replace('role = "a"', 'role = "b"')}${role}`, 'I152'],
    ['an unknown permission', `${user}[roles.a]\nrights = ["read"]\n`, 'I152'],
    ['no right', `${user}[roles.a]\nrights = []\n`, 'I152'],
    ['a key without a meaning', `${user}onyl = 1\n${role}`, 'I151'],
    ['a limit without a meaning', `${user}${role}[roles.a.only]\ndepartment = ["x"]\n`, 'I151'],
    ['a limit without an effect', `${user}${role}[roles.a.only]\norg = []\n`, 'I152'],
    ['a pair without a value', `${user}${role}[roles.a.only]\norg = ["department="]\n`, 'I152'],
    ['an invalid time', `${user}${role}[roles.a.only]\nfrom = "yesterday"\n`, 'I152'],
    ['own calls of nobody', `${user}${role}[roles.a.only]\nown = true\n`, 'I152'],
    ['no TOML', `${user}${role}[`, 'I150'],
  ])('is refused if it has %s', (_, text, code) => {
    expect(refusal(() => read(text))).toBe(code);
  });

  test('is refused without the digest of a password in any message', () => {
    let thrown: unknown = null;
    try {
      read(user.replace(`"${hash}"`, `"${hash}" x`));
    } catch (error) {
      thrown = error;
    }
    for (let error = thrown; error instanceof Error; error = error.cause) {
      expect(error.message).not.toContain('scrypt');
      expect(error.message).toMatch(/ is not TOML: .*line \d+/);
    }
    expect(thrown).toBeInstanceOf(Error);
  });
});
