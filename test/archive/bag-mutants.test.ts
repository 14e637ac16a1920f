import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { longplayBagRules } from '../../src/archive/bag/check.ts';
import { createComparison, type FileBatch, type Hasher } from '../../src/archive/files/file-batch.ts';
import { type FileToHash, type HashAnswer, hashAnswer } from '../../src/archive/files/hash-file.ts';
import { checked, first, makeBag, put, renewTagManifests, second, temporaryFolder } from './rig.ts';

const rig = temporaryFolder();
const original = join(rig.path, 'original');
beforeAll(() => makeBag(original));
afterAll(() => rig[Symbol.dispose]());

const sound = `${first}/original-1.wav`;
const otherSound = `${second}/original-1.wav`;
const json = `${first}/recording.json`;

let number = 0;
/** Returns the findings about the bag after a change. */
async function after(change: (bag: string) => void): Promise<string[]> {
  number += 1;
  const bag = join(rig.path, `mutant-${number}`);
  cpSync(original, bag, { recursive: true });
  change(bag);
  return (await checked(bag, { rules: longplayBagRules })).said;
}

/** Flips the lowest bit of a byte; counted from the end where negative. */
function flip(bag: string, path: string, at: number): void {
  const bytes = readFileSync(join(bag, path));
  const index = at < 0 ? bytes.length + at : at;
  bytes[index] = (bytes[index] ?? 0) ^ 1;
  writeFileSync(join(bag, path), bytes);
}

function swap(bag: string, a: string, b: string): void {
  renameSync(join(bag, a), join(bag, 'aside'));
  renameSync(join(bag, b), join(bag, a));
  renameSync(join(bag, 'aside'), join(bag, b));
}

const remove = (bag: string, path: string): void => rmSync(join(bag, path));
const extend = (bag: string, path: string): void => appendFileSync(join(bag, path), '\n');
const cut = (bag: string, path: string, size: number): void => truncateSync(join(bag, path), size);
function edit(bag: string, path: string, from: string | RegExp, to: string): void {
  const text = readFileSync(join(bag, path), 'utf8');
  expect(text).toMatch(from);
  writeFileSync(join(bag, path), text.replace(from, to));
}

/** Groups several steps as one; they were done when they were passed as arguments. */
const inTurn = (..._steps: readonly unknown[]): void => undefined;

/** Reads file by file; `read` can behave like a bad disk or another process. */
function hasher(read: (file: FileToHash, name: string) => HashAnswer): Hasher {
  return {
    atOnce: 1,
    batchFiles: 3,
    digest: async (batch: FileBatch) => {
      const comparison = createComparison(batch);
      for (const [id, name] of batch.names.entries()) comparison.put(read({ id, path: join(batch.bag, name), algorithms: batch.algorithms }, name));
      return comparison.finish();
    },
  };
}

