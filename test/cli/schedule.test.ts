import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseRunTime } from '../../src/verify/schedule/run-time.ts';
import { type TimerPlan, templateFiles, timerFiles } from '../../src/verify/schedule/timer-units.ts';
import { cli, createRig, fingerprint, type Rig, root } from './rig.ts';

/** A folder that opens as an archive. */
function archive(rig: Rig, name: string): string {
  mkdirSync(rig.path(name, 'bags'), { recursive: true });
  const marker = {
    createdAt: '2026-01-01T00:00:00.000Z',
    format: 'longplay-archive',
    id: '00000000-0000-4000-8000-000000000000',
    policy: {},
    salt: 'ab'.repeat(32),
    version: 1,
  };
  writeFileSync(rig.path(name, 'longplay.json'), `${JSON.stringify(marker)}\n`);
  return rig.path(name);
}

const plan: TimerPlan = {
  name: 'calls',
  program: ['/usr/bin/node', '/opt/longplay/dist/bin/longplay.js'],
  archive: '/srv/archive',
  keys: '/etc/longplay/keys',
  environment: {},
  user: 'daemon',
  demands: [],
  options: ['--every', '90d', '--play-every', '365d', '--budget', '2h'],
  at: parseRunTime('daily 02:00'),
  onFailure: 'alarm@%n.service',
};

/** Writes units that systemd can load: the programs that they start must exist. */
async function install(rig: Rig, made: Partial<TimerPlan> = {}): Promise<string[]> {
  const paths: string[] = [];
  mkdirSync(rig.path('units'), { recursive: true });
  writeFileSync(rig.path('units/alarm@.service'), '[Service]\nExecStart=/bin/true\n');
  for (const { name, text } of timerFiles({ ...plan, program: [process.execPath, '/opt/longplay/dist/bin/longplay.js'], ...made })) {
    writeFileSync(rig.path('units', name), text);
    if (!name.endsWith('-cron')) paths.push(rig.path('units', name));
  }
  return paths;
}

function analyze(units: readonly string[], env: Readonly<Record<string, string>> = {}): { status: number | null; stdout: string; stderr: string } {
  const options = { encoding: 'utf8', env: { ...process.env, ...env }, maxBuffer: 1e8 } as const;
  return spawnSync('systemd-analyze', ['verify', '--man=no', ...units], options);
}

/** Problems that systemd finds in longplay's units; the machine's own units may be in any state. */
function complaints(units: readonly string[]): string[] {
  return analyze(units)
    .stderr.split('\n')
    .filter((line) => line.includes('longplay-'));
}

/** systemd's own reading of units, line by line. */
function loaded(units: readonly string[]): string[] {
  return analyze(units, { SYSTEMD_LOG_LEVEL: 'debug' })
    .stdout.split('\n')
    .map((line) => line.trim());
}

/** The words of a command line as systemd prints it, with C escapes. */
function wordsOf(line: string | undefined): string[] {
  const text = (line ?? '').replace(/^Command Line: /, '');
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain = '']) => quoted?.replace(/\\(.)/g, '$1') ?? plain);
}

