import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approved, approver, holding } from './erasure-rig.ts';
import { createRig, type Rig, root } from './rig.ts';

let rig: Rig;
const sample = join(root, 'samples/asterisk-normal');
const traces = ['46701740605', 'pbx1-1761438596.0'];
/** Days from now, in the form of options. */
const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

beforeAll(async () => {
  rig = createRig();
  const how = ['--zone', 'Europe/Stockholm', '--no-keep-tables', '--open'];
  expect((await rig.run(['import', sample, '--into', 'archive', ...how])).code).toBe(0);
  await approver(rig, 'archive');
});
afterAll(async () => {
  await rig?.[Symbol.asyncDispose]();
});

describe('a replica from which nothing can be deleted', () => {
  test('needs a reason in an open archive, and reports where data stay readable that no erasure can reach; after the date it follows', async () => {
    const add = (...more: string[]) => rig.run(['replica', 'add', 'archive', 'worm', rig.path('worm'), '--locked-until', inDays(30), ...more]);
    expect(await add()).toMatchObject({ code: 2, stderr: expect.stringContaining('R154') });
    expect(await add('--irrevocable', ' ')).toMatchObject({ code: 2 });
    expect((await add('--irrevocable', 'SEC 17a-4')).code).toBe(0);
    expect((await rig.run(['replica', 'sync', 'archive'])).code).toBe(0);
    await approved(rig, 'archive', ['--text', '46701740605']);
    const run = await rig.run(['erase', 'run', 'archive']);
    expect([run.code, run.stderr]).toEqual([3, expect.stringContaining(`nothing can be deleted from it before ${inDays(30)} is over`)]);
    expect(holding(rig.path('archive'), traces)).toEqual([]);
    expect(holding(rig.path('worm'), traces)).not.toEqual([]);
    expect((await rig.run(['replica', 'sync', 'archive'])).code).toBe(5);
    expect((await rig.run(['replica', 'verify', 'archive', 'worm'])).code).toBe(0);
    const status = await rig.run(['erase', 'status', 'archive']);
    expect(status.stdout).toContain('under way, owed by worm');
    expect(status.stderr).toContain(`E125 worm: is locked until ${inDays(30)}`);
    expect((await rig.run(['replica', 'list', 'archive'])).stdout).toMatch(new RegExp(`worm .* until ${inDays(30)}`));
    expect((await rig.run(['report', 'archive', '--out', rig.path('report')])).stdout).toContain(`from its medium before ${inDays(30)} is over`);
    const later = { env: { SOURCE_DATE_EPOCH: String(Math.floor(Date.now() / 1_000) + 31 * 86_400) } };
    const synced = await rig.run(['replica', 'sync', 'archive'], later);
    expect([synced.code, holding(rig.path('worm'), traces)]).toEqual([0, []]);
    expect((await rig.run(['erase', 'status', 'archive'])).stdout).toContain('executed');
  });

  test('is never locked for longer than the retention policy permits: neither when it is added nor for a later bag', async () => {
    writeFileSync(rig.path('policy.toml'), 'zone = "Europe/Stockholm"\n[[rule]]\nname = "calls"\nbasis = "test"\ndelete = "10y"\n');
    expect(await rig.run(['retention', 'set', 'archive', 'policy.toml', '--reason', 'test'])).toMatchObject({ code: 0 });
    const add = (until: string) => rig.run(['replica', 'add', 'archive', 'tape', rig.path('tape'), '--locked-until', until, '--irrevocable', 'law']);
    expect(await add('2099-01-01')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/R153 tape would be locked until 2099-01-01, and the .* by 2035-10-\d\d/),
    });
    expect((await add('2035-10-01')).code).toBe(0);
    expect((await rig.run(['replica', 'sync', 'archive', 'tape'])).code).toBe(0);
  });
});
