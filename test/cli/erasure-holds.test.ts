import { copyFileSync, cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { approved, holding } from './erasure-rig.ts';
import { chat } from './message-files.ts';
import { asterisk, createSealedRig, type SealedRig } from './sealed/sealed-rig.ts';

// Holds that protect a recording although they do not list it, or although the catalog does not have it.

let rig: SealedRig;
const run = (...args: readonly string[]) => rig.sealed(...args);

beforeAll(async () => {
  rig = await createSealedRig();
  process.env.LONGPLAY_KEYRING = rig.keyring;
  writeFileSync(rig.path('policy.toml'), 'zone = "Europe/Stockholm"\n[[rule]]\nname = "storage"\nbasis = "a test"\ndelete = "7d"\n');
});
afterAll(async () => {
  delete process.env.LONGPLAY_KEYRING;
  await rig?.[Symbol.asyncDispose]();
});

async function imported(archive: string, how: string): Promise<void> {
  const args = ['--into', archive, '--zone', 'Europe/Stockholm', '--no-keep-tables', how];
  expect((await run('import', asterisk.folder, ...args)).code).toBe(0);
  const key = `${archive}.pem`;
  expect((await run('erase', 'make-key', key)).code).toBe(0);
  expect((await run('erase', 'add-approver', archive, key, '--name', 'anna')).code).toBe(0);
}

/** Returns the id of the only recording that a query finds. */
async function idOf(archive: string, ...query: readonly string[]): Promise<string> {
  const { lines } = await rig.json(['list', archive, ...query]);
  const ids = lines.flatMap(({ of, value }) => (of === 'recording' ? [(value as { recordingId: string }).recordingId] : [])); // as it is listed
  expect(ids).toHaveLength(1);
  return ids[0] ?? '';
}

async function planned(archive: string, id: string): Promise<unknown> {
  const { lines } = await rig.json(['retention', 'plan', archive]);
  return lines.find(({ of, value }) => of === 'retention' && (value as { recordingId: string }).recordingId === id)?.value; // as it is listed
}

const request = ['--reason', 'x', '--ground'];

test.each(['open', 'sealed'] as const)(
  'a hold on a case protects recordings that only its messages name: for a request, a plan, a list and a run, until it is released; archive %s',
  async (kind) => {
    await imported(kind, `--${kind}`);
    const [named, other] = [await idOf(kind, '--text', '46701740605'), await idOf(kind, '--text', '46701740607')];
    expect((await run('retention', 'set', kind, 'policy.toml', '--reason', 'policy of the firm')).code).toBe(0);
    const { summary } = await rig.json(['case', 'new', kind, '--title', 'Deal']);
    const id = String(summary.id);
    // An id of no recording is no recording that a hold protects.
    writeFileSync(rig.path('named.csv'), chat.replace('violet', `violet ${named} 018f0000-0000-8000-8000-000000000001`));
    expect((await run('case', 'messages', kind, id, rig.path('named.csv'), '--zone', 'Europe/Stockholm')).code).toBe(0);
    expect((await run('list', kind, '--held')).stdout).toContain('No recording matches.');
    expect(await planned(kind, named)).toMatchObject({ state: 'due', reasons: [] });
    const held = await rig.json(['hold', 'add', kind, '--case', id, '--reason', 'a lawsuit']);
    const hold = String(held.summary.id);
    const why = `hold ${hold}: messages of case ${id} name it`;
    expect(await idOf(kind, '--held')).toBe(named);
    expect(await planned(kind, named)).toMatchObject({ state: 'deferred', reasons: [why] });
    expect(await planned(kind, other)).toMatchObject({ state: 'due', reasons: [] });
    expect((await run('show', kind, named)).stdout).toContain(why);
    const refused = await run('erase', 'request', kind, named, ...request, 'retention');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(new RegExp(`E111 ${named}: is not due: ${why}[\\s\\S]*E136`))]);
    expect((await rig.json(['erase', 'request', kind, named, other, ...request, 'retention'])).summary).toMatchObject({ recordings: 2, notDue: 1 });
    const asked = await run('erase', 'request', kind, named, '--message', `${id}:m1-2`, ...request, 'subject-request');
    expect([asked.code, asked.stderr, asked.stdout]).toEqual([
      0,
      expect.stringMatching(new RegExp(`E111 ${named}: .*: ${why}[\\s\\S]*E111 cases/${id}: 1 message of the request stays in it: hold ${hold}`)),
      expect.stringMatching(/1 recording of it must not be erased now[\s\S]*\n1 message of it must not be erased now/),
    ]);
    await approved(rig, kind, [named], `${kind}.pem`);
    const left = await run('erase', 'run', kind);
    expect([left.code, left.stderr]).toEqual([3, expect.stringContaining(why)]);
    expect(await idOf(kind, '--text', '46701740605')).toBe(named);
    expect((await run('hold', 'release', kind, hold, '--reason', 'over')).code).toBe(0);
    expect(await planned(kind, named)).toMatchObject({ state: 'due', reasons: [] });
    expect(await run('erase', 'run', kind)).toMatchObject({ code: 0, stdout: expect.stringContaining('Erased 1 recording from 1 bag.') });
    expect((await run('list', kind, '--text', '46701740605')).stdout).toContain('No recording matches.');
    if (kind === 'open') expect(holding(rig.path(kind, 'cases', id), [named, 'violet'])).toEqual([]);
  },
);

