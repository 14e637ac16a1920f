import { afterAll, beforeAll, expect, test } from 'vitest';
import { openArchive } from '../../src/archive/layout.ts';
import { openLog } from '../../src/log/log.ts';
import type { Rig } from '../cli/rig.ts';
import { createArchive, recordingsOf, writeUsers } from './rig.ts';

let rig: Rig;
let users: string;
/** A recording of the site that the role of bo may listen to, and one of another. */
let ofDesk: string;
let ofPbx: string;
const anna = { user: 'anna', host: 'calls', address: '192.0.2.7' };
const bo = { user: 'bo', host: 'calls' };

beforeAll(async () => {
  rig = await createArchive();
  users = writeUsers(rig);
  [ofDesk = '', ofPbx = ''] = await Promise.all(
    ['contact-centre', 'pbx'].map(async (site) => (await recordingsOf(rig, '--with-site', site))[0]?.recordingId ?? ''),
  );
  let time = '2025-01-01T08:00:00.000Z';
  const log = await openLog(await openArchive(rig.path('archive')), { now: () => time, keys: rig.keys, actor: () => anna });
  // As version 0.1.0 logged it: with the user, and without a pseudonym.
  await log.appendAll([{ type: 'recording-shown', detail: { user: 'anna', session: 's0', recording: ofPbx }, actor: null }]);
  time = '2025-02-01T08:00:00.000Z';
  await log.append('recording-listened', { session: 's1', recording: ofPbx });
  await log.append('searched', { session: 's1', question: 'q', by: 'text', shown: 20, from: 0, to: 20, sum: 20 }, { query: 'Berg' });
  await log.append('searched', { session: 's1', question: 'q', by: 'text', shown: 480, from: 20, to: 500, sum: 500 }, { query: 'Berg' });
  time = '2025-03-01T08:00:00.000Z';
  await log.appendAll([
    { type: 'recording-listened', detail: { session: 's2', recording: ofDesk }, actor: bo },
    { type: 'export-begun', detail: { recordings: 2 }, actor: { user: 'root', host: 'disk' }, details: { recordings: [ofDesk, ofPbx] } },
    { type: 'exported', detail: { recordings: 2, complete: true }, actor: { user: 'root', host: 'disk' } },
    // An export of version 0.1.0 on the command line names no data subject and no query.
    { type: 'exported', detail: { recordings: 9, complete: true }, actor: null },
  ]);
  await log.close();
});
afterAll(async () => {
  await rig?.[Symbol.asyncDispose]();
});

async function review(...args: readonly string[]) {
  const { code, lines, summary } = await rig.json(['log', 'access', 'archive', ...args]);
  const of = (kind: string): Record<string, unknown>[] =>
    lines.flatMap((line) => (line.of === kind ? [line.value as unknown as Record<string, unknown>] : []));
  return { code, summary, accesses: of('access'), persons: of('person'), accounts: of('account') };
}

test('actions are summed up per person, including entries of version 0.1.0', async () => {
  const { code, summary, persons } = await review();
  expect(code).toBe(0);
  const plain = persons.map(({ user, times, rows }) => [user, times, rows]);
  const none = { listened: 0, shown: 0, taken: 0, exported: 0, searched: 0, cases: 0, 'signed-in': 0, refused: 0 };
  expect(plain).toEqual([
    ['anna', { ...none, shown: 1, listened: 1, searched: 2 }, 500],
    ['bo', { ...none, listened: 1 }, 0],
    ['root', { ...none, exported: 1 }, 0],
    [null, { ...none, exported: 1 }, 0],
  ]);
  expect(summary).toMatchObject({ events: 7, listsUnknown: 1 });
  const text = (await rig.run(['log', 'access', 'archive'])).stdout;
  expect(text).toMatch(/^ {2}anna +1 +1 +0 +0 +2 +0 +0 +0 +500 +2025-01-01 +2025-02-01/m);
  expect(text).toContain('1 export may contain any recording');
});

test('filters by person, pseudonym, time and recording omit no match and include no other entry', async () => {
  const seqs = async (...args: readonly string[]) =>
    (await review(...args)).accesses.map(({ kind, user, time }) => `${String(user)} ${String(kind)} ${String(time).slice(0, 7)}`);
  expect(await seqs('--recording', ofPbx)).toEqual(['anna shown 2025-01', 'anna listened 2025-02', 'root exported 2025-03']);
  expect(await seqs('--recording', ofDesk.slice(0, 8))).toEqual(['bo listened 2025-03', 'root exported 2025-03']);
  expect(await seqs('--from', '2025-02', '--to', '2025-03')).toEqual(['anna listened 2025-02', 'anna searched 2025-02', 'anna searched 2025-02']);
  const mine = await seqs('--who', 'anna');
  expect(mine).toEqual(['anna shown 2025-01', 'anna listened 2025-02', 'anna searched 2025-02', 'anna searched 2025-02']);
  const [{ who = '' } = {}] = (await review('--who', 'anna')).accesses as { who?: string }[];
  expect(await seqs('--who', who)).toEqual(mine);
  expect(await seqs('--who', 'carl')).toEqual([]);
  const text = (await rig.run(['log', 'access', 'archive', '--who', 'bo'])).stdout;
  expect(text).toMatch(new RegExp(`^\\d+ {2}2025-03-01T08:00:00.000Z {2}bo {2}listened {2}${ofDesk} {2}calls$`, 'm'));
});

test('permissions are those of the users file, for one recording as the roles have it', async () => {
  const all = await review('--users', users);
  expect(all.accounts.find(({ user }) => user === 'bo')).toMatchObject({ role: 'desk', rights: ['listen', 'annotate'], part: 'some', did: true });
  expect(all.accounts.find(({ user }) => user === 'anna')).toMatchObject({ part: 'all', did: true });
  // A person with actions who is no longer a user of the server is reported.
  expect(all.persons.map(({ user, isUser }) => [user, isUser])).toEqual([
    ['anna', true],
    ['bo', true],
    ['root', false],
    [null, null],
  ]);
  const part = async (id: string) => (await review('--users', users, '--recording', id)).accounts.find(({ user }) => user === 'bo')?.part;
  expect([await part(ofDesk), await part(ofPbx)]).toEqual(['this', 'not this']);
});

test('erased details leave pseudonyms, and an export that may have included any recording', async () => {
  expect((await rig.run(['log', 'forget', 'archive', '--before', '2999', '--reason', 'old', '--yes'])).code).toBe(0);
  const { persons, summary } = await review();
  expect(persons.map(({ user }) => user)).toEqual(['anna', null, null, null]);
  expect(summary).toMatchObject({ events: 7, listsUnknown: 2 });
  expect((await rig.run(['log', 'verify', 'archive'])).code).toBe(0);
});
