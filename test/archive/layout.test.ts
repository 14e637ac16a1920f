import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listBags, listStrays } from '../../src/archive/bag-folders.ts';
import { temporaryPrefix } from '../../src/archive/files/durable.ts';
import { type Archive, createArchive, type NewArchive, openArchive } from '../../src/archive/layout.ts';
import { calm, put, temporaryFolder } from './rig.ts';

/** Groups several steps as one; they were done when they were passed as arguments. */
const inTurn = (..._steps: readonly unknown[]): void => undefined;

const now = '2024-05-06T07:08:09.000Z';
/** Begins no log, because the log belongs to another room. */
const beginLog: NewArchive['beginLog'] = async ({ dir }, fixed) => put(dir, 'log/begun.json', JSON.stringify(fixed));
const make = (dir: string): Promise<Archive> => createArchive(dir, { now, beginLog }, calm);

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('a new archive', () => {
  it('has its parts, and opens with the settings that it was created with', async () => {
    using folder = temporaryFolder();
    const dir = join(folder.path, 'deep/archive');
    const made = await make(dir);
    expect(readdirSync(dir).sort()).toEqual(['README.txt', 'bags', 'check.py', 'jobs', 'log', 'longplay.json']);
    expect(made.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(made.salt).toMatch(/^[0-9a-f]{64}$/);
    expect(await openArchive(dir)).toEqual(made);
    expect(made).toMatchObject({ dir, createdAt: now, policy: {} });
  });

  it('begins its log with the digests of its README, its verifier and its longplay.json', async () => {
    using folder = temporaryFolder();
    await make(folder.path);
    const fixed = JSON.parse(readFileSync(join(folder.path, 'log/begun.json'), 'utf8'));
    const judge = (file: string): string => execFileSync('sha256sum', [join(folder.path, file)], { encoding: 'utf8' }).slice(0, 64);
    expect(fixed).toEqual({ markerSha256: judge('longplay.json'), readmeSha256: judge('README.txt'), verifierSha256: judge('check.py') });
  });

  it('is opened if another process finished it meanwhile and holds its lock', async () => {
    using folder = temporaryFolder();
    const made = await make(folder.path);
    put(folder.path, '.lock', '{}');
    put(folder.path, 'catalog.sqlite', '');
    expect(await make(folder.path)).toEqual(made);
    // Without bags it is unfinished: the names belong to somebody else.
    rmSync(join(folder.path, 'bags'), { recursive: true });
    await expect(make(folder.path)).rejects.toMatchObject({ code: 'A101' });
  });

  it('has a new id and salt each time', async () => {
    using folder = temporaryFolder();
    const [a, b] = [await make(join(folder.path, 'a')), await make(join(folder.path, 'b'))];
    expect(a.id).not.toBe(b.id);
    expect(a.salt).not.toBe(b.salt);
  });

  it('is finished if its creation stopped at any point, with the id that it had', async () => {
    using folder = temporaryFolder();
    const whole = await make(join(folder.path, 'whole'));
    for (const lost of [
      ['bags'],
      ['bags', 'jobs'],
      ['bags', 'jobs', 'log'],
      ['bags', 'jobs', 'log', 'check.py'],
      ['bags', 'jobs', 'log', 'check.py', 'README.txt'],
    ]) {
      const dir = join(folder.path, lost.join('-'));
      execFileSync('cp', ['-r', whole.dir, dir]);
      for (const name of lost) rmSync(join(dir, name), { recursive: true });
      writeFileSync(join(dir, `${temporaryPrefix}x`), 'half');
      expect(await make(dir)).toEqual({ ...whole, dir });
      expect(readdirSync(dir).sort()).toEqual([`${temporaryPrefix}x`, 'README.txt', 'bags', 'check.py', 'jobs', 'log', 'longplay.json']);
      expect(readFileSync(join(dir, 'log/begun.json'))).toEqual(readFileSync(join(whole.dir, 'log/begun.json')));
    }
  });

  it('is one archive if several processes create it at once', async () => {
    using folder = temporaryFolder();
    const made = await Promise.all(Array.from({ length: 8 }, () => make(join(folder.path, 'a'))));
    expect(new Set(made.map((one) => one.id)).size).toBe(1);
  });

  it('may be the top folder of a new disk', async () => {
    using folder = temporaryFolder();
    mkdirSync(join(folder.path, 'lost+found'));
    await expect(make(folder.path)).resolves.toMatchObject({ dir: folder.path });
  });

  it.each([
    ['a file of another origin', 'letter.txt'],
    ['a folder called bags of another origin', 'bags/x'],
    ['a README', 'README.txt'],
  ])('is refused if it has %s, and nothing is written', async (_, path) => {
    using folder = temporaryFolder();
    put(folder.path, path, 'x');
    await expect(make(folder.path)).rejects.toMatchObject({ kind: 'usage', code: 'A101' });
    expect(readdirSync(folder.path)).toEqual([path.split('/')[0]]);
  });

  it('explains in its README how to check it, in words that name real files', async () => {
    using folder = temporaryFolder();
    await make(folder.path);
    const readme = readFileSync(join(folder.path, 'README.txt'), 'utf8');
    for (const word of [
      'python3 check.py',
      'sha256sum --quiet -c tagmanifest-sha256.txt manifest-sha256.txt',
      'formats.txt',
      'recording.json',
      'original-1',
      'access-1.opus',
      'RFC 8493',
      'longplay.json',
    ])
      expect(readme).toContain(word);
    expect(readme).toMatch(/^[\x0a\x20-\x7e]*$/);
  });
});

describe('an opened archive', () => {
  it.each<[string, (dir: string) => void, object]>([
    ['is absent', (dir) => rmSync(dir, { recursive: true }), { kind: 'incomplete', code: 'A102', message: expect.stringContaining('ENOENT') }],
    [
      'is an empty folder',
      (dir) => inTurn(rmSync(dir, { recursive: true }), mkdirSync(dir)),
      { kind: 'incomplete', code: 'A102', message: expect.stringContaining('unreachable') },
    ],
    ['has no bags folder', (dir) => rmSync(join(dir, 'bags'), { recursive: true }), { kind: 'incomplete', code: 'A102' }],
    ['is a file', (dir) => inTurn(rmSync(dir, { recursive: true }), writeFileSync(dir, 'x')), { kind: 'incomplete', code: 'A102' }],
    ['has no longplay.json', (dir) => rmSync(join(dir, 'longplay.json')), { kind: 'usage', code: 'A100' }],
    ['is of a newer version', (dir) => put(dir, 'longplay.json', '{"format":"longplay-archive","version":3}'), { kind: 'usage', code: 'A103' }],
    ['has an invalid longplay.json', (dir) => put(dir, 'longplay.json', '{"format":'), { kind: 'incomplete', code: 'A104' }],
    ['has a longplay.json of another kind', (dir) => put(dir, 'longplay.json', '{"format":"x"}'), { kind: 'incomplete', code: 'A104' }],
    [
      'has no salt',
      (dir) => put(dir, 'longplay.json', readFileSync(join(dir, 'longplay.json'), 'utf8').replace('salt', 'pepper')),
      { kind: 'incomplete', code: 'A104' },
    ],
    ['has an oversized longplay.json', (dir) => put(dir, 'longplay.json', ' '.repeat(2_000_000)), { kind: 'incomplete', code: 'A104' }],
  ])('is refused if it %s', async (_, change, error) => {
    using folder = temporaryFolder();
    const dir = join(folder.path, 'archive');
    await make(dir);
    change(dir);
    await expect(openArchive(dir)).rejects.toMatchObject(error);
  });
});

describe('the bags of an archive', () => {
  it('are listed by year and name, and everything else is listed apart', async () => {
    using folder = temporaryFolder();
    const archive = await make(folder.path);
    for (const bag of ['2020/b', '2019/z', '2019/a', 'undated/c', '2019/B']) mkdirSync(join(archive.dir, 'bags', bag), { recursive: true });
    put(archive.dir, 'bags/note.txt', 'x');
    put(archive.dir, `bags/2019/${temporaryPrefix}1`, 'x');
    mkdirSync(join(archive.dir, 'bags/.Trash/x'), { recursive: true });
    expect((await all(listBags(archive))).map((bag) => bag.name)).toEqual(['2019/B', '2019/a', '2019/z', '2020/b', 'undated/c']);
    expect((await all(listBags(archive)))[0]).toEqual({ name: '2019/B', folder: 'bags/2019/B', path: join(archive.dir, 'bags/2019/B') });
    expect(await all(listStrays(archive))).toEqual([
      { path: 'bags/.Trash', kind: 'alien' },
      { path: `bags/2019/${temporaryPrefix}1`, kind: 'temporary' },
      { path: 'bags/note.txt', kind: 'alien' },
    ]);
  });

  it('are unreachable, not gone, if a folder went away after the archive was opened', async () => {
    using folder = temporaryFolder();
    const archive = await make(folder.path);
    rmSync(join(archive.dir, 'bags'), { recursive: true });
    await expect(all(listBags(archive))).rejects.toMatchObject({ kind: 'incomplete', code: 'A102' });
  });
});
