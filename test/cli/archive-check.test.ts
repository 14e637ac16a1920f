import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { archiveCheck } from '../../src/archive/documents/archive-check.ts';
import { makeAuthority } from '../log/authority.ts';
import { createRig, fingerprint, type Rig, root } from './rig.ts';

// Tests check.py, which every archive contains, on a machine without longplay: each attack is made by somebody who can write the whole archive and has no key.

let rig: Rig;
/** A copy of the archive without any state of longplay elsewhere; its log was time-stamped and has grown since. */
let archive: string;
/** The log before the time stamp; another archive. */
let older: string;
let foreign: string;
let bags: readonly string[];
/** case.json before its last change. */
let olderCase: Buffer;

const bagsOf = (dir: string): string[] =>
  readdirSync(join(dir, 'bags')).flatMap((year) => readdirSync(join(dir, 'bags', year)).map((name) => `bags/${year}/${name}`));

beforeAll(async () => {
  rig = createRig();
  const made = rig.path('made');
  const authority = makeAuthority({ from: '2026-01-01', signerDays: 1_200 });
  const { program, args } = authority.program('2026-02-02 12:00:00');
  const clock = { SOURCE_DATE_EPOCH: String(Date.parse('2026-02-02T12:00:00Z') / 1_000) };
  expect((await rig.run(['import', join(root, 'samples/sidecar-xml'), '--into', made], { env: clock })).code).toBe(0);
  older = rig.path('older');
  cpSync(join(made, 'log'), older, { recursive: true });
  const id = String((await rig.json(['case', 'new', made, '--title', 'Deal'])).summary.id);
  olderCase = readFileSync(join(made, 'cases', id, 'case.json'));
  writeFileSync(rig.path('a.eml'), 'From: anna@example.org\r\nDate: Mon, 1 Jan 2024 10:00:00 +0000\r\n\r\nhello\r\n');
  expect((await rig.run(['case', 'messages', made, id, rig.path('a.eml')])).code).toBe(0);
  expect((await rig.run(['verify', made], { env: clock })).code).toBe(0);
  expect((await rig.run(['log', 'key', made, '--yes'], { env: clock })).code).toBe(0);
  expect((await rig.run(['log', 'stamp', made, '--roots', authority.rootFile, '--tsa', program, ...args], { env: clock })).code).toBe(0);
  // One of its documents is unreadable.
  expect((await rig.run(['import', join(root, 'samples/finos'), '--into', rig.path('foreign')])).code).toBe(3);
  foreign = rig.path('foreign');
  cpSync(join(foreign, 'log'), rig.path('foreign-older'), { recursive: true });
  const stamped = rig.copyOf(foreign, 'stamped');
  expect((await rig.run(['verify', stamped], { env: clock })).code).toBe(0);
  expect((await rig.run(['log', 'stamp', stamped, '--roots', authority.rootFile, '--tsa', program, ...args], { env: clock })).code).toBe(0);
  archive = rig.path('elsewhere', 'archive');
  mkdirSync(dirname(archive));
  cpSync(made, archive, { recursive: true });
  bags = bagsOf(archive);
  expect(bags.length).toBeGreaterThan(1);
});
afterAll(async () => {
  await rig?.[Symbol.asyncDispose]();
});

/** Runs `python3 check.py` as a stranger would. */
function check(dir: string, ...args: string[]): { readonly status: number | null; readonly lines: string[]; readonly stderr: string } {
  const run = spawnSync('python3', [join(dir, 'check.py'), ...args], { cwd: '/', env: { PATH: '/usr/bin:/bin' }, encoding: 'utf8' });
  return { status: run.status, lines: run.stdout.split('\n').filter((line) => line !== ''), stderr: run.stderr };
}

/** A manipulated copy of the archive. */
function attacked(act: (dir: string) => void): string {
  const dir = rig.path('elsewhere', 'attacked');
  for (const one of [dir, `${dir}-away`]) rmSync(one, { recursive: true, force: true });
  cpSync(archive, dir, { recursive: true });
  act(dir);
  return dir;
}

