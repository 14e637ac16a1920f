import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { settingList } from '../../src/cli/settings/setting-list.ts';
import { createRig, fingerprint, root } from './rig.ts';

const sample = join(root, 'samples/asterisk-normal');
const rig = createRig();
afterAll(() => rig[Symbol.asyncDispose]());

/** The rig sets LONGPLAY_CONFIG=none; these runs read the files of a user whose home is in the rig. */
const env = { LONGPLAY_CONFIG: '', XDG_CONFIG_HOME: rig.path('home') };
const userFile = rig.path('home/longplay/longplay.toml');
const archiveFile = rig.path('archive/longplay.toml');

type Row = { readonly key: string; readonly value: string | null; readonly from: string; readonly commands: readonly string[] };

/** Returns what `longplay config` shows of a key for a command: its value and its source. */
async function settings(args: readonly string[] = [], more: Readonly<Record<string, string>> = {}) {
  const { code, lines } = await rig.json(['config', ...args], { ...env, ...more });
  expect(code).toBe(0);
  const rows = lines.filter(({ of }) => of === 'setting').map(({ value }) => value as Row);
  return (key: string, command: string) => {
    const row = rows.find((one) => one.key === key && one.commands.includes(command));
    return [row?.value, row?.from];
  };
}

beforeAll(async () => {
  mkdirSync(rig.path('home/longplay'), { recursive: true });
  expect((await rig.run(['import', sample, '--into', 'archive', '--zone', 'Europe/Stockholm', '--no-keep-tables'])).code).toBe(0);
});

beforeEach(() => {
  writeFileSync(userFile, '');
  writeFileSync(archiveFile, '');
});

describe('the order of precedence', () => {
  test("is command line, environment, archive file, user file, default; within a file the command's section comes before the top level", async () => {
    writeFileSync(userFile, '\nquality = "small"\n\n[convert]\nquality = "high"\n[import]\njoin-sides = true\n');
    const own = await settings();
    expect(own('quality', 'import')).toEqual(['small', `${userFile}:2`]);
    expect(own('quality', 'convert')).toEqual(['high', `${userFile}:5`]);
    expect(own('join-sides', 'import')).toEqual(['true', `${userFile}:7`]);
    expect(own('access', 'import')).toEqual(['opus', 'default']);
    writeFileSync(archiveFile, '# of this archive\nquality = "high"\n');
    expect((await settings(['archive']))('quality', 'import')).toEqual(['high', `${archiveFile}:2`]);
    const variables = await settings(['archive'], { LONGPLAY_QUALITY: 'standard', LONGPLAY_JOIN_SIDES: '0' });
    expect(variables('quality', 'import')).toEqual(['standard', 'LONGPLAY_QUALITY']);
    expect(variables('join-sides', 'import')).toEqual(['false', 'LONGPLAY_JOIN_SIDES']);
    expect((await settings(['archive'], { LONGPLAY_CONFIG: 'none' }))('quality', 'import')).toEqual(['standard', 'default']);
    writeFileSync(rig.path('other.toml'), 'quality = "small"');
    expect((await settings([], { LONGPLAY_CONFIG: 'other.toml' }))('quality', 'import')).toEqual(['small', `${rig.path('other.toml')}:1`]);
  });

  test('applies to an import, which reports what the archive file changed', async () => {
    mkdirSync(rig.path('new'));
    writeFileSync(rig.path('new/longplay.toml'), 'zone = "Europe/Stockholm"\naccess = "wav"\n');
    writeFileSync(userFile, 'zone = "America/New_York"\njobs = 1\n');
    const { code, stderr } = await rig.run(['import', sample, '--into', 'new'], { env });
    expect([code, stderr]).toEqual([0, expect.stringContaining('longplay.toml of the archive: zone = Europe/Stockholm, access = wav\n')]);
    expect(fingerprint(rig.path('new/bags')).some((line) => line.includes('access-1.wav'))).toBe(true);
    const stockholm = await rig.json(['list', 'archive']);
    const times = (lines: readonly Record<string, unknown>[]): unknown[] =>
      lines.filter(({ of }) => of === 'recording').map(({ value }) => (value as { start: unknown }).start);
    expect(times((await rig.json(['list', 'new'])).lines)).toEqual(times(stockholm.lines));
    // An option overrides the file without a message.
    const dry = await rig.run(['import', sample, '--into', 'new', '--zone', 'UTC', '--access', 'opus', '-n'], { env });
    expect(dry.stderr).not.toContain('of the archive');
  });

  test('does not let the file of an archive move the days of a hold', async () => {
    writeFileSync(rig.path('new/longplay.toml'), 'zone = "Pacific/Kiritimati"\n');
    writeFileSync(userFile, 'zone = "Europe/Stockholm"\n');
    const { stderr } = await rig.run(['hold', 'add', 'new', '--from', '2024-02-28', '--reason', 'x'], { env });
    expect(stderr).toMatch(/A192[\s\S]*zone \(line 1\) is ignored|A192[\s\S]*zone[\s\S]*is ignored: of hold only the command line/);
    expect(stderr).not.toContain('zone = Pacific');
    expect((await rig.run(['list', 'new'], { env })).stderr).toContain('zone = Pacific/Kiritimati');
  });
});