/** System calls of a group, and of the groups in it. */
function callsOf(group: string): string[] {
  const { stdout } = spawnSync('systemd-analyze', ['syscall-filter', group], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .flatMap((name) => (name.startsWith('@') ? callsOf(name) : [name]));
}

describe('units, as systemd reads them,', () => {
  test('for verify and watch have no errors, the right user, limits and priorities, and the unit that starts on failure', async () => {
    await using rig = createRig();
    const units = await install(rig);
    expect([analyze(units).status, complaints(units)]).toEqual([0, []]);
    const lines = loaded(units);
    const commands = lines.filter((line) => line.startsWith('Command Line: ')).map(wordsOf);
    const program = [process.execPath, '/opt/longplay/dist/bin/longplay.js'];
    expect(commands).toContainEqual([...program, 'verify', '/srv/archive', '--every', '90d', '--play-every', '365d', '--budget', '2h', '--quiet']);
    expect(commands).toContainEqual([...program, 'watch', '/srv/archive', '--max-age', '3d', '--quiet']);
    for (const line of [
      'ReadWritePaths: /srv/archive -/etc/longplay/keys',
      'Environment: LONGPLAY_KEYS=/etc/longplay/keys',
      'ProtectSystem: strict',
      'ProtectHome: yes',
      'IOSchedulingClass: idle',
      'Nice: 19',
      'TimeoutStopSec: 5min',
    ])
      expect([line, lines.includes(line)]).toEqual([line, true]);
    expect(lines.filter((line) => line.startsWith('OnFailure: '))).toEqual(
      expect.arrayContaining([
        'OnFailure: alarm@longplay-verify-calls.service.service (origin-file)',
        'OnFailure: alarm@longplay-watch-calls.service.service (origin-file)',
      ]),
    );
  });

  test.each([
    ['blanks and quotes', `/srv/it's a "test"`],
    ['percents and dollars', `/srv/100% $HOME $\{PATH} %h %%`],
    ['backslashes', '/srv/a\\b\\x41\\'],
    ['letters of any script', '/srv/архив/äöü 通话'],
    ['characters with a meaning in units', '/srv/#;[a]=-@!:|+'],
  ])('pass a path with %s to the program unchanged', async (_title, path) => {
    await using rig = createRig();
    const units = await install(rig, { archive: path, keys: `${path}/keys` });
    expect(complaints(units)).toEqual([]);
    const lines = loaded(units);
    const commands = lines.filter((line) => line.startsWith('Command Line: ')).map(wordsOf);
    // `$$` is one dollar for the program; systemd shows the line before it substitutes variables.
    expect(commands.map((words) => words.map((word) => word.replaceAll('$$', '$'))[3])).toEqual(expect.arrayContaining([path, path]));
    expect(lines).toContain(`ReadWritePaths: ${path} -${path}/keys`);
    expect(lines).toContain(`Environment: LONGPLAY_KEYS=${path}/keys`);
  });

  test('of a package are templates that take the path of an archive from the instance name, as systemd-escape writes it', async () => {
    await using rig = createRig();
    const path = '/srv/a-b/calls 2019';
    const { stdout } = await rig.exec('systemd-escape', ['--path', path]);
    const keys = '/var/lib/longplay/keys';
    const files = templateFiles({ program: process.execPath, keys, user: 'daemon', settings: rig.folder, at: plan.at });
    for (const { name, text } of files) writeFileSync(rig.path(name), text);
    const units = files.map(({ name }) => rig.path(name.replace('@', `@${stdout.trim()}`)));
    expect([units.length, analyze(units).status, complaints(units)]).toEqual([4, 0, []]);
    const lines = loaded(units);
    const commands = lines.filter((line) => line.startsWith('Command Line: ')).map(wordsOf);
    expect(commands).toContainEqual([process.execPath, 'verify', path, '$VERIFY_OPTIONS', '--quiet']);
    expect(commands).toContainEqual([process.execPath, 'watch', path, '$WATCH_OPTIONS', '--quiet']);
    for (const line of [
      `ReadWritePaths: ${path} -${keys}`,
      `ReadWritePaths: -${keys}`,
      'Environment: VERIFY_OPTIONS=--every 90d --play-every 365d',
      'Environment: WATCH_OPTIONS=--max-age 3d',
      `EnvironmentFile: -${rig.path(`${stdout.trim()}.env`)}`,
      'ProtectSystem: strict',
    ])
      expect([line, lines.includes(line)]).toEqual([line, true]);
  });

  test('are reported by the judge if they are wrong', async () => {
    await using rig = createRig();
    writeFileSync(rig.path('longplay-wrong.service'), '[Service]\nExecStart=/bin/true\nProtectSystm=strict\n');
    expect(complaints([rig.path('longplay-wrong.service')]).join('\n')).toMatch(/ProtectSystm/);
  });

  test('leave open only those settings that systemd calls exposed and the program needs', async () => {
    await using rig = createRig();
    for (const unit of (await install(rig)).filter((path) => path.endsWith('.service'))) {
      const { stdout } = await rig.exec('systemd-analyze', ['security', '--offline=true', '--no-pager', '--json=short', unit]);
      const settings = JSON.parse(stdout) as { json_field: string; set: boolean | null; exposure: string | null }[];
      const open = settings.filter(({ set, exposure }) => set === false && Number(exposure) >= 0.2).map(({ json_field }) => json_field);
      expect(settings.length).toBeGreaterThan(50);
      // The reasons are in the unit; of the privileged calls it is capset.
      expect(open.sort()).toEqual(['PrivateUsers', 'ProtectProc', 'SystemCallFilter_privileged']);
    }
  });

  test('allow a verification that decodes all its system calls and socket families', async () => {
    await using rig = createRig();
    expect((await rig.run(['import', join(root, 'samples/asterisk-normal'), '--into', 'archive', '--zone', 'Europe/Stockholm'])).code).toBe(0);
    const text = timerFiles(plan)[0]?.text ?? '';
    const filters = [...text.matchAll(/^SystemCallFilter=(~?)(.*)$/gm)].map(([, not, groups = '']) => ({
      not: not === '~',
      groups: groups.split(' '),
    }));
    const allowed = new Set<string>();
    for (const { not, groups } of filters)
      for (const call of groups.flatMap((group) => (group.startsWith('@') ? callsOf(group) : [group]))) {
        if (not) allowed.delete(call);
        else allowed.add(call);
      }
    expect(allowed.size).toBeGreaterThan(200);
    const trace = ['-f', '-qq', '-o', rig.path('trace'), process.execPath, cli, 'verify', 'archive', '--play'];
    expect((await rig.exec('strace', trace)).code).toBe(0);
    const lines = readFileSync(rig.path('trace'), 'utf8').split('\n');
    const calls = new Set(lines.flatMap((line) => /^\d+ +(\w+)\(/.exec(line)?.[1] ?? []));
    expect(calls.size).toBeGreaterThan(30);
    // V8 asks for protection keys and works without them.
    expect([...calls].filter((call) => !allowed.has(call) && call !== 'pkey_alloc')).toEqual([]);
    expect(lines.filter((line) => /\bsocket(pair)?\(/.test(line) && !/\(AF_UNIX/.test(line))).toEqual([]);
  });

  test('permit the files of a home, a temporary folder and root as needed, and no more', () => {
    const text = (made: Partial<TimerPlan>): string => timerFiles({ ...plan, ...made })[0]?.text ?? '';
    expect(text({})).toMatch(/^ProtectHome=yes$/m);
    expect(text({ keys: '/home/anna/.config/longplay/keys' })).toMatch(/^ProtectHome=read-only$/m);
    expect(text({ program: ['/root/.nvm/node', '/opt/longplay.js'] })).toMatch(/^ProtectHome=read-only$/m);
    expect(text({ archive: '/homework' })).toMatch(/^ProtectHome=yes$/m);
    expect(text({ archive: '/tmp/archive' })).toMatch(/^PrivateTmp=no$/m);
    expect(text({ archive: '/tmpfs/archive' })).toMatch(/^PrivateTmp=yes$/m);
    expect(text({ user: 'root' })).toMatch(/^CapabilityBoundingSet=CAP_DAC_READ_SEARCH CAP_DAC_OVERRIDE$/m);
    expect(text({})).toMatch(/^CapabilityBoundingSet=$/m);
    expect(text({})).toMatch(/^SuccessExitStatus=$/m);
    expect(text({ onFailure: null })).not.toMatch(/^OnFailure=/m);
    // The watch remembers the state of the log, and writes nothing into the archive.
    const watch = timerFiles({ ...plan, keys: '/etc/longplay keys' })[2]?.text ?? '';
    expect(watch.match(/^ReadWritePaths=.*$/gm)).toEqual(['ReadWritePaths="-/etc/longplay keys"']);
  });
});

describe('the time of the runs', () => {
  test.each([
    ['daily 02:00', '0 2 * * *', ['2026-03-02 02:00:00', '2026-03-03 02:00:00'], 1],
    ['Weekly sun 23:05', '5 23 * * 0', ['2026-03-01 23:05:00', '2026-03-08 23:05:00'], 7],
    ['weekly Thursday 0:00', '0 0 * * 4', ['2026-03-05 00:00:00', '2026-03-12 00:00:00'], 7],
    ['monthly 28 13:30', '30 13 28 * *', ['2026-03-28 13:30:00', '2026-04-28 13:30:00'], 31],
  ])('%s is the same for cron and for systemd', (text, cron, next, everyDays) => {
    const time = parseRunTime(text);
    expect([time.cron, time.everyDays]).toEqual([cron, everyDays]);
    const { stdout, status } = spawnSync('systemd-analyze', ['calendar', '--iterations=2', '--base-time=2026-03-01 12:00:00', time.onCalendar], {
      encoding: 'utf8',
      env: { ...process.env, TZ: 'UTC' },
    });
    expect([status, [...stdout.matchAll(/(?:Next elapse|Iteration #2): \w+ ([-\d]+ [:\d]+)/g)].map(([, at]) => at)]).toEqual([0, next]);
  });

  test.each([
    '',
    'daily',
    '02:00',
    'daily 24:00',
    'daily 2:60',
    'daily Sun 02:00',
    'weekly 02:00',
    'weekly Som 02:00',
    'weekly S 02:00',
    'monthly 29 02:00',
    'monthly 0 02:00',
    'hourly 02:00',
    'daily 02:00:00',
  ])('%j is refused with the valid values', (text) => {
    expect(() => parseRunTime(text)).toThrow(expect.objectContaining({ code: 'U302', hint: expect.stringMatching(/'daily 02:00'/) }));
  });
});

test('the lines of the crontab give a shell the intended words, whatever the path, and mail only failures', async () => {
  await using rig = createRig();
  const path = `/srv/it's 100% "$HOME" \\`;
  const program = rig.path('program');
  writeFileSync(program, '#!/bin/sh\nprintf "%s\\n" "$LONGPLAY_KEYS" "$@"\necho trouble >&2\nexit "$ENDS"\n', { mode: 0o755 });
  const [, , , , cron] = timerFiles({ ...plan, program: [program, 'longplay.js'], archive: path, keys: `${path}/k` });
  const commands = (cron?.text ?? '').split('\n').filter((line) => /^\d/.test(line));
  expect(commands).toHaveLength(2);
  // What cron does: the first unescaped percent sign ends the command, the others lose their backslash (crontab(5)).
  const given = commands.map((line) => line.replace(/^(\S+ ){6}/, ''));
  expect(given.every((command) => !/(^|[^\\])%/.test(command))).toBe(true);
  for (const [at, command] of given.entries()) {
    const shell = command.replaceAll('\\%', '%').replace('nice -n 19 ionice -c 3 ', '');
    expect(await rig.exec('sh', ['-c', `export ENDS=0; ${shell}`])).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const { stdout } = await rig.exec('sh', ['-c', `export ENDS=4; ${shell}`]);
    const expected =
      at === 0
        ? ['verify', path, '--every', '90d', '--play-every', '365d', '--budget', '2h', '--quiet']
        : ['watch', path, '--max-age', '3d', '--quiet'];
    const ended = `longplay ${expected[0]} ended with exit code 4`;
    expect(stdout.trimEnd().split('\n')).toEqual([`${path}/k`, 'longplay.js', ...expected, 'trouble', ended]);
  }
  expect(commands[0]).toMatch(/^0 2 \* \* \* daemon .*nice -n 19 ionice -c 3 /);
  expect(commands[1]).toMatch(/^0 14 \* \* \* daemon /);
});

test('the command prints all files and changes nothing; --out writes them once, and never overwrites', async () => {
  await using rig = createRig();
  const folder = archive(rig, 'calls 2019');
  const before = fingerprint(folder);
  const args = ['schedule', folder, '--user', 'nobody', '--on-failure', 'alarm@%n.service', '--budget', '2h,500 GB'];
  const env = { LONGPLAY_KEYS: rig.path('keys') };
  const shown = await rig.run(args, { env });
  expect([shown.code, shown.stderr]).toEqual([0, '']);
  expect([...shown.stdout.matchAll(/^# ---- (.*) ----$/gm)].map(([, name]) => name)).toEqual([
    'longplay-verify-calls-2019.service',
    'longplay-verify-calls-2019.timer',
    'longplay-watch-calls-2019.service',
    'longplay-watch-calls-2019.timer',
    'longplay-calls-2019-cron',
  ]);
  expect(shown.stdout).toContain(
    `verify "${folder}" --every 90d --play-every 365d --budget 2h,500GB --archive-id 00000000-0000-4000-8000-000000000000 --quiet`,
  );
  const withOriginals = await rig.run([...args, '--originals']);
  expect(withOriginals.stdout).toContain(
    `verify "${folder}" --every 90d --play-every 365d --originals --budget 2h,500GB --archive-id 00000000-0000-4000-8000-000000000000 --quiet`,
  );

  const made = await rig.json([...args, '--out', rig.path('units')], env);
  expect(made.summary).toMatchObject({ exitCode: 0, files: 5, written: 5, unchanged: 0, folder: rig.path('units'), name: 'calls-2019' });
  for (const { value } of made.lines.filter(({ of }) => of === 'unit') as unknown as { value: { name: string; text: string } }[])
    expect(readFileSync(rig.path('units', value.name), 'utf8')).toBe(value.text);
  expect(readdirSync(rig.path('units')).sort()).toHaveLength(5);
  expect((await rig.json([...args, '--out', rig.path('units')], env)).summary).toMatchObject({ exitCode: 0, written: 0, unchanged: 5 });

  const kept = fingerprint(rig.path('units'));
  const other = await rig.run([...args, '--every', '30d', '--out', rig.path('units')], { env });
  expect([other.code, other.stdout]).toEqual([2, '']);
  expect(other.stderr).toMatch(/U305 .*a different longplay-verify-calls-2019\.service, longplay-calls-2019-cron/);
  expect(fingerprint(rig.path('units'))).toEqual(kept);
  expect((await rig.run([...args, '--every', '30d', '--name', 'other', '--out', rig.path('units')], { env })).code).toBe(0);
  expect(fingerprint(folder)).toEqual(before);
});

test('an impossible schedule is refused with its code, and nothing is written', async () => {
  await using rig = createRig();
  const folder = archive(rig, 'archive');
  const cases: readonly (readonly [code: string, ...args: string[]])[] = [
    ['U300', '--every', '90m'],
    ['U300', '--play-every', 'sometimes'],
    ['U312', '--play-every', 'never', '--originals'],
    ['U301', '--budget', '2 hours'],
    ['U302', '--at', 'nightly'],
    ['U303', '--user', 'a b'],
    ['U303', '--user', 'root\nExecStart=/bin/sh'],
    ['U303', '--on-failure', 'alarm'],
    ['U303', '--name', 'a.b'],
  ];
  for (const [code, ...args] of cases) {
    const { code: exit, stderr } = await rig.run(['schedule', folder, '--out', rig.path('units'), ...args]);
    expect([args, exit, stderr.includes(` ${code} `)]).toEqual([args, 2, true]);
  }
  expect((await rig.run(['schedule', archive(rig, 'line\nfeed')])).stderr).toContain(' U304 ');
  expect((await rig.run(['schedule', dirname(folder)])).stderr).toContain(' A100 ');
  expect((await rig.run(['schedule', rig.path('absent')])).code).toBe(5);
  expect(existsSync(rig.path('units'))).toBe(false);
});

test('doubtful settings are reported: root, the keys of another user, no recipient for failures', async () => {
  await using rig = createRig();
  const folder = archive(rig, 'archive');
  const codes = async (args: readonly string[], env: Record<string, string> = {}): Promise<string[]> => {
    const { lines } = await rig.json(['schedule', folder, ...args], { LONGPLAY_KEYS: '', ...env });
    return lines.filter(({ type }) => type === 'finding').map(({ code }) => String(code));
  };
  expect(await codes(['--user', 'nobody'])).toEqual(['W111', 'W112']);
  expect(await codes(['--user', 'nobody', '--on-failure', 'alarm.service'], { LONGPLAY_KEYS: '/etc/longplay/keys' })).toEqual([]);
  if (process.getuid?.() === 0) expect(await codes([])).toEqual(['W110', 'W112']);
});