/** Alters a file of a bag and rebuilds its manifests and tag manifests, so that any BagIt validator accepts the bag. */
function forge(bag: string): void {
  const manifest = readFileSync(join(bag, 'manifest-sha256.txt'), 'utf8');
  const victim = /data\/\S+\/original-1\S*/.exec(manifest)?.[0] ?? '';
  appendFileSync(join(bag, victim), 'forged');
  for (const [prefix, inside] of [
    ['manifest-', [victim]],
    ['tagmanifest-', ['manifest-sha256.txt', 'manifest-sha512.txt']],
  ] as const)
    for (const algorithm of ['sha256', 'sha512']) {
      const file = join(bag, `${prefix}${algorithm}.txt`);
      const lines = readFileSync(file, 'utf8').split('\n');
      const renewed = lines.map((line) => {
        const path = line.slice(line.indexOf('  ') + 2);
        const named = inside.find((one) => one === path);
        return named === undefined
          ? line
          : `${createHash(algorithm)
              .update(readFileSync(join(bag, named)))
              .digest('hex')}  ${path}`;
      });
      writeFileSync(file, renewed.join('\n'));
    }
  expect(spawnSync('sha256sum', ['--quiet', '-c', 'manifest-sha256.txt', 'tagmanifest-sha256.txt'], { cwd: bag }).status).toBe(0);
}

test('check.py reports for an intact archive that everything is OK, by the key that the log names, and writes nothing', () => {
  const before = fingerprint(archive);
  expect(readFileSync(join(archive, 'check.py'), 'utf8')).toBe(archiveCheck);
  const { status, lines, stderr } = check(archive);
  expect([status, stderr]).toEqual([0, '']);
  expect(lines[0]).toMatch(new RegExp(`^Bags that landed: ${bags.length}, OK: ${bags.length}, files read: \\d+\\. The key of the log: longplay/`));
  expect(lines.at(-1)).toBe('Everything that was checked is OK.');
  expect(lines).toHaveLength(3);
  expect(check(archive, '--since', join(older, 'checkpoint')).status).toBe(0);
  expect(fingerprint(archive)).toEqual(before);
});

