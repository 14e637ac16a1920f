import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { cli, createRig, fingerprint, onDisk, type Rig, type Run, root } from '../rig.ts';

let rig: Rig;
let archive: string;
/** Stand-ins for the system's programs, independent of the test machine. */
let programs: string;

beforeAll(async () => {
  rig = createRig(onDisk);
  archive = rig.path('archive');
  expect((await rig.run(['import', join(root, 'samples/asterisk-normal'), '--into', archive, '--zone', 'Europe/Stockholm'])).code).toBe(0);
  expect((await rig.run(['verify', archive])).code).toBe(0);
  programs = rig.path('programs');
  mkdirSync(programs);
});
beforeEach(() => {
  program('timedatectl', 'echo yes');
  program('systemctl', 'exit 1');
  program('crontab', 'exit 1');
  chmodSync(rig.folder, 0o700);
  chmodSync(archive, 0o750);
  chmodSync(join(archive, 'bags'), 0o755);
  chmodSync(rig.keys, 0o700);
  for (const name of readdirSync(rig.keys)) chmodSync(join(rig.keys, name), 0o600);
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

function program(name: string, script: string): void {
  writeFileSync(join(programs, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

interface Doctor {
  readonly code: number | null;
  /** Returns the codes of the findings, except those about the test machine itself: its file system, its mounts, its clock. */
  readonly codes: string[];
  readonly messages: string[];
  readonly looks: Readonly<Record<string, Record<string, unknown>>>;
}

const ofTheMachine = new Set(['P323', 'P325', 'P329']);

/** Runs something with the programs of this test before those of the system. */
async function withPrograms<Result>(work: () => Promise<Result>): Promise<Result> {
  const { PATH = '' } = process.env;
  process.env.PATH = `${programs}:${PATH}`;
  try {
    return await work();
  } finally {
    process.env.PATH = PATH;
  }
}

async function doctor(env: Readonly<Record<string, string>> = {}, before: readonly string[] = [], keys = rig.keys): Promise<Doctor> {
  const args = ['doctor', archive, '--json'];
  const run = (): Promise<Run> => {
    const [command, ...words] = before;
    // A separate process only if the environment is changed.
    if (command === undefined) return rig.run(args, { env: { LONGPLAY_KEYS: keys, ...env } });
    return rig.exec(command, [...words, process.execPath, cli, ...args], rig.folder, { ...process.env, LONGPLAY_KEYS: keys, ...env });
  };
  const { code, stdout } = await withPrograms(run);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; of?: string; code: string; message: string; value: Record<string, unknown> });
  const findings = lines.filter(({ type, code: found }) => type === 'finding' && !ofTheMachine.has(found));
  const looks = lines.filter(({ of }) => of === 'look').map(({ value }) => [String(value.name), value] as const);
  return { code, codes: findings.map((one) => one.code), messages: findings.map(({ message }) => message), looks: Object.fromEntries(looks) };
}

/** Exit code of a test machine without problems: an archive in memory or in a container is reported. */
const [type = ''] = spawnSync('stat', ['-f', '-c', '%T', onDisk], { encoding: 'utf8' }).stdout.split('\n');
const well = ['tmpfs', 'ramfs', 'overlayfs'].includes(type) ? 3 : 0;

test('finds nothing wrong with a well-kept archive, touches nothing in it, and leaves nothing beside it', async () => {
  const before = [fingerprint(archive), readdirSync(rig.folder), readdirSync(rig.keys), statSync(archive).mtimeMs];
  const { code, codes, looks } = await doctor();
  expect([code, codes]).toEqual([well, []]);
  expect(Object.keys(looks)).toEqual(['keys', 'rights', 'space', 'mount', 'file system', 'clock', 'timers']);
  expect(looks['file system']).toMatchObject({
    failed: [],
    tried: ['fsync', 'fsync of a folder', 'hard links', 'names that exist once', 'renaming over a file'],
  });
  expect([fingerprint(archive), readdirSync(rig.folder), readdirSync(rig.keys), statSync(archive).mtimeMs]).toEqual(before);
});

test('reports of the mount what findmnt reports', async () => {
  const { looks } = await doctor();
  const { status, stdout } = spawnSync('findmnt', ['--json', '--output', 'TARGET,FSTYPE,SOURCE', '--target', archive], { encoding: 'utf8' });
  if (status !== 0) {
    // In a chroot, which is not a mount of its own, the system names none.
    expect(looks.mount?.mount ?? null).toBeNull();
    return;
  }
  const [{ target, fstype } = { target: '', fstype: '' }] = (JSON.parse(stdout) as { filesystems: { target: string; fstype: string }[] }).filesystems;
  expect(looks.mount?.mount).toMatchObject({ point: target, type: fstype });
});

test.each(['.pem', '.pseudonyms'])(
  'reports a %s file of keys that others can read with the command that closes it, and the command works',
  async (ending) => {
    const key = readdirSync(rig.keys).find((name) => name.endsWith(ending)) ?? '';
    chmodSync(join(rig.keys, key), 0o640);
    const { code, codes, messages } = await doctor();
    expect([code, codes]).toEqual([3, ['P311']]);
    expect(spawnSync('sh', ['-c', /chmod .*/.exec(messages[0] ?? '')?.[0] ?? 'false']).status).toBe(0);
    expect((await doctor()).codes).toEqual([]);
  },
);

/** The whole archive except the catalog, which listing opens for writing. */
const untouched = (): string[] => fingerprint(archive).filter((line) => !line.startsWith('catalog.sqlite'));
const source = join(root, 'samples/asterisk-normal');

test('reports a key that everybody can write: no command signs with it until its permissions are fixed as the finding says', async () => {
  chmodSync(join(rig.keys, readdirSync(rig.keys).find((name) => name.endsWith('.pem')) ?? ''), 0o666);
  const before = untouched();
  const found = await doctor();
  expect([found.code, found.codes]).toEqual([5, ['P310']]);
  for (const args of [
    ['import', source, '--into', archive, '--zone', 'Europe/Stockholm'],
    ['rehash', archive, '--add', 'sha3-512'],
    ['log', 'key', archive, '--yes'],
    ['replica', 'add', archive, 'second', rig.path('second')],
  ]) {
    const { code, stderr } = await rig.run(args);
    expect([args[0], code, stderr]).toEqual([args[0], 5, expect.stringContaining('L117')]);
  }
  const scheduled = await rig.run(['verify', archive, '--every', '90d']);
  expect([scheduled.code, scheduled.stderr]).toEqual([5, expect.stringContaining('W151')]);
  const verified = await rig.run(['verify', archive]);
  expect([verified.code, verified.stdout]).toEqual([0, expect.stringMatching(/W150 log: .*every user of this machine can write/)]);
  expect((await rig.run(['list', archive])).code).toBe(0);
  const report = await rig.run(['report', archive, '--out', rig.path('report')]);
  expect(report.stderr).toMatch(/P300 .*every user of this machine can write/);
  expect(untouched()).toEqual(before);
  expect(spawnSync('sh', ['-c', /chmod .*/.exec(found.messages[0] ?? '')?.[0] ?? 'false']).status).toBe(0);
  expect((await rig.run(['verify', archive, '--every', '90d'])).code).toBe(0);
});

test('reports a key that links into a folder that everybody can write: nothing is signed until the folder is closed as the finding says', async () => {
  const key = join(rig.keys, readdirSync(rig.keys).find((name) => name.endsWith('.pem')) ?? '');
  const shared = rig.path('shared');
  mkdirSync(shared);
  chmodSync(shared, 0o777);
  renameSync(key, join(shared, 'key.pem'));
  symlinkSync(join(shared, 'key.pem'), key);
  const found = await doctor();
  expect([found.code, found.codes]).toEqual([5, ['P310']]);
  const { code, stderr } = await rig.run(['verify', archive, '--every', '90d']);
  expect([code, stderr]).toEqual([5, expect.stringMatching(/W151 .*every user of this machine can replace .* which is a link/)]);
  expect(spawnSync('sh', ['-c', /chmod .*/.exec(found.messages[0] ?? '')?.[0] ?? 'false']).status).toBe(0);
  expect((await doctor()).codes).toEqual([]);
  renameSync(join(shared, 'key.pem'), key);
});

test('makes and uses no key in a folder of keys that everybody can write', async () => {
  chmodSync(rig.keys, 0o777);
  const found = await doctor();
  expect([found.code, found.codes]).toEqual([5, ['P310']]);
  const made = await rig.run(['import', source, '--into', 'never', '--zone', 'Europe/Stockholm']);
  expect([made.code, made.stderr]).toEqual([5, expect.stringContaining('L117')]);
});

test('finds a new folder of keys closed to others, whatever the umask', async () => {
  const keys = rig.path('new', 'keys');
  const env = { ...process.env, LONGPLAY_KEYS: keys };
  const args = [
    'umask 0; exec "$@"',
    'sh',
    process.execPath,
    cli,
    'import',
    join(root, 'samples/asterisk-normal'),
    '--into',
    'wide',
    '--zone',
    'UTC',
  ];
  expect((await rig.exec('/bin/sh', ['-c', ...args], rig.folder, env)).code).toBe(0);
  expect(statSync(keys).mode & 0o7777).toBe(0o700);
});

test('reports without the key, or without the folder of keys, that nothing can be signed here', async () => {
  const none = rig.path('no keys');
  mkdirSync(none, { mode: 0o700 });
  for (const keys of [none, rig.path('nowhere')]) {
    const { code, codes } = await doctor({}, [], keys);
    expect([code, codes]).toEqual([5, ['P312']]);
  }
});

test('reports an archive that everybody can read, or change, with the commands that close it', async () => {
  chmodSync(archive, 0o755);
  chmodSync(rig.folder, 0o755);
  const { code, codes, messages } = await doctor();
  expect([code, codes]).toEqual([3, ['P314']]);
  chmodSync(join(archive, 'bags'), 0o777);
  const open = await doctor();
  expect(open.codes).toEqual(['P315', 'P314']);
  for (const message of [...messages, ...open.messages]) expect(spawnSync('sh', ['-c', /chmod .*/.exec(message)?.[0] ?? 'false']).status).toBe(0);
  expect((await doctor()).codes).toEqual([]);
});

test('reports a clock that is behind the log or behind its programs, and one without synchronisation', async () => {
  expect((await doctor({ SOURCE_DATE_EPOCH: '1000000000' })).codes).toContain('P330');
  program('timedatectl', 'echo no');
  const { code, codes } = await doctor();
  expect([code, codes]).toEqual([3, ['P331']]);
  program('timedatectl', 'exit 1');
  expect((await doctor()).looks.clock?.synchronised).toBe(null);
});

const strace = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status === 0;

test.skipIf(!strace).each([
  ['link', 'EPERM', 'P326'],
  ['fsync', 'EINVAL', 'P327'],
  ['rename', 'EOPNOTSUPP', 'P328'],
  ['link', 'ENOSPC', undefined],
])('reports a file system that answers %s with %s, and nothing remains beside the archive', async (call, error, told) => {
  const before = readdirSync(rig.folder);
  const inject = [
    'strace',
    '-f',
    '--seccomp-bpf',
    '-qq',
    '-o',
    '/dev/null',
    '-e',
    `trace=?${call},?${call}at,?${call}at2`,
    '-e',
    `inject=?${call},?${call}at,?${call}at2:error=${error}`,
  ];
  const { code, codes } = await doctor({}, inject);
  expect([...new Set(codes)]).toEqual(told === undefined ? [] : [told]);
  // Without hard links an archive still works.
  expect(code).toBe(told === undefined ? well : told === 'P326' ? 3 : 5);
  expect(readdirSync(rig.folder)).toEqual(before);
});

const mounts = spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

test.skipIf(!mounts)('reports a small disk in memory as both, and a read-only one as read-only', async () => {
  const disk = rig.path('disk');
  mkdirSync(disk);
  const own = archive;
  const script = (options: string): string[] => [
    ...['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c'],
    `mount -t tmpfs -o size=20m none "$0" && cp -a "$1" "$0/small" && chmod 750 "$0/small"${options} && shift && exec "$@"`,
    disk,
    own,
  ];
  archive = join(disk, 'small');
  ofTheMachine.delete('P325');
  const small = await doctor({}, script(''));
  const fixed = await doctor({}, script(' && mount -o remount,ro none "$0"'));
  ofTheMachine.add('P325');
  archive = own;
  expect([small.code, small.codes]).toEqual([5, ['P320', 'P325']]);
  expect(small.looks.space?.wholeBytes).toBe(20 * 1024 * 1024);
  expect([fixed.code, fixed.codes]).toEqual([5, ['P320', 'P322', 'P325']]);
});

test('reports an archive that nobody verifies, unless its log shows verifications', async () => {
  const young = rig.path('young');
  cpSync(archive, young, { recursive: true });
  const own = archive;
  archive = young;
  // Ten days later.
  const later = await doctor({ SOURCE_DATE_EPOCH: String(Math.floor(Date.now() / 1_000) + 10 * 86_400) });
  archive = own;
  expect([later.code, later.codes]).toEqual([3, ['P332']]);
  expect(later.messages[0]).toContain('longplay schedule');
});

test('prints each thing with its state, and ends with what to do', async () => {
  const { stdout } = await withPrograms(() =>
    rig.exec(process.execPath, [cli, 'doctor', archive], rig.folder, { ...process.env, LONGPLAY_KEYS: rig.keys }),
  );
  for (const name of ['keys', 'rights', 'space', 'mount', 'file system', 'clock', 'timers'])
    expect(stdout).toMatch(new RegExp(`^(?:well|look) +${name} `, 'm'));
  expect(stdout).toMatch(well === 0 ? /No problems with the environment of this archive\.\n$/ : /1 need attention/);
});

test('refuses a folder that is not an archive like every command', async () => {
  expect((await rig.run(['doctor', programs])).code).toBe(2);
  expect((await rig.run(['doctor', 'nowhere'])).code).toBe(5);
});

test('a case that is missing, damaged, in an older state or back after its deletion is named', async () => {
  const opened = async (): Promise<string> => String((await rig.json(['case', 'new', archive, '--title', 'Deal'])).summary.id);
  const codes = async (): Promise<string[]> => (await doctor()).codes.filter((code) => code.startsWith('C1'));
  expect((await doctor()).looks.cases).toBe(undefined);
  const id = await opened();
  const folder = join(archive, 'cases', id);
  expect([await codes(), (await doctor()).looks.cases]).toEqual([[], expect.objectContaining({ cases: 1, findings: 0 })]);
  cpSync(folder, rig.path('older'), { recursive: true });
  expect((await rig.run(['case', 'due', archive, id, '2030-12-30', '--reason', 'x'])).code).toBe(0);
  cpSync(folder, rig.path('newest'), { recursive: true });
  const become = (name: string | null): void => {
    rmSync(folder, { recursive: true });
    if (name !== null) cpSync(rig.path(name), folder, { recursive: true });
  };
  become('older');
  expect(await codes()).toEqual(['C125']);
  become(null);
  expect(await codes()).toEqual(['C127']);
  cpSync(rig.path('newest'), folder, { recursive: true });
  writeFileSync(join(folder, 'case.json'), '{');
  expect(await codes()).toEqual(['C101']);
  become('newest');
  // The entry of the last change is damaged: the newest state is not known, so nothing says that somebody replaced it.
  const tiles = join(archive, 'log/tile/entries');
  const last = readdirSync(tiles, { recursive: true, encoding: 'utf8' })
    .map((name) => join(tiles, name))
    .filter((name) => statSync(name).isFile())
    .sort((a, b) => statSync(b).size - statSync(a).size)[0] as string;
  const whole = readFileSync(last);
  const damaged = Buffer.from(whole);
  damaged[damaged.length - 20] = (damaged[damaged.length - 20] ?? 0) ^ 1;
  writeFileSync(last, damaged);
  const { codes: found, messages } = await doctor();
  expect(found.filter((code) => code.startsWith('C1'))).toEqual(['C125']);
  expect(messages.find((text) => text.includes('case.json') || text.includes('SHA-256'))).toContain('lines of the log are damaged');
  writeFileSync(last, whole);
  expect(await codes()).toEqual([]);
  expect((await rig.run(['case', 'delete', archive, id, '--reason', 'x'])).code).toBe(0);
  expect((await doctor()).looks.cases).toBe(undefined);
  cpSync(rig.path('newest'), folder, { recursive: true });
  expect(await codes()).toEqual(['C129']);
  rmSync(folder, { recursive: true });
});
