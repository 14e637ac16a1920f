import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openLog } from '../../../src/log/log.ts';
import { compareLogs } from '../../../src/replicas/copy/log.ts';
import { fingerprint } from '../../cli/rig.ts';
import { anyType } from '../../log/any-type.ts';
import { makeBagAnew } from '../../verify/archive-rig.ts';
import { at, createReplicaRig, flip, type ReplicaRig, swap } from '../rig.ts';

let work: ReplicaRig;
const signal = new AbortController().signal;
beforeAll(async () => {
  work = await createReplicaRig();
});
afterAll(async () => {
  await work?.[Symbol.asyncDispose]();
});
afterEach(() => work.reset());

const offsite = (...parts: string[]): string => join(work.dir('offsite'), ...parts);

/** The digest of a bag's tag manifest by coreutils. */
async function digest(bag: string, algorithm: 'sha256' | 'sha512'): Promise<string> {
  return (await work.rig.exec(`${algorithm}sum`, [`tagmanifest-${algorithm}.txt`], join(work.archive, bag))).stdout.split(' ')[0] ?? '';
}

/** Changes a bag of the archive like a rehash, by new tag files, and logs that; returns where the older state is kept. */
async function renew(bag: string): Promise<string> {
  const older = work.rig.path('older');
  rmSync(older, { recursive: true, force: true });
  cpSync(join(work.archive, bag), older, { recursive: true });
  writeFileSync(join(work.archive, bag, 'bag-info.txt'), `${readFileSync(join(work.archive, bag, 'bag-info.txt'), 'utf8')}Renewed: yes\n`);
  await makeBagAnew(work.rig, join(work.archive, bag));
  const { id } = JSON.parse(readFileSync(join(work.archive, 'longplay.json'), 'utf8')) as { id: string };
  const log = await openLog({ dir: work.archive, id }, { now: () => at, keys: work.rig.keys });
  await log.append('bag-rehashed', {
    bag: bag.slice('bags/'.length),
    algorithm: 'sha3512',
    tagManifestSha256: await digest(bag, 'sha256'),
    tagManifestSha512: await digest(bag, 'sha512'),
  });
  await log.close();
  return older;
}

