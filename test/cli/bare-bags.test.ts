import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRig, type Rig, root } from './rig.ts';

const sample = join(root, 'samples/asterisk-normal');
let rig: Rig;
beforeAll(async () => {
  rig = createRig();
  expect((await rig.run(['import', sample, '--into', 'archive', '--zone', 'Europe/Stockholm'])).code).toBe(0);
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

/** Contents of the mount point of an unmounted disk. */
const below: Readonly<Record<string, (bags: string) => void>> = {
  nothing: () => {},
  'a stray file and a folder of the system': (bags) => {
    writeFileSync(join(bags, '.DS_Store'), '');
    mkdirSync(join(bags, 'System Volume Information'));
  },
};

test.each(Object.entries(below))('with %s in place of the bags every command exits with 5, and the catalog forgets no bag', async (_what, leave) => {
  const before = await rig.json(['list', 'archive']);
  expect([before.code, before.lines.length]).toEqual([0, expect.toSatisfy((count: number) => count >= 6)]);
  const bags = rig.path('archive/bags');
  renameSync(bags, rig.path('disk'));
  mkdirSync(bags);
  leave(bags);
  const there = readdirSync(bags);
  for (const args of [
    ['search', 'archive', '2001'],
    ['list', 'archive'],
    ['catalog', 'rebuild', 'archive'],
    ['export', 'archive', '--all', '--out', 'out'],
    ['verify', 'archive'],
    ['import', sample, '--into', 'archive', '--zone', 'Europe/Stockholm'],
    // Not only the first time.
    ['list', 'archive'],
  ]) {
    const { code, stdout, stderr } = await rig.run(args);
    expect([args[0], code, stdout + stderr]).toEqual([args[0], 5, expect.stringMatching(/A102.* has no year folder/)]);
  }
  expect(readdirSync(bags)).toEqual(there);
  rmSync(bags, { recursive: true });
  renameSync(rig.path('disk'), bags);
  const after = await rig.json(['list', 'archive']);
  expect([after.code, after.lines]).toEqual([0, before.lines]);
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
});

test("no bag is landed in a year's empty folder that was a mounted disk; other empty folders mean nothing", async () => {
  const bags = rig.path('archive/bags');
  const [year = ''] = readdirSync(bags);
  renameSync(join(bags, year), rig.path('disk'));
  mkdirSync(join(bags, year, 'lost+found'), { recursive: true });
  const [name = ''] = readdirSync(join(rig.keys, 'places'));
  const place = join(rig.keys, 'places', name);
  const known = readFileSync(place, 'utf8');
  // State of an import that saw another device there.
  writeFileSync(place, known.replace('{', `{ "yearsApart": ["${year}"],`));
  const again = ['import', sample, '--into', 'archive', '--zone', 'Europe/Stockholm'];
  const refused = await rig.run(again);
  expect([refused.code, refused.stderr]).toEqual([5, expect.stringMatching(new RegExp(`A102.*bags/${year} was a separate disk`))]);
  expect(readdirSync(join(bags, year))).toEqual(['lost+found']);
  // A verification does not take the disk for unmounted: bags that the log names are missing.
  expect((await rig.run(['verify', 'archive'])).code).toBe(4);
  writeFileSync(place, known);
  expect((await rig.run(again)).code).toBe(0);
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
});

test('disks mounted at bags/ and jobs/ before the first import are not unexpected files', async () => {
  await using fresh = createRig();
  for (const folder of ['bags/2024', 'jobs/lost+found']) mkdirSync(fresh.path('archive', folder), { recursive: true });
  expect((await fresh.run(['import', sample, '--into', 'archive', '--zone', 'Europe/Stockholm'])).code).toBe(0);
  expect((await fresh.run(['verify', 'archive'])).code).toBe(0);
  mkdirSync(fresh.path('other/jobs/theirs'), { recursive: true });
  const other = await fresh.run(['import', sample, '--into', 'other', '--zone', 'Europe/Stockholm']);
  expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('A101')]);
});
