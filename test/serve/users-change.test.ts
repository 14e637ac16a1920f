import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Rig } from '../cli/rig.ts';
import { createArchive, entriesOf, passwordLine, startServer, writeUsers } from './rig.ts';

let rig: Rig;
let file: string;
let first: string;

beforeAll(async () => {
  rig = await createArchive();
  file = writeUsers(rig);
  first = readFileSync(file, 'utf8');
});
afterAll(async () => {
  await rig?.[Symbol.asyncDispose]();
});

/** Like an editor that replaces files atomically. */
function put(text: string, mode = 0o600): void {
  writeFileSync(`${file}.next`, text);
  chmodSync(`${file}.next`, mode);
  renameSync(`${file}.next`, file);
}
const without = (user: string): string => first.replace(new RegExp(`\\[users\\.${user}\\]\\n(?:[a-z]+ = .*\\n)+`), '');
const demoted = (user: string, from: string, to: string): string =>
  first.replace(new RegExp(`(\\[users\\.${user}\\]\\npassword = .*\\nrole = )"${from}"`), `$1"${to}"`);

test('a user who is removed from the users file, or replaced in it, is signed out at the next request; the others stay signed in; new users can sign in', async () => {
  await using server = await startServer(rig, ['--users', file]);
  const [anna, bo] = [(await server.signIn('anna')).cookie, (await server.signIn('bo')).cookie];
  const statusOf = async (cookie: string) => (await server.ask('/api/overview', { cookie })).status;
  expect([await statusOf(anna), await statusOf(bo)]).toEqual([200, 200]);
  put(without('anna'));
  // Whichever request comes first: all lost sessions end at once.
  expect([await statusOf(bo), await statusOf(anna)]).toEqual([200, 401]);
  expect((await server.signIn('anna')).status).toBe(401);
  put(first);
  expect(await statusOf(anna)).toBe(401);
  const again = (await server.signIn('anna')).cookie;
  expect(await statusOf(again)).toBe(200);
  put(demoted('anna', 'compliance', 'desk'));
  expect([await statusOf(again), await statusOf(bo)]).toEqual([401, 200]);
  const lesser = (await server.signIn('anna')).cookie;
  expect(JSON.parse((await server.ask('/api/session', { cookie: lesser })).text)).toMatchObject({
    user: 'anna',
    role: 'desk',
    rights: ['listen', 'annotate'],
  });
  expect((await server.ask('/api/cases', { cookie: lesser })).status).toBe(404);
  // The role itself changes.
  put(first.replace('[roles.desk]\nrights = ["listen", "annotate"]', '[roles.desk]\nrights = ["listen", "export"]'));
  expect(await statusOf(bo)).toBe(401);
  const { stderr, code } = await server.stop();
  expect(code).toBe(0);
  expect(stderr).toContain('the users file was read again: 4 users, 0 new, 0 changed, 1 gone; 1 session ended');
  const entries = (await entriesOf(rig)).filter(({ type }) => type === 'users-changed').map(({ detail }) => detail);
  expect(entries).toEqual([
    { users: 4, added: 0, changed: 0, removed: 1, sessions: 1 },
    { users: 5, added: 1, changed: 0, removed: 0, sessions: 0 },
    { users: 5, added: 0, changed: 1, removed: 0, sessions: 1 },
    { users: 5, added: 0, changed: 2, removed: 0, sessions: 2 },
  ]);
  put(first);
});

test('a new password ends every session of its user, and of nobody else', async () => {
  await using server = await startServer(rig, ['--users', file]);
  const [one, other, bo] = [(await server.signIn('anna')).cookie, (await server.signIn('anna')).cookie, (await server.signIn('bo')).cookie];
  put(first.replace(/(\[users\.anna\]\npassword = ")[^"]*/, `$1${passwordLine('another')}`));
  for (const [cookie, status] of [
    [one, 401],
    [other, 401],
    [bo, 200],
  ] as const)
    expect((await server.ask('/api/session', { cookie })).status).toBe(status);
  expect([(await server.signIn('anna')).status, (await server.signIn('anna', 'another')).status]).toEqual([401, 303]);
  put(first);
});

test('an invalid file keeps the earlier users, and is reported; once corrected it applies, even with the same size', async () => {
  await using server = await startServer(rig, ['--users', file]);
  const bo = (await server.signIn('bo')).cookie;
  const statusOf = async () => (await server.ask('/api/overview', { cookie: bo })).status;
  const broken: readonly (readonly [() => void, string])[] = [
    [() => put(first.replace('[users.bo]', '[users.bo')), 'is not TOML'],
    [() => put(first.replace('role = "desk"', 'role = "none"')), "is 'none'"],
    [() => put(first, 0o644), 'mode 644'],
    [() => put(''), 'names no user'],
    [() => rmSync(file), 'cannot be read'],
  ];
  for (const [breakIt, said] of broken) {
    breakIt();
    expect(await statusOf()).toBe(200);
    await expect.poll(() => server.printed()).toContain(said);
    expect((await server.signIn('cilla')).status).toBe(303);
  }
  expect(server.printed().match(/cannot be used/g)).toHaveLength(broken.length);
  put(first);
  expect(await statusOf()).toBe(200);
  const other = first.replace('[users.bo]', '[users.ob]');
  expect(other.length).toBe(first.length);
  // In place, like a simple editor.
  writeFileSync(file, other);
  expect(await statusOf()).toBe(401);
  put(first);
  expect((await server.stop()).code).toBe(0);
});

test('a user named by the proxy who is removed from the file is refused', async () => {
  await using server = await startServer(rig, ['--users', file, '--trust-proxy', 'X-Remote-User']);
  const named = async (user: string) => {
    const answer = await server.ask('/api/session', { headers: { 'X-Remote-User': user } });
    return [answer.status, (JSON.parse(answer.text) as { role?: string }).role];
  };
  expect(await named('anna')).toEqual([200, 'compliance']);
  put(demoted('anna', 'compliance', 'desk'));
  expect(await named('anna')).toEqual([200, 'desk']);
  put(without('anna'));
  expect(await named('anna')).toEqual([403, undefined]);
  put(first);
  expect(await named('anna')).toEqual([200, 'compliance']);
});