describe('a sync', () => {
  test('makes the replica an archive that any verification accepts, and then has nothing to do', async () => {
    expect(work.bytes('offsite')).toEqual(work.original);
    expect(await work.rig.run(['verify', work.dir('offsite')], { env: { LONGPLAY_KEYS: work.rig.path('no-keys') } })).toMatchObject({ code: 0 });
    const before = fingerprint(work.dir('offsite'));
    const { said, outcome } = await work.sync();
    expect(said).toEqual([]);
    expect(outcome).toMatchObject({ replicas: [{ replica: 'offsite', bagsCopied: 0, bagsThere: 3, bagsNotWell: 0, log: 'same' }], away: [] });
    expect(fingerprint(work.dir('offsite'))).toEqual(before);
  });

  test('copies neither catalog nor jobs nor quarantine, and copies reports', async () => {
    expect(readdirSync(work.dir('offsite')).sort()).toEqual(['README.txt', 'bags', 'check.py', 'log', 'longplay.json', 'reports']);
    expect(fingerprint(offsite('reports'))).toEqual(fingerprint(join(work.archive, 'reports')));
  });

  test('copies a case of which the log has no digest, and never replaces its files by others; of such reports it replaces older ones', async () => {
    const folder = 'cases/20260301-0123abcd';
    const report = 'reports/unlogged.json';
    const write = (copy: string, path: string, text: string, at: Date): void => {
      mkdirSync(join(copy, dirname(path)), { recursive: true });
      writeFileSync(join(copy, path), text);
      utimesSync(join(copy, path), at, at);
    };
    const [early, late] = [new Date('2026-03-01T12:00:00Z'), new Date('2026-03-02T12:00:00Z')];
    write(work.archive, `${folder}/case.json`, 'earlier', early);
    write(work.archive, report, 'earlier', early);
    expect((await work.sync('offsite')).said).toEqual([]);
    expect(readFileSync(offsite(folder, 'case.json'), 'utf8')).toBe('earlier');
    // An earlier state is restored in the archive; the time of the file says nothing.
    write(work.dir('offsite'), `${folder}/case.json`, 'later, with more', early);
    write(work.archive, `${folder}/case.json`, 'earlier', late);
    write(work.dir('offsite'), report, 'later, with more', late);
    expect((await work.sync('offsite')).said).toEqual([`R150 offsite:${report}`, `R150 offsite:${folder}/case.json`]);
    expect([readFileSync(offsite(folder, 'case.json'), 'utf8'), readFileSync(offsite(report), 'utf8')]).toEqual([
      'later, with more',
      'later, with more',
    ]);
    write(work.dir('offsite'), `${folder}/case.json`, 'earlier', early);
    write(work.dir('offsite'), report, 'old', early);
    write(work.archive, report, 'earlier', late);
    expect((await work.sync('offsite')).said).toEqual([]);
    expect(readFileSync(offsite(report), 'utf8')).toBe('earlier');
  });

  test('copies missing bags and removes the remains of a killed sync', async () => {
    const [one = '', two = ''] = work.bags;
    for (const bag of [one, two]) rmSync(offsite(bag), { recursive: true });
    rmSync(offsite('log'), { recursive: true });
    rmSync(offsite('README.txt'));
    mkdirSync(offsite('bags/.longplay-tmp-1/data'), { recursive: true });
    writeFileSync(offsite('bags/.longplay-tmp-1/data/half'), 'x');
    const { said, outcome } = await work.sync('offsite');
    expect(said).toEqual([]);
    expect(outcome.replicas).toMatchObject([{ bagsCopied: 2, bagsThere: 1, log: 'copied' }]);
    expect(work.bytes('offsite')).toEqual(work.original);
    expect(readFileSync(offsite('README.txt'))).toEqual(readFileSync(join(work.archive, 'README.txt')));
    expect((await work.verify()).said).toEqual([]);
  });

  test('never overwrites a differing bag, reports it, and exits with 4', async () => {
    const [one = '', two = '', three = ''] = work.bags;
    flip(offsite(one, 'tagmanifest-sha256.txt'));
    rmSync(offsite(two, 'tagmanifest-sha512.txt'));
    rmSync(offsite(three), { recursive: true });
    writeFileSync(offsite(three), 'a file');
    const before = fingerprint(offsite('bags'));
    const { said, outcome } = await work.sync();
    expect(said).toEqual([one, two, three].map((bag) => `R110 offsite:${bag}`));
    expect(outcome.replicas).toMatchObject([{ bagsCopied: 0, bagsNotWell: 3 }]);
    expect(fingerprint(offsite('bags'))).toEqual(before);
    expect(await work.rig.run(['replica', 'sync', work.archive])).toMatchObject({ code: 4, stdout: expect.stringContaining('replica repair') });
  });

  test('copies no bag that differs from its landed state in any byte', async () => {
    const [one = '', two = '', three = ''] = work.bags;
    for (const bag of work.bags) rmSync(offsite(bag), { recursive: true });
    const payload = work.files(one).find((file) => file.includes('original-1')) ?? '';
    flip(join(work.archive, payload), 70);
    writeFileSync(join(work.archive, two, 'data/stranger.txt'), 'x');
    rmSync(join(work.archive, three, 'manifest-sha512.txt'));
    const { said, findings, outcome } = await work.sync();
    expect(said).toEqual([one, two, three].map((bag) => `R111 ${bag}`));
    expect(findings.map(({ message }) => message)).toEqual([
      `was not copied to offsite: ${payload.slice(one.length + 1)} differs from when it landed in primary`,
      'was not copied: data/stranger.txt does not belong in it',
      'was not copied to offsite: manifest-sha512.txt is missing in primary',
    ]);
    expect(outcome.replicas).toMatchObject([{ bagsCopied: 0, bagsNotWell: 3 }]);
    expect(work.bytes('offsite')).toEqual([]);
    expect(readdirSync(offsite('bags'), { recursive: true })).toEqual(['2024']);
  });

  test('copies no log that names a bag which the replica does not have', async () => {
    const path = work.rig.path('second');
    expect(await work.rig.run(['replica', 'add', work.archive, 'second', path])).toMatchObject({ code: 0 });
    const [one = ''] = work.bags;
    flip(join(work.archive, work.files(one)[0] ?? ''), 5);
    const { said, outcome } = await work.sync('second');
    expect(said).toEqual([`R111 ${one}`, 'R118 second:log']);
    expect(outcome.replicas).toMatchObject([{ bagsCopied: 2, log: 'held-back' }]);
    expect(existsSync(join(path, 'log'))).toBe(false);
    // Once the bag is repaired from the other replica, the rest follows.
    await work.repair();
    expect((await work.sync('second')).outcome.replicas).toMatchObject([{ bagsCopied: 1, log: 'copied' }]);
    expect((await work.verify('second')).said).toEqual([]);
    rmSync(path, { recursive: true });
  });

  test('lists bags that only the replica has: lost here, deleted here, or unknown', async () => {
    const [one = ''] = work.bags;
    rmSync(join(work.archive, one), { recursive: true });
    cpSync(offsite(work.bags[1] ?? ''), offsite('bags/2024/20240101-0123456789abcdef'), { recursive: true });
    expect((await work.sync()).said).toEqual(['R116 offsite:bags/2024/20240101-0123456789abcdef', `R112 ${one}`]);
    expect(existsSync(offsite('bags/2024/20240101-0123456789abcdef'))).toBe(true);
  });

  test('copies the log last, and neither over a damaged one nor over one with more entries', async () => {
    const bundle = readdirSync(offsite('log/tile/entries'), { recursive: true, encoding: 'utf8' }).find((name) => name.includes('/')) ?? '';
    flip(offsite('log/tile/entries', bundle), 30);
    const before = fingerprint(offsite('log'));
    expect((await work.sync()).said).toEqual(['R115 offsite:log']);
    expect(fingerprint(offsite('log'))).toEqual(before);
    work.reset();
    // The archive was restored from an older copy, and this machine's stored state of it is lost, too.
    const older = work.rig.copyOf(join(work.archive, 'log'), 'older-log');
    await work.verify();
    await work.sync();
    rmSync(join(work.archive, 'log'), { recursive: true });
    cpSync(older, join(work.archive, 'log'), { recursive: true });
    rmSync(older, { recursive: true });
    for (const name of readdirSync(work.rig.keys)) if (name.endsWith('.checkpoint')) rmSync(join(work.rig.keys, name));
    const { said } = await work.sync();
    expect(said).toEqual(['R114 offsite:log']);
    expect((await work.verify()).said).toEqual(['W150 log', 'rolled-back R114 log']);
    // Nothing was logged meanwhile, so the replica's log continues the archive's.
    expect((await work.repair()).said).toEqual(['R143 log']);
    expect((await work.verify()).said).toEqual([]);
    expect(await work.verifyPrimary()).toEqual([]);
  });

  test('does not copy the log while a bag there is in an older state; repair updates the bag', async () => {
    const [bag = ''] = work.bags;
    await renew(bag);
    const { said } = await work.sync();
    expect(said).toEqual([`R119 offsite:${bag}`, 'R118 offsite:log']);
    // By its own log the replica is valid: it was only not updated.
    const { said: read, verdicts } = await work.verify();
    expect(read).toEqual([`rolled-back R121 offsite:${bag}`]);
    expect(verdicts[0]?.severity).toBe('warning');
    expect((await work.repair()).outcome).toMatchObject({ mended: 1, notSound: 0, lost: 0 });
    expect(work.bytes('offsite')).toEqual(work.bytes('primary'));
    expect((await work.sync()).outcome.replicas).toMatchObject([{ log: 'copied' }]);
    expect((await work.verify()).said).toEqual([]);
  });
});

