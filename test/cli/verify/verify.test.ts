import { spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, chownSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anybodyReads, cli, createRig, openToAll, type Rig, root, shared } from '../rig.ts';

let rig: Rig;
let bag: string;

beforeAll(async () => {
  rig = createRig();
  expect(
    (await rig.run(['import', join(root, 'samples/asterisk-normal'), '--into', 'archive', '--zone', 'Europe/Stockholm', '--no-keep-tables'])).code,
  ).toBe(0);
  const [year = ''] = readdirSync(rig.path('archive/bags'));
  const [name = ''] = readdirSync(rig.path('archive/bags', year));
  bag = `bags/${year}/${name}`;
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

/** A copy of the archive that a test may damage. */
function copy(name: string): string {
  rmSync(rig.path(name), { recursive: true, force: true });
  rig.forget();
  return rig.copyOf(rig.path('archive'), name);
}

test('each kind of damage exits 4 and prints one line with its verdict, code and path on stdout', async () => {
  const original =
    readdirSync(rig.path('archive', bag, 'data'))
      .flatMap((id) => (id === 'README.txt' ? [] : readdirSync(rig.path('archive', bag, 'data', id)).map((file) => `${bag}/data/${id}/${file}`)))
      .find((path) => path.endsWith('original-2.wav')) ?? '';
  const damages: readonly (readonly [RegExp, (archive: string) => void])[] = [
    [new RegExp(`^corrupt A131 ${original}: `, 'm'), (archive) => appendFileSync(join(archive, original), 'x')],
    [new RegExp(`^missing A130 ${original}: `, 'm'), (archive) => rmSync(join(archive, original))],
    [new RegExp(`^unexpected A134 ${bag}/data/x: `, 'm'), (archive) => writeFileSync(join(archive, bag, 'data/x'), '')],
    [new RegExp(`^missing V101 ${bag}: `, 'm'), (archive) => rmSync(join(archive, bag), { recursive: true })],
    [new RegExp(`^unexpected V102 ${bag}-copy: `, 'm'), (archive) => cpSync(join(archive, bag), join(archive, `${bag}-copy`), { recursive: true })],
    [/^missing V105 longplay\.json: /m, (archive) => rmSync(join(archive, 'longplay.json'))],
    [/^corrupt V105 longplay\.json: /m, (archive) => writeFileSync(join(archive, 'longplay.json'), '{')],
    [/^corrupt V105 README\.txt: /m, (archive) => appendFileSync(join(archive, 'README.txt'), '\n')],
    [/^missing A110 log: /m, (archive) => rmSync(join(archive, 'log'), { recursive: true })],
    [/^unexpected V103 notes\.txt: /m, (archive) => writeFileSync(join(archive, 'notes.txt'), '')],
  ];
  for (const [line, damage] of damages) {
    const archive = copy('damaged');
    damage(archive);
    const { code, stdout, stderr } = await rig.run(['verify', archive]);
    expect([line, code, stderr]).toEqual([line, 4, '']);
    expect(stdout).toMatch(line);
    expect(stdout).toMatch(/faults?, listed above/);
  }
});

test('--json prints every verdict as an object and the same count at the end', async () => {
  const archive = copy('damaged');
  appendFileSync(join(archive, bag, 'bag-info.txt'), 'X: y\n');
  writeFileSync(join(archive, 'stranger'), '');
  const { code, lines, summary } = await rig.json(['verify', archive]);
  const verdicts = lines.filter((line) => line.type === 'verdict');
  expect([code, summary]).toMatchObject([4, { errors: verdicts.length, bags: 1, bagsWell: 0, recordings: 6 }]);
  expect(verdicts).toContainEqual({
    type: 'verdict',
    verdict: 'unexpected',
    code: 'V103',
    path: 'stranger',
    message: expect.any(String),
    severity: 'error',
  });
  expect(verdicts).toContainEqual(expect.objectContaining({ verdict: 'corrupt', code: 'A133', path: `${bag}/bag-info.txt` }));
});

test('an archive that cannot be reached is unreachable, exit 5, and never reported as loss', async () => {
  mkdirSync(rig.path('mount'));
  const unmounted = copy('unmounted');
  renameSync(join(unmounted, 'bags'), rig.path('bags-elsewhere'));
  mkdirSync(join(unmounted, 'bags'));
  const withoutBags = copy('without-bags');
  rmSync(join(withoutBags, 'bags'), { recursive: true });
  for (const archive of ['nowhere', 'mount', 'unmounted', 'without-bags']) {
    const { code, stdout, stderr } = await rig.run(['verify', archive]);
    expect([archive, code, stdout]).toEqual([archive, 5, '']);
    expect(stderr).toContain('unreachable');
    expect(stdout + stderr).not.toMatch(/missing|0 faults|: OK/);
  }
});

test.skipIf(!anybodyReads)('unreadable files are unreachable, exit 5; with an altered one besides, 4', () => {
  const archive = copy('closed');
  openToAll(archive);
  const isRoot = process.getuid?.() === 0;
  chmodSync(rig.folder, 0o755);
  const asNobody = (): { status: number | null; stdout: string } =>
    spawnSync(process.execPath, [cli, 'verify', archive], { encoding: 'utf8', ...(isRoot ? { uid: 65_534, gid: 65_534 } : {}) });
  const [id = ''] = readdirSync(join(archive, bag, 'data'));
  const file = join(archive, bag, 'data', id, 'recording.json');
  chmodSync(file, 0);
  const closed = asNobody();
  expect([closed.status, closed.stdout]).toEqual([
    5,
    expect.stringMatching(
      new RegExp(`^unverifiable W150 log: .*\nunreachable A154 ${bag}/data/${id}/recording\\.json: .*EACCES\n.*: 1 fault, listed above`),
    ),
  ]);
  expect(closed.stdout).toContain('could not be read and may be intact');
  writeFileSync(join(archive, 'stranger'), '');
  expect(asNobody().status).toBe(4);
  if (isRoot) chownSync(file, 0, 0);
});

test.skipIf(!anybodyReads)(
  'a year whose folder is unreadable is unreachable, none of its bags is reported missing, and all others are verified',
  () => {
    const archive = copy('closed-year');
    openToAll(archive);
    const isRoot = process.getuid?.() === 0;
    const [year = '', name = ''] = bag.slice('bags/'.length).split('/');
    mkdirSync(join(archive, 'bags/1999'));
    renameSync(join(archive, bag), join(archive, 'bags/1999', name));
    chmodSync(rig.folder, 0o755);
    chmodSync(join(archive, 'bags', year), 0);
    const run = spawnSync(process.execPath, [cli, 'verify', archive], { encoding: 'utf8', ...(isRoot ? { uid: 65_534, gid: 65_534 } : {}) });
    expect(run.stdout).toMatch(new RegExp(`^unreachable V116 bags/${year}: cannot be read: EACCES; a bag landed there according to the log`, 'm'));
    // The rest was checked: a bag that landed elsewhere is found there.
    expect(run.stdout).toMatch(new RegExp(`^unexpected V102 bags/1999/${name}:`, 'm'));
    expect(run.stdout).not.toContain('missing');
    expect([run.status, run.stdout.match(/: (\d+) faults/)?.[1]]).toEqual([4, '2']);
    chmodSync(join(archive, 'bags', year), 0o755);
    const open = spawnSync(process.execPath, [cli, 'verify', archive], { encoding: 'utf8' });
    expect(open.stdout).toMatch(new RegExp(`^missing V101 ${bag}:`, 'm'));
  },
);

test('an archive without bags is valid, and the output says that nothing was checked', async () => {
  const stopped = await rig.run(
    ['import', join(root, 'samples/asterisk-normal'), '--into', 'fresh', '--zone', 'Europe/Stockholm', '--no-keep-tables'],
    {
      env: { LONGPLAY_FFMPEG: 'none', LONGPLAY_LIBOPUS: 'none' },
    },
  );
  expect(stopped.code).toBe(5);
  const { code, stdout } = await rig.run(['verify', 'fresh']);
  expect([code, stdout]).toEqual([0, 'The archive is whole and holds no bags yet: nothing was checked but its log.\n']);
});

test('a bag of an archive is verified by itself like any other bag', async () => {
  const alone = rig.copyOf(rig.path('archive', bag), 'alone');
  const well = await rig.run(['verify', alone, '--play']);
  expect([well.code, well.stdout]).toEqual([
    0,
    expect.stringMatching(/ in 1 bag, .*; 20\.0 s of audio decoded: OK\.\nNOT checked: completeness\. .*\n$/),
  ]);
  appendFileSync(join(alone, 'data/README.txt'), 'x');
  expect((await rig.run(['verify', alone])).stdout).toMatch(/^corrupt A131 alone\/data\/README\.txt: /m);
});

const suite = join(shared, 'conformance/bagit');

describe.skipIf(!existsSync(suite))('the bags of the BagIt conformance suite', () => {
  const folders = (path: string): string[] =>
    readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [join(path, entry.name)] : []));
  const bags = existsSync(suite)
    ? folders(suite)
        .flatMap(folders)
        .filter((kind) => ['valid', 'invalid'].includes(basename(kind)))
        .flatMap((kind) => folders(kind).map((path) => ({ path, kind: basename(kind) })))
    : [];

  test('exit with 0 if they are valid and with 4 if not', async () => {
    expect(bags.length).toBeGreaterThan(35);
    const wrong: string[] = [];
    // One after another: two at a time would be processes of their own.
    for (const { path, kind } of bags) {
      const { code, stdout } = await rig.run(['verify', path, '--quiet', '-j', '1']);
      if (code !== (kind === 'valid' ? 0 : 4)) wrong.push(`${path} is ${kind}, exit ${code}: ${stdout}`);
    }
    expect(wrong).toEqual([]);
  });
});
