import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approver, erase, holding } from './erasure-rig.ts';
import { copyFolder, createRig, type Rig, root } from './rig.ts';

let rig: Rig;
const sample = join(root, 'samples/asterisk-normal');
/** Numbers, names and keys of the erased calls, one after the other: no other recording has them. */
const first = ['46701740605', 'Öberg', 'pbx1-1761438596.0'];
const second = ['46701740607'];

const replaced = (from: string, to: string): void => {
  rmSync(to, { recursive: true, force: true });
  if (existsSync(from)) copyFolder(from, to);
};
/** Returns files that contain one of the words, except the example in the text of the viewer's page. */
const left = (folder: string, words: readonly string[]): string[] => holding(folder, words).filter((line) => !line.includes('/viewer/page.js'));

/** An archive with a viewer, and its backups before, between and after two erasures: `backup-0`, `backup-1`, `backup-2`. */
beforeAll(async () => {
  rig = createRig();
  expect((await rig.run(['import', sample, '--into', 'archive', '--zone', 'Europe/Stockholm', '--no-keep-tables'])).code).toBe(0);
  expect((await rig.run(['viewer', 'archive'])).code).toBe(0);
  await approver(rig, 'archive');
  for (const [number, words] of [first, second].entries()) {
    copyFolder(rig.path('archive'), rig.path(`backup-${number}`));
    await erase(rig, 'archive', ['--text', words[0] ?? '']);
  }
  copyFolder(rig.path('archive'), rig.path('backup-2'));
  expect(left(rig.path('archive'), [...first, ...second])).toEqual([]);
});
afterAll(async () => {
  await rig?.[Symbol.asyncDispose]();
});

