import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { programFor } from '../for-other-users.ts';
import { root } from '../rig.ts';
import { asterisk, createSealedRig, type SealedRig } from './sealed-rig.ts';

const begin = Date.UTC(2026, 2, 2) / 1_000;
const day = 86_400;

/** Runs a command on a day after the keyring was made. */
function onDay(rig: SealedRig, days: number, args: readonly string[], env: Readonly<Record<string, string>> = {}): ReturnType<SealedRig['run']> {
  return rig.run(args, { env: { LONGPLAY_KEYRING: rig.keyring, SOURCE_DATE_EPOCH: String(begin + days * day), ...env } });
}

/** Returns the exit code of a watch and the codes about the keyring. */
async function watched(rig: SealedRig, days: number, env: Readonly<Record<string, string>> = {}): Promise<[number | null, string[]]> {
  const { code, stdout, stderr } = await onDay(rig, days, ['watch', rig.path('archive'), '--max-age', '900d', '--json'], env);
  const codes = [...stdout.matchAll(/"type":"finding","code":"(K\d+)"/g)].map(([, found = '']) => found);
  expect(stderr).toBe('');
  return [code, codes];
}

async function imported(): Promise<SealedRig> {
  const rig = await createSealedRig();
  const into = ['--into', rig.path('archive'), '--sealed', '--no-keep-tables', '--zone', 'Europe/Stockholm'];
  expect((await onDay(rig, 0, ['import', asterisk.folder, ...into])).code).toBe(0);
  expect((await onDay(rig, 0, ['verify', rig.path('archive')])).code).toBe(0);
  return rig;
}