const first = (dir: string): string => join(dir, bags[0] ?? '');
const attacks: readonly (readonly [string, (dir: string) => void, RegExp])[] = [
  ['a bag is removed', (dir) => rmSync(first(dir), { recursive: true }), /^MISSING bags\/\S+: it landed according to the log/],
  ['a bag is emptied', (dir) => emptied(first(dir)), /^MISSING bags\/\S+\/tagmanifest-sha256\.txt/],
  ['a year is not mounted', (dir) => emptied(dirname(first(dir))), /^MISSING bags\//],
  ['a file is altered', (dir) => appendFileSync(join(first(dir), 'data/README.txt'), 'x'), /^ALTERED bags\/\S+\/data\/README\.txt/],
  ['a file is added to a bag', (dir) => writeFileSync(join(first(dir), 'data/more'), 'x'), /^UNEXPECTED bags\/\S+\/data\/more/],
  ['a bag is forged with rebuilt manifests', (dir) => forge(first(dir)), /^REPLACED bags\/\S+\/tagmanifest-sha256\.txt/],
  [
    'a bag is forged and its digest is dropped among the entries of the log',
    (dir) => {
      forge(first(dir));
      const digest = createHash('sha256')
        .update(readFileSync(join(first(dir), 'tagmanifest-sha256.txt')))
        .digest('hex');
      writeFileSync(join(dir, 'log/tile/entries/000.p/255'), digest);
    },
    /^REPLACED bags\//,
  ],
  [
    'two bags are swapped',
    (dir) => {
      renameSync(first(dir), join(dir, 'bags/aside'));
      renameSync(join(dir, bags[1] ?? ''), first(dir));
      renameSync(join(dir, 'bags/aside'), join(dir, bags[1] ?? ''));
    },
    /^REPLACED bags\//,
  ],
  [
    'a bag of another archive is added',
    (dir) => cpSync(join(foreign, bagsOf(foreign)[0] ?? ''), join(dirname(first(dir)), 'foreign'), { recursive: true }),
    /^UNEXPECTED bags\/\S+\/foreign: it is not in the log/,
  ],
  ['a bag is a link', (dir) => linked(first(dir), `${dir}-away`), /^ALTERED bags\/\S+: it is not a folder/],
  [
    'the log is rolled back to before its time stamp',
    (dir) => logFrom(older, dir),
    /^ROLLED BACK log: it has \d+ entries, log\/stamps\/\d+\.checkpoint counts \d+, signed by a key that the log does not name/,
  ],
  [
    'the log is rolled back without a change of keys',
    (dir) => rollBack(dir),
    /^ROLLED BACK log: it has \d+ entries, log\/stamps\/\d+\.checkpoint counts \d+$/,
  ],
  [
    'an entry is altered',
    (dir) => {
      const folder = join(dir, 'log/tile/entries/000.p');
      for (const name of readdirSync(folder))
        writeFileSync(
          join(folder, name),
          Buffer.from(readFileSync(join(folder, name), 'latin1').replace('"recordings":', '"recordinGs":'), 'latin1'),
        );
    },
    /^ALTERED log: the entries do not give the signed root/,
  ],
  ['the checkpoint counts more', (dir) => resign(dir, (text) => text.replace(/\n(\d+)\n/, '\n9$1\n')), /^(MISSING log|UNSIGNED log\/checkpoint)/],
  ['the checkpoint has no valid signature', (dir) => resign(dir, (text) => text.slice(0, text.indexOf('\n\n') + 2)), /^UNSIGNED log\/checkpoint/],
  ['the log of another archive is in its place', (dir) => swapLog(dir), /^FOREIGN log\/checkpoint/],
  ['the log is missing', (dir) => rmSync(join(dir, 'log'), { recursive: true }), /^MISSING log\/checkpoint/],
  ['a stamp is altered', (dir) => appendFileSync(join(dir, stampOf(dir)), 'x'), /^ALTERED log\/stamps\/\S+\.tsr/],
  [
    'a stamped checkpoint counts more entries than were signed',
    (dir) => countingMore(dir),
    /^ALTERED log\/stamps\/\d+\.checkpoint: its signature does not match: it was changed after the key of the log signed it/,
  ],
  ['a stamp is missing', (dir) => rmSync(join(dir, stampOf(dir))), /^MISSING log\/stamps\/\S+\.tsr/],
  ['the README is altered', (dir) => appendFileSync(join(dir, 'README.txt'), 'x'), /^ALTERED README\.txt/],
  ['longplay.json is altered', (dir) => appendFileSync(join(dir, 'longplay.json'), '\n'), /^ALTERED longplay\.json/],
  ['a case is in an earlier state', (dir) => writeFileSync(join(dir, caseOf(dir), 'case.json'), olderCase), /^ALTERED cases\/\S+\/case\.json/],
  [
    'all cases are missing',
    (dir) => rmSync(join(dir, 'cases'), { recursive: true }),
    /^MISSING cases\/\S+: it does not exist, and the log does not say/,
  ],
  ['a message is altered', (dir) => appendFileSync(join(dir, caseOf(dir), 'messages/1/original.eml'), 'x'), /^ALTERED cases\/\S+\/original\.eml/],
  ['a file is added to a case', (dir) => writeFileSync(join(dir, caseOf(dir), 'messages/1/more'), 'x'), /^UNEXPECTED cases\/\S+\/more/],
  ['a case is a link', (dir) => linked(join(dir, caseOf(dir)), `${dir}-away`), /^UNEXPECTED cases\/\S+: it is not a case/],
  ['a report is altered', (dir) => appendFileSync(join(dir, reportOf(dir), 'report.html'), 'x'), /^ALTERED reports\/\S+\/report\.html/],
  ['a file of a report is missing', (dir) => rmSync(join(dir, reportOf(dir), 'recordings.csv')), /^MISSING reports\/\S+\/recordings\.csv/],
  ['a report is a link', (dir) => linked(join(dir, reportOf(dir)), `${dir}-away`), /^ALTERED reports\/\S+: it is not a regular file/],
  ['a year is a link', (dir) => linked(dirname(first(dir)), `${dir}-away`), /^UNEXPECTED bags\/\d+: it is a link/],
  ['the tiles are a link', (dir) => linked(join(dir, 'log/tile'), `${dir}-away`), /^ALTERED log\/tile\S+: log\/tile is a link/],
  [
    'an empty line is among the details',
    (dir) => appendFileSync(join(dir, 'log/details/000/000000.jsonl'), '\n'),
    /^ALTERED log\/details\/\S+: an empty line is among the details/,
  ],
  ['it is altered itself', (dir) => appendFileSync(join(dir, 'check.py'), '#\n'), /^ALTERED check\.py/],
];

const caseOf = (dir: string): string => `cases/${readdirSync(join(dir, 'cases'))[0]}`;
const reportOf = (dir: string): string => `reports/${readdirSync(join(dir, 'reports'))[0]}`;
const stampOf = (dir: string): string => `log/stamps/${readdirSync(join(dir, 'log/stamps')).find((name) => name.endsWith('.tsr'))}`;
const stampedCheckpoint = (dir: string): string => `log/stamps/${readdirSync(join(dir, 'log/stamps')).find((name) => name.endsWith('.checkpoint'))}`;
const countingMore = (dir: string): void => {
  const file = join(dir, stampedCheckpoint(dir));
  writeFileSync(file, readFileSync(file, 'utf8').replace(/\n(\d+)\n/, '\n9$1\n'));
};
const resign = (dir: string, change: (text: string) => string): void =>
  writeFileSync(join(dir, 'log/checkpoint'), change(readFileSync(join(dir, 'log/checkpoint'), 'utf8')));
/** The log of the other archive and its time stamp, before its last entries. */
const rollBack = (dir: string): void => {
  rmSync(dir, { recursive: true });
  cpSync(rig.path('stamped'), dir, { recursive: true });
  logFrom(rig.path('foreign-older'), dir);
};
/** Replaces the log of an archive by another state of it; its time stamps stay. */
const logFrom = (log: string, dir: string): void => {
  rmSync(join(dir, 'log/tile'), { recursive: true });
  cpSync(log, join(dir, 'log'), { recursive: true });
};
const emptied = (folder: string): void => {
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
};
const linked = (folder: string, away: string): void => {
  renameSync(folder, away);
  symlinkSync(away, folder);
};
const swapLog = (dir: string): void => {
  rmSync(join(dir, 'log'), { recursive: true });
  cpSync(join(foreign, 'log'), join(dir, 'log'), { recursive: true });
};

test.each(attacks)('check.py finds that %s', (_, act, expected) => {
  const { status, lines, stderr } = check(attacked(act));
  expect([status, stderr]).toEqual([1, '']);
  expect(lines).toContainEqual(expect.stringMatching(expected));
  expect(lines.at(-1)).toMatch(/^FAULTS: [1-9]/);
});

test('longplay without any stored state also finds a log that was rolled back over a change of keys', async () => {
  const dir = attacked((at) => logFrom(older, at));
  mkdirSync(rig.path('no-keys'), { mode: 0o700 });
  for (const args of [
    ['verify', dir],
    ['watch', dir],
    ['log', 'verify', dir],
  ]) {
    const { code, lines } = await rig.json(args, { LONGPLAY_KEYS: rig.path('no-keys') });
    expect([args[0], code, lines.some((line) => line.code === 'L119')]).toEqual([args[0], 4, true]);
  }
});

test('an altered checkpoint beside the log is reported as altered, not as a log that was rolled back', async () => {
  const dir = attacked(countingMore);
  expect(check(dir).lines.filter((line) => line.startsWith('ROLLED BACK'))).toEqual([]);
  const { code, lines } = await rig.json(['log', 'verify', dir]);
  expect([code, lines.flatMap((line) => (line.type === 'finding' ? [`${line.code} ${line.place}`] : []))]).toEqual([
    4,
    [`L130 ${stampedCheckpoint(dir)}`],
  ]);
});

test('an archive replaced by an older one, or signed by another key, is detected by records kept elsewhere', () => {
  const dir = attacked((at) => {
    rmSync(join(at, 'log'), { recursive: true });
    cpSync(older, join(at, 'log'), { recursive: true });
    rmSync(join(at, 'cases'), { recursive: true });
  });
  expect(check(dir).status).toBe(0);
  const told = check(dir, '--since', join(archive, 'log/checkpoint'));
  expect([told.status, told.lines.find((line) => line.startsWith('ROLLED BACK') || line.startsWith('FOREIGN'))]).toEqual([1, expect.any(String)]);
  const key = check(foreign, '--key', 'longplay/x+00000000+AA==');
  expect([key.status, key.lines[0]]).toEqual([1, expect.stringMatching(/^UNSIGNED log\/checkpoint: the key of the log is not the one/)]);
  expect(check(rig.folder, rig.folder).status).not.toBe(0);
});

test('longplay verifies check.py too, the next import adds it to an archive without it, and a file of somebody else in its place is left alone', async () => {
  const made = rig.path('made');
  const damaged = rig.copyOf(made, 'altered');
  appendFileSync(join(damaged, 'check.py'), '#\n');
  const { code, lines } = await rig.json(['verify', damaged]);
  expect([code, lines.flatMap((line) => (line.type === 'verdict' ? [`${line.code} ${line.path}`] : []))]).toEqual([4, ['V105 check.py']]);
  rmSync(join(damaged, 'check.py'));
  expect((await rig.json(['verify', damaged])).lines).toContainEqual(expect.objectContaining({ code: 'V105', path: 'check.py', verdict: 'missing' }));
  rig.forget();
  expect((await rig.run(['import', join(root, 'samples/sidecar-xml'), '--into', damaged])).code).toBe(0);
  expect(readFileSync(join(damaged, 'check.py'), 'utf8')).toBe(archiveCheck);
  expect((await rig.json(['verify', damaged])).summary).toMatchObject({ exitCode: 0 });
});

test('an archive of an earlier version is checked by the check.py of another archive, gets its own by an import, and a file of somebody else stays', async () => {
  const old = rig.path('old');
  cpSync(join(root, 'samples/archives/format-1'), old, { recursive: true });
  expect(check(archive, old)).toMatchObject({ status: 0, stderr: '' });
  const theirs = rig.copyOf(old, 'theirs');
  expect((await rig.run(['log', 'key', old, '--lost', '--yes'])).code).toBe(0);
  // A later version reads more of the same sidecars.
  const again = ['import', join(root, 'samples/sidecar-xml'), '--into', old, '--site', 'contact-centre', '--amend'];
  expect((await rig.run(again)).code).toBe(0);
  expect(readFileSync(join(old, 'check.py'), 'utf8')).toBe(archiveCheck);
  const types = async (): Promise<unknown[]> =>
    (await rig.json(['log', 'list', old])).lines.flatMap((line) => (line.type === 'result' ? [(line.value as { type: string }).type] : []));
  expect((await types()).filter((type) => type === 'verifier-written')).toHaveLength(1);
  expect((await rig.run(again)).code).toBe(0);
  expect((await types()).filter((type) => type === 'verifier-written')).toHaveLength(1);
  // For a stranger nothing vouches for the new key, and check.py reports only that.
  expect(check(old).lines.filter((line) => /^[A-Z ]+ \S+: /.test(line))).toEqual([expect.stringMatching(/^UNSIGNED log:\d+: the key changed/)]);
  rig.forget();
  writeFileSync(join(theirs, 'check.py'), 'print("mine")\n');
  const { code, lines } = await rig.json(['verify', theirs]);
  expect([code, lines.flatMap((line) => (line.severity === 'error' ? [`${line.code} ${line.path}`] : []))]).toEqual([4, ['V103 check.py']]);
});

test('check.py is not misled by a module beside it, by an empty option, or by a case that nobody opened', () => {
  const shadowed = attacked((dir) => {
    writeFileSync(join(dir, 'hashlib.py'), 'import sys\nprint("Everything that was checked is OK.")\nsys.exit(0)\n');
    const [bag] = bagsOf(dir);
    rmSync(join(dir, bag ?? ''), { recursive: true });
  });
  const told = check(shadowed);
  expect([told.status, told.lines.filter((line) => line.startsWith('MISSING'))]).toEqual([1, [expect.stringContaining('bags/')]]);
  // As passed by a script whose variable is not set.
  for (const option of ['--key', '--since']) expect([option, check(archive, option, '').status]).toEqual([option, 2]);
  const invented = attacked((dir) => {
    const [id] = readdirSync(join(dir, 'cases'));
    cpSync(join(dir, 'cases', id ?? ''), join(dir, 'cases/20200101-deadbeef'), { recursive: true });
  });
  expect(check(invented).lines.filter((line) => line.startsWith('UNEXPECTED cases/20200101-deadbeef:'))).toHaveLength(1);
  expect(check(invented).status).toBe(1);
});