/** One fault each, and the complete findings about it. */
const mutants: readonly [title: string, change: (bag: string) => void, said: readonly string[]][] = [
  ['nothing', () => undefined, []],
  // Payload.
  ['a flipped bit in a recording', (bag) => flip(bag, sound, 5), [`A131 ${sound}`]],
  ['a flipped bit in the last byte', (bag) => flip(bag, sound, -1), [`A131 ${sound}`]],
  ['a flipped bit in recording.json', (bag) => flip(bag, json, 3), [`A131 ${json}`]],
  ['a flipped bit in README.txt', (bag) => flip(bag, 'data/README.txt', 3), ['A131 data/README.txt']],
  ['a deleted recording', (bag) => remove(bag, sound), [`A130 ${sound}`, 'A146']],
  ['a longer recording', (bag) => extend(bag, sound), ['A146', `A131 ${sound}`]],
  ['a cut recording', (bag) => cut(bag, sound, 4), ['A146', `A131 ${sound}`]],
  ['an empty recording', (bag) => cut(bag, sound, 0), ['A146', `A131 ${sound}`]],
  ['a file too many', (bag) => put(bag, `${first}/original-9.wav`, 'x'), [`A134 ${first}/original-9.wav`, 'A146']],
  ['an empty file too many', (bag) => put(bag, 'data/empty', ''), ['A134 data/empty', 'A146']],
  ['a hidden file too many', (bag) => put(bag, 'data/.hidden', 'x'), ['A134 data/.hidden', 'A146']],
  ['two recordings of one size that changed places', (bag) => swap(bag, sound, otherSound), [`A156 ${sound}`, `A156 ${otherSound}`]],
  [
    'a recording that was renamed',
    (bag) => renameSync(join(bag, sound), join(bag, `${first}/renamed.wav`)),
    [`A130 ${sound}`, `A134 ${first}/renamed.wav`],
  ],
  ['a recording replaced by another', (bag) => cpSync(join(bag, sound), join(bag, otherSound)), [`A131 ${otherSound}`]],
  ['a link in place of a recording', (bag) => inTurn(remove(bag, sound), symlinkSync('/etc/hostname', join(bag, sound))), [`A153 ${sound}`]],
  [
    'a link to the right bytes',
    (bag) => inTurn(renameSync(join(bag, sound), join(bag, '../moved')), symlinkSync('../../../moved', join(bag, sound))),
    [`A153 ${sound}`],
  ],
  ['a linked folder', (bag) => symlinkSync('/etc', join(bag, 'data/etc')), ['A153 data/etc']],
  ['a pipe', (bag) => void execFileSync('mkfifo', [join(bag, 'data/pipe')]), ['A153 data/pipe']],
  ['a second hard link elsewhere', (bag) => linkSync(join(bag, sound), join(bag, '../linked')), []],
  [
    'a payload folder that is a link',
    (bag) => inTurn(renameSync(join(bag, 'data'), join(bag, '../data-of-it')), symlinkSync('../data-of-it', join(bag, 'data'))),
    ['A153 data'],
  ],
  [
    'no payload folder',
    (bag) => rmSync(join(bag, 'data'), { recursive: true }),
    ['A160 data', `A130 ${json}`, `A130 ${sound}`, `A130 ${second}/recording.json`, `A130 ${otherSound}`, 'A130 data/README.txt', 'A146'],
  ],
  // bagit.txt.
  ['no bagit.txt', (bag) => remove(bag, 'bagit.txt'), ['A121 bagit.txt']],
  ['a flipped bit in bagit.txt', (bag) => flip(bag, 'bagit.txt', 0), ['A122 bagit.txt', 'A133 bagit.txt']],
  ['a longer bagit.txt', (bag) => extend(bag, 'bagit.txt'), ['A122 bagit.txt', 'A133 bagit.txt']],
  ['a cut bagit.txt', (bag) => cut(bag, 'bagit.txt', 19), ['A125 bagit.txt', 'A133 bagit.txt']],
  ['an empty bagit.txt', (bag) => cut(bag, 'bagit.txt', 0), ['A122 bagit.txt', 'A125 bagit.txt', 'A133 bagit.txt']],
  ['another version', (bag) => edit(bag, 'bagit.txt', '1.0', '7.1'), ['A124 bagit.txt', 'A133 bagit.txt']],
  // bag-info.txt.
  ['no bag-info.txt', (bag) => remove(bag, 'bag-info.txt'), ['A132 bag-info.txt']],
  ['a flipped bit in bag-info.txt', (bag) => flip(bag, 'bag-info.txt', 30), ['A133 bag-info.txt']],
  ['a longer bag-info.txt', (bag) => extend(bag, 'bag-info.txt'), ['A133 bag-info.txt']],
  ['another Payload-Oxum', (bag) => inTurn(edit(bag, 'bag-info.txt', /\.5\n/, '.6\n'), renewTagManifests(bag)), ['A146']],
  ['two times Payload-Oxum', (bag) => inTurn(edit(bag, 'bag-info.txt', /(Payload-Oxum.*\n)/, '$1$1'), renewTagManifests(bag)), ['A147 bag-info.txt']],
  [
    'a Payload-Oxum of words',
    (bag) => inTurn(edit(bag, 'bag-info.txt', /Payload-Oxum.*\n/, 'Payload-Oxum: much\n'), renewTagManifests(bag)),
    ['A147 bag-info.txt'],
  ],
  [
    'a line without a colon',
    (bag) => inTurn(edit(bag, 'bag-info.txt', 'Bagging-Date:', 'Bagging-Date'), renewTagManifests(bag)),
    ['A148 bag-info.txt'],
  ],
  // Manifests.
  ['no manifest of SHA-512', (bag) => remove(bag, 'manifest-sha512.txt'), ['A132 manifest-sha512.txt']],
  [
    'no manifest at all',
    (bag) => inTurn(remove(bag, 'manifest-sha256.txt'), remove(bag, 'manifest-sha512.txt')),
    [
      'A129',
      'A134 data/README.txt',
      `A134 ${json}`,
      `A134 ${sound}`,
      `A134 ${second}/recording.json`,
      `A134 ${otherSound}`,
      'A132 manifest-sha256.txt',
      'A132 manifest-sha512.txt',
      'A132 data/README.txt',
    ],
  ],
  ['a flipped bit in a digest', (bag) => edit(bag, 'manifest-sha256.txt', /^.{8}/, '00000000'), [`A131 ${sound}`, 'A133 manifest-sha256.txt']],
  ['a line too few in one manifest', (bag) => inTurn(edit(bag, 'manifest-sha512.txt', /^.*\n/, ''), renewTagManifests(bag)), [`A135 ${sound}`]],
  ['a line twice', (bag) => inTurn(edit(bag, 'manifest-sha512.txt', /^(.*\n)/, '$1$1'), renewTagManifests(bag)), [`A141 ${sound}`]],
  ['a line without a path', (bag) => inTurn(edit(bag, 'manifest-sha512.txt', /\n/, '\nabc\n'), renewTagManifests(bag)), ['A136 manifest-sha512.txt']],
  ['a digest that is too short', (bag) => inTurn(edit(bag, 'manifest-sha512.txt', /^../, ''), renewTagManifests(bag)), [`A137 ${sound}`]],
  [
    'digests in capitals',
    (bag) =>
      inTurn(
        edit(bag, 'manifest-sha512.txt', /^[0-9a-f]+/, readFileSync(join(original, 'manifest-sha512.txt'), 'utf8').slice(0, 128).toUpperCase()),
        renewTagManifests(bag),
      ),
    [],
  ],
  [
    'a path that climbs out',
    (bag) => inTurn(edit(bag, 'manifest-sha512.txt', /\n/, `\n${'0'.repeat(128)}  data/../../x\n`), renewTagManifests(bag)),
    ['A138 manifest-sha512.txt'],
  ],
  [
    'an absolute path',
    (bag) => inTurn(edit(bag, 'manifest-sha512.txt', /\n/, `\n${'0'.repeat(128)}  /etc/passwd\n`), renewTagManifests(bag)),
    ['A138 manifest-sha512.txt'],
  ],
  [
    'a tag file among the payload',
    (bag) => inTurn(edit(bag, 'manifest-sha512.txt', /\n/, `\n${'0'.repeat(128)}  bagit.txt\n`), renewTagManifests(bag)),
    ['A157 manifest-sha512.txt'],
  ],
  [
    'a payload file among the tag files',
    (bag) => edit(bag, 'tagmanifest-sha512.txt', /\n/, `\n${'0'.repeat(128)}  data/README.txt\n`),
    ['A157 tagmanifest-sha512.txt'],
  ],
  [
    'a byte order mark in a manifest',
    (bag) => inTurn(edit(bag, 'manifest-sha512.txt', /^/, '\ufeff'), renewTagManifests(bag)),
    ['A163? manifest-sha512.txt'],
  ],
  [
    'a manifest of an unknown algorithm',
    (bag) => inTurn(put(bag, 'manifest-crc1024.txt', readFileSync(join(bag, 'manifest-sha256.txt'))), renewTagManifests(bag)),
    ['A145? manifest-crc1024.txt'],
  ],
  // Tag manifests.
  ['no tag manifest of SHA-256', (bag) => remove(bag, 'tagmanifest-sha256.txt'), ['A132 tagmanifest-sha256.txt']],
  [
    'no tag manifest at all',
    (bag) => inTurn(remove(bag, 'tagmanifest-sha256.txt'), remove(bag, 'tagmanifest-sha512.txt')),
    ['A132 tagmanifest-sha256.txt', 'A132 tagmanifest-sha512.txt'],
  ],
  ['another digest in a tag manifest', (bag) => edit(bag, 'tagmanifest-sha256.txt', /^.{8}/, '00000000'), ['A133 bag-info.txt']],
  ['a cut tag manifest', (bag) => cut(bag, 'tagmanifest-sha256.txt', 20), ['A136 tagmanifest-sha256.txt']],
  [
    'a tag manifest that lists itself',
    (bag) => edit(bag, 'tagmanifest-sha256.txt', /$/, `${'0'.repeat(64)}  tagmanifest-sha256.txt\n`),
    ['A149 tagmanifest-sha256.txt'],
  ],
  ['a tag file too many', (bag) => put(bag, 'note.txt', 'x'), ['A164 note.txt']],
  ['a tag folder too many', (bag) => put(bag, 'notes/note.txt', 'x'), ['A164 notes/note.txt']],
  [
    'a link in place of a tag file that is listed',
    (bag) => inTurn(remove(bag, 'bag-info.txt'), symlinkSync('x', join(bag, 'bag-info.txt'))),
    ['A153 bag-info.txt'],
  ],
  ['a link in place of bagit.txt', (bag) => inTurn(remove(bag, 'bagit.txt'), symlinkSync('x', join(bag, 'bagit.txt'))), ['A153 bagit.txt']],
  ['a linked tag file', (bag) => symlinkSync('bagit.txt', join(bag, 'other.txt')), ['A153 other.txt']],
  // fetch.txt.
  [
    'a file that is to be fetched',
    (bag) => inTurn(remove(bag, sound), put(bag, 'fetch.txt', `https://example.invalid/x - ${sound}\n`), renewTagManifests(bag)),
    [`A150 ${sound}`],
  ],
  [
    'a file to be fetched that is there',
    (bag) => inTurn(put(bag, 'fetch.txt', `https://example.invalid/x 33 ${sound}\n`), renewTagManifests(bag)),
    [],
  ],
  [
    'a file to be fetched that no manifest lists',
    (bag) => inTurn(put(bag, 'fetch.txt', 'https://example.invalid/x - data/other\n'), renewTagManifests(bag)),
    ['A152 fetch.txt'],
  ],
  [
    'a file to be fetched to a home folder',
    (bag) => inTurn(put(bag, 'fetch.txt', 'https://example.invalid/x - ~/.profile\n'), renewTagManifests(bag)),
    ['A139 fetch.txt'],
  ],
  [
    'a line of fetch.txt without length',
    (bag) => inTurn(put(bag, 'fetch.txt', 'https://example.invalid/x data/other\n'), renewTagManifests(bag)),
    ['A151 fetch.txt'],
  ],
  // The bag itself.
  ['an empty folder', (bag) => inTurn(rmSync(bag, { recursive: true }), mkdirSync(bag)), ['A168']],
  ['no folder', (bag) => rmSync(bag, { recursive: true }), ['A168']],
  ['a file in place of the folder', (bag) => inTurn(rmSync(bag, { recursive: true }), writeFileSync(bag, 'x')), ['A168']],
];

