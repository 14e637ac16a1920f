import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openArchive } from '../../src/archive/layout.ts';
import { openLog } from '../../src/log/log.ts';
import { freeze, unfreezable } from '../faults/frozen.ts';
import { createRig, fingerprint, type Rig, type Run, root } from './rig.ts';

const scratch = mkdtempSync(join(tmpdir(), 'longplay-frozen-'));
const unfrozen = unfreezable(scratch);
rmSync(scratch, { recursive: true });

let rig: Rig;
/** Paths `bags/2019/…`, of an archive of two bags. */
let bags: string[];
let archive: string;
let keys: string;
/** The result of an undisturbed rehash. */
let whole: string;

beforeAll(async () => {
  rig = createRig();
  const source = join(root, 'samples/asterisk-normal');
  expect((await rig.run(['import', source, '--into', 'first', '--zone', 'Europe/Stockholm', '--bag-recordings', '3', '--no-keep-tables'])).code).toBe(
    0,
  );
  bags = readdirSync(rig.path('first/bags')).flatMap((year) => readdirSync(rig.path('first/bags', year)).map((name) => `bags/${year}/${name}`));
  expect(bags).toHaveLength(2);
  copy('whole');
  whole = archive;
  expect((await run('rehash', '--add', 'sha3-512')).code).toBe(0);
});
afterAll(async () => {
  await rig?.[Symbol.asyncDispose]();
});

/** The archive of a test, with a key and stored state of its own. */
function copy(name: string): void {
  archive = rig.path(name);
  keys = rig.path(`${name}-keys`);
  cpSync(rig.path('first'), archive, { recursive: true, preserveTimestamps: true });
  cpSync(rig.keys, keys, { recursive: true });
}

function run(command: string, ...more: readonly string[]): Promise<Run> {
  return rig.run([...command.split(' '), archive, ...more], { env: { LONGPLAY_KEYS: keys } });
}

const add = ['--add', 'sha3-512'] as const;
const withdraw = [...add, '--withdraw', '--reason', 'the volume is write-once'] as const;

/** Entries about rehashes of bags: `rehash-intended 2019/…`, with the reason if there is one. */
async function entered(): Promise<string[]> {
  const { lines } = await rig.json(['log', 'list', archive], { LONGPLAY_KEYS: keys });
  const entries = lines
    .filter(({ of }) => of === 'entry')
    .map(({ value }) => value as { type: string; detail: { bag?: string }; details?: { reason?: string } });
  return entries
    .filter(({ type }) => /^(rehash-|bag-rehashed)/.test(type))
    .map(({ type, detail, details }) => [type, detail.bag, details?.reason].filter((one) => one !== undefined).join(' '));
}

/** Announces the rehash of the first bag, like a run that is killed afterwards, and places its first files. */
async function announce(placed: number): Promise<string> {
  const [bag = ''] = bags;
  const { lines } = await rig.json(['log', 'list', whole], { LONGPLAY_KEYS: rig.path('whole-keys') });
  const announced = lines
    .map(({ value }) => value as { type?: string; detail: Record<string, string> })
    .find((one) => one?.type === 'rehash-intended' && `bags/${one.detail.bag}` === bag);
  const detail = Object.fromEntries(Object.entries(announced?.detail ?? {}).filter(([name]) => /^(bag|algorithm|tagManifest\w+)$/.test(name)));
  const log = await openLog(await openArchive(archive), { now: () => '2031-04-05T06:07:08.000Z', keys });
  await log.append('rehash-intended', detail);
  await log.close();
  const order = ['manifest-sha3512.txt', 'tagmanifest-sha3512.txt', 'tagmanifest-sha256.txt', 'tagmanifest-sha512.txt'];
  for (const name of order.slice(0, placed)) cpSync(join(whole, bag, name), join(archive, bag, name));
  return bag;
}

/** Checks that no command reports a rehash any more. */
async function expectQuiet(): Promise<void> {
  for (const command of ['verify', 'log verify']) {
    const { code, stdout, stderr } = await run(command);
    expect([command, code, `${stdout}${stderr}`.match(/H10\d/)]).toEqual([command, 0, null]);
  }
  expect(await rig.exec('python3', [join(archive, 'check.py')])).toMatchObject({ code: 0 });
}

