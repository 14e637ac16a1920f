import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { asterisk, createSealedRig, filesWith, recordingFolders } from './sealed-rig.ts';

/** A command, and its exit codes without and with the keyring; `OUT` is a path that does not exist. */
type Row = readonly [args: string, without: number, withKeys: number];

const rows = (id: string): readonly Row[] => [
  ['search A 46701740605', 2, 0],
  [`show A ${id}`, 2, 0],
  [`export A ${id} --out OUT`, 2, 0],
  ['verify A --sample 2', 2, 0],
  // The drills of its keyring are overdue, and without the keyring it reports that the keyring is missing.
  ['watch A', 5, 5],
  ['schedule A', 0, 0],
  ['rehash A --add sha3-512', 0, 0],
  ['catalog rebuild A', 2, 0],
  ['report A', 2, 2],
  ['viewer A', 2, 2],
  [`note add A ${id} lost-notebook`, 2, 0],
  ['note list A', 2, 0],
  [`tag add A ${id} vip-kund`, 2, 0],
  ['tag list A', 2, 0],
  ['case new A --title vip-kund', 2, 0],
  ['case list A', 2, 0],
  ['subject A +46701740605', 2, 0],
  ['subject A +46701740605 --case vip-kund', 2, 0],
  ['hold add A --tag vip-kund --reason court-matter', 2, 0],
  ['hold list A', 2, 0],
  ['retention plan A', 2, 0],
  ['log list A', 0, 0],
  ['log verify A', 0, 0],
  ['log export A', 0, 0],
  ['log access A', 0, 0],
  ['log key A --yes', 0, 0],
  [`proof make A ${id} --out OUT`, 2, 0],
  ['replica add A second SECOND', 0, 2],
  ['replica sync A', 0, 0],
  ['replica verify A', 0, 0],
  ['replica list A', 0, 0],
  ['replica repair A', 0, 0],
];

describe('every command on a sealed archive', () => {
  test('works, or refuses before it writes; nothing of a call or a person is unencrypted afterwards', async () => {
    await using rig = await createSealedRig();
    const archive = rig.path('archive');
    const { code, stderr } = await rig.sealed('import', asterisk.folder, '--into', archive, '--zone', 'Europe/Stockholm', '--sealed');
    expect(code, stderr).toBe(0);
    const without = { env: { LONGPLAY_KEYRING: rig.path('nowhere') } };
    let outs = 0;
    const said: string[] = [];
    for (const [text, blind, keyed] of rows(recordingFolders(archive)[0]?.split('/').at(-1) ?? '')) {
      const args = (): string[] =>
        text
          .replace(/\bA\b/, archive)
          .replace('OUT', rig.path(`out-${++outs}`))
          .replace('SECOND', rig.path('second'))
          .split(' ');
      for (const [run, wanted] of [
        [() => rig.run(args(), without), blind],
        [() => rig.sealed(...args()), keyed],
      ] as const) {
        const done = await run();
        if (done.code !== wanted) said.push(`${text}: ${done.code} and not ${wanted}: ${done.stdout.slice(-300)} ${done.stderr.slice(0, 300)}`);
      }
    }
    expect(said).toEqual([]);
    const words = [...asterisk.words, 'notebook', 'vip-kund', 'court-matter', '"user"'];
    // README.txt and check.py describe what a recording may have.
    const found = (folder: string): string[] => filesWith(folder, words).filter((file) => !['README.txt', 'check.py'].includes(file));
    expect([found(archive), found(rig.path('second')), filesWith(join(archive, 'log'), words)]).toEqual([[], [], []]);
  });
});
