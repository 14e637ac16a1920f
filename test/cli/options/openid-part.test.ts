import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openidVariable } from '../../../src/cli/options/openid-part.ts';
import { readUsersFile } from '../../../src/cli/options/users-file.ts';
import { LongplayError } from '../../../src/core/base/error.ts';

const folder = mkdtempSync(join(tmpdir(), 'longplay-openid-'));
afterAll(() => rmSync(folder, { recursive: true }));
const archive = join(folder, 'archive');
mkdirSync(archive);

function put(name: string, text: string, mode = 0o600): string {
  writeFileSync(join(folder, name), text);
  chmodSync(join(folder, name), mode);
  return join(folder, name);
}

const openid = '[openid]\nissuer = "https://login.example"\nclient-id = "x"\n';
const roles = '[roles.b]\nrights = ["export"]\ngroups = ["g2", "g1"]\n[roles.a]\nrights = ["listen"]\ngroups = ["g1", "g3"]\n';

function read(text: string, env: NodeJS.ProcessEnv = { [openidVariable]: 'secret' }, why: string | null = null): ReturnType<typeof readUsersFile> {
  return readUsersFile(put('users.toml', text), true, { env, archive, why });
}

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof LongplayError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'taken';
}

describe('[openid] of a users file', () => {
  test('needs no users, has defaults, and gives the first role in the file that one of the groups has', () => {
    const { accounts, openid: settings } = read(openid + roles);
    expect(accounts).toEqual([]);
    expect(settings).toMatchObject({
      secret: 'secret',
      secretIn: 'header',
      scope: 'openid profile email',
      label: 'login.example',
      claims: { user: 'preferred_username', groups: 'groups', agent: null },
    });
    const roleOf = (groups: readonly string[], user = 'u') => settings?.accountFor({ user, groups, agent: null })?.role.name ?? null;
    expect([roleOf(['g3', 'g1']), roleOf(['g3']), roleOf(['g2']), roleOf([]), roleOf(['G1'])]).toEqual(['b', 'a', 'b', null, null]);
    for (const user of ['', 'a b', '../x', 'ä', 'x'.repeat(65)]) expect(roleOf(['g1'], user), user).toBeNull();
  });

  test('takes the secret from one place, which others cannot read and which is not the archive', () => {
    const none = {};
    const from = (name: string): string => `${openid}secret-file = "${name}"\n${roles}`;
    put('good', 'of a file? no blanks\n');
    expect(refusal(() => read(from('good'), none))).toBe(`U250 ${join(folder, 'good')} holds no secret of [openid]`);
    put('good', 's3cret:+%\n');
    expect(read(from('good'), none).openid?.secret).toBe('s3cret:+%');
    expect(refusal(() => read(openid + roles, none))).toContain('U250 the secret of [openid] is missing');
    expect(refusal(() => read(from('good')))).toContain('and in a file');
    expect(refusal(() => read(from('absent'), none))).toContain('U250 the secret of [openid]');
    put('open', 's', 0o640);
    expect(refusal(() => read(from('open'), none))).toContain('may be read or written by others (mode 640)');
    put('archive/within', 's');
    symlinkSync(join(archive, 'within'), join(folder, 'link'));
    for (const name of ['archive/within', 'link', join(archive, 'within')])
      expect(refusal(() => read(from(name), none))).toContain('U250 the secret of [openid] is inside the archive');
    // An access review needs none.
    expect(readUsersFile(put('users.toml', openid + roles), false).openid).not.toBeNull();
  });

  test.each<[string, string, string]>([
    ['no issuer', '[openid]\nclient-id = "x"\n', 'I152'],
    ['an issuer without TLS on another machine', '[openid]\nissuer = "http://login.example"\nclient-id = "x"\n', 'I152'],
    ['an issuer with a password in it', '[openid]\nissuer = "https://a:b@login.example"\nclient-id = "x"\n', 'I152'],
    ['no client', '[openid]\nissuer = "https://login.example"\n', 'I152'],
    ['a scope that requests no ID token', `${openid}scope = "profile"\n`, 'I152'],
    ['an unknown key', `${openid}redirect = "https://evil.example"\n`, 'I151'],
  ])('is refused with %s', (_name, text, code) => {
    expect(refusal(() => read(text + roles))).toContain(code);
  });

  test('is refused if the provider could not return to the server, or if groups are missing or their order would be lost', () => {
    expect(refusal(() => read(openid + roles, undefined, 'a proxy identifies the users'))).toMatch(/^U250 .* has \[openid\], and a proxy identifies/);
    expect(refusal(() => read(roles))).toContain('I152');
    expect(refusal(() => read(`${openid}[roles.7]\nrights = ["listen"]\ngroups = ["g"]`))).toContain('I152');
  });
});