describe('a verification of a replica', () => {
  test('reports missing, exchanged, rolled back, altered or strange bags as such, and logs it for the replica', async () => {
    const [one = '', two = '', three = ''] = work.bags;
    const older = await renew(three);
    await work.repair();
    await work.sync();
    rmSync(offsite(three), { recursive: true });
    cpSync(older, offsite(three), { recursive: true });
    swap(offsite(one), offsite(two));
    expect((await work.verify()).said).toEqual([`swapped R120 offsite:${one}`, `swapped R120 offsite:${two}`, `rolled-back R121 offsite:${three}`]);
    rmSync(offsite(two), { recursive: true });
    writeFileSync(offsite('notes.txt'), 'x');
    flip(offsite('README.txt'));
    const { said, outcome } = await work.verify();
    expect(said).toEqual([
      ...['corrupt V105 offsite:README.txt', 'unexpected V103 offsite:notes.txt', `swapped R120 offsite:${one}`],
      ...[`missing R123 offsite:${two}`, `rolled-back R121 offsite:${three}`],
    ]);
    expect(outcome.replicas).toMatchObject([{ bags: 3, bagsWell: 0, errors: 5 }]);
    const { lines } = await work.rig.json(['log', 'list', work.archive]);
    const bags = lines.filter(({ entry }) => entry === 'bag-verified');
    expect(JSON.stringify(lines)).toContain('swapped=1');
    expect(bags.length).toBeGreaterThanOrEqual(0);
  });

  test('does not report bags that were never copied there', async () => {
    const path = work.rig.path('second');
    expect(await work.rig.run(['replica', 'add', work.archive, 'second', path])).toMatchObject({ code: 0 });
    const { said, outcome } = await work.verify('second');
    expect(said).toEqual(['R125 second:log', 'R124 second']);
    expect(outcome.replicas).toMatchObject([{ bags: 0, errors: 0, notCopied: 3 }]);
    rmSync(path, { recursive: true });
  });

  test('reads what is due by the period of each replica, and all of it by name', async () => {
    await work.rig.run(['replica', 'add', work.archive, 'monthly', work.rig.path('monthly'), '--every', '30d']);
    await work.sync('monthly');
    const bagsRead = async (now: string): Promise<readonly number[]> =>
      (await work.verify(undefined, 'due', now)).outcome.replicas.map(({ bags }) => bags);
    const day = (number: number): string => new Date(Date.parse(new Date().toISOString()) + number * 86_400_000).toISOString();
    // monthly, offsite: the second has no period, so all of it is always due.
    expect(await bagsRead(day(0))).toEqual([3, 3]);
    expect(await bagsRead(day(1))).toEqual([0, 3]);
    expect(await bagsRead(day(40))).toEqual([3, 3]);
    expect((await work.verify('monthly', 'all', day(41))).outcome.replicas).toMatchObject([{ bags: 3 }]);
    rmSync(work.rig.path('monthly'), { recursive: true });
  });
});