describe('a bag of longplay with one fault', () => {
  for (const [title, change, said] of mutants) {
    it(`with ${title} gives exactly ${said.length === 0 ? 'nothing' : said.join(', ')}`, async () => {
      expect((await after(change)).sort()).toEqual([...said].sort());
    });
  }

  it('fails sha256sum if a recording is altered', async () => {
    using folder = temporaryFolder();
    const bag = join(folder.path, 'bag');
    cpSync(original, bag, { recursive: true });
    execFileSync('sha256sum', ['--strict', '--quiet', '-c', 'manifest-sha256.txt'], { cwd: bag });
    flip(bag, sound, 5);
    expect(() => execFileSync('sha256sum', ['--strict', '--quiet', '-c', 'manifest-sha256.txt'], { cwd: bag, stdio: 'pipe' })).toThrow();
  });
});

describe('a bag with several faults', () => {
  it('has all of them reported in one run', async () => {
    const said = await after((bag) => {
      remove(bag, json);
      flip(bag, sound, 2);
      flip(bag, 'bag-info.txt', 30);
      put(bag, 'data/extra', 'x');
      put(bag, 'note.txt', 'x');
      symlinkSync('/', join(bag, 'data/root'));
    });
    expect(said.sort()).toEqual([`A130 ${json}`, `A131 ${sound}`, 'A133 bag-info.txt', 'A134 data/extra', 'A153 data/root', 'A164 note.txt'].sort());
  });

  it('with three files exchanged in a cycle names all three, each with the file whose content it has', async () => {
    using folder = temporaryFolder();
    const bag = join(folder.path, 'bag');
    cpSync(original, bag, { recursive: true });
    renameSync(join(bag, sound), join(bag, 'aside'));
    renameSync(join(bag, json), join(bag, sound));
    renameSync(join(bag, otherSound), join(bag, json));
    renameSync(join(bag, 'aside'), join(bag, otherSound));
    const { verdicts } = await checked(bag);
    expect(verdicts.map((one) => `${one.verdict} ${one.path}: ${/for (\S+)/.exec(one.message)?.[1]}`)).toEqual([
      `swapped BAG/${sound}: ${json}`,
      `swapped BAG/${json}: ${otherSound}`,
      `swapped BAG/${otherSound}: ${sound}`,
    ]);
  });
});