test('takes a verify period from a file as --every if the command line has none, and a run never reads less because of a file', async () => {
  writeFileSync(userFile, '[verify]\nevery = "30d"\n');
  /** In days from now on. */
  const nextDue = async (args: readonly string[]): Promise<number> => {
    const { code, summary } = await rig.json(['verify', 'archive', ...args, '--status'], env);
    expect(code).toBe(0);
    return Math.round(((summary.due as { nextDueMs: number }).nextDueMs - Date.now()) / 86_400_000);
  };
  expect(await nextDue(['--every', '60d'])).toBe(60);
  expect(await nextDue(['--every'])).toBe(30);
  writeFileSync(archiveFile, 'every = "99y"\n');
  expect(await nextDue(['--every'])).toBe(30);
  writeFileSync(archiveFile, 'every = "2d"\n');
  expect(await nextDue(['--every'])).toBe(2);
  writeFileSync(userFile, '');
  writeFileSync(archiveFile, '');
  expect(await nextDue(['--every'])).toBe(90);
  // Without --every everything is read, whatever the files say.
  writeFileSync(archiveFile, 'every = "2d"\n');
  const whole = await rig.json(['verify', 'archive'], env);
  expect([whole.code, whole.summary.bags, whole.summary.due]).toEqual([0, 1, null]);
});

describe('a configuration file of the user', () => {
  test.each([
    ['an unknown key', 'zone = "UTC"\nqualty = "high"\n', /U141 .*longplay\.toml:2: qualty is not a key[\s\S]*did you mean quality\?/],
    ['an unknown section', '[imprt]\nzone = "UTC"\n', /U141 .*:2: imprt\.zone is in a section that is not a command[\s\S]*did you mean import\?/],
    ['a key of another kind of run', '[verify]\nbudget = "2h"\n', /U141 .*:2: verify\.budget is not a key/],
    ['a value that its option does not accept', '\nbitrate = 5\n', /U141 .*:2: bitrate is not accepted: give a whole number from 6000/],
    ['a nonexistent zone', 'zone = "Europe/Stokholm"', /U141 .*:1: zone is not accepted: there is no time zone/],
    [
      'an option that the command does not have',
      '[import]\nmax-age = "2d"',
      /U141 .*:2: import\.max-age is not an option of longplay import[\s\S]*import takes mapping, zone/,
    ],
    ['a list', 'site = ["a", "b"]', /U141 .*:1: site is not a text/],
    ['yes or no as a string', '[import]\njoin-sides = "yes"', /U141 .*:2: import\.join-sides is not accepted: write true or false/],
    ['no TOML', 'zone = Europe/Stockholm', /I150 .*line 1/],
  ])('with %s ends the command with 2 before anything is done; the message names file and line', async (_, text, says) => {
    writeFileSync(userFile, text);
    const { code, stdout, stderr } = await rig.run(['import', sample, '--into', 'never'], { env });
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(says)]);
    expect(existsSync(rig.path('never'))).toBe(false);
  });

  test('may be a link; one that is named and absent, a folder or endless is reported', async () => {
    writeFileSync(rig.path('dotfile.toml'), 'quality = "high"');
    mkdirSync(rig.path('linked/longplay'), { recursive: true });
    symlinkSync(rig.path('dotfile.toml'), rig.path('linked/longplay/longplay.toml'));
    expect((await settings([], { XDG_CONFIG_HOME: rig.path('linked') }))('quality', 'import')[0]).toBe('high');
    for (const named of ['absent.toml', 'home', '/dev/zero']) {
      const { code, stderr } = await rig.run(['list', 'archive'], { env: { ...env, LONGPLAY_CONFIG: named } });
      expect([named, code, stderr]).toEqual([named, 2, expect.stringContaining('U140')]);
    }
  });
});

