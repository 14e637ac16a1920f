import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyFolder, createRig, type Rig, root } from './rig.ts';

// A command that lists holds or requests does not end with 0 if some of them may be lost.

let rig: Rig;

beforeAll(async () => {
  rig = createRig();
  const how = ['--into', 'archive', '--zone', 'Europe/Stockholm', '--no-keep-tables'];
  expect((await rig.run(['import', join(root, 'samples/asterisk-normal'), ...how])).code).toBe(0);
  copyFolder(rig.path('archive'), rig.path('older'));
  const { lines } = await rig.json(['list', 'archive']);
  const id = String((lines.find(({ of }) => of === 'recording')?.value as { recordingId?: string } | undefined)?.recordingId); // as it is listed
  writeFileSync(rig.path('ids.txt'), `${id}\n`);
  expect((await rig.run(['hold', 'add', 'archive', '--ids', 'ids.txt', '--reason', 'claim'])).code).toBe(0);
  expect((await rig.run(['list', 'archive', '--held'])).code).toBe(0);
  expect((await rig.run(['erase', 'request', 'archive', id, '--ground', 'error', '--reason', 'a private call'])).code).toBe(0);
  expect((await rig.run(['erase', 'status', 'archive'])).code).toBe(0);
});
afterAll(() => rig?.[Symbol.asyncDispose]());

test('list --held and erase status end with 4 in an older backup, which lacks the hold and the request', async () => {
  copyFolder(rig.path('archive'), rig.path('lost'));
  rmSync(rig.path('archive'), { recursive: true });
  copyFolder(rig.path('older'), rig.path('archive'));
  const listed = await rig.run(['list', 'archive', '--held']);
  expect([listed.code, listed.stderr]).toEqual([4, expect.stringContaining('error D105')]);
  const status = await rig.json(['erase', 'status', 'archive']);
  expect(status.code).toBe(4);
  expect(status.lines).toContainEqual(expect.objectContaining({ code: 'A116' }));
});

test('list --held ends with 4 if the list of a hold is lost', async () => {
  rmSync(rig.path('lost', 'log', 'details'), { recursive: true });
  rig.forget();
  const listed = await rig.run(['list', 'lost', '--held']);
  expect([listed.code, listed.stderr]).toEqual([4, expect.stringContaining('error D105')]);
});
