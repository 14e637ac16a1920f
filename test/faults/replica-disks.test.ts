import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli, fingerprint } from '../cli/rig.ts';
import { createMounts, unmountable } from './mounts.ts';
import { createSmallImport, type SmallImport } from './small-import.ts';
import { patience } from './trials.ts';

function temporaries(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => /(^|\/)\.(longplay|lock)/.test(name));
}

const unmounted = unmountable();

describe.skipIf(unmounted !== null)(`replicas on file systems of their own${unmounted === null ? '' : ` (skipped: ${unmounted})`}`, () => {
  let work: SmallImport;
  let archive: string;
  const mounts = createMounts();

  beforeAll(async () => {
    work = createSmallImport(null);
    archive = work.newArchive();
    expect(await work.run(work.args(archive))).toMatchObject({ code: 0 });
  }, patience);
  afterAll(async () => {
    mounts.end();
    await work?.[Symbol.asyncDispose]();
  });

  it(
    'with one that is full end a sync with 5 and keep complete bags; with space the next sync finishes',
    async () => {
      const disk = work.rig.path('disk');
      mounts.at(disk, '60k');
      const replica = join(disk, 'copy');
      expect(await work.run(['replica', 'add', archive, 'small', replica])).toMatchObject({ code: 0 });
      const full = await work.apart(['replica', 'sync', archive, 'small']);
      expect(full).toMatchObject({ code: 5, stderr: expect.stringContaining('ENOSPC') });
      expect(full.stderr).toContain('next: free some space');
      expect(temporaries(join(replica, 'bags'))).toEqual([]);
      execFileSync('mount', ['-o', 'remount,size=8m', disk]);
      expect(await work.run(['replica', 'sync', archive, 'small'])).toMatchObject({ code: 0 });
      expect(fingerprint(join(replica, 'bags'))).toEqual(fingerprint(join(archive, 'bags')));
    },
    patience,
  );

  it(
    'with one that is read-only use it as a source for repairs, report its faults and end with 5',
    async () => {
      const disk = work.rig.path('worm');
      mounts.at(disk, '8m');
      const replica = join(disk, 'copy');
      expect(await work.run(['replica', 'add', archive, 'worm', replica])).toMatchObject({ code: 0 });
      expect(await work.run(['replica', 'sync', archive, 'worm'])).toMatchObject({ code: 0 });
      const [year = ''] = readdirSync(join(replica, 'bags'));
      const [bag = ''] = readdirSync(join(replica, 'bags', year));
      const [one, two] = ['bagit.txt', 'bag-info.txt'].map((name) => join('bags', year, bag, name));
      const was = fingerprint(join(archive, 'bags'));
      writeFileSync(join(archive, one ?? ''), 'bad');
      writeFileSync(join(replica, two ?? ''), 'bad');
      execFileSync('mount', ['-o', 'remount,ro', disk]);
      const before = fingerprint(replica);
      const { code, stderr } = await work.apart(['replica', 'repair', archive, 'worm']);
      expect({ code, stderr }).toMatchObject({ code: 5, stderr: expect.stringMatching(/R134 worm:.*cannot be written: EROFS/) });
      expect(fingerprint(join(archive, 'bags'))).toEqual(was);
      expect(fingerprint(replica)).toEqual(before);
      expect(await work.apart(['replica', 'sync', archive, 'worm'])).toMatchObject({ code: 5, stderr: expect.stringContaining('R134') });
      expect(await work.run(['replica', 'verify', archive, 'worm'])).toMatchObject({ code: 4 });
      expect(fingerprint(replica)).toEqual(before);
    },
    patience,
  );

  it(
    'with one that was unmounted treat it as disconnected, and nothing is written to the folder beneath',
    async () => {
      const disk = work.rig.path('usb');
      mounts.at(disk, '8m');
      expect(await work.run(['replica', 'add', archive, 'usb', disk])).toMatchObject({ code: 0 });
      expect(await work.run(['replica', 'sync', archive, 'usb'])).toMatchObject({ code: 0 });
      execFileSync('umount', [disk]);
      for (const command of ['sync', 'verify', 'repair'])
        expect(await work.run(['replica', command, archive, 'usb'])).toMatchObject({ code: 5, stderr: expect.stringContaining('R101') });
      expect(readdirSync(disk)).toEqual([]);
      expect(await work.run(['verify', archive])).toMatchObject({ code: 0 });
    },
    patience,
  );

  it(
    'with bags/ on a disk of its own are repaired as well: bad bytes are copied to the quarantine',
    async () => {
      const replica = work.rig.path('split');
      expect(await work.run(['replica', 'add', archive, 'split', replica])).toMatchObject({ code: 0 });
      mounts.at(join(replica, 'bags'), '8m');
      expect(await work.run(['replica', 'sync', archive, 'split'])).toMatchObject({ code: 0 });
      const [year = ''] = readdirSync(join(replica, 'bags'));
      const [bag = ''] = readdirSync(join(replica, 'bags', year));
      const inBag = (...parts: string[]): string => join(replica, 'bags', year, bag, ...parts);
      writeFileSync(inBag('bagit.txt'), 'bad bytes');
      writeFileSync(inBag('notes.txt'), 'a stranger');
      renameSync(inBag('bag-info.txt'), inBag('moved.txt'));
      expect(await work.run(['replica', 'repair', archive, 'split'])).toMatchObject({ code: 0 });
      expect(fingerprint(join(replica, 'bags'))).toEqual(fingerprint(join(archive, 'bags')));
      const [folder = ''] = readdirSync(join(replica, 'quarantine'));
      expect(readFileSync(join(replica, 'quarantine', folder, 'files/bagit.txt'), 'utf8')).toBe('bad bytes');
      expect(readFileSync(join(replica, 'quarantine', folder, 'files/notes.txt'), 'utf8')).toBe('a stranger');
      expect(existsSync(join(replica, 'quarantine', folder, 'files/moved.txt'))).toBe(true);
    },
    patience,
  );
});