describe('a file that changes during the check', () => {
  const changing = (change: (file: FileToHash) => void) => async (): Promise<string[]> => {
    using folder = temporaryFolder();
    const bag = join(folder.path, 'bag');
    cpSync(original, bag, { recursive: true });
    const hash = hasher((file, name) => hashAnswer(file, () => (name === sound ? change(file) : undefined)));
    return (await checked(bag, { hash })).said;
  };
  it('by growing is unstable, not corrupt', async () => {
    expect(await changing((file) => appendFileSync(file.path, 'x'))()).toEqual([`A155 ${sound}`]);
  });
  it('in its modification time is unstable', async () => {
    expect(await changing((file) => utimesSync(file.path, 1, 1))()).toEqual([`A155 ${sound}`]);
  });
  it('by replacement with a copy is unstable', async () => {
    expect(
      await changing((file) => {
        const { atime, mtime } = statSync(file.path);
        cpSync(file.path, `${file.path}.copy`);
        utimesSync(`${file.path}.copy`, atime, mtime);
        renameSync(`${file.path}.copy`, file.path);
      })(),
    ).toEqual([`A155 ${sound}`]);
  });
  const outside = (file: FileToHash, name: string): string => join(dirname(dirname(dirname(dirname(file.path)))), name);
  it('only by a second hard link, such as a snapshot makes, is valid', async () => {
    expect(await changing((file) => linkSync(file.path, outside(file, 'snapshot')))()).toEqual([]);
  });
  it('by being moved away is unstable', async () => {
    expect(await changing((file) => renameSync(file.path, outside(file, 'aside')))()).toEqual([`A155 ${sound}`]);
  });
  it('by being deleted is unstable', async () => {
    expect(await changing((file) => rmSync(file.path))()).toEqual([`A155 ${sound}`]);
  });
});

