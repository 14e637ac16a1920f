import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRig, type Rig, root } from './rig.ts';

const sample = join(root, 'samples/asterisk-normal');

interface Entry {
  readonly seq: number;
  readonly type: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly details?: Readonly<Record<string, unknown>>;
}

async function importSample(rig: Rig, more: readonly string[] = []): Promise<void> {
  expect((await rig.run(['import', sample, '--into', 'archive', '--zone', 'Europe/Stockholm', ...more])).code).toBe(0);
}

async function entries(rig: Rig): Promise<Entry[]> {
  return (await rig.json(['log', 'list', 'archive'])).lines.flatMap((line) => (line.of === 'entry' ? [line.value as unknown as Entry] : []));
}

test('each command that logs records who ran it and where, beside the log and not in it; --as names a service account', async () => {
  await using rig = createRig();
  await importSample(rig, ['--as', 'night-import']);
  const made = await rig.json(['case', 'new', 'archive', '--title', 'a deal']);
  const commands = [
    ['verify', 'archive'],
    ['case', 'delete', 'archive', String(made.summary.id), '--reason', 'opened twice'],
    ['viewer', 'archive'],
    ['replica', 'add', 'archive', 'offsite', rig.path('offsite')],
    ['replica', 'sync', 'archive'],
    ['rehash', 'archive', '--add', 'sha3-512'],
    ['report', 'archive', '--out', 'report'],
    ['export', 'archive', '--all', '--out', 'out'],
    ['log', 'key', 'archive', '--yes'],
  ];
  for (const command of commands) expect((await rig.run(command)).code, command.join(' ')).toBe(0);
  const login = userInfo().username;
  const all = await entries(rig);
  const imported = all.findIndex(({ type }) => type === 'report-kept');
  const nameless = all.filter(({ details }) => details === undefined).map(({ type }) => type);
  expect(nameless).toEqual(['archive-created']);
  for (const { type, details } of all.slice(1, imported + 1))
    expect([type, details]).toEqual([type, { user: 'night-import', login, host: hostname() }]);
  for (const { type, details } of all.slice(imported + 1))
    expect([type, details]).toEqual([type, expect.objectContaining({ user: login, host: hostname() })]);
  expect(new Set(all.slice(imported + 1).map(({ detail }) => detail.who)).size).toBe(1);
  const deleted = all.find(({ type }) => type === 'case-deleted');
  expect(deleted?.details?.reason).toBe('opened twice');
  expect(JSON.stringify(all.map(({ detail }) => detail))).not.toMatch(/opened twice|night-import/);
  expect(new Set(all.map(({ type }) => type))).toContain('key-rotated');
  expect((await rig.run(['log', 'verify', 'archive'])).code).toBe(0);
  expect((await rig.run(['replica', 'verify', 'archive'])).code).toBe(0);
  expect((await rig.exec('python3', [rig.path('archive/check.py')])).code).toBe(0);
});

test('details of users are erased with a confirmation and a reason, and are not reported missing; details removed in any other way give exit code 4', async () => {
  await using rig = createRig();
  await importSample(rig);
  expect((await rig.run(['export', 'archive', '--all', '--out', 'out', '--as', 'clerk-7'])).code).toBe(0);
  const forget = ['log', 'forget', 'archive', '--who', 'clerk-7', '--reason', 'asked for it'];
  expect(await rig.run(forget)).toMatchObject({ code: 2, stderr: expect.stringContaining('U315') });
  expect(await rig.run(['log', 'forget', 'archive', '--reason', 'all', '--yes'])).toMatchObject({ code: 2, stderr: expect.stringContaining('U312') });
  expect(await rig.run([...forget.slice(0, 4), 'nobody', '--reason', 'x', '--yes'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('L128'),
  });
  // A timer that finds no details that old logs nothing.
  const before = (await entries(rig)).length;
  expect(await rig.run(['log', 'forget', 'archive', '--before', '2y', '--reason', 'old', '--yes'])).toMatchObject({ code: 0 });
  expect((await entries(rig)).length).toBe(before);
  const erased = await rig.json([...forget, '--yes']);
  expect([erased.code, erased.summary]).toEqual([0, expect.objectContaining({ entries: 2, persons: 1 })]);
  expect((await rig.run(['log', 'verify', 'archive'])).code).toBe(0);
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
  const file = rig.path('archive/log/details/000/000000.jsonl');
  const text = readFileSync(file, 'utf8');
  expect(text).not.toContain('clerk-7');
  writeFileSync(file, text.replace('"asked for it"', '"not asked for"'));
  // A reviewer must not take altered details for erased ones.
  for (const command of ['log verify', 'verify', 'log list', 'log access']) {
    const found = await rig.run([...command.split(' '), 'archive']);
    expect([command, found.code, `${found.stdout}${found.stderr}`]).toEqual([command, 4, expect.stringContaining('L124')]);
  }
  rmSync(file);
  expect(await rig.run(['log', 'verify', 'archive'])).toMatchObject({ code: 4, stderr: expect.stringContaining('L125') });
  expect((await rig.exec('python3', [rig.path('archive/check.py')])).code).toBe(1);
});

test('erased details that come back are reported, and no synchronisation copies them to a replica', async () => {
  await using rig = createRig();
  await importSample(rig);
  expect((await rig.run(['verify', 'archive', '--as', 'clerk-8'])).code).toBe(0);
  expect((await rig.run(['replica', 'add', 'archive', 'vault', 'copy'])).code).toBe(0);
  const file = rig.path('archive/log/details/000/000000.jsonl');
  const before = readFileSync(file, 'utf8');
  const forget = ['log', 'forget', 'archive', '--who', 'clerk-8', '--reason', 'asked for it', '--yes'];
  expect((await rig.run(forget)).code).toBe(0);
  expect(await rig.run(['log', 'verify', 'archive'])).toMatchObject({ code: 0, stderr: expect.not.stringContaining('L129') });
  // As a restored backup or a killed run leaves it.
  writeFileSync(file, `${before}${readFileSync(file, 'utf8').trimEnd().split('\n').at(-1)}\n`);
  const unfinished = rig.path('archive/log/details/000/.longplay-tmp-unfinished');
  writeFileSync(unfinished, before);
  for (const command of ['verify', 'log verify']) {
    const { code, stdout, stderr } = await rig.run([...command.split(' '), 'archive']);
    expect([command, code, stdout + stderr]).toEqual([command, 0, expect.stringContaining('L129')]);
  }
  expect(await rig.run(['replica', 'sync', 'archive'])).toMatchObject({ stderr: expect.stringContaining('L129') });
  expect(readFileSync(rig.path('copy/log/details/000/000000.jsonl'), 'utf8')).not.toContain('clerk-8');
  expect((await rig.run(forget)).code).toBe(0);
  expect(readFileSync(file, 'utf8')).not.toContain('clerk-8');
  expect(existsSync(unfinished)).toBe(false);
  expect(await rig.run(['log', 'verify', 'archive'])).toMatchObject({ code: 0, stderr: expect.not.stringContaining('L129') });
  expect((await rig.run(['replica', 'sync', 'archive'])).code).toBe(0);
  expect((await rig.run(['replica', 'verify', 'archive'])).code).toBe(0);
});