describe.skipIf(spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status !== 0)('a replica that is partly readable', () => {
  let work: SmallImport;
  let archive: string;
  let replica: string;
  let bag: string;
  let before: string[];

  beforeAll(async () => {
    work = createSmallImport(null);
    archive = work.newArchive();
    replica = work.rig.path('half');
    expect(await work.run(work.args(archive))).toMatchObject({ code: 0 });
    expect(await work.run(['replica', 'add', archive, 'half', replica])).toMatchObject({ code: 0 });
    expect(await work.run(['replica', 'sync', archive, 'half'])).toMatchObject({ code: 0 });
    const [year = ''] = readdirSync(join(replica, 'bags'));
    const [name = ''] = readdirSync(join(replica, 'bags', year));
    bag = join(replica, 'bags', year, name);
    // Damage elsewhere is no reason to touch what cannot be read.
    writeFileSync(join(bag, 'bag-info.txt'), 'bad bytes');
    before = fingerprint(join(replica, 'bags'));
  }, patience);
  afterAll(async () => {
    await work?.[Symbol.asyncDispose]();
  });

  /** A run in which the system refuses one kind of call on one path. */
  function refused(args: readonly string[], path: string, call: string, error: string): { readonly status: number | null; readonly stderr: string } {
    const strace = ['-f', '--seccomp-bpf', '-qq', '-o', '/dev/null', '-P', path, '-e', `trace=${call}`, '-e', `inject=${call}:error=${error}`];
    const env = { ...process.env, ...work.env };
    const { status, stderr } = spawnSync('strace', [...strace, process.execPath, cli, ...args], { env, encoding: 'utf8' });
    return { status, stderr };
  }

  const recording = (): string => join(bag, 'data', readdirSync(join(bag, 'data')).find((name) => !name.includes('.')) ?? '');

  it.each([
    ['a folder of a recording without permission', recording, 'openat', 'EACCES'],
    ['a folder of a recording that the disk does not list', recording, 'getdents64', 'EIO'],
    ['a bag without permission to list it', () => bag, 'openat', 'EACCES'],
    ['a bag without permission to stat it', () => bag, 'statx', 'EACCES'],
  ])(
    'because of %s is not judged: nothing is moved, and the run ends with 5',
    (_name, path, call, error) => {
      const repair = refused(['replica', 'repair', archive, '-j', '1'], path(), call, error);
      expect(repair).toMatchObject({ status: 5, stderr: expect.stringMatching(/R135/) });
      expect(repair.stderr).not.toContain('R131');
      expect(fingerprint(join(replica, 'bags'))).toEqual(before);
      expect(existsSync(join(replica, 'quarantine'))).toBe(false);
    },
    patience,
  );

  it(
    'is repaired when it can be read again',
    async () => {
      expect(await work.run(['replica', 'repair', archive])).toMatchObject({ code: 0 });
      expect(fingerprint(join(replica, 'bags'))).toEqual(fingerprint(join(archive, 'bags')));
    },
    patience,
  );
});
