import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { approver, erase } from './erasure-rig.ts';
import { createRig, root } from './rig.ts';

test('an older catalog that lists a bag of which an erasure left nothing is reported and rebuilt', async () => {
  await using rig = createRig();
  const how = ['--zone', 'Europe/Stockholm', '--bag-recordings', '1', '--no-keep-tables'];
  expect((await rig.run(['import', join(root, 'samples/asterisk-normal'), '--into', 'archive', ...how])).code).toBe(0);
  await approver(rig, 'archive');
  copyFileSync(rig.path('archive/catalog.sqlite'), rig.path('older.sqlite'));
  const bags = (): number => readdirSync(rig.path('archive/bags/2025')).length;
  const before = bags();
  await erase(rig, 'archive', ['--text', '46701740605']);
  expect(bags()).toBeLessThan(before);
  expect(await rig.run(['verify', 'archive'])).toMatchObject({ code: 0 });
  copyFileSync(rig.path('older.sqlite'), rig.path('archive/catalog.sqlite'));
  for (const deep of [[], ['--deep']]) {
    const found = await rig.run(['verify', 'archive', ...deep]);
    expect([found.code, found.stdout]).toEqual([
      4,
      expect.stringMatching(/V106 catalog\.sqlite: it lists \d+ bags, but \d+ of them (?:is|are) neither/),
    ]);
  }
  expect((await rig.run(['catalog', 'rebuild', 'archive'])).code).toBe(0);
  expect(await rig.run(['verify', 'archive'])).toMatchObject({ code: 0 });
});
