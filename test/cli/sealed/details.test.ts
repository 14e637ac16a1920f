import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { asterisk, createSealedRig, filesBelow, filesWith, recordingFolders, type SealedRig } from './sealed-rig.ts';

const person = 'vera-lindqvist';
const other = 'otto-marklund';
const text = 'says that the blue notebook is lost';
const reason = 'belongs to another matter entirely';

async function imported(rig: SealedRig): Promise<string> {
  const archive = rig.path('archive');
  const { code, stderr } = await rig.sealed('import', asterisk.folder, '--into', archive, '--zone', 'Europe/Stockholm', '--sealed', '--as', person);
  expect(code, stderr).toBe(0);
  return archive;
}

const linesIn = (archive: string): Readonly<Record<string, string>>[] =>
  filesBelow(join(archive, 'log/details')).flatMap((file) =>
    readFileSync(join(archive, 'log/details', file), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Readonly<Record<string, string>>),
  );

const idOf = (archive: string): string => recordingFolders(archive)[0]?.split('/').at(-1) ?? '';

describe('details of log entries in a sealed archive', () => {
  test('have a secret per line, with which age opens them; they are shown with the keyring and marked as sealed without it', async () => {
    await using rig = await createSealedRig();
    const archive = await imported(rig);
    const added = await rig.sealed('note', 'add', archive, idOf(archive), text, '--as', other);
    expect(added.code, added.stderr).toBe(0);
    expect(filesWith(join(archive, 'log'), [person, other, '"host"', '"user"', 'blue notebook', ...asterisk.words])).toEqual([]);
    const lines = linesIn(archive);
    // One page per bundle, whatever the number of runs; a cell per line.
    expect(new Set(lines.map(({ page }) => page)).size).toBe(1);
    expect(new Set(lines.map(({ cell }) => cell)).size).toBe(lines.length);
    const last = lines.at(-1) ?? {};
    writeFileSync(rig.path('line.age'), Buffer.from(last.age ?? '', 'base64'));
    const opens = async (cell: string | undefined): Promise<string | null> => {
      const { details = '' } = await rig.secretsIn(last.page ?? '', cell ?? '');
      writeFileSync(rig.path('secret'), `${details}\n`, { mode: 0o600 });
      const opened = await rig.exec('age', ['-d', '-i', rig.path('secret'), rig.path('line.age')]);
      return opened.code === 0 ? opened.stdout : null;
    };
    expect(JSON.parse((await opens(last.cell)) ?? '')).toMatchObject({ user: other, text });
    expect(await opens(lines[0]?.cell)).toBe(null);
    const listed = await rig.sealed('log', 'list', archive);
    expect([listed.code, listed.stdout]).toEqual([0, expect.stringContaining(`user=${person}`)]);
    expect((await rig.sealed('note', 'list', archive)).stdout).toContain(text);
    const without = { env: { LONGPLAY_KEYRING: rig.path('nowhere') } };
    const blind = await rig.run(['log', 'list', archive], without);
    expect([blind.code, blind.stdout]).toEqual([0, expect.stringContaining('sealed=true')]);
    expect(blind.stdout).not.toContain(person);
    expect((await rig.exec('python3', [join(archive, 'check.py'), archive])).code).toBe(0);
  });

  test('are omitted in a run without the keyring, which logs only its pseudonym; a command that needs details is refused', async () => {
    await using rig = await createSealedRig();
    const archive = await imported(rig);
    const before = linesIn(archive).length;
    const without = { env: { LONGPLAY_KEYRING: rig.path('nowhere') } };
    expect((await rig.run(['verify', archive, '--as', other], without)).code).toBe(0);
    expect(linesIn(archive)).toHaveLength(before);
    const entries = (await rig.sealed('log', 'list', archive)).stdout.split('\n').filter((line) => line.includes('verification-finished'));
    expect(entries).toEqual([expect.stringMatching(/who=[0-9a-f]{8}-[0-9a-f]{24}/)]);
    for (const args of [
      ['note', 'add', archive, idOf(archive), text],
      ['note', 'list', archive],
      ['log', 'forget', archive, '--who', person, '--reason', reason, '--yes'],
    ]) {
      const refused = await rig.run(args, without);
      expect([args[0], refused.code, refused.stderr]).toEqual([args[0], 2, expect.stringContaining('K100')]);
    }
    expect(filesWith(archive, [person, other, 'blue notebook', reason, '"host"']).filter((file) => !/^(?:jobs|catalog)/.test(file))).toEqual([]);
    expect((await rig.run(['verify', archive], without)).code).toBe(0);
  });

  test('are erased line by line, by person and by note, and in the replica', async () => {
    await using rig = await createSealedRig();
    const archive = await imported(rig);
    const without = { env: { LONGPLAY_KEYRING: rig.path('nowhere') } };
    await rig.sealed('note', 'add', archive, idOf(archive), text, '--as', other);
    await rig.sealed('tag', 'add', archive, idOf(archive), 'notebook', '--as', person);
    const replica = await rig.run(['replica', 'add', archive, 'second', rig.path('replica')], without);
    expect(replica.code, replica.stderr).toBe(0);
    expect((await rig.run(['replica', 'sync', archive], without)).code).toBe(0);
    const [, note = ''] = /\b([0-9a-f]{16})\b/.exec((await rig.sealed('note', 'list', archive)).stdout) ?? [];
    const before = linesIn(archive);
    const erased = await rig.sealed('note', 'erase', archive, note, '--reason', reason, '--yes', '--as', person);
    expect(erased.code, erased.stderr).toBe(0);
    expect((await rig.sealed('note', 'list', archive)).stdout).not.toContain('blue notebook');
    expect((await rig.sealed('tag', 'list', archive)).stdout).toContain('notebook');
    const kept = linesIn(archive);
    expect(before.filter((line) => !kept.some((one) => one.age === line.age))).toHaveLength(1);
    const forgotten = await rig.sealed('log', 'forget', archive, '--who', person, '--reason', reason, '--yes', '--as', other);
    expect(forgotten.code, forgotten.stderr).toBe(0);
    expect((await rig.sealed('log', 'list', archive)).stdout).toContain(`user=${other}`);
    expect((await rig.sealed('tag', 'list', archive)).stdout).not.toContain('notebook');
    expect((await rig.run(['verify', archive], without)).code).toBe(0);
    expect((await rig.run(['replica', 'sync', archive], without)).code).toBe(0);
    const there = linesIn(rig.path('replica'));
    expect(there).toEqual(linesIn(archive));
    expect(filesWith(rig.path('replica', 'log'), [person, other, reason, 'blue notebook'])).toEqual([]);
    expect(readdirSync(join(archive, 'log/details/000'))).toEqual(['000000.jsonl']);
  });
});
