import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { approved, approver } from '../erasure-rig.ts';
import { chat } from '../message-files.ts';
import { asterisk, createSealedRig, type SealedRig } from '../sealed/sealed-rig.ts';

// A case on hold stays, whoever asks for its removal; so does every case under a hold on everything.

let rig: SealedRig;
const run = (...args: readonly string[]) => rig.sealed(...args);

beforeAll(async () => {
  rig = await createSealedRig();
  process.env.LONGPLAY_KEYRING = rig.keyring;
  writeFileSync(rig.path('chat.csv'), chat);
});
afterAll(async () => {
  delete process.env.LONGPLAY_KEYRING;
  await rig?.[Symbol.asyncDispose]();
});

async function newCase(archive: string): Promise<string> {
  const { summary } = await rig.json(['case', 'new', archive, '--title', 'Deal']);
  const id = String(summary.id);
  expect((await run('case', 'messages', archive, id, rig.path('chat.csv'), '--zone', 'Europe/Stockholm')).code).toBe(0);
  return id;
}

async function hold(archive: string, ...what: readonly string[]): Promise<string> {
  const { code, summary } = await rig.json(['hold', 'add', archive, ...what, '--reason', 'a lawsuit']);
  expect(code).toBe(0);
  return String(summary.id);
}

test.each(['open', 'sealed'] as const)('an archive that is %s', async (kind) => {
  expect((await run('import', asterisk.folder, '--into', kind, '--zone', 'Europe/Stockholm', '--no-keep-tables', `--${kind}`)).code).toBe(0);
  await approver(rig, kind, `${kind}.pem`);
  const [held, other] = [await newCase(kind), await newCase(kind)];
  const removed = (command: string, id: string) => run('case', command, kind, id, '--reason', 'tidy');
  const ofCase = await hold(kind, '--case', held);
  expect(await removed('delete', held)).toMatchObject({
    code: 5,
    stderr: expect.stringMatching(
      new RegExp(`D115[\\s\\S]*case ${held} stays as it is: hold ${ofCase}[\\s\\S]*longplay hold release \\S+ ${ofCase} --reason`),
    ),
  });
  expect(existsSync(rig.path(kind, 'cases', held))).toBe(true);
  // Holds on cases are known without any key.
  expect((await rig.run(['case', 'delete', kind, held, '--reason', 'tidy'], { env: { LONGPLAY_KEYRING: rig.path('none') } })).stderr).toContain(
    'D115',
  );
  expect((await removed('delete', other)).code).toBe(0);
  // What is missing here may be in a replica, and its secrets in the keyring.
  rmSync(rig.path(kind, 'cases', held), { recursive: true });
  expect((await removed('forget', held)).stderr).toContain('D115');
  expect((await run('hold', 'release', kind, ofCase, '--reason', 'over')).code).toBe(0);
  expect((await removed('forget', held)).code).toBe(0);

  const third = await newCase(kind);
  const list = await hold(kind, '--text', '46701740605');
  const ofAll = await hold(kind, '--all');
  expect((await run('hold', 'list', kind)).stdout).toMatch(/ everything +a lawsuit/);
  expect((await removed('delete', third)).stderr).toContain(`stays as it is: hold ${ofAll}`);
  const asked = await run('erase', 'request', kind, '--message', `${third}:m1-2`, '--ground', 'error', '--reason', 'x');
  expect(asked.stderr).toContain(`E111 cases/${third}: 1 message of the request stays in it: hold ${ofAll}`);
  await approved(rig, kind, ['--message', `${third}:m1-2`], `${kind}.pem`);
  expect(await run('erase', 'run', kind)).toMatchObject({ code: 3, stderr: expect.stringContaining(`its messages stay: hold ${ofAll}`) });
  expect((await run('case', 'timeline', kind, third)).stdout).toContain('[m1-2]');
  expect((await run('hold', 'release', kind, ofAll, '--reason', 'over')).code).toBe(0);
  // A hold on recordings protects no case.
  expect((await run('erase', 'run', kind)).code).toBe(0);
  expect((await run('case', 'timeline', kind, third)).stdout).not.toContain('[m1-2]');
  expect((await removed('delete', third)).code).toBe(0);
  expect((await run('hold', 'release', kind, list, '--reason', 'over')).code).toBe(0);
  expect((await run('verify', kind)).code).toBe(0);
});
