import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { approver } from './erasure-rig.ts';
import { copyFolder, createRig, type Rig, root } from './rig.ts';

// A clock that is ahead ends waiting times and holds that still run, and an erasure cannot be undone.

const dayS = 86_400;
let rig: Rig;
let id: string;
let request: string;

/** The environment of a command whose clock is days ahead of the true one. */
const ahead = (days: number): { readonly env: Readonly<Record<string, string>> } => ({
  env: { SOURCE_DATE_EPOCH: String(Math.floor(Date.now() / 1_000) + days * dayS) },
});
const copy = (name: string): string => {
  copyFolder(rig.path('archive'), rig.path(name));
  rig.forget();
  return name;
};
const isThere = async (archive: string): Promise<boolean> => (await rig.run(['list', archive])).stdout.includes(id.slice(0, 8));

beforeAll(async () => {
  rig = createRig();
  const how = ['--into', 'archive', '--zone', 'Europe/Stockholm', '--no-keep-tables'];
  expect((await rig.run(['import', join(root, 'samples/asterisk-normal'), ...how])).code).toBe(0);
  await approver(rig, 'archive');
  const { lines } = await rig.json(['list', 'archive']);
  id = String((lines.find(({ of }) => of === 'recording')?.value as { recordingId?: string } | undefined)?.recordingId); // as it is listed
  const asked = await rig.json(['erase', 'request', 'archive', id, '--ground', 'error', '--reason', 'a private call']);
  request = String(asked.summary.request);
  expect((await rig.run(['erase', 'approve', 'archive', request, '--key-file', 'approver.pem'])).code).toBe(0);
});
afterAll(() => rig?.[Symbol.asyncDispose]());

test('a run by a clock that is years ahead erases nothing, whether or not another command ran by it first', async () => {
  const archive = copy('ahead');
  const first = await rig.run(['erase', 'run', archive], ahead(1_826));
  expect([first.code, first.stderr]).toEqual([
    3,
    expect.stringMatching(/error E142 clock: .*182[56] days, and nothing confirms it; 1 due request is not executed/),
  ]);
  expect(await isThere(archive)).toBe(true);
  expect((await rig.run(['note', 'add', archive, id, 'seen'], ahead(1_826))).code).toBe(0);
  const second = await rig.run(['erase', 'run', archive], ahead(1_827));
  expect([second.code, second.stderr]).toEqual([3, expect.stringContaining('E142')]);
  expect(await isThere(archive)).toBe(true);
  // The clock is right again.
  expect(await rig.run(['erase', 'run', archive])).toMatchObject({ code: 0, stdout: 'No request is due.\n' });
  expect((await rig.run(['erase', 'run', archive], ahead(4))).code).toBe(0);
  expect(await isThere(archive)).toBe(false);
});

test('a person who has checked the clock says so, and a wrong answer is an alarm of the watch', async () => {
  const archive = copy('checked');
  const run = await rig.run(['erase', 'run', archive, '--clock-ok'], ahead(400));
  expect([run.code, run.stdout]).toEqual([0, expect.stringContaining('Erased 1 recording')]);
  expect((await rig.run(['watch', archive], ahead(401))).stdout).not.toContain('E143');
  const watched = await rig.run(['watch', archive]);
  expect(watched.stdout).toMatch(new RegExp(`E143 request ${request}: it was executed on \\d{4}-\\d\\d-\\d\\d, and today is`));
  expect(watched.code).toBe(4);
});