describe('a configuration file inside an archive', () => {
  test('cannot name a file, a program or a folder, reduce checks, or set anything else; each such key is reported and ignored, and the exit code stays', async () => {
    writeFileSync(rig.path('evil.toml'), 'x = 1');
    const evil = {
      mapping: '"evil.toml"',
      player: '"/bin/sh"',
      'on-failure': '"evil.service"',
      user: '"root"',
      country: '"47"',
      into: '"/tmp/elsewhere"',
      keys: '"/tmp/keys"',
      'password-file': '"/etc/passwd"',
      command: '"sh -c id"',
      play: 'false',
      deep: 'false',
      jobs: '256',
      every: '"99y"',
      'play-every': '"never"',
      'max-age': '"99y"',
      'min-bags': '0',
      'expect-audio': '"0%"',
      budget: '"1kB"',
      '"\\u001b[2J"': '1',
      site: '"\\u001b[2J"',
      encoding: '"../../etc/passwd"',
    };
    writeFileSync(userFile, 'expect-audio = "50%"\n');
    writeFileSync(
      archiveFile,
      Object.entries(evil)
        .map(([key, value]) => `${key} = ${value}\n`)
        .join(''),
    );
    const { code, lines } = await rig.json(['config', 'archive'], env);
    expect(code).toBe(0);
    const told = lines.filter((line) => line.code === 'A192').map(({ message }) => String(message));
    for (const key of Object.keys(evil).filter((name) => !name.startsWith('"')))
      expect(
        told.filter((message) => message.startsWith(`${key} (line `)),
        key,
      ).toHaveLength(1);
    expect(lines.filter(({ of, value }) => of === 'setting' && String((value as { from: string }).from).startsWith(archiveFile))).toEqual([]);
    // The commands themselves behave the same.
    for (const args of [
      ['verify', 'archive'],
      ['import', sample, '--into', 'archive', '--no-keep-tables'],
      ['schedule', 'archive', '--json'],
    ]) {
      const [plain, with192] = [await rig.run(args), await rig.run(args, { env })];
      expect([args, with192.code]).toEqual([args, plain.code]);
      expect(with192.stderr + with192.stdout).toContain('A192');
      expect(with192.stderr).not.toContain('\u001b[2J');
      const units = (text: string): string[] => text.split('\n').filter((line) => line.includes('"of":"unit"'));
      expect(units(with192.stdout)).toEqual(units(plain.stdout));
    }
  });

  test('may require more: earlier checks, more audio, fewer threads', async () => {
    writeFileSync(archiveFile, 'every = "30d"\nplay-every = "90d"\nmax-age = "2d"\nmin-bags = 2\nexpect-audio = "99%"\njobs = 1\n');
    const more = await settings(['archive']);
    for (const [key, command, value] of [
      ['every', 'schedule', '30d'],
      ['play-every', 'schedule', '90d'],
      ['max-age', 'watch', '2d'],
      ['min-bags', 'watch', '2'],
      ['expect-audio', 'import', '99%'],
      ['jobs', 'verify', '1'],
    ] as const)
      expect([key, more(key, command)[0]]).toEqual([key, value]);
    // Of two bags there is one.
    expect((await rig.run(['watch', 'archive'], { env })).code).not.toBe(0);
    expect((await rig.run(['schedule', 'archive'], { env })).stdout).toContain('--every 30d --play-every 90d');
  });

  test('that is not TOML, is a link or is too long gives a warning, and the command continues', async () => {
    for (const text of ['zone = ', `# ${'x'.repeat(70_000)}`]) {
      writeFileSync(archiveFile, text);
      const { code, stderr } = await rig.run(['verify', 'archive'], { env });
      expect([code, stderr]).toEqual([0, expect.stringMatching(/warning A192 longplay\.toml: /)]);
    }
    writeFileSync(rig.path('outside.toml'), 'quality = "high"');
    const linked = rig.copyOf(rig.path('archive/bags'), 'linked-archive/bags');
    expect(linked).not.toBe('');
    writeFileSync(rig.path('linked-archive/longplay.json'), readFileSync(rig.path('archive/longplay.json')));
    symlinkSync(rig.path('outside.toml'), rig.path('linked-archive/longplay.toml'));
    const { lines } = await rig.json(['config', 'linked-archive'], env);
    expect(lines.filter((line) => line.code === 'A192')).toHaveLength(1);
    expect(lines.filter(({ value }) => (value as { value?: string } | undefined)?.value === 'high')).toEqual([]);
  });

  test('is not a stray file, is copied to no replica and is not verified', async () => {
    const before = await rig.json(['verify', 'archive'], env);
    writeFileSync(archiveFile, 'zone = "Europe/Stockholm"\n');
    const after = await rig.json(['verify', 'archive'], env);
    expect([before.code, after.code, after.summary.errors]).toEqual([0, 0, 0]);
    expect((await rig.run(['replica', 'add', 'archive', 'offsite', rig.path('copy')])).code).toBe(0);
    expect((await rig.run(['replica', 'sync', 'archive'])).code).toBe(0);
    expect(existsSync(rig.path('copy/longplay.toml'))).toBe(false);
    writeFileSync(rig.path('copy/longplay.toml'), 'jobs = 1\n');
    expect((await rig.run(['replica', 'verify', 'archive', '--all'])).code).toBe(0);
  });
});

