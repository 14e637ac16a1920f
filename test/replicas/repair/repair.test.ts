import { createHash } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readLog } from '../../../src/log/read/read-log.ts';
import { fingerprint } from '../../cli/rig.ts';
import { makeBagAnew } from '../../verify/archive-rig.ts';
import { createReplicaRig, flip, type ReplicaRig, swap } from '../rig.ts';

let work: ReplicaRig;
beforeAll(async () => {
  work = await createReplicaRig();
});
afterAll(async () => {
  await work?.[Symbol.asyncDispose]();
});
afterEach(() => work.reset());

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Entries of the archive's log of one type, as their details. */
async function entries(type: string): Promise<Readonly<Record<string, unknown>>[]> {
  const found = [];
  for await (const item of readLog({ dir: work.archive, id: null }, new AbortController().signal))
    if (item.kind === 'log-entry' && item.type === type) found.push({ ...item.detail });
  return found;
}

/** One file of each class in a bag, relative to a copy. */
function classes(bag: string): string[] {
  const files = work.files(bag);
  const recording = files.find((file) => file.endsWith('recording.json')) ?? '';
  const inRecording = (name: string): string =>
    files.find((file) => file.startsWith(recording.slice(0, -14)) && basename(file).startsWith(name)) ?? '';
  return [
    ...[recording, inRecording('original-1'), inRecording('source-1'), `${bag}/data/README.txt`, `${bag}/bagit.txt`, `${bag}/bag-info.txt`],
    ...['manifest-sha256.txt', 'manifest-sha512.txt', 'tagmanifest-sha256.txt', 'tagmanifest-sha512.txt'].map((name) => `${bag}/${name}`),
  ];
}

/** Every way to damage one file; `other` is an intact file of the same bag with different bytes. */
const damages: Readonly<Record<string, (path: string, other: string) => void>> = {
  'a flipped bit': (path) => flip(path, readFileSync(path).length >> 1),
  'the end cut off': (path) => writeFileSync(path, readFileSync(path).subarray(0, -1)),
  'bytes added': (path) => appendFileSync(path, 'x'),
  'a block of zeros': (path) => {
    const bytes = readFileSync(path);
    bytes.fill(0, 0, Math.min(512, bytes.length));
    writeFileSync(path, bytes);
  },
  emptied: (path) => writeFileSync(path, ''),
  deleted: (path) => rmSync(path),
  'replaced by another file': (path, other) => cpSync(other, path),
  'replaced by a link to its own bytes': (path) => {
    const elsewhere = mkdtempSync(work.rig.path('elsewhere-'));
    renameSync(path, join(elsewhere, 'file'));
    symlinkSync(join(elsewhere, 'file'), path);
  },
  'replaced by a folder': (path) => {
    rmSync(path);
    mkdirSync(path);
  },
  'replaced by a folder with a file in it': (path) => {
    rmSync(path);
    mkdirSync(path);
    writeFileSync(join(path, 'inside.txt'), 'x');
  },
};