test('a hold protects a recording of which the catalog has no description: in a bag that a backup brought back, or damaged', async () => {
  await imported('back', '--open');
  cpSync(rig.path('back/bags'), rig.path('older'), { recursive: true });
  const [first, listed, following] = [
    await idOf('back', '--text', '46701740605'),
    await idOf('back', '--text', '46701740607'),
    await idOf('back', '--text', '0701740698'),
  ];
  await approved(rig, 'back', [first], 'back.pem');
  expect((await run('erase', 'run', 'back')).code).toBe(0);
  const held = await rig.json(['hold', 'add', 'back', '--text', '46701740607', '--reason', 'a lawsuit']);
  const hold = String(held.summary.id);
  await approved(rig, 'back', [listed], 'back.pem');
  await approved(rig, 'back', [following], 'back.pem');
  rmSync(rig.path('back/bags'), { recursive: true });
  cpSync(rig.path('older'), rig.path('back/bags'), { recursive: true });
  // The run erases the first one again; then the catalog has the other two.
  const again = await run('erase', 'run', 'back');
  expect([again.code, again.stderr]).toEqual([
    3,
    expect.stringMatching(new RegExp(`E111 ${listed}: request \\w+: hold ${hold}[\\s\\S]*E111 ${following}: .* does not have its description`)),
  ]);
  expect(await run('erase', 'run', 'back')).toMatchObject({ code: 3, stdout: expect.stringContaining('Erased 1 recording from 1 bag.') });
  expect(await idOf('back', '--held')).toBe(listed);
  // Its description is damaged.
  const [bag = ''] = readdirSync(rig.path('back/bags'), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith(listed));
  const description = join(rig.path('back/bags'), bag, 'recording.json');
  copyFileSync(description, rig.path('kept.json'));
  writeFileSync(description, '{}');
  rmSync(rig.path('back/catalog.sqlite'));
  expect((await run('list', 'back')).stderr).toContain('P131');
  expect(await run('erase', 'run', 'back')).toMatchObject({ code: 3, stderr: expect.stringContaining(`: hold ${hold}`) });
  expect((await run('hold', 'release', 'back', hold, '--reason', 'over')).code).toBe(0);
  expect(await run('erase', 'run', 'back')).toMatchObject({ code: 3, stderr: expect.stringContaining('does not have its description') });
  copyFileSync(rig.path('kept.json'), description);
  const last = await run('erase', 'run', 'back');
  expect([last.code, last.stderr, last.stdout]).toEqual([0, '', expect.stringContaining('Erased 1 recording from 1 bag.')]);
  expect((await run('verify', 'back')).code).toBe(0);
});
