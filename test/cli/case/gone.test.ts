import { existsSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRig, fingerprint, type Rig, root } from '../rig.ts';

/** An archive with a case that holds a mail. */
async function archiveWithCase(rig: Rig): Promise<{ readonly archive: string; readonly id: string; readonly folder: string }> {
  const archive = rig.path('archive');
  expect((await rig.run(['import', join(root, 'samples/sidecar-xml'), '--into', archive])).code).toBe(0);
  const id = String((await rig.json(['case', 'new', archive, '--title', 'Deal'])).summary.id);
  writeFileSync(rig.path('a.eml'), 'From: anna@example.org\r\nDate: Mon, 1 Jan 2024 10:00:00 +0000\r\n\r\nhello\r\n');
  expect((await rig.run(['case', 'messages', archive, id, rig.path('a.eml')])).code).toBe(0);
  return { archive, id, folder: join(archive, 'cases', id) };
}

const told = (lines: readonly Record<string, unknown>[]): unknown[] =>
  lines.flatMap(({ type, code, path, place }) => (type === 'verdict' || type === 'finding' ? [[code, path ?? place]] : []));

test('a vanished case is reported as missing until somebody acknowledges that it is gone, and why', async () => {
  await using rig = createRig();
  const { archive, id } = await archiveWithCase(rig);
  expect((await rig.run(['verify', archive])).code).toBe(0);
  rmSync(join(archive, 'cases'), { recursive: true });
  for (const args of [
    ['watch', archive],
    ['verify', archive],
    ['verify', archive, '--every', '90d'],
    ['verify', archive, '--every', '90d', '--status'],
    ['case', 'list', archive],
  ]) {
    const { code, lines } = await rig.json(args);
    expect([args, code, JSON.stringify(lines).includes('"C127"')]).toEqual([args, 4, true]);
  }
  expect((await rig.run(['case', 'delete', archive, id, '--reason', 'x'])).code).toBe(2);
  expect((await rig.run(['case', 'forget', archive, id])).code).toBe(2);
  expect((await rig.run(['case', 'forget', archive, id, '--reason', ' '])).code).toBe(2);
  expect((await rig.run(['case', 'forget', archive, id.slice(-8), '--reason', 'deleted by hand'])).code).toBe(0);
  expect((await rig.json(['verify', archive])).summary).toMatchObject({ exitCode: 0, errors: 0, warnings: 0 });
  const entries = (await rig.json(['log', 'list', archive])).lines.map((line) => JSON.stringify(line));
  expect(entries.filter((line) => line.includes('"case-deleted"') && line.includes('"deleted by hand"'))).toHaveLength(1);
  // One acknowledgement suffices, and a case that never existed is not missing.
  expect((await rig.run(['case', 'forget', archive, id, '--reason', 'again'])).code).toBe(2);
});

test('a case is deleted after who and why are logged; killed in between, the same command completes it, and a case that came back is reported', async () => {
  await using rig = createRig();
  const { archive, id, folder } = await archiveWithCase(rig);
  renameSync(folder, rig.path('kept'));
  expect((await rig.run(['case', 'forget', archive, id, '--reason', 'as a run that was killed leaves it'])).code).toBe(0);
  renameSync(rig.path('kept'), folder);
  const back = await rig.json(['verify', archive]);
  expect([back.code, told(back.lines)]).toEqual([4, [['C129', `cases/${id}`]]]);
  expect((await rig.run(['case', 'delete', archive, id, '--reason', 'again'])).code).toBe(0);
  expect(readdirSync(join(archive, 'cases'))).toEqual([]);
  const entries = (await rig.json(['log', 'list', archive])).lines.filter((line) => JSON.stringify(line).includes('"case-deleted"'));
  // Who acknowledged it as gone, and who deleted it again.
  expect(entries).toHaveLength(2);
  expect((await rig.json(['verify', archive])).summary).toMatchObject({ exitCode: 0, warnings: 0 });
  const second = String((await rig.json(['case', 'new', archive, '--title', 'Other'])).summary.id);
  // Also if it cannot be read.
  writeFileSync(join(archive, 'cases', second, 'case.json'), '{');
  expect((await rig.run(['case', 'delete', archive, second, '--reason', 'damaged'])).code).toBe(0);
  expect((await rig.json(['verify', archive])).summary).toMatchObject({ exitCode: 0, warnings: 0 });
});

test('if the log cannot be written a case is not deleted', async () => {
  await using rig = createRig();
  const { archive, id, folder } = await archiveWithCase(rig);
  const before = fingerprint(folder);
  rig.forget();
  for (const name of readdirSync(rig.keys)) rmSync(join(rig.keys, name), { recursive: true });
  const { code, stderr } = await rig.run(['case', 'delete', archive, id, '--reason', 'x']);
  expect([code, stderr]).toEqual([5, expect.stringMatching(/C115 nothing was deleted, because the log cannot be written: \/.*key/)]);
  expect(fingerprint(folder)).toEqual(before);
});

test('a logged case that did not get its place is not a loss, and opening the next case lands it', async () => {
  await using rig = createRig();
  const { archive, id, folder } = await archiveWithCase(rig);
  const fresh = String((await rig.json(['case', 'new', archive, '--title', 'Other'])).summary.id);
  const draft = join(archive, 'cases/.longplay-tmp-00000000-0000-4000-8000-000000000000');
  renameSync(join(archive, 'cases', fresh), draft);
  const found = await rig.json(['verify', archive]);
  expect([found.code, told(found.lines)]).toEqual([0, [['C128', `cases/${fresh}`]]]);
  const old = new Date(Date.now() - 7_200_000);
  utimesSync(draft, old, old);
  expect((await rig.run(['case', 'new', archive, '--title', 'Third'])).code).toBe(0);
  expect([existsSync(draft), existsSync(join(archive, 'cases', fresh, 'case.json')), existsSync(folder)]).toEqual([false, true, true]);
  expect((await rig.json(['verify', archive])).summary).toMatchObject({ exitCode: 0, warnings: 0 });
  expect(id).not.toBe(fresh);
});