describe.each(['primary', 'offsite'])('in the copy %s', (copy) => {
  test.each(Object.keys(damages).map((name, index) => [name, index] as const))(
    'files of each class, the first one %s and the others damaged otherwise, are restored, read again and logged, and their bytes are kept',
    async (_name, first) => {
      const [bag = ''] = work.bags;
      const dir = work.dir(copy);
      const acts = Object.values(damages);
      const kept: string[] = [];
      for (const [index, file] of classes(bag).entries()) {
        const path = join(dir, file);
        // The intact file of the same bag that replaces it is from the other copy: in this one it may be damaged already.
        acts[(first + index) % acts.length]?.(
          path,
          join(work.dir(copy === 'primary' ? 'offsite' : 'primary'), file.endsWith('bagit.txt') ? `${bag}/bag-info.txt` : `${bag}/bagit.txt`),
        );
        if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === true) kept.push(sha256(path));
      }
      const { said, outcome } = await work.repair();
      expect(said).toEqual([`R130 ${copy === 'primary' ? '' : 'offsite:'}${bag}`]);
      expect(outcome).toMatchObject({ bags: 3, damaged: 1, mended: 1, files: 10, lost: 0, undecided: 0, notSound: 0, incomplete: false, away: [] });
      expect(work.bytes(copy)).toEqual(work.original);
      const source = copy === 'primary' ? 'offsite' : 'primary';
      const [entry = {}, ...more] = await entries('bag-repaired');
      expect([entry, more.length]).toMatchObject([{ bag: bag.slice(5), from: source, to: copy, files: 10 }, 0]);
      // The bad bytes still exist.
      const quarantined = fingerprint(join(dir, String(entry.quarantine), 'files')).map((line) => line.slice(-64));
      expect(quarantined).toEqual(expect.arrayContaining(kept));
    },
  );

  test('afterwards verifications find no fault, with the files in the quarantine', async () => {
    const [bag = ''] = work.bags;
    for (const file of classes(bag)) flip(join(work.dir(copy), file), 3);
    await work.repair();
    expect(await work.verifyPrimary()).toEqual([]);
    expect((await work.verify()).said).toEqual([]);
    for (const manifest of ['manifest-sha256.txt', 'tagmanifest-sha256.txt'])
      expect(await work.rig.exec('sha256sum', ['--strict', '--quiet', '-c', manifest], join(work.dir(copy), bag))).toMatchObject({ code: 0 });
  });

  test.each([
    ['lost', (path: string) => rmSync(path, { recursive: true })],
    [
      'emptied',
      (path: string) => {
        rmSync(path, { recursive: true });
        mkdirSync(path);
      },
    ],
    [
      'replaced by a file',
      (path: string) => {
        rmSync(path, { recursive: true });
        writeFileSync(path, 'x');
      },
    ],
    [
      'replaced by a link to another place',
      (path: string) => {
        const elsewhere = mkdtempSync(work.rig.path('elsewhere-'));
        renameSync(path, join(elsewhere, 'bag'));
        symlinkSync(join(elsewhere, 'bag'), path);
      },
    ],
    ['exchanged with another bag', (path: string) => swap(path, join(path, '..', basename(work.bags[1] ?? '')))],
  ] as const)('a bag that is %s is restored as a whole', async (_name, damage) => {
    const [bag = ''] = work.bags;
    damage(join(work.dir(copy), bag));
    const { outcome } = await work.repair();
    expect(outcome).toMatchObject({ lost: 0, undecided: 0, notSound: 0, incomplete: false });
    expect(work.bytes(copy)).toEqual(work.original);
    expect(await work.verifyPrimary()).toEqual([]);
    expect((await work.verify()).said).toEqual([]);
  });

  test('files and folders that do not belong into a bag are moved to the quarantine, and the files that they replaced are restored', async () => {
    const [bag = ''] = work.bags;
    const recording = classes(bag)[0]?.slice(0, -'/recording.json'.length) ?? '';
    const dir = work.dir(copy);
    writeFileSync(join(dir, bag, 'notes.txt'), 'a');
    writeFileSync(join(dir, bag, 'tagmanifest-md5.txt'), 'b');
    mkdirSync(join(dir, bag, 'data/more/and-more'), { recursive: true });
    writeFileSync(join(dir, bag, 'data/more/and-more/notes.txt'), 'c');
    symlinkSync('/etc', join(dir, bag, 'data/etc'));
    rmSync(join(dir, recording), { recursive: true });
    writeFileSync(join(dir, recording), 'd');
    expect((await work.repair()).outcome).toMatchObject({ damaged: 1, mended: 1, lost: 0, notSound: 0 });
    expect(work.bytes(copy)).toEqual(work.original);
    const [{ quarantine } = {}] = await entries('bag-repaired');
    const kept = fingerprint(join(dir, String(quarantine), 'files')).map((line) => line.split(' ')[0]);
    expect(kept.sort()).toEqual(['data/more/and-more/notes.txt', 'notes.txt', recording.slice(bag.length + 1), 'tagmanifest-md5.txt'].sort());
    // Nothing beyond a link was touched.
    expect(existsSync('/etc/passwd')).toBe(true);
  });

  test.each(['longplay.json', 'README.txt'])('%s at the top is restored from the other copy', async (name) => {
    for (const damage of ['a flipped bit', 'deleted', 'emptied', 'replaced by a folder']) {
      const path = join(work.dir(copy), name);
      const was = readFileSync(path);
      damages[damage]?.(path, path);
      const { said } = await work.repair();
      expect(said, damage).toEqual([`R130 ${copy === 'primary' ? '' : 'offsite:'}${name}`]);
      expect(readFileSync(path), damage).toEqual(was);
      expect(await work.verifyPrimary(), damage).toEqual([]);
      expect(await entries('file-repaired'), damage).toMatchObject([{ path: name, to: copy, files: 1, bytes: was.length }]);
      work.reset();
    }
  });
});

test('a dry run lists its actions, and changes not one byte', async () => {
  const [one = '', two = '', three = ''] = work.bags;
  flip(join(work.archive, classes(one)[1] ?? ''), 50);
  rmSync(join(work.archive, two), { recursive: true });
  rmSync(join(work.dir('offsite'), classes(three)[6] ?? ''));
  flip(join(work.archive, 'README.txt'));
  const before = fingerprint(work.rig.folder);
  const { said, outcome } = await work.repair({ dryRun: true });
  expect(said).toEqual(['R130 README.txt', `R130 ${one}`, `R130 ${two}`, `R130 offsite:${three}`]);
  expect(outcome).toMatchObject({ damaged: 3, mended: 3, lost: 0 });
  expect(fingerprint(work.rig.folder)).toEqual(before);
});

