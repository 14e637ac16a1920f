import { afterEach, describe, expect, test } from 'vitest';
import { root } from '../cli/rig.ts';
import { createSealedRig } from '../cli/sealed/sealed-rig.ts';
import { passwordLine, recordingsOf, startServer, writeUsersFile } from './rig.ts';

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

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
    const [first = '', second = ''] = ids;
    const caseId = await run('case', 'new', 'archive', '--title', 'Deal');
    expect((await rig.run(['case', 'add', 'archive', caseId, first], { env })).code).toBe(0);
    const byCase = await run('hold', 'add', 'archive', '--case', caseId, '--reason', 'order of the court');
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
    // Logged by another process during serving.
    const later = await run('hold', 'add', 'archive', '--all', '--reason', 'audit');
    await expect.poll(async () => (await holds('all', second)).found).toMatchObject([{ id: later }]);
  });
});
