import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRig, type Rig, root } from '../cli/rig.ts';
import { runDrivers } from '../store/database/run-drivers.ts';
import { programOf, versions } from './runtimes.ts';

let rig: Rig;
beforeAll(async () => {
  rig = createRig();
  expect((await rig.run(['import', join(root, 'samples/asterisk-normal'), '--into', 'archive', '--zone', 'Europe/Stockholm'])).code).toBe(0);
});
afterAll(() => rig[Symbol.asyncDispose]());

/** A release with `node:sqlite` that runs TypeScript directly. */
const newer = versions.find((name) => ['node24', 'node26'].includes(name));

/** The results of each driver for the exercise and the catalog, by name: those that load here, and those that load under another release, in one process of it. */
async function outcomes(): Promise<readonly (readonly [name: string, found: unknown])[]> {
  const folder = rig.path('here');
  mkdirSync(folder);
  const here = runDrivers(folder, rig.path('archive/catalog.sqlite'));
  if (newer === undefined) return Object.entries(here);
  const script = join(root, 'test/store/database/run-drivers.ts');
  const run = await rig.exec(programOf(newer), [script, '--below', rig.path('there'), rig.path('archive/catalog.sqlite')]);
  expect([run.code, run.stderr]).toEqual([0, '']);
  return [...Object.entries(here), ...Object.entries(JSON.parse(run.stdout) as Record<string, unknown>)];
}

test('every SQLite driver gives the same values, transactions, errors and search results, and reads the same from a catalog', async () => {
  const [[, first] = ['', null], ...others] = await outcomes();
  expect(first).toMatchObject({
    values: { types: ['null', 'real', 'real', 'real', 'integer', 'integer', 'text', 'text', 'blob', 'blob'] },
    transactions: { outcomes: [3, 7, 'refused', 'refused', 'the rest is kept', 'nothing is kept'], kept: [1, 2, 3, 4, 6, 8] },
    errors: {
      unique: 'SQLITE_CONSTRAINT_UNIQUE',
      locked: 'SQLITE_BUSY',
      full: 'SQLITE_FULL',
      readonly: 'SQLITE_READONLY',
      other: null,
      kept: [1, 2],
    },
    search: [1],
    whole: 10,
    damaged: 'SQLITE_CORRUPT',
    strange: 'SQLITE_NOTADB',
    catalog: { found: expect.arrayContaining([expect.any(Number)]) },
  });
  for (const [name, found] of others) expect([name, found]).toEqual([name, first]);
  if (newer !== undefined) expect(others.map(([name]) => name.split(' ')[0])).toEqual(expect.arrayContaining(['better-sqlite3', 'node:sqlite']));
});