describe('the keyring of a sealed archive is watched', () => {
  test('by copy, drill and root, before the keyring is needed', async () => {
    await using rig = await imported();
    const copy = rig.path('keyring-copy');
    expect(await watched(rig, 1)).toEqual([0, ['K127']]);
    // Something overdue makes nothing unreadable, and has another exit code than damage.
    expect(await watched(rig, 95)).toEqual([5, ['K124', 'K124', 'K127']]);
    expect((await onDay(rig, 95, ['search', rig.path('archive')])).code).toBe(0);
    expect((await onDay(rig, 95, ['keyring', 'drill'])).code).toBe(0);
    expect(await watched(rig, 96)).toEqual([0, ['K127']]);
    renameSync(copy, `${copy}-away`);
    expect(await watched(rig, 96)).toEqual([0, ['K120', 'K127']]);
    expect(await watched(rig, 130)).toEqual([5, ['K121', 'K127']]);
    const doctor = await onDay(rig, 130, ['doctor', rig.path('archive'), '--json']);
    expect([doctor.code, doctor.stdout]).toEqual([5, expect.stringMatching(/"code":"K121"/)]);
    expect(doctor.stdout).toMatch(/"name":"keyring".*"state":null/);
    renameSync(`${copy}-away`, copy);
    const key = join(copy, 'root-1.key');
    renameSync(key, `${key}-lost`);
    expect(await watched(rig, 96)).toEqual([5, ['K102', 'K127']]);
    renameSync(`${key}-lost`, key);
    expect(await watched(rig, 96)).toEqual([0, ['K127']]);
    expect((await onDay(rig, 96, ['keyring', 'recovery', 'make', '--to', rig.path('shares')])).code).toBe(0);
    expect(await watched(rig, 96)).toEqual([0, []]);
    expect((await onDay(rig, 190, ['keyring', 'drill'])).code).toBe(0);
    expect(await watched(rig, 190)).toEqual([5, ['K125']]);
  });

  test('by page: a page missing in every copy is damage, and so is an older state of a copy', async () => {
    await using rig = await imported();
    for (const name of ['keyring', 'keyring-copy']) cpSync(rig.path(name), rig.path(`${name}-before`), { recursive: true });
    const more = ['import', join(root, 'samples/nice-trading'), '--into', rig.path('archive'), '--no-keep-tables', '--zone', 'Europe/Stockholm'];
    expect((await onDay(rig, 1, more)).code).not.toBe(2);
    expect(await watched(rig, 1)).toEqual([0, ['K127']]);
    for (const name of ['keyring', 'keyring-copy']) {
      rmSync(rig.path(name), { recursive: true });
      cpSync(rig.path(`${name}-before`), rig.path(name), { recursive: true });
    }
    expect(await watched(rig, 1)).toEqual([4, ['K131', 'K127']]);
    expect((await onDay(rig, 1, ['keyring', 'rotate', '--copy', 'main'])).code).toBe(0);
    rmSync(rig.path('keyring'), { recursive: true });
    cpSync(rig.path('keyring-before'), rig.path('keyring'), { recursive: true });
    expect((await watched(rig, 1))[0]).toBe(4);
  });

  test('by place: a machine that has seen the keyring misses it, another one reports that it does not know it', async () => {
    await using rig = await imported();
    const config = rig.path('config');
    const unnamed = { LONGPLAY_KEYRING: '', XDG_CONFIG_HOME: config };
    // If neither the environment nor the default folder has one, it is the one that the import used.
    expect(await watched(rig, 1, unnamed)).toEqual([0, ['K127']]);
    expect(await watched(rig, 1, { ...unnamed, LONGPLAY_KEYS: rig.path('other-keys') })).toEqual([0, ['K130']]);
    expect((await onDay(rig, 1, ['keyring', 'init', '--copy', rig.path('second-copy')], unnamed)).code).toBe(0);
    expect((await watched(rig, 1, unnamed))[1]).toContain('K201');
    rmSync(join(config, 'longplay/keyring'), { recursive: true });
    renameSync(rig.keyring, `${rig.keyring}-away`);
    expect(await watched(rig, 1, unnamed)).toEqual([5, ['K100']]);
    expect(await watched(rig, 1)).toEqual([5, ['K100']]);
  });

  test('by the user of the key agent: another user, who may not read it, says so and raises no alarm', async () => {
    await using rig = await imported();
    const archive = rig.path('archive');
    for (const path of [rig.folder, archive]) chmodSync(path, 0o755);
    for (const entry of readdirSync(archive, { recursive: true, withFileTypes: true }))
      chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
    chmodSync(rig.keyring, 0);
    mkdirSync(rig.path('keys-of-other'));
    chmodSync(rig.path('keys-of-other'), 0o777);
    const other = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const program = programFor(other, rig.folder);
    const asOther = (socket: string): readonly [number | null, readonly string[]] => {
      const times = { SOURCE_DATE_EPOCH: String(begin + day), LONGPLAY_KEYRING: rig.keyring, LONGPLAY_KEYS: rig.path('keys-of-other') };
      const env = { ...process.env, ...times, LONGPLAY_KEY_AGENT: socket };
      const { status, stdout } = spawnSync(process.execPath, [program, 'watch', archive, '--max-age', '900d', '--json'], {
        encoding: 'utf8',
        env,
        ...other,
      });
      return [status, [...stdout.matchAll(/"type":"finding","code":"(K\d+)"/g)].map(([, code = '']) => code)];
    };
    // What belongs to another user stands for the socket of that user's agent.
    expect(asOther('/')).toEqual([0, ['K224']]);
    expect(asOther(rig.path('no-agent'))).toEqual([5, ['K220']]);
    expect(asOther('')).toEqual([5, ['K104']]);
    chmodSync(rig.keyring, 0o700);
  });

  test('in the signed statement and the metrics, without the path of any copy', async () => {
    await using rig = await imported();
    const archive = rig.path('archive');
    const metrics = rig.path('longplay.prom');
    expect((await onDay(rig, 95, ['report', archive, '--out', rig.path('out'), '--metrics-file', metrics])).code).toBe(0);
    const statement = readFileSync(rig.path('out', 'statement.json'), 'utf8');
    const { keyring, notCovered } = JSON.parse(statement);
    expect(keyring).toMatchObject({ findings: ['K124', 'K124', 'K127'], keyring: { copies: [{ copy: 'main', drill: null }, { copy: 'copy-1' }] } });
    expect(statement).not.toContain(rig.path('keyring'));
    expect(notCovered.join()).toContain('The keyring was searched for the page of every bag');
    const text = readFileSync(rig.path('out', 'statement.txt'), 'utf8');
    expect(text).toMatch(/^KEYRING\n {2}Keyring [0-9a-f]{32}: 2 copies, 2 of them reachable; \d+ pages, 0 erasures\.\n {2}main: root 1 \(file\), /m);
    expect(text).toMatch(/^OVERDUE WORK\n {2}The keyring: K124 a drill of the keyring is overdue\.$/m);
    expect(readFileSync(rig.path('out', 'report.html'), 'utf8')).toContain('>Keyring</h2>');
    const lines = readFileSync(metrics, 'utf8').split('\n');
    expect(lines).toContainEqual(expect.stringMatching(/^longplay_keyring_readable\{archive="[0-9a-f-]+"\} 1$/));
    expect(lines).toContainEqual(expect.stringMatching(/^longplay_keyring_findings\{archive="[0-9a-f-]+"\} 2$/));
    expect(lines).toContainEqual(expect.stringMatching(/^longplay_keyring_copy_drill_timestamp_seconds\{archive="[0-9a-f-]+",copy="copy-1"\} 0$/));
    renameSync(rig.keyring, `${rig.keyring}-away`);
    expect((await onDay(rig, 95, ['watch', archive, '--max-age', '900d', '--metrics-file', metrics])).code).toBe(5);
    expect(readFileSync(metrics, 'utf8')).toMatch(/^longplay_keyring_readable\{archive="[0-9a-f-]+"\} 0$/m);
    expect(readFileSync(metrics, 'utf8')).not.toContain('longplay_keyring_copy_reachable');
  });
});