describe('the list of configuration keys', () => {
  test('is the same in the options of commands, the page and the example', async () => {
    const { code, stdout } = await rig.run(['config', '--example']);
    expect(code).toBe(0);
    const keys = [...stdout.matchAll(/^#([a-z-]+) = /gm)].map(([, key]) => key);
    expect([...new Set(keys)]).toEqual(Object.keys(settingList));
    // Each key is an option of a command.
    expect(stdout).not.toMatch(/^# Commands: \./m);
    // With its comment marks removed the example is a valid file.
    writeFileSync(userFile, stdout.replace(/^#(?! )/gm, ''));
    expect((await rig.run(['config'], { env })).code).toBe(0);
    const page = readFileSync(join(root, 'docs/reference/configuration.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (.*?) \| (.*?) \|$/gm)].map(([, key, commands, archive]) => `${key}: ${commands}; ${archive}`);
    const said = [...stdout.matchAll(/^# Commands: (.*)\. In an archive: (.*)\.\n#([a-z-]+) = /gm)].map(
      ([, commands, archive, key]) => `${key}: ${commands}; ${archive}`,
    );
    expect(rows).toEqual(said);
  });

  test('never contains what a file must not decide', () => {
    const never = [
      'into',
      'out',
      'keys',
      'key',
      'roots',
      'tsa',
      'command',
      'password-file',
      'users',
      'play',
      'originals',
      'deep',
      'all',
      'accept',
      'reason',
      'declare',
    ];
    expect(never.filter((name) => Object.hasOwn(settingList, name))).toEqual([]);
    const inArchive = Object.entries(settingList).flatMap(([name, setting]) => (setting.inArchive.says === 'no' ? [] : [name]));
    expect(inArchive).toEqual([
      'zone',
      'mapping',
      'encoding',
      'site',
      'access',
      'quality',
      'bitrate',
      'complexity',
      'join-sides',
      'expect-audio',
      'jobs',
      'every',
      'play-every',
      'max-age',
      'min-bags',
    ]);
  });
});
