import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { entriesAgainst, runRefused, strace } from './refused-calls.ts';
import { cli, createRig, type Rig, type Run, root } from './rig.ts';

// Resources that a machine loses in the middle of the work, by real means: signals, limits, small disks, and single calls that strace makes fail.

const works = (program: string, ...args: string[]): boolean => spawnSync(program, args).status === 0;
/** Every place and every error if LONGPLAY_FAULTS=all; otherwise a few. */
const every = process.env.LONGPLAY_FAULTS === 'all';

let rig: Rig;
let source: string;
/** Folders of an archive that was valid a moment ago. */
let bag: string;
let recording: string;
let copies = 0;

beforeAll(async () => {
  rig = createRig();
  source = rig.path('source');
  mkdirSync(source);
  for (const name of ['gsm.gsm', 'layer-3.mp3', 'mp3.m4a']) copyFileSync(join(root, 'samples/canaries', name), join(source, name));
  expect((await rig.run(['import', source, '--into', 'made', '--zone', 'UTC'])).code).toBe(0);
  const files = readdirSync(rig.path('made/bags'), { recursive: true, encoding: 'utf8' });
  recording = join('bags', files.find((name) => name.endsWith('original-1.mp3')) ?? '', '..');
  bag = join(recording, '../..');
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

/** A copy of the archive that the machine has not seen. */
function fresh(): string {
  const archive = rig.path(`archive ${++copies}`);
  cpSync(rig.path('made'), archive, { recursive: true });
  rig.forget();
  return archive;
}

function ffmpeg(name: string, script: string): string {
  const file = rig.path(name);
  // Questions about the file itself are answered.
  writeFileSync(file, `#!/bin/sh\ncase "$*" in *pipe:*) ${script};; esac\nexec ffmpeg "$@"\n`, { mode: 0o755 });
  return file;
}

/** The machine is at fault: exit code 5, and no message or log entry against the archive. */
async function expectMachine(archive: string, { code, stdout, stderr }: Run, said: RegExp): Promise<void> {
  expect([code, stdout + stderr]).toEqual([5, expect.stringMatching(said)]);
  expect(stdout + stderr).not.toMatch(/\b(corrupt|missing|unplayable|swapped|unstable|rolled-back|unexpected)\b/);
  expect(await entriesAgainst(rig, archive)).toEqual([]);
}

const ends: readonly (readonly [string, string])[] = [
  ['killed over one recording alone', 'case "$*" in *m4a*|*mp4*|*mov*) kill -KILL $$;; esac'],
  ['crashing', 'kill -SEGV $$'],
  ...(every
    ? ([
        ['killed, each time', 'head -c 400 >/dev/null; kill -KILL $$'],
        ['ended by a limit', 'kill -XCPU $$'],
        ['without room for a library of its own', 'exec prlimit --as=100000000 ffmpeg "$@"'],
      ] as const)
    : []),
];

test('a verification with FFmpeg killed or crashing reports nothing against the recordings, nor does the statement, and they are OK once FFmpeg works', async () => {
  const archive = fresh();
  const verify = ['verify', archive, '--play', '--originals'];
  expect((await rig.run(verify)).code).toBe(0);
  for (const [name, script] of ends)
    await expectMachine(archive, await rig.run(verify, { env: { LONGPLAY_FFMPEG: ffmpeg(`ffmpeg ${name}`, script) } }), /V214/);
  const { code, stdout } = await rig.run(['report', archive, '--out', `${archive} report`]);
  expect([code, stdout]).toEqual([0, expect.not.stringMatching(/NEVER|fault of/)]);
  expect((await rig.run(['watch', archive])).stdout).toMatch(/W167 .*could not read/);
  expect((await rig.run(verify)).stdout).toContain(': OK.');
});

test('an import with FFmpeg killed leaves those recordings out, and the next run adds them', async () => {
  const env = { LONGPLAY_FFMPEG: ffmpeg('ffmpeg killed in imports', 'kill -KILL $$') };
  const first = await rig.run(['import', source, '--into', 'added', '--zone', 'UTC'], { env });
  expect([first.code, first.stderr.match(/^error \w+/gm)]).toEqual([3, ['error P119', 'error P119']]);
  const second = await rig.run(['import', source, '--into', 'added', '--zone', 'UTC']);
  expect([second.code, second.stdout]).toEqual([0, expect.stringContaining('Imported 2 recordings')]);
  expect((await rig.run(['verify', 'added', '--play', '--originals'])).stdout).toContain(': OK.');
});

/** Calls that the machine refuses, and for which files. */
const places: readonly (readonly [what: string, path: () => string])[] = [
  ['an original', () => join(recording, 'original-1.mp3')],
  ['a manifest', () => join(bag, 'manifest-sha256.txt')],
  ['a tag manifest', () => join(bag, 'tagmanifest-sha512.txt')],
  ['a document', () => join(recording, 'recording.json')],
  ['a bag', () => bag],
  ['a recording', () => recording],
  ['the catalog', () => 'catalog.sqlite'],
  ['the checkpoint', () => 'log/checkpoint'],
  ['longplay.json', () => 'longplay.json'],
  ['the folder of bags', () => 'bags'],
];
const refusals = ['EMFILE', 'EIO', 'EACCES', 'EPERM', 'ENFILE', 'ENOMEM', 'ESTALE', 'ETIMEDOUT', 'ENOTCONN', 'EAGAIN', 'EREMOTEIO'];
const pairs = places.flatMap(([what, path]) => refusals.map((refusal) => [refusal, what, path] as const));
/** Each place with one error, not every combination. */
const few = pairs.filter(([refusal, what]) => refusals.indexOf(refusal) === places.findIndex(([one]) => one === what)).slice(0, 6);

test.skipIf(!strace).each(every ? pairs : few)(
  'a machine that answers %s when a verification opens %s has not damaged the file',
  async (refusal, _what, path) => {
    const archive = fresh();
    // Only one file of the archive: descriptors run out in the middle, not at the start.
    const run = await runRefused(rig, refusal, [join(archive, path())], ['verify', archive]);
    await expectMachine(archive, run, new RegExp(`${refusal}|CANTOPEN`));
  },
);

test.skipIf(!strace)('a disk error in the middle of a file is not damage to it, nor to the files listed after that place of a manifest', async () => {
  const archive = fresh();
  const files = [join(archive, bag, 'manifest-sha512.txt'), join(archive, recording, 'access-1.opus')];
  const run = await runRefused(rig, 'EIO', files, ['verify', archive], 'read');
  await expectMachine(archive, run, /A154 .*manifest-sha512\.txt: it cannot be read: EIO/);
});

test.skipIf(!strace)('an unreadable memory of the log is not treated as absent: an older log could pass', async () => {
  const archive = fresh();
  expect((await rig.run(['verify', archive])).code).toBe(0);
  const { id } = JSON.parse(readFileSync(join(archive, 'longplay.json'), 'utf8')) as { readonly id: string };
  for (const [file, refusal] of [
    [`${id}.checkpoint`, 'EMFILE'],
    [`${id}.pem`, 'EIO'],
  ] as const) {
    const run = await runRefused(rig, refusal, [join(rig.keys, file)], ['verify', archive]);
    expect([run.code, run.stderr]).toEqual([5, expect.stringContaining(refusal)]);
    // Advice to give up an existing key would be the worst outcome.
    expect(run.stderr).not.toContain('--lost');
  }
});

test.skipIf(!strace).each([
  ['EMFILE', 5],
  ['EIO', 5],
])('an export that gets %s for a file reports it as unread, not as altered', async (refusal, code) => {
  const archive = fresh();
  const copy = join(archive, recording, 'access-1.opus');
  const run = await runRefused(rig, refusal, [copy], ['export', archive, '--all', '--out', `${archive} out`]);
  expect([run.code, run.stderr]).toEqual([code, expect.stringMatching(new RegExp(`P175 .*${refusal}`))]);
});

test.skipIf(!strace)('playing an unreadable copy is postponed, and a case with an unreadable document is not damaged', async () => {
  const archive = fresh();
  const { summary } = await rig.json(['case', 'new', archive, '--title', 'a dispute']);
  const player = rig.path('play');
  writeFileSync(player, '#!/bin/sh\n', { mode: 0o755 });
  const copy = join(archive, recording, 'access-1.opus');
  const played = await runRefused(rig, 'EIO', [copy], ['play', archive, basename(recording), '--player', player]);
  expect([played.code, played.stderr]).toEqual([5, expect.stringMatching(/P175 .*EIO/)]);
  const document = join(archive, 'cases', String(summary.id), 'case.json');
  await expectMachine(archive, await runRefused(rig, 'EIO', [document], ['verify', archive]), /unreachable C1\d\d .*EIO/);
});

const mounts = works('unshare', '--user', '--map-root-user', '--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt');

test.skipIf(!mounts)('a temporary folder that becomes full ends an import, which resumes once there is space', async () => {
  const packed = rig.path('packed.tar.gz');
  spawnSync('tar', ['-czf', packed, '-C', source, '.']);
  const small = rig.path('small disk');
  mkdirSync(small);
  const script = 'mount -t tmpfs -o size=16k none "$0" && LONGPLAY_TMPDIR="$0" TMPDIR="$0" exec "$@"';
  const args = ['import', packed, '--into', 'from packed', '--zone', 'UTC'];
  const env = { ...process.env, LONGPLAY_KEYS: rig.keys };
  const before = ['--user', '--map-root-user', '--mount', 'sh', '-c', script, small];
  const run = await rig.exec('unshare', [...before, process.execPath, cli, ...args], rig.folder, env);
  expect([run.code, run.stderr]).toEqual([5, expect.stringMatching(/no space left on device|ENOSPC|database or disk is full/)]);
  expect((await rig.run(args)).code).toBe(0);
});