describe('an unavailable replica', () => {
  const away: Readonly<Record<string, () => void>> = {
    'is absent': () => rmSync(work.dir('offsite'), { recursive: true }),
    'is empty': () => {
      rmSync(work.dir('offsite'), { recursive: true });
      mkdirSync(work.dir('offsite'));
    },
    'is a file': () => {
      rmSync(work.dir('offsite'), { recursive: true });
      writeFileSync(work.dir('offsite'), 'x');
    },
    'has no bags folder': () => rmSync(offsite('bags'), { recursive: true }),
    'has an empty bags folder': () => {
      rmSync(offsite('bags'), { recursive: true });
      mkdirSync(offsite('bags'));
    },
    'is of another archive': () => {
      const text = readFileSync(offsite('longplay.json'), 'utf8');
      writeFileSync(offsite('longplay.json'), text.replace(/"id": "[0-9a-f]{8}/, '"id": "00000000'));
      rmSync(offsite('log'), { recursive: true });
    },
    'is a folder of something else': () => {
      rmSync(work.dir('offsite'), { recursive: true });
      mkdirSync(offsite('bags/photos/summer'), { recursive: true });
      writeFileSync(offsite('bags/photos/summer/1.jpg'), 'x');
    },
  };

  test.each(Object.entries(away))('because it %s is not damage, and nothing is written there', async (_name, damage) => {
    damage();
    const before = existsSync(work.dir('offsite')) ? readdirSync(join(work.dir('offsite'), '..'), { recursive: true }).length : 0;
    for (const told of [await work.sync(), await work.verify(), await work.repair()]) {
      expect(told.said).toEqual(['R101 offsite']);
      expect(told.outcome.away).toEqual(['offsite']);
    }
    if (before > 0) expect(readdirSync(join(work.dir('offsite'), '..'), { recursive: true }).length - before).toBeLessThan(10);
    expect(await work.verifyPrimary()).toEqual([]);
    await expect(work.verify('offsite')).rejects.toMatchObject({ code: 'R101', kind: 'incomplete' });
  });

  test('ends each command with 5, and a list shows it and ends with 0', async () => {
    rmSync(work.dir('offsite'), { recursive: true });
    for (const command of ['sync', 'verify', 'repair'])
      expect(await work.rig.run(['replica', command, work.archive]), command).toMatchObject({ code: 5, stderr: expect.stringContaining('R101') });
    expect(await work.rig.run(['replica', 'list', work.archive])).toMatchObject({ code: 0, stdout: expect.stringContaining('AWAY') });
    expect(existsSync(work.dir('offsite'))).toBe(false);
  });

  test('whose bags were really lost gets them back once the user confirms it', async () => {
    rmSync(offsite('bags'), { recursive: true });
    expect((await work.repair({ emptyIsLost: true })).outcome).toMatchObject({ mended: 3, lost: 0, notSound: 0 });
    expect(work.bytes('offsite')).toEqual(work.original);
    rmSync(join(work.archive, 'bags'), { recursive: true });
    await expect(work.repair()).rejects.toMatchObject({ code: 'A102' });
    mkdirSync(join(work.archive, 'bags'));
    await expect(work.repair()).rejects.toMatchObject({ code: 'A102', hint: expect.stringContaining('--empty-is-lost') });
    expect((await work.repair({ emptyIsLost: true })).outcome).toMatchObject({ mended: 3, lost: 0, notSound: 0 });
    expect(work.bytes('primary')).toEqual(work.original);
  });
});

describe('hostile content of a replica', () => {
  test('never causes reads or writes outside of it', async () => {
    const outside = work.rig.path('outside');
    mkdirSync(join(outside, 'deep'), { recursive: true });
    writeFileSync(join(outside, 'deep/secret.txt'), 'secret');
    const before = fingerprint(outside);
    const [one = '', two = '', three = ''] = work.bags;
    const folder =
      work
        .files(one)
        .find((file) => file.endsWith('recording.json'))
        ?.slice(0, -'/recording.json'.length) ?? '';
    rmSync(offsite(folder), { recursive: true });
    symlinkSync(join(outside, 'deep'), offsite(folder));
    rmSync(offsite(two), { recursive: true });
    symlinkSync(outside, offsite(two));
    await work.rig.exec('mkfifo', [offsite(three, 'data/README.txt.pipe')]);
    rmSync(offsite(three, 'bagit.txt'));
    await work.rig.exec('mkfifo', [offsite(three, 'bagit.txt')]);
    writeFileSync(offsite(three, 'manifest-sha256.txt'), `${'0'.repeat(64)}  data/../../../../../outside/deep/secret.txt\n`);
    rmSync(offsite('log'), { recursive: true });
    symlinkSync(outside, offsite('log'));
    symlinkSync(outside, offsite('reports/0-elsewhere'));
    await work.verify();
    await work.sync().catch((error: unknown) => expect(error).toMatchObject({ code: 'R138' }));
    await work.repair();
    expect(work.bytes('offsite')).toEqual(work.original);
    expect(fingerprint(outside)).toEqual(before);
  });

  test('such as a quarantine or a year that is a link is refused, and nothing is repaired through it', async () => {
    const outside = work.rig.path('outside-2');
    mkdirSync(outside);
    const [bag = ''] = work.bags;
    flip(offsite(bag, 'bagit.txt'));
    symlinkSync(outside, offsite('quarantine'));
    await expect(work.repair()).rejects.toMatchObject({ code: 'R138', kind: 'incomplete' });
    expect(readdirSync(outside)).toEqual([]);
    rmSync(offsite('quarantine'));
    cpSync(offsite('bags/2024'), join(outside, '2024'), { recursive: true });
    rmSync(offsite('bags/2024'), { recursive: true });
    symlinkSync(join(outside, '2024'), offsite('bags/2024'));
    const kept = fingerprint(outside);
    const { said, outcome } = await work.repair();
    expect(said).toEqual(work.bags.map((one) => `R138 offsite:${one}`));
    expect(outcome.incomplete).toBe(true);
    expect(fingerprint(outside)).toEqual(kept);
  });
});

test('logs are compared entry by entry', async () => {
  const other = work.rig.copyOf(work.archive, 'other');
  const place = (dir: string) => ({ dir, id: null });
  const relation = async (a: string, b: string) => (await compareLogs(place(a), place(b), signal)).relation;
  expect(await relation(work.archive, other)).toBe('equal');
  await work.verify();
  expect(await relation(work.archive, other)).toBe('behind');
  expect(await relation(other, work.archive)).toBe('ahead');
  // The same key, another history.
  const { id } = JSON.parse(readFileSync(join(other, 'longplay.json'), 'utf8')) as { id: string };
  for (const name of readdirSync(work.rig.keys)) if (name.endsWith('.checkpoint')) rmSync(join(work.rig.keys, name));
  const log = await openLog({ dir: other, id }, { now: () => at, keys: work.rig.keys });
  await log.append(anyType('settings-changed'), { name: 'x', value: 'y' });
  await log.close();
  expect(await relation(work.archive, other)).toBe('forked');
  rmSync(join(other, 'log'), { recursive: true });
  expect(await relation(work.archive, other)).toBe('absent');
  rmSync(other, { recursive: true });
});