describe('a check', () => {
  it('throws if it gets fewer answers than it asked for', async () => {
    const careful = hasher((file) => hashAnswer(file));
    const losing = (count: number): Hasher => ({
      ...careful,
      digest: async (batch, signal) => {
        const answer = await careful.digest(batch, signal);
        return batch.names.includes(sound) ? { ...answer, files: answer.files + count } : answer;
      },
    });
    await expect(checked(original, { hash: losing(1) })).rejects.toThrow(/answers came/);
    // Missing answers are asked for again; getting none at all counts as a loss.
    await expect(checked(original, { hash: losing(-3) })).rejects.toThrow(/answers came/);
  });

  it('by SHA-256 alone says that it compared no other digest', async () => {
    expect((await checked(original, { digests: 'sha256' })).summary).toMatchObject({ sound: true, files: 5, algorithms: ['sha256'] });
    expect((await checked(original)).summary.algorithms).toEqual(['sha256', 'sha512']);
  });

  it("of an unreadable file says unreachable, with the system's error code", async () => {
    const hash = hasher((file, name) => (name === sound ? { id: file.id, error: 'EIO' } : hashAnswer(file)));
    const { verdicts } = await checked(original, { hash });
    expect(verdicts.map(({ verdict, code, message }) => ({ verdict, code, message }))).toEqual([
      { verdict: 'unreachable', code: 'A154', message: 'it cannot be read: EIO' },
    ]);
  });

  it.skipIf(process.getuid?.() === 0)('of a folder without permission reports that once and reports nothing in it as missing', async () => {
    using folder = temporaryFolder();
    const bag = join(folder.path, 'bag');
    cpSync(original, bag, { recursive: true });
    chmodSync(join(bag, first), 0);
    expect((await checked(bag)).said).toEqual([`A154 ${first}`]);
    chmodSync(join(bag, first), 0o755);
  });

  it('ends when it is aborted', async () => {
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    const { checkBag } = await import('../../src/archive/bag/check.ts');
    await expect(async () => {
      for await (const _ of checkBag(original, {}, stop.signal));
    }).rejects.toThrow('enough');
  });
});