test('an announced rehash of an unchanged bag is withdrawn with a reason, no command reports it any more, and a later one is possible', async () => {
  copy('announced');
  const bag = await announce(0);
  expect((await run('verify')).stdout).toContain('H102');
  const untouched = fingerprint(archive);
  expect(await run('rehash', ...withdraw, '--dry-run')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/would be withdrawn from 1 bag.*\nNothing was written\.\n$/),
  });
  expect(fingerprint(archive)).toEqual(untouched);
  const files = fingerprint(join(archive, 'bags'));
  expect(await run('rehash', ...withdraw)).toMatchObject({
    code: 0,
    stdout: 'The rehash to sha3-512 is withdrawn from 1 bag, which is unchanged.\n',
    stderr: '',
  });
  expect(fingerprint(join(archive, 'bags'))).toEqual(files);
  const name = bag.slice('bags/'.length);
  expect(await entered()).toEqual([`rehash-intended ${name}`, `rehash-withdrawn ${name} the volume is write-once`]);
  await expectQuiet();
  expect(await run('rehash', ...withdraw)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Nothing to withdraw: /) });
  // A withdrawn rehash is void: its files do not belong to the bag.
  cpSync(join(whole, bag, 'tagmanifest-sha256.txt'), join(archive, bag, 'tagmanifest-sha256.txt'));
  expect(await run('verify')).toMatchObject({ code: 4, stdout: expect.stringContaining('V104') });
  expect((await rig.exec('python3', [join(archive, 'check.py')])).code).not.toBe(0);
  cpSync(join(rig.path('first'), bag, 'tagmanifest-sha256.txt'), join(archive, bag, 'tagmanifest-sha256.txt'));
  expect(await run('rehash', ...add)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^2 bags got sha3-512/) });
  expect(fingerprint(join(archive, 'bags'))).toEqual(fingerprint(join(whole, 'bags')));
  await expectQuiet();
});

test.each([1, 3])('a rehash with %i of 4 files in the bag is not withdrawn: it is reported, and completed by a rehash', async (placed) => {
  copy(`placed-${placed}`);
  const bag = await announce(placed);
  const untouched = fingerprint(archive).filter((line) => !line.includes('log/'));
  expect(await run('rehash', ...withdraw)).toMatchObject({ code: 5, stderr: expect.stringContaining(`error H108 ${bag}: `) });
  expect(fingerprint(archive).filter((line) => !line.includes('log/'))).toEqual(untouched);
  expect((await run('verify')).stdout).toContain('H102');
  expect(await run('rehash', ...add)).toMatchObject({ code: 0 });
  expect(fingerprint(join(archive, 'bags'))).toEqual(fingerprint(join(whole, 'bags')));
});

test('no reason, an empty one, and a reason without a withdrawal are usage errors', async () => {
  copy('usage');
  const untouched = fingerprint(archive);
  for (const more of [['--withdraw'], ['--withdraw', '--reason', ' '], ['--reason', 'why'], ['--withdraw', '--reason', 'why', '--budget', '1h']])
    expect((await run('rehash', ...add, ...more)).code, more.join(' ')).toBe(2);
  expect(fingerprint(archive)).toEqual(untouched);
});

describe.skipIf(unfrozen !== null)(`a bag that cannot be written${unfrozen === null ? '' : ` (skipped: ${unfrozen})`}`, () => {
  test('is reported and never announced, the other one is done, and once given up it is skipped silently until it can be written', async () => {
    copy('frozen');
    const [bag = '', other = ''] = bags;
    const name = bag.slice('bags/'.length);
    {
      using _frozen = freeze(join(archive, bag));
      expect(await run('rehash', ...add, '--dry-run')).toMatchObject({ code: 5, stderr: expect.stringContaining(`error H107 ${bag}: `) });
      const first = await run('rehash', ...add);
      expect(first).toMatchObject({
        code: 5,
        stderr: expect.stringMatching(new RegExp(`^error H107 ${bag}: the bag cannot be written: .*; next: .*--withdraw --reason`, 'm')),
      });
      expect(first.stdout).toMatch(/^1 bag got sha3-512;(?:.|\n)*^1 bag could not be written: /m);
      expect(await entered()).toEqual(['rehash-intended', 'bag-rehashed'].map((type) => `${type} ${other.slice('bags/'.length)}`));
      await expectQuiet();
      expect(await run('rehash', ...withdraw)).toMatchObject({ code: 0, stdout: expect.stringContaining('withdrawn from 1 bag') });
      expect((await entered()).at(-1)).toBe(`rehash-withdrawn ${name} the volume is write-once`);
      for (const more of [[], ['--dry-run']]) {
        const { code, stdout, stderr } = await run('rehash', ...add, ...more);
        expect([code, stderr]).toEqual([0, '']);
        expect(stdout).toContain('1 bag cannot be written and is left out: the rehash was withdrawn there.\n');
      }
      await expectQuiet();
      const env = { LONGPLAY_KEYS: keys };
      expect((await rig.run(['replica', 'add', archive, 'offsite', rig.path('frozen-offsite')], { env })).code).toBe(0);
      expect((await rig.run(['replica', 'sync', archive], { env })).code).toBe(0);
      expect((await rig.run(['replica', 'verify', archive], { env })).code).toBe(0);
    }
    expect(await run('rehash', ...add)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^1 bag got sha3-512;/) });
    expect(fingerprint(join(archive, 'bags'))).toEqual(fingerprint(join(whole, 'bags')));
    await expectQuiet();
  });

  test('although its rehash was announced, as by an earlier version, is given up in the same way', async () => {
    copy('stuck');
    const bag = await announce(0);
    using _frozen = freeze(join(archive, bag));
    expect(await run('rehash', ...add)).toMatchObject({ code: 5, stdout: expect.stringMatching(/^1 bag got sha3-512/) });
    expect((await run('verify')).stdout).toContain('H102');
    expect(await run('rehash', ...withdraw)).toMatchObject({ code: 0 });
    await expectQuiet();
    expect((await run('rehash', ...add)).code).toBe(0);
  });
});
