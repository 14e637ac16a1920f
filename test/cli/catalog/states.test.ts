import { copyFileSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { openDatabase } from '../../../src/store/database/database.ts';
import { approver, erase } from '../erasure-rig.ts';
import { createRig } from '../rig.ts';
import { importAmended, tamper } from './catalog-rig.ts';

const renamed = "UPDATE recording SET agent = 'someone else'";

test('an older catalog that is put back shows nothing of what was erased since, and says so', async () => {
  await using rig = createRig();
  await importAmended(rig, rig.run);
  await approver(rig, 'archive');
  copyFileSync(rig.path('archive/catalog.sqlite'), rig.path('older.sqlite'));
  await erase(rig, 'archive', ['--text', '15550101']);
  expect(await rig.run(['verify', 'archive'])).toMatchObject({ code: 0 });
  copyFileSync(rig.path('older.sqlite'), rig.path('archive/catalog.sqlite'));
  for (const deep of [[], ['--deep']]) {
    const found = await rig.run(['verify', 'archive', ...deep]);
    expect([found.code, found.stdout]).toEqual([4, expect.stringContaining('V106 catalog.sqlite')]);
  }
  const listed = await rig.run(['list', 'archive']);
  expect(listed.stdout + listed.stderr).toContain('P134');
  expect(listed.stdout).not.toContain('15550101');
  expect(listed.stdout).toContain('15550102');
  expect(await rig.run(['verify', 'archive'])).toMatchObject({ code: 0 });
  const again = await rig.run(['list', 'archive']);
  expect(again.stdout + again.stderr).not.toContain('P134');
});

test('an older catalog with a write-ahead log beside it shows nothing of what was erased since', async () => {
  await using rig = createRig();
  await importAmended(rig, rig.run);
  await approver(rig, 'archive');
  copyFileSync(rig.path('archive/catalog.sqlite'), rig.path('older.sqlite'));
  await erase(rig, 'archive', ['--text', '15550101']);
  copyFileSync(rig.path('older.sqlite'), rig.path('archive/catalog.sqlite'));
  writeFileSync(rig.path('archive/catalog.sqlite-wal'), 'no log '.repeat(1_000));
  // A run that was stopped leaves the same: the next query sets it right.
  const found = await rig.run(['verify', 'archive']);
  expect([found.code, found.stdout]).toEqual([0, expect.stringContaining('V135')]);
  const listed = await rig.run(['list', 'archive']);
  expect(listed.stdout + listed.stderr).toContain('P134');
  expect(listed.stdout).not.toContain('15550101');
  expect(listed.stdout).toContain('15550102');
  const again = await rig.run(['verify', 'archive']);
  expect([again.code, again.stdout]).toEqual([0, expect.not.stringMatching(/V106|V135/)]);
});

test('a journal, a write-ahead log or a lock of an ended process beside the catalog does not prevent its comparison', async () => {
  await using rig = createRig();
  await importAmended(rig, rig.run);
  const file = rig.path('archive/catalog.sqlite');
  copyFileSync(file, rig.path('sound.sqlite'));
  const lock = {
    token: '00000000-0000-4000-8000-000000000000',
    pid: 2 ** 30,
    host: hostname(),
    bootId: '11111111-1111-4111-8111-111111111111',
    startTicks: null,
  };
  for (const [name, content, code] of [
    ['catalog.sqlite-journal', '', 'V135'],
    ['catalog.sqlite-journal', 'no journal '.repeat(500), 'V135'],
    ['catalog.sqlite-wal', '', 'V135'],
    ['catalog.sqlite-wal', 'no log '.repeat(1_000), 'V135'],
    ['catalog.sqlite-shm', '', null],
    ['.lock', `${JSON.stringify(lock)}\n`, null],
    ['.lock', 'not a lock', null],
  ] as const) {
    copyFileSync(rig.path('sound.sqlite'), file);
    writeFileSync(rig.path('archive', name), content);
    const sound = await rig.run(['verify', 'archive']);
    expect([name, sound.code, sound.stdout.includes('V109')], sound.stdout).toEqual([name, 0, false]);
    expect(sound.stdout.includes('V135')).toBe(code !== null);
    expect(existsSync(rig.path('archive', name))).toBe(true);
    rmSync(rig.path('archive', name));
    tamper(file, null, (db) => db.exec(renamed));
    writeFileSync(rig.path('archive', name), content);
    const changed = await rig.run(['verify', 'archive']);
    expect([name, changed.code, changed.stdout]).toEqual([name, 4, expect.stringContaining('V106 catalog.sqlite')]);
    if (name.startsWith('catalog')) {
      expect(await rig.run(['catalog', 'rebuild', 'archive'])).toMatchObject({ code: 0 });
      expect(existsSync(rig.path('archive', name))).toBe(false);
      expect((await rig.run(['verify', 'archive'])).stdout).toContain('OK');
    } else rmSync(rig.path('archive', name));
  }
});

test('pages in a write-ahead log count as a query sees them', async () => {
  await using rig = createRig();
  await importAmended(rig, rig.run);
  const file = rig.path('archive/catalog.sqlite');
  copyFileSync(file, rig.path('other.sqlite'));
  // A process that ends without closing leaves its pages in the log: here they are copied while the catalog is open.
  const db = openDatabase(rig.path('other.sqlite'), 'derived');
  db.exec(renamed);
  copyFileSync(rig.path('other.sqlite'), file);
  copyFileSync(rig.path('other.sqlite-wal'), `${file}-wal`);
  db.close();
  const found = await rig.run(['verify', 'archive']);
  expect([found.code, found.stdout]).toEqual([4, expect.stringMatching(/V106 catalog\.sqlite.*\n(?:.*\n)*.*V135|V135(?:.*\n)*.*V106/)]);
  expect((await rig.run(['list', 'archive'])).stdout).toContain('3 recordings');
});
