import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLandings } from '../../../src/archive/bag/landing.ts';
import { tagManifestDigests } from '../../../src/archive/bag/tag-manifest.ts';
import { openArchive } from '../../../src/archive/layout.ts';
import type { LogEntry } from '../../../src/log/entries/log-entry.ts';
import { openLog } from '../../../src/log/log.ts';
import { readLog } from '../../../src/log/read/read-log.ts';
import { renewTagManifests } from '../../archive/rig.ts';
import { createRig, fingerprint, type Rig, root } from '../../cli/rig.ts';
import { anyType } from '../../log/any-type.ts';
import { createVerifier } from '../archive-rig.ts';
import { createRehasher, keysOf } from './rig.ts';

const calm = new AbortController().signal;
let rig: Rig;
let rehasher: ReturnType<typeof createRehasher>;
let verifier: ReturnType<typeof createVerifier>;
/** An archive of two bags after an import, and the same rehashed without interruption. */
let before: string;
let after: string;
let bags: readonly string[];

beforeAll(async () => {
  rig = createRig();
  rehasher = createRehasher();
  verifier = createVerifier();
  before = rig.path('before');
  const source = join(root, 'samples/asterisk-normal');
  const made = await rig.run(['import', source, '--into', before, '--zone', 'Europe/Stockholm', '--bag-recordings', '3', '--no-keep-tables']);
  expect(made.code, made.stderr).toBe(0);
  bags = readdirSync(join(before, 'bags')).flatMap((year) => readdirSync(join(before, 'bags', year)).map((name) => `${year}/${name}`));
  expect(bags).toHaveLength(2);
  cpSync(rig.keys, keysOf(before), { recursive: true });
  after = copy(before, 'after');
  await rehasher.rehash(after, 'sha3512');
});
afterAll(async () => {
  await rehasher?.[Symbol.asyncDispose]();
  await verifier?.[Symbol.asyncDispose]();
  await rig?.[Symbol.asyncDispose]();
});

let archive: string;
beforeEach(() => {
  archive = copy(before, 'archive');
});

function copy(from: string, name: string): string {
  for (const of of [(dir: string) => dir, keysOf]) {
    rmSync(of(rig.path(name)), { recursive: true, force: true });
    cpSync(of(from), of(rig.path(name)), { recursive: true, preserveTimestamps: true });
  }
  return rig.path(name);
}

async function enter(type: string, detail: LogEntry['detail']): Promise<void> {
  const log = await openLog(await openArchive(archive), { now: () => '2031-04-05T06:07:08.000Z', keys: keysOf(archive) });
  await log.append(anyType(type), detail);
  await log.close();
}

const bagOf = (name: string | undefined): string => join(archive, 'bags', name ?? '');

async function entries(dir: string): Promise<LogEntry[]> {
  const all: LogEntry[] = [];
  for await (const item of readLog(await openArchive(dir), calm)) {
    if (item.kind === 'finding') throw new Error(`${item.code} ${item.place}: ${item.message}`);
    all.push(item);
  }
  return all;
}

/** Findings of a verification: none if everything is OK. */
async function verified(dir = archive): Promise<readonly string[]> {
  const { verdicts } = await verifier.verify(dir);
  return verdicts.map(({ verdict, code, path, severity }) => `${severity === 'warning' ? 'warning' : verdict} ${code} ${path}`);
}

