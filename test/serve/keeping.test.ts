import { writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { root } from '../cli/rig.ts';
import { createSealedRig } from '../cli/sealed/sealed-rig.ts';
import { passwordLine, recordingsOf, startServer, writeUsersFile } from './rig.ts';

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

const userText = `[users.ears]\npassword = "${passwordLine()}"\nrole = "ears"\n[roles.ears]\nrights = ["listen"]`;

function ids(rig: { path(...parts: string[]): string }, ...all: readonly string[]): string {
  writeFileSync(rig.path('ids.txt'), `${all.join('\n')}\n`);
  return rig.path('ids.txt');
}

describe.each(['--open', '--sealed'] as const)('the page of a call in an archive made with %s', (how) => {
  test('lists the holds that protect it: since when, and by which case, query or list; no reason, no query, and no case for users without cases', async () => {
    const rig = await createSealedRig();
    open.push(rig);
    const env = { LONGPLAY_KEYRING: rig.keyring };
    const run = async (...args: readonly string[]): Promise<string> => {
      const { code, summary } = await rig.json(args, env);
      expect([args.join(' '), code]).toEqual([args.join(' '), 0]);
      return String(summary.id);
    };
    const imported = await rig.run(
      ['import', `${root}/samples/asterisk-normal`, '--into', 'archive', '--zone', 'Europe/Stockholm', '--no-keep-tables', how],
      { env },
    );
    expect(imported.code, imported.stderr).toBe(0);
    const ids = (await recordingsOf({ ...rig, json: (list) => rig.json(list, env) })).map(({ recordingId }) => recordingId);
    const [first = '', second = '', third = ''] = ids;
    const caseId = await run('case', 'new', 'archive', '--title', 'Deal');
    expect((await rig.run(['case', 'add', 'archive', caseId, first], { env })).code).toBe(0);
    const byCase = await run('hold', 'add', 'archive', '--case', caseId, '--reason', 'order of the court');
    writeFileSync(rig.path('chat.csv'), `time,from,to,text\n2026-03-02 10:00:00,+46 8 465 004 01,+46 8 465 004 02,see ${third}\n`);
    const byQuery = await run('hold', 'add', 'archive', '--text', first, '--following', '--reason', 'claim of Anna Berg');
    const released = await run('hold', 'add', 'archive', '--all', '--reason', 'over soon');
    await run('hold', 'release', 'archive', released, '--reason', 'settled');
    const text = ['all', 'ears'].map(
      (name) =>
        `[users.${name}]\npassword = "${passwordLine()}"\nrole = "${name}"\n[roles.${name}]\nrights = ["listen"${name === 'all' ? ', "export"' : ''}]`,
    );
    const server = await startServer(rig, ['--users', writeUsersFile(rig, 'users.toml', text.join('\n'))], env);
    open.push(server);
    const holds = async (user: string, id: string): Promise<{ readonly said: string; readonly found: unknown }> => {
      const { cookie } = await server.signIn(user);
      const answer = await server.ask(`/api/recordings/${id}`, { cookie });
      expect(answer.status, answer.text).toBe(200);
      return { said: answer.text, found: (JSON.parse(answer.text) as { holds: unknown }).holds };
    };
    const since = expect.stringMatching(/^20\d\d-/);
    const { said, found } = await holds('all', first);
    expect(found).toEqual([
      { id: byCase, since, until: null, by: 'case', case: caseId },
      { id: byQuery, since, until: null, by: 'query', case: null },
    ]);
    expect([said.includes('court'), said.includes('Anna Berg')]).toEqual([false, false]);
    expect((await holds('all', second)).found).toEqual([]);
    expect((await holds('ears', first)).found).toMatchObject([{ by: 'case', case: null }, { by: 'query' }]);
    // A message that is added during serving names it.
    expect((await holds('all', third)).found).toEqual([]);
    expect((await rig.run(['case', 'messages', 'archive', caseId, rig.path('chat.csv'), '--zone', 'Europe/Stockholm'], { env })).code).toBe(0);
    await expect.poll(async () => (await holds('all', third)).found).toMatchObject([{ id: byCase, by: 'case', case: caseId }]);
    // Logged by another process during serving.
    const later = await run('hold', 'add', 'archive', '--all', '--reason', 'audit');
    await expect.poll(async () => (await holds('all', second)).found).toMatchObject([{ id: later }]);
  });

  test('states what the retention policy demands: rules, both ends with legal basis, and when it is to be erased; no condition of a rule', async () => {
    const rig = await createSealedRig();
    open.push(rig);
    const env = { LONGPLAY_KEYRING: rig.keyring };
    const run = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
      const { code, summary } = await rig.json(args, env);
      expect([args.join(' '), code]).toEqual([args.join(' '), 0]);
      return summary;
    };
    await run('import', `${root}/samples/asterisk-normal`, '--into', 'archive', '--zone', 'Europe/Stockholm', '--no-keep-tables', how);
    const [first = ''] = (await recordingsOf({ ...rig, json: (list) => rig.json(list, env) })).map(({ recordingId }) => recordingId);
    const server = await startServer(rig, ['--users', writeUsersFile(rig, 'users.toml', userText)], env);
    open.push(server);
    const retention = async (): Promise<unknown> => {
      const { cookie } = await server.signIn('ears');
      const { text } = await server.ask(`/api/recordings/${first}`, { cookie });
      expect(text).not.toContain('46846500499');
      return (JSON.parse(text) as { retention?: unknown }).retention;
    };
    expect(await retention()).toBeUndefined();
    const policy = async (remove: string): Promise<void> => {
      const rules = [
        '[[rule]]\nname = "trade"\nbasis = "MiFID II, Article 16(7)"\nkeep = "5y"',
        `[[rule]]\nname = "storage"\nbasis = "GDPR, Article 5(1)(e)"\ndelete = "${remove}"`,
        '[[rule]]\nname = "one"\nbasis = "contract"\nkeep = "9y"\n[rule.when]\nparty = ["+46846500499"]',
      ];
      writeFileSync(rig.path('policy.toml'), `zone = "Europe/Stockholm"\n${rules.join('\n')}\n`);
      await run('retention', 'set', 'archive', 'policy.toml', '--reason', 'policy of the firm');
    };
    await policy('7y');
    const bound = (rule: string, basis: string) => ({ rule, version: 1, basis, at: expect.stringMatching(/^20\d\d-.*Z$/) });
    const known = { version: 1, rules: ['trade', 'storage'], notBefore: bound('trade', 'MiFID II, Article 16(7)'), unmapped: [] };
    const stated = { notAfter: bound('storage', 'GDPR, Article 5(1)(e)'), isUncertain: false, isUnreadable: false };
    await expect.poll(retention).toMatchObject({ ...known, ...stated, state: 'kept' });
    const { notAfter, eraseFrom } = (await retention()) as { notAfter: { at: string }; eraseFrom: string };
    expect(eraseFrom).toBe(notAfter.at);
    const { id } = await run('hold', 'add', 'archive', '--ids', ids(rig, first), '--reason', 'claim');
    await expect.poll(retention).toMatchObject({ ...known, state: 'held' });
    // As `longplay show` says.
    expect(String((await rig.run(['show', 'archive', first], { env })).stdout)).toContain(`hold ${String(id)}`);
    // The earlier version still protects what it promised to keep: the erasure waits for it.
    await policy('1y');
    await expect.poll(retention).toMatchObject({ version: 2, notAfter: { rule: 'storage', version: 2 }, notBefore: { rule: 'trade' } });
    const later = (await retention()) as { notBefore: { at: string }; notAfter: { at: string }; eraseFrom: string };
    expect([later.eraseFrom, later.notAfter.at < later.notBefore.at]).toEqual([later.notBefore.at, true]);
  });
});