describe('an erased recording restored from a backup', () => {
  test.each([
    ['bags', ['bags']],
    ['the catalog', ['catalog.sqlite']],
    ['bags and the catalog', ['bags', 'catalog.sqlite']],
    ['reports', ['reports']],
    ['details of the log', ['log/details']],
    ['the viewer', ['viewer']],
  ] as const)('of %s of any age: `erase run` erases it again, and every check passes', async (_, parts) => {
    for (const backup of ['backup-0', 'backup-1']) {
      replaced(rig.path('backup-2'), rig.path('archive'));
      rig.forget();
      for (const part of parts) replaced(rig.path(backup, part), rig.path('archive', part));
      if (parts.some((part) => part === 'bags')) {
        const found = await rig.run(['verify', 'archive']);
        expect([found.code, found.stdout]).toEqual([4, expect.stringMatching(/unexpected E109 bags\/2025\/.*longplay erase run ARCHIVE/)]);
        expect((await rig.run(['catalog', 'rebuild', 'archive'])).stderr).toContain('E109');
        expect(left(rig.path('archive/catalog.sqlite', '..'), first).filter((line) => line.includes('catalog.sqlite'))).toEqual([]);
      }
      const run = await rig.run(['erase', 'run', 'archive']);
      expect([run.code, run.stderr, left(rig.path('archive'), backup === 'backup-0' ? [...first, ...second] : second)]).toEqual([
        0,
        expect.anything(),
        [],
      ]);
      // Details of later entries, which an older backup lacks, are missing.
      const lacks = parts.some((part) => part === 'log/details');
      expect(await rig.run(['verify', 'archive', '--play'])).toMatchObject({ code: lacks ? 4 : 0 });
      expect(await rig.exec('python3', [rig.path('archive/check.py'), rig.path('archive')])).toMatchObject({ code: lacks ? 1 : 0 });
    }
  });

  test('as its folder in a bag that is otherwise as landed: an alarm without a proposed repair', async () => {
    replaced(rig.path('backup-2'), rig.path('archive'));
    rig.forget();
    const foldersOf = (archive: string): readonly string[] =>
      readdirSync(rig.path(archive, 'bags'), { recursive: true, encoding: 'utf8' }).filter((path) => /\/data\/[0-9a-f-]{36}$/.test(path));
    const [gone = ''] = foldersOf('backup-0').filter((path) => !foldersOf('archive').includes(path));
    replaced(rig.path('backup-0/bags', gone), rig.path('archive/bags', gone));
    const found = await rig.run(['verify', 'archive']);
    expect([found.code, found.stdout]).toEqual([4, expect.stringMatching(/E109 \S+: holds 1 erased recording again.*longplay erase run/)]);
    expect(found.stdout).toContain('Erase again what came back: longplay erase run archive');
    expect(found.stdout).not.toMatch(/replica repair|Restore the named files/);
    expect((await rig.run(['erase', 'run', 'archive'])).code).toBe(0);
    expect(await rig.run(['verify', 'archive'])).toMatchObject({ code: 0 });
  });

  test('with the whole archive and its log: this machine remembers both, so it is an alarm, nothing is imported again, and `erase run` erases it', async () => {
    for (const backup of ['backup-0', 'backup-1']) {
      replaced(rig.path('backup-2'), rig.path('archive'));
      rig.forget();
      // The machine has seen the newest state.
      expect(await rig.run(['erase', 'run', 'archive'])).toMatchObject({ code: 0 });
      expect(await rig.run(['verify', 'archive'])).toMatchObject({ code: 0 });
      replaced(rig.path(backup), rig.path('archive'));
      const found = await rig.run(['verify', 'archive']);
      expect([found.code, found.stdout]).toEqual([4, expect.stringMatching(/A116 log: it ends with entry \d+, but this machine has seen/)]);
      expect(found.stdout).toMatch(/E109 bags\/2025\/\S+: holds \d erased recordings? again/);
      const run = await rig.run(['erase', 'run', 'archive']);
      expect([run.code, run.stderr, left(rig.path('archive'), [...first, ...second])]).toEqual([0, expect.anything(), []]);
      const after = await rig.run(['verify', 'archive']);
      expect(after.stdout).not.toContain('E109');
      expect((await rig.json(['erase', 'status', 'archive'])).summary).toMatchObject({ erased: 2 });
      const again = await rig.json(['import', sample, '--into', 'archive', '--zone', 'Europe/Stockholm', '--no-keep-tables']);
      expect(again.summary).toMatchObject({ reconciliation: { erased: 2, toImport: 0 } });
      expect(left(rig.path('archive'), [...first, ...second])).toEqual([]);
    }
  });

  test('with the whole archive and its log: commands that read say so, leave it out, and find the other recordings', async () => {
    for (const backup of ['backup-0', 'backup-1']) {
      replaced(rig.path('backup-2'), rig.path('archive'));
      rig.forget();
      const whole = (await rig.run(['list', 'archive', '--json'])).stdout.split('\n').filter((line) => line.includes('"recordingId"')).length;
      // The machine has seen the newest state.
      expect(await rig.run(['erase', 'run', 'archive'])).toMatchObject({ code: 0 });
      replaced(rig.path(backup), rig.path('archive'));
      const words = backup === 'backup-0' ? [...first, ...second] : second;
      for (const word of words)
        for (const args of [
          ['search', 'archive', word],
          ['list', 'archive', '--text', word],
        ]) {
          const read = await rig.run(args);
          expect([args[0], read.code, read.stderr]).toEqual([
            args[0],
            4,
            expect.stringMatching(/L135.*E109 bags\/2025\/\S+: has \d recordings? again/s),
          ]);
          expect(read.stdout).not.toContain(word);
        }
      const out = `out-of-${backup}`;
      const exported = await rig.run(['export', 'archive', '--all', '--out', out]);
      expect([exported.code, exported.stderr, left(rig.path(out), words)]).toEqual([4, expect.stringContaining('E109'), []]);
      const others = await rig.run(['list', 'archive', '--json']);
      expect(others.stdout.split('\n').filter((line) => line.includes('"recordingId"'))).toHaveLength(whole);
      expect(left(rig.path('archive/catalog.sqlite', '..'), words).filter((line) => line.includes('catalog.sqlite'))).toEqual([]);
      // A rebuilt catalog does not have it either.
      rmSync(rig.path('archive/catalog.sqlite'));
      expect((await rig.run(['search', 'archive', words[0] ?? ''])).stdout).not.toContain(words[0]);
      expect((await rig.run(['erase', 'run', 'archive'])).code).toBe(0);
      const after = await rig.run(['list', 'archive', '--json']);
      expect([after.code, after.stdout.split('\n').filter((line) => line.includes('"recordingId"')).length]).toEqual([0, whole]);
    }
  });

  test('with the whole archive and its log: nothing counts as compared without the secret of the ledger, and a bag that cannot be read is left out', async () => {
    replaced(rig.path('backup-2'), rig.path('archive'));
    rig.forget();
    expect(await rig.run(['erase', 'run', 'archive'])).toMatchObject({ code: 0 });
    replaced(rig.path('backup-0'), rig.path('archive'));
    const secret = readdirSync(rig.keys).find((name) => name.endsWith('.erasures')) ?? '';
    const [word = ''] = first;
    // The secret is away for a moment, e.g. because only the older keys were restored.
    renameSync(join(rig.keys, secret), join(rig.keys, 'away'));
    expect((await rig.run(['search', 'archive', word])).stderr).toContain('L135');
    expect(await rig.run(['erase', 'run', 'archive'])).toMatchObject({ code: 5, stderr: expect.stringContaining('E106') });
    expect(readdirSync(rig.keys)).not.toContain(secret);
    renameSync(join(rig.keys, 'away'), join(rig.keys, secret));
    const [year = ''] = readdirSync(rig.path('archive/bags'));
    const [bag = ''] = readdirSync(rig.path('archive/bags', year));
    const manifest = rig.path('archive/bags', year, bag, 'tagmanifest-sha256.txt');
    renameSync(manifest, `${manifest}.away`);
    mkdirSync(manifest);
    const unread = await rig.run(['search', 'archive', word]);
    expect([unread.code, unread.stdout, unread.stderr]).toEqual([
      5,
      expect.stringContaining('No recording matches.'),
      expect.stringMatching(/P175 bags\/\S+: cannot be read, so that it is unknown whether it has erased recordings again/),
    ]);
    rmdirSync(manifest);
    renameSync(`${manifest}.away`, manifest);
    const read = await rig.run(['search', 'archive', word]);
    expect([read.code, read.stdout, read.stderr]).toEqual([4, expect.stringContaining('No recording matches.'), expect.stringContaining('E109')]);
    expect((await rig.run(['erase', 'run', 'archive'])).code).toBe(0);
  });

  test('as a copy in another bag, and in a bag under another name', async () => {
    replaced(rig.path('backup-2'), rig.path('archive'));
    rig.forget();
    const [year = ''] = readdirSync(rig.path('archive/bags'));
    const [bag = ''] = readdirSync(rig.path('archive/bags', year));
    const now = new Set(readdirSync(rig.path('archive/bags', year, bag, 'data')));
    const gone = readdirSync(rig.path('backup-0/bags', year, bag, 'data')).filter((name) => !now.has(name));
    for (const id of gone) copyFolder(rig.path('backup-0/bags', year, bag, 'data', id), rig.path('archive/bags', year, bag, 'data', id));
    expect((await rig.run(['verify', 'archive'])).code).toBe(4);
    expect((await rig.run(['erase', 'run', 'archive'])).code).toBe(0);
    expect(left(rig.path('archive'), [...first, ...second])).toEqual([]);
    expect(await rig.run(['verify', 'archive'])).toMatchObject({ code: 0 });
    copyFolder(rig.path('backup-0/bags', year, bag), rig.path('archive/bags', year, `${bag}-old`));
    const found = await rig.run(['verify', 'archive']);
    expect([found.code, found.stdout]).toEqual([
      4,
      expect.stringMatching(/E109 bags\/\S+-old: holds 2 erased recordings again; look what the folder is, and remove it/),
    ]);
    rmSync(rig.path('archive/bags', year, `${bag}-old`), { recursive: true });
    expect(await rig.run(['verify', 'archive'])).toMatchObject({ code: 0 });
  });
});