function dataFiles(bag: string): string[] {
  return readdirSync(join(bag, 'data'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(bag.length + 1))
    .sort();
}

/** Runs a judge in a folder: returns its exit code and output. */
function judge(program: string, args: readonly string[], cwd: string): { readonly code: number | null; readonly text: string } {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  return { code: status, text: stdout + stderr };
}

describe('a rehashed archive', () => {
  test.each([
    ['sha3512', 'sha3-512', ['openssl', 'dgst', '-sha3-512', '-r']],
    ['blake2b512', 'blake2b', ['b2sum']],
  ] as const)('has in each bag the digests of %s that another program computes, and the old ones', async (algorithm, python, [program, ...args]) => {
    const { said, outcome } = await rehasher.rehash(archive, algorithm);
    expect(said).toEqual(bags.map((bag) => `rehashed ${algorithm} ${bag}`));
    expect(outcome).toMatchObject({ bags: 2, rehashed: 2, hadIt: 0, refused: 0, left: 0, errors: 0, logRehashed: true });
    for (const bag of bags.map(bagOf)) {
      const payload = dataFiles(bag);
      expect(payload.length).toBeGreaterThan(3);
      for (const [name, of] of [
        [`manifest-${algorithm}.txt`, payload],
        [
          `tagmanifest-${algorithm}.txt`,
          ['bag-info.txt', 'bagit.txt', 'formats.txt', `manifest-${algorithm}.txt`, 'manifest-sha256.txt', 'manifest-sha512.txt'].sort(),
        ],
      ] as const) {
        const made = judge(program, [...args, ...of], bag);
        expect([made.code, readFileSync(join(bag, name), 'utf8').replaceAll('  ', ' ')]).toEqual([0, made.text.replace(/ [ *]/g, ' ')]);
        const script = `import hashlib,sys\nfor line in open(sys.argv[1]):\n  d,p=line.rstrip('\\n').split('  ',1)\n  assert hashlib.new('${python}',open(p,'rb').read()).hexdigest()==d,p`;
        expect(judge('python3', ['-c', script, name], bag)).toEqual({ code: 0, text: '' });
      }
      for (const old of ['sha256', 'sha512'])
        expect(judge(`${old}sum`, ['--strict', '--quiet', '-c', `tagmanifest-${old}.txt`, `manifest-${old}.txt`], bag)).toEqual({
          code: 0,
          text: '',
        });
      expect((await verifier.verify(bag, { bag: true })).said).toEqual([]);
    }
    expect(await verified()).toEqual([]);
  });

  test('keeps the bytes of everything except its tag manifests', async () => {
    await rehasher.rehash(archive, 'sha3512');
    const files = fingerprint(join(archive, 'bags'));
    const untouched = fingerprint(join(before, 'bags')).filter((line) => !line.includes('/tagmanifest-'));
    expect(untouched.filter((line) => !files.includes(line))).toEqual([]);
    expect(files.length).toBe(fingerprint(join(before, 'bags')).length + 4);
    expect(readdirSync(join(archive, 'jobs'))).toEqual([]);
  });

  test('is complete: a second run does nothing, changes nothing, and reports it', async () => {
    await rehasher.rehash(archive, 'sha3512');
    const once = fingerprint(archive);
    const { said, outcome } = await rehasher.rehash(archive, 'sha3512');
    expect(said).toEqual([]);
    expect(outcome).toMatchObject({ bags: 2, rehashed: 0, hadIt: 2, left: 0, files: 0, errors: 0, logRehashed: false });
    expect(outcome.logEntries).toBe((await entries(archive)).length - 1);
    expect(fingerprint(archive)).toEqual(once);
  });

  test('can be rehashed again, and each run then reports both digests as present', async () => {
    await rehasher.rehash(archive, 'sha3512');
    const { said } = await rehasher.rehash(archive, 'blake2b512');
    expect(said).toEqual(bags.map((bag) => `rehashed blake2b512 ${bag}`));
    const bag = bagOf(bags[0]);
    expect(judge('b2sum', ['--strict', '--quiet', '-c', 'tagmanifest-blake2b512.txt', 'manifest-blake2b512.txt'], bag)).toEqual({
      code: 0,
      text: '',
    });
    expect(readFileSync(join(bag, 'tagmanifest-blake2b512.txt'), 'utf8')).toContain('  manifest-sha3512.txt\n');
    expect(readFileSync(join(bag, 'tagmanifest-sha3512.txt'), 'utf8')).toContain('  manifest-blake2b512.txt\n');
    expect(await verified()).toEqual([]);
    // The other rehash logged bags after the first digest of the log.
    for (const [algorithm, logRehashed] of [
      ['sha3512', true],
      ['blake2b512', false],
      ['sha3512', false],
    ] as const)
      expect((await rehasher.rehash(archive, algorithm)).outcome).toMatchObject({ rehashed: 0, hadIt: 2, logRehashed });
  });

  test('has its new landings in the log after their announcement, with the older ones kept for comparison with old states', async () => {
    await rehasher.rehash(archive, 'sha3512');
    const all = await entries(archive);
    expect(all.slice(-5).map(({ type, detail }) => `${type} ${detail.bag ?? ''}`.trim())).toEqual([
      ...bags.flatMap((bag) => [`rehash-intended ${bag}`, `bag-rehashed ${bag}`]),
      'log-rehashed',
    ]);
    const landings = createLandings();
    for (const entry of all) landings.take(entry);
    expect(landings.algorithms()).toEqual(['sha256', 'sha512', 'sha3512']);
    for (const name of bags) {
      const history = landings.bags.get(name);
      expect(history).toMatchObject({ intended: [] });
      expect(history?.earlier).toHaveLength(1);
      for (const [landing, dir] of [
        [history?.current, archive],
        [history?.earlier[0], before],
      ] as const) {
        const found = [...(landing ?? new Map())].map(([file, { digest }]) => `${digest}  ${file}`);
        expect(found).toHaveLength(dir === archive ? 3 : 2);
        for (const line of found) {
          const file = line.slice(line.indexOf('  ') + 2);
          const algorithm = file === 'tagmanifest-sha3512.txt' ? 'sha3-512' : file.slice('tagmanifest-'.length, -'.txt'.length);
          expect(judge('openssl', ['dgst', `-${algorithm}`, '-r', file], join(dir, 'bags', name)).text.trim()).toBe(line.replace('  ', ' *'));
        }
      }
    }
  });

  test('gives later imports the new digest at once', async () => {
    await rehasher.rehash(archive, 'sha3512');
    const made = await rig.run(['import', join(root, 'samples/sidecar-xml'), '--into', archive], { env: { LONGPLAY_KEYS: keysOf(archive) } });
    expect(made.code, made.stderr).toBe(0);
    const added = readdirSync(join(archive, 'bags'))
      .flatMap((year) => readdirSync(join(archive, 'bags', year)).map((name) => `${year}/${name}`))
      .filter((name) => !bags.includes(name));
    expect(added.length).toBeGreaterThan(0);
    for (const bag of added.map(bagOf)) {
      for (const [name, of] of [
        ['manifest-sha3512.txt', dataFiles(bag)],
        [
          'tagmanifest-sha3512.txt',
          ['bag-info.txt', 'bagit.txt', 'formats.txt', 'manifest-sha256.txt', 'manifest-sha3512.txt', 'manifest-sha512.txt'],
        ],
      ] as const)
        expect(readFileSync(join(bag, name), 'utf8').replaceAll('  ', ' *')).toBe(judge('openssl', ['dgst', '-sha3-512', '-r', ...of], bag).text);
    }
    expect(await verified()).toEqual([]);
    expect((await rehasher.rehash(archive, 'sha3512')).outcome).toMatchObject({ rehashed: 0, hadIt: bags.length + added.length, logRehashed: true });
  });

  test('reports an altered new manifest, an altered new tag manifest, either or both lost, and an unexpected one', async () => {
    const bag = `bags/${bags[0]}`;
    const damages: readonly (readonly [string, () => void, readonly string[]])[] = [
      ['altered', () => flip(join(archive, bag, 'manifest-sha3512.txt')), [`corrupt A131 ${bag}/data/`, `corrupt A133 ${bag}/manifest-sha3512.txt`]],
      [
        'altered tag manifest',
        () => flip(join(archive, bag, 'tagmanifest-sha3512.txt')),
        [`swapped V104 ${bag}/tagmanifest-sha3512.txt`, `corrupt A133 ${bag}/bag-info.txt`],
      ],
      ['lost', () => unlinkSync(join(archive, bag, 'manifest-sha3512.txt')), [`missing A132 ${bag}/manifest-sha3512.txt`]],
      ['lost tag manifest', () => unlinkSync(join(archive, bag, 'tagmanifest-sha3512.txt')), [`missing A132 ${bag}/tagmanifest-sha3512.txt`]],
      ['strange tag manifest', () => writeFileSync(join(archive, bag, 'tagmanifest-md5.txt'), ''), [`unexpected V103 ${bag}/tagmanifest-md5.txt`]],
    ];
    for (const [what, damage, expected] of damages) {
      copy(after, 'archive');
      damage();
      const found = await verified();
      expect([what, found.length]).toEqual([what, expected.length]);
      for (const [index, start] of expected.entries())
        expect(
          found.some((line) => line.startsWith(start)),
          `${what} ${index}: ${found}`,
        ).toBe(true);
    }
  });

  test('reports a log whose entries differ from its digest', async () => {
    await enter('log-rehashed', { algorithm: 'sha3512', size: (await entries(archive)).length, digest: '0'.repeat(128) });
    const place = (await entries(archive)).length;
    expect(await verified()).toEqual([`corrupt H100 log:${place}`]);
    const run = await rehasher.rehash(archive, 'sha3512');
    expect(run.said.slice(-2)).toEqual([`H100 log:${place}`, 'H103 log']);
    expect(run.outcome).toMatchObject({ rehashed: 2, logEntries: null, logRehashed: false, errors: 2 });
  });

  test('reports a bag that is restored in its earlier state', async () => {
    copy(after, 'archive');
    rmSync(bagOf(bags[0]), { recursive: true });
    cpSync(join(before, 'bags', bags[0] ?? ''), bagOf(bags[0]), { recursive: true });
    const found = await verified();
    expect(found.filter((line) => line.includes(' V104 '))).toEqual([
      `rolled-back V104 bags/${bags[0]}/tagmanifest-sha256.txt`,
      `rolled-back V104 bags/${bags[0]}/tagmanifest-sha512.txt`,
    ]);
    expect((await rehasher.rehash(archive, 'sha3512')).outcome).toMatchObject({ rehashed: 0, hadIt: 2 });
  });
});

/** An original with sound: one of the sample is only a header, and which comes first depends on the ids. */
function soundIn(bag: string): string {
  return dataFiles(bag).find((path) => path.includes('/original-') && statSync(join(bag, path)).size > 1_000) ?? '';
}

function flip(file: string, at = 3): void {
  const bytes = readFileSync(file);
  if (bytes.length <= at) throw new Error(`${file} has ${bytes.length} bytes`);
  // Another digit of a digest.
  bytes[at] = bytes[at] === 0x30 ? 0x31 : 0x30;
  writeFileSync(file, bytes);
}

describe('a changed bag', () => {
  const original = (bag: string): string => soundIn(bag);
  const cases: readonly (readonly [string, (bag: string) => void, RegExp])[] = [
    ['a payload file altered', (bag) => flip(join(bag, original(bag)), 60), /^corrupt A131 .*original-/],
    ['a payload file lost', (bag) => unlinkSync(join(bag, original(bag))), /^missing A130 .*original-/],
    ['an additional file', (bag) => writeFileSync(join(bag, 'data/x'), ''), /^unexpected A134 .*data\/x$/],
    ['one digest of a manifest altered', (bag) => flip(join(bag, 'manifest-sha512.txt')), /^corrupt A131 /],
    ['a manifest lost', (bag) => unlinkSync(join(bag, 'manifest-sha512.txt')), /^missing A132 .*manifest-sha512\.txt$/],
    ['a tag file altered', (bag) => appendFileSync(join(bag, 'bag-info.txt'), 'X: y\n'), /^corrupt A133 .*bag-info\.txt$/],
    ['a tag manifest lost', (bag) => unlinkSync(join(bag, 'tagmanifest-sha256.txt')), /^missing A132 .*tagmanifest-sha256\.txt$/],
    [
      'another bag in its place',
      (bag) => {
        rmSync(bag, { recursive: true });
        cpSync(join(before, 'bags', bags[1] ?? ''), bag, { recursive: true });
      },
      /^swapped V104 /,
    ],
  ];
  test.each(cases)('by %s does not get the digest; nothing in it is changed, and the other bag gets it', async (_what, damage, said) => {
    damage(bagOf(bags[0]));
    const damaged = fingerprint(bagOf(bags[0]));
    const run = await rehasher.rehash(archive, 'sha3512');
    expect(
      run.said.some((line) => said.test(line)),
      run.said.join('\n'),
    ).toBe(true);
    expect(run.said).toContain(`H104 bags/${bags[0]}`);
    expect(run.said).toContain(`rehashed sha3512 ${bags[1]}`);
    expect(run.outcome).toMatchObject({ bags: 2, rehashed: 1, refused: 1, left: 0, hadIt: 0, unreachable: 0 });
    expect(run.outcome.errors).toBeGreaterThan(0);
    expect(fingerprint(bagOf(bags[0]))).toEqual(damaged);
    // Once repaired, it gets the missing digest.
    rmSync(bagOf(bags[0]), { recursive: true });
    cpSync(join(before, 'bags', bags[0] ?? ''), bagOf(bags[0]), { recursive: true });
    expect((await rehasher.rehash(archive, 'sha3512')).outcome).toMatchObject({ rehashed: 1, hadIt: 1, refused: 0, errors: 0 });
    expect(fingerprint(join(archive, 'bags'))).toEqual(fingerprint(join(after, 'bags')));
    expect(await verified()).toEqual([]);
  });

  test('that is missing, or that the log does not name, is reported and unchanged', async () => {
    renameSync(bagOf(bags[0]), `${bagOf(bags[0])}-other`);
    const strange = fingerprint(`${bagOf(bags[0])}-other`);
    const run = await rehasher.rehash(archive, 'sha3512');
    expect(run.said).toEqual([`missing V101 bags/${bags[0]}`, `H105 bags/${bags[0]}-other`, `rehashed sha3512 ${bags[1]}`]);
    expect(run.outcome).toMatchObject({ bags: 3, rehashed: 1, refused: 1, errors: 2 });
    expect(fingerprint(`${bagOf(bags[0])}-other`)).toEqual(strange);
  });

  test('with unfinished work of a later version that this one does not know is reported and unchanged', async () => {
    await enter('rehash-intended', { bag: bags[0] ?? '', algorithm: 'sha4512', tagManifestSha4512: '0'.repeat(128) });
    expect(await verified()).toEqual([`warning H102 bags/${bags[0]}`]);
    const untouched = fingerprint(bagOf(bags[0]));
    const run = await rehasher.rehash(archive, 'sha3512');
    expect(run.said).toEqual([`H106 bags/${bags[0]}`, `rehashed sha3512 ${bags[1]}`]);
    expect(run.outcome).toMatchObject({ rehashed: 1, refused: 1, errors: 1, left: 0 });
    expect(fingerprint(bagOf(bags[0]))).toEqual(untouched);
  });

  test('with a digest of a later version that this one does not know is reported and unchanged', async () => {
    const bag = bagOf(bags[0]);
    writeFileSync(join(bag, 'manifest-sha4512.txt'), 'of a later version\n');
    renewTagManifests(bag);
    cpSync(join(bag, 'tagmanifest-sha512.txt'), join(bag, 'tagmanifest-sha4512.txt'));
    await enter('bag-rehashed', { bag: bags[0] ?? '', algorithm: 'sha4512', ...tagManifestDigests(bag), tagManifestSha4512: '0'.repeat(128) });
    const untouched = fingerprint(bag);
    for (const dryRun of [true, false]) {
      const run = await rehasher.rehash(archive, 'sha3512', { dryRun });
      expect(run.said).toEqual([`H106 bags/${bags[0]}`, ...(dryRun ? [] : [`rehashed sha3512 ${bags[1]}`])]);
      expect(run.outcome).toMatchObject({ refused: 1, errors: 1 });
      expect(fingerprint(bag)).toEqual(untouched);
    }
  });

  test('that was deleted on purpose is not reported missing, and an archive whose bags were all deleted is not unreachable', async () => {
    await enter('deleted', { bag: bags[0] ?? '' });
    rmSync(bagOf(bags[0]), { recursive: true });
    const run = await rehasher.rehash(archive, 'sha3512');
    expect(run.said).toEqual([`rehashed sha3512 ${bags[1]}`]);
    expect(run.outcome).toMatchObject({ bags: 1, rehashed: 1, errors: 0 });
    await enter('deleted', { bag: bags[1] ?? '' });
    rmSync(join(archive, 'bags'), { recursive: true });
    mkdirSync(join(archive, 'bags'));
    expect(await rehasher.rehash(archive, 'blake2b512')).toMatchObject({ said: [], outcome: { bags: 0, errors: 0 } });
    expect((await verified()).filter((line) => !line.includes('V106'))).toEqual([]);
  });

  test('that is absent because no disk is mounted in its place may be OK', async () => {
    rmSync(bagOf(bags[0]), { recursive: true });
    mkdirSync(bagOf(bags[0]));
    const run = await rehasher.rehash(archive, 'sha3512');
    expect(run.said).toContain(`unreachable A168 bags/${bags[0]}`);
    expect(run.outcome).toMatchObject({ rehashed: 1, refused: 1, errors: 1, unreachable: 1 });
    rmSync(join(archive, 'bags'), { recursive: true });
    mkdirSync(join(archive, 'bags'));
    await expect(rehasher.rehash(archive, 'sha3512')).rejects.toMatchObject({ code: 'A102', kind: 'incomplete' });
  });
});

describe('a rehash that stopped in the middle of a bag', () => {
  const order = ['manifest-sha3512.txt', 'tagmanifest-sha3512.txt', 'tagmanifest-sha256.txt', 'tagmanifest-sha512.txt'];

  /** The archive after a kill: announced, and a number of files placed. */
  async function stoppedAfter(placed: number): Promise<string> {
    const [bag = ''] = bags;
    const announced = (await entries(after)).find(({ type, detail }) => type === 'rehash-intended' && detail.bag === bag);
    await enter('rehash-intended', announced?.detail ?? {});
    for (const name of order.slice(0, placed)) cpSync(join(after, 'bags', bag, name), join(bagOf(bag), name));
    return bag;
  }

  test.each([0, 1, 2, 3, 4])('with %i of 4 files placed is reported as such and nothing else, and is finished by the next run', async (placed) => {
    const bag = await stoppedAfter(placed);
    const stopped = fingerprint(archive);
    expect(await verified()).toEqual([`warning H102 bags/${bag}`]);
    expect(fingerprint(archive)).toEqual(stopped);
    for (const algorithm of ['sha256', 'sha512'])
      expect(
        judge(`${algorithm}sum`, ['--strict', '--quiet', '-c', `tagmanifest-${algorithm}.txt`, `manifest-${algorithm}.txt`], bagOf(bag)),
      ).toEqual({ code: 0, text: '' });
    const { said } = await rehasher.rehash(archive, 'sha3512');
    expect(said).toEqual(bags.map((name) => `rehashed sha3512 ${name}`));
    expect(fingerprint(join(archive, 'bags'))).toEqual(fingerprint(join(after, 'bags')));
    // Announced once: the placed files are the announced ones.
    expect((await entries(archive)).filter(({ type, detail }) => type === 'rehash-intended' && detail.bag === bag)).toHaveLength(1);
    expect(await verified()).toEqual([]);
  });

  test.each([1, 3])(
    'with %i of 4 files placed and the new manifest damaged since is finished all the same: nothing depended on it yet',
    async (placed) => {
      const bag = await stoppedAfter(placed);
      flip(join(bagOf(bag), 'manifest-sha3512.txt'));
      expect(await verified()).toEqual([`warning H102 bags/${bag}`]);
      await rehasher.rehash(archive, 'sha3512');
      expect(fingerprint(join(archive, 'bags'))).toEqual(fingerprint(join(after, 'bags')));
      expect(await verified()).toEqual([]);
    },
  );

  test('is also finished by a rehash to another digest, before that one', async () => {
    const bag = await stoppedAfter(2);
    const { said, outcome } = await rehasher.rehash(archive, 'blake2b512');
    expect(said).toEqual([`rehashed sha3512 ${bag}`, `rehashed blake2b512 ${bag}`, `rehashed blake2b512 ${bags[1]}`]);
    expect(outcome).toMatchObject({ rehashed: 2 });
    expect(await verified()).toEqual([]);
  });

  test('and whose bag was damaged since is both, and is finished when that is repaired', async () => {
    const bag = await stoppedAfter(3);
    const path = soundIn(bagOf(bag));
    flip(join(bagOf(bag), path), 60);
    expect(await verified()).toEqual([`warning H102 bags/${bag}`, `corrupt A131 bags/${bag}/${path}`]);
    expect((await rehasher.rehash(archive, 'sha3512')).said).toEqual([
      `corrupt A131 bags/${bag}/${path}`,
      `H104 bags/${bag}`,
      `rehashed sha3512 ${bags[1]}`,
    ]);
    cpSync(join(before, 'bags', bag, path), join(bagOf(bag), path));
    await rehasher.rehash(archive, 'sha3512');
    expect(fingerprint(join(archive, 'bags'))).toEqual(fingerprint(join(after, 'bags')));
  });

  test('and whose tag manifest is neither the old nor the announced one is swapped', async () => {
    const bag = await stoppedAfter(1);
    appendFileSync(join(bagOf(bag), 'tagmanifest-sha256.txt'), `${'0'.repeat(64)}  none.txt\n`);
    expect(await verified()).toContain(`swapped V104 bags/${bag}/tagmanifest-sha256.txt`);
  });
});

describe('a rehash with a budget', () => {
  test('of bytes processes the bags that fit, the first in any case, and the next run continues', async () => {
    const first = await rehasher.rehash(archive, 'sha3512', { budget: { bytes: 1 } });
    expect(first.said).toEqual([`rehashed sha3512 ${bags[0]}`]);
    expect(first.outcome).toMatchObject({ rehashed: 1, left: 1, hadIt: 0 });
    expect(await verified()).toEqual([]);
    const second = await rehasher.rehash(archive, 'sha3512', { budget: { bytes: 1e9 } });
    expect(second.outcome).toMatchObject({ rehashed: 1, left: 0, hadIt: 1 });
    expect(fingerprint(join(archive, 'bags'))).toEqual(fingerprint(join(after, 'bags')));
  });

  test('of time begins no bag after its end', async () => {
    let asked = 0;
    const run = await rehasher.rehash(archive, 'sha3512', { budget: { ms: 500 }, elapsedMs: () => 1_000 * asked++ });
    expect(run.outcome).toMatchObject({ rehashed: 1, left: 1 });
  });
});

test('a dry run reports the same and writes nothing', async () => {
  const untouched = fingerprint(archive);
  const run = await rehasher.rehash(archive, 'sha3512', { dryRun: true });
  expect(run.outcome).toMatchObject({ bags: 2, left: 2, hadIt: 0, rehashed: 0, logEntries: null });
  expect(fingerprint(archive)).toEqual(untouched);
  const done = await rehasher.rehash(after, 'sha3512', { dryRun: true });
  expect(done.outcome).toMatchObject({ bags: 2, left: 0, hadIt: 2, logEntries: (await entries(after)).length - 1 });
});

test('an interrupted run ends between two bags, and the next one continues', async () => {
  const abort = new AbortController();
  const stop = new Error('stop');
  const run = rehasher.rehash(archive, 'sha3512', { signal: abort.signal });
  abort.abort(stop);
  await expect(run).rejects.toThrow();
  expect(readdirSync(archive).filter((name) => name.startsWith('.'))).toEqual([]);
  expect(await verified()).toEqual([]);
  await rehasher.rehash(archive, 'sha3512');
  expect(fingerprint(join(archive, 'bags'))).toEqual(fingerprint(join(after, 'bags')));
});

test('a verification during a rehash of the archive raises no alarm', async () => {
  let begun: Promise<unknown> | null = null;
  const pool = {
    ...rehasher.pool,
    run: async <Result>(task: { readonly kind: string }): Promise<Result> => {
      // The log and the manifests have been read; now all tag files change during the run.
      begun ??= rehasher.rehash(archive, 'sha3512');
      await begun;
      return rehasher.pool.run<Result>(task);
    },
  };
  const { verifyArchive } = await import('../../../src/verify/verify-archive.ts');
  const events = verifyArchive(archive, { pool, play: 'none', now: () => '2031-04-05T06:07:08.000Z' }, calm);
  const said: string[] = [];
  for (let next = await events.next(); ; next = await events.next()) {
    if (next.done === true) {
      expect(said).toEqual([]);
      expect(next.value).toMatchObject({ bags: 2, bagsWell: 2, errors: 0 });
      break;
    }
    if (next.value.kind === 'verdict') said.push(`${next.value.verdict} ${next.value.code} ${next.value.path}: ${next.value.message}`);
  }
  expect(begun).not.toBeNull();
  expect(basename(archive)).toBe('archive');
});