test('two copies that are damaged in different files of one bag repair each other', async () => {
  const [bag = ''] = work.bags;
  const all = classes(bag);
  for (const [index, file] of all.entries()) flip(join(work.dir(index % 2 === 0 ? 'primary' : 'offsite'), file), 1);
  expect((await work.repair()).outcome).toMatchObject({ damaged: 1, mended: 2, lost: 0, notSound: 0 });
  for (const copy of ['primary', 'offsite']) expect(work.bytes(copy)).toEqual(work.original);
  expect((await entries('bag-repaired')).map(({ from, to, files }) => `${from} ${to} ${files}`)).toEqual([
    `offsite primary ${all.length / 2}`,
    `primary offsite ${all.length / 2}`,
  ]);
});

test('two losses at once are repaired: one bag lost here, another there', async () => {
  const [one = '', two = '', three = ''] = work.bags;
  rmSync(join(work.archive, one), { recursive: true });
  rmSync(join(work.dir('offsite'), two), { recursive: true });
  flip(join(work.archive, classes(three)[1] ?? ''), 50);
  flip(join(work.dir('offsite'), classes(three)[0] ?? ''), 50);
  expect((await work.repair()).outcome).toMatchObject({ damaged: 3, mended: 4, lost: 0, notSound: 0 });
  for (const copy of ['primary', 'offsite']) expect(work.bytes(copy)).toEqual(work.original);
});

test('files damaged everywhere are reported and left unchanged, and all others are repaired', async () => {
  const [bag = '', other = ''] = work.bags;
  const [document = '', original = ''] = classes(bag);
  flip(join(work.archive, original), 50);
  flip(join(work.dir('offsite'), original), 51);
  flip(join(work.archive, document), 50);
  rmSync(join(work.archive, other), { recursive: true });
  const bad = readFileSync(join(work.archive, original));
  const { said, findings, outcome } = await work.repair();
  expect(said).toEqual([`R130 ${bag}`, `R131 ${original}`, `R130 ${other}`]);
  expect(findings[1]?.message).toBe('is intact in none of 2 copies');
  expect(outcome).toMatchObject({ lost: 1, notSound: 1 });
  expect(readFileSync(join(work.archive, original))).toEqual(bad);
  expect(readFileSync(join(work.archive, document))).toEqual(readFileSync(join(work.dir('offsite'), document)));
  // The next repair has nothing to do but report it again.
  const again = await work.repair();
  expect(again.said).toEqual([`R131 ${original}`]);
  expect(again.outcome).toMatchObject({ mended: 0, lost: 1 });
});

test('a bag whose manifests are damaged everywhere is reported as lost', async () => {
  const [bag = ''] = work.bags;
  for (const copy of ['primary', 'offsite'])
    for (const name of ['tagmanifest-sha256.txt', 'tagmanifest-sha512.txt']) flip(join(work.dir(copy), bag, name), copy === 'primary' ? 1 : 2);
  const before = [work.bytes('primary'), work.bytes('offsite')];
  const { said, findings } = await work.repair();
  expect(said).toEqual([`R131 ${bag}`]);
  expect(findings[0]?.message).toContain('tagmanifest-sha256.txt, tagmanifest-sha512.txt');
  expect([work.bytes('primary'), work.bytes('offsite')]).toEqual(before);
});

test('manifests rebuilt over a forged file are rejected because of the log', async () => {
  const [bag = ''] = work.bags;
  const original = classes(bag)[1] ?? '';
  flip(join(work.dir('offsite'), original), 60);
  await makeBagAnew(work.rig, join(work.dir('offsite'), bag));
  expect((await work.verify()).said).toEqual([
    `corrupt R122 offsite:${bag}/tagmanifest-sha256.txt`,
    `corrupt R122 offsite:${bag}/tagmanifest-sha512.txt`,
    `corrupt V113 offsite:${original}`,
  ]);
  expect((await work.repair()).outcome).toMatchObject({ mended: 1, notSound: 0 });
  expect(work.bytes('offsite')).toEqual(work.original);
});

test('a bag that no import made is not touched', async () => {
  const [bag = ''] = work.bags;
  cpSync(join(work.archive, bag), join(work.archive, `${bag}-copy`), { recursive: true });
  const before = work.bytes('primary');
  const { said, outcome } = await work.repair();
  expect([said, outcome.damaged]).toEqual([[], 0]);
  expect(work.bytes('primary')).toEqual(before);
});
