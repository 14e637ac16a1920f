import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { asterisk, createSealedRig, filesBelow, filesWith, recordingFolders, type SealedRig } from './sealed-rig.ts';

async function imported(rig: SealedRig): Promise<string> {
  const archive = rig.path('archive');
  const { code, stderr } = await rig.sealed('import', asterisk.folder, '--into', archive, '--zone', 'Europe/Stockholm', '--sealed');
  expect(code, stderr).toBe(0);
  return archive;
}

describe('copies of a sealed archive', () => {
  test('are made, updated, verified and repaired without any key', async () => {
    await using rig = await createSealedRig();
    const archive = await imported(rig);
    const without = { env: { LONGPLAY_KEYRING: rig.path('nowhere') } };
    const run = async (...args: readonly string[]) => await rig.run(args, without);
    const replica = rig.path('replica');
    const added = await run('replica', 'add', archive, 'nas', replica);
    expect(added.code, added.stderr).toBe(0);
    for (const args of [
      ['replica', 'sync', archive],
      ['replica', 'verify', archive],
    ]) {
      const done = await run(...args);
      expect([args[1], done.code], done.stderr).toEqual([args[1], 0]);
    }
    const relative = (folder: string): string[] => filesBelow(join(folder, 'bags')).map((file) => join('bags', file));
    expect(relative(replica)).toEqual(relative(archive));
    expect(filesWith(join(replica, 'bags'), asterisk.words)).toEqual([]);
    // Damage on both sides: each is repaired from the other.
    const [first = '', second = ''] = recordingFolders(archive);
    const [lost, altered] = [join(first, 'recording.json.age'), join(second.replace(archive, replica), 'recording.json.age')];
    const wholeLost = readFileSync(lost);
    const wholeAltered = readFileSync(altered);
    rmSync(lost);
    writeFileSync(altered, Buffer.concat([wholeAltered.subarray(0, -1), Buffer.of((wholeAltered.at(-1) ?? 0) ^ 1)]));
    expect((await run('verify', archive)).code).toBe(4);
    expect((await run('replica', 'verify', archive)).code).toBe(4);
    const repaired = await run('replica', 'repair', archive);
    expect([0, 4], repaired.stderr + repaired.stdout).toContain(repaired.code);
    expect([readFileSync(lost).equals(wholeLost), readFileSync(altered).equals(wholeAltered)]).toEqual([true, true]);
    expect((await run('verify', archive)).code).toBe(0);
    expect((await run('replica', 'verify', archive)).code).toBe(0);
  });

  test('are restored and played by third-party programs with keys; without keys the drill reports what it did not check', async () => {
    await using rig = await createSealedRig();
    const archive = await imported(rig);
    const replica = await rig.sealed('replica', 'add', archive, 'nas', rig.path('replica'));
    expect(replica.code, replica.stderr).toBe(0);
    expect((await rig.sealed('replica', 'sync', archive)).code).toBe(0);
    const played = await rig.sealed('drill', archive, '--out', rig.path('drills'));
    expect([played.code, played.stdout], played.stderr).toEqual([
      0,
      expect.stringMatching(/recordings? restored: [1-9]\d* whole, decoding to the recorded length\./),
    ]);
    const [, decoded = '0'] = /recordings [1-9]\d*, files \d+, bytes \d+, copies decoded (\d+)/.exec(played.stdout) ?? [];
    expect(Number(decoded)).toBeGreaterThan(0);
    expect(played.stdout).toMatch(/Judged by sha256sum .*(?:v?1\.\d+|age)/);
    const report = readdirSync(rig.path('drills')).find((name) => name.endsWith('.json')) ?? '';
    expect(readFileSync(rig.path('drills', report), 'utf8')).not.toContain('AGE-SECRET-KEY');

    const closed = await rig.run(['drill', archive, '--json'], { env: { LONGPLAY_KEYRING: rig.path('nowhere') } });
    expect(closed.code, closed.stderr).toBe(5);
    expect(closed.stdout).toContain('R152');
    const text = await rig.run(['drill', archive], { env: { LONGPLAY_KEYRING: rig.path('nowhere') } });
    expect(text.stdout).toMatch(/0 whole[\s\S]*NOT opened: the stored files are whole, and nothing is known about what they hold/);

    const copy = filesBelow(rig.path('replica/bags')).find((file) => file.endsWith('access-1.opus.age')) ?? '';
    const path = rig.path('replica/bags', copy);
    const whole = readFileSync(path);
    writeFileSync(path, Buffer.concat([whole.subarray(0, -1), Buffer.of((whole.at(-1) ?? 0) ^ 1)]));
    for (const env of [{ LONGPLAY_KEYRING: rig.keyring }, { LONGPLAY_KEYRING: rig.path('nowhere') }]) {
      const failed = await rig.run(['drill', archive, '--bags', '100'], { env });
      expect([failed.code, failed.stdout]).toEqual([4, expect.stringContaining('access-1.opus.age: sha256sum says FAILED')]);
    }
    expect(existsSync(rig.path('drills'))).toBe(true);
  });
});
