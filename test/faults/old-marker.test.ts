import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { filesBelow, filesWith } from '../cli/sealed/sealed-rig.ts';
import { createWorld, sample, type World } from './world.ts';
import { makeKeyring, writers } from './writers.ts';

// The longplay.json from before a sealing, put back by a backup: every command that writes into an archive refuses it, and nothing readable is new on the disk.

/** Commands that write elsewhere: neither their archive nor any other is opened. */
const elsewhere: readonly string[] = ['people import', 'survey', 'man', 'unseal request', 'unseal approve', 'unseal run'];

/** Numbers and names of the calls, and words that the commands below write. */
const words = ['46701740605', '46701740606', '0701740698', 'retail', 'pbx1-1761438596', 'Deal 47', 'another deal', 'Price named', 'Order confirmed'];

/** Commands with files of tests of their own, and those that read. */
const more = (at: string, world: World): readonly (readonly string[])[] => {
  const archive = join(at, 'archive');
  const [recording] = world.known.recordings;
  return [
    ['import', sample, '--into', archive, '--zone', 'Europe/Stockholm'],
    ['import', sample, '--into', archive, '--zone', 'Europe/Stockholm', '--dry-run'],
    ['export', archive, '--all', '--out', join(at, 'exported')],
    ['catalog', 'rebuild', archive],
    ['rehash', archive, '--add', 'blake2b'],
    ['replica', 'sync', archive],
    ['replica', 'list', archive],
    ['erase', 'request', archive, recording, '--ground', 'error', '--reason', 'of another deal'],
    ['erase', 'run', archive],
    ['erase', 'status', archive],
    ['serve', archive, '--port', '0'],
    ['search', archive, '2001'],
    ['list', archive],
    ['show', archive, recording],
    ['note', 'list', archive],
    ['case', 'list', archive],
    ['case', 'show', archive, world.known.case],
    ['case', 'timeline', archive, world.known.case],
    ['hold', 'list', archive],
    ['retention', 'plan', archive],
    ['log', 'list', archive],
    ['log', 'verify', archive],
  ];
};

describe('an archive that was sealed, with the longplay.json of before', () => {
  let world: World;
  let at: string;
  let archive: string;
  let right: Buffer;
  const shown = (): string[] => filesWith(archive, words).filter((file) => !['README.txt', 'check.py'].includes(file));

  beforeAll(async () => {
    world = await createWorld();
    at = world.copy();
    archive = join(at, 'archive');
    await makeKeyring(at);
    cpSync(join(archive, 'longplay.json'), join(at, 'old.json'));
    const sealed = await world.run(at, ['seal', archive, '--yes']);
    expect([sealed.code, shown()], sealed.out + sealed.err).toEqual([0, []]);
    right = readFileSync(join(archive, 'longplay.json'));
    cpSync(join(at, 'old.json'), join(archive, 'longplay.json'));
    writeFileSync(join(at, 'list.csv'), `recording\n${world.known.recordings[0]}\n`);
    writeFileSync(join(at, 'hold'), '0123456789abcdef');
    await world.run(at, ['erase', 'make-key', join(at, 'approver.pem')]);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  /** All files of the archive with their bytes. */
  const bytes = (): ReadonlyMap<string, string> => new Map(filesBelow(archive).map((file) => [file, readFileSync(join(archive, file), 'latin1')]));

  test('is refused by every command that writes into it, which change nothing, and by those that only read', async () => {
    const before = bytes();
    const wrong: string[] = [];
    const try_ = async (args: readonly string[]): Promise<void> => {
      const { code, out, err } = await world.run(at, args);
      if (code !== 5 || !/A104 .*\n.*longplay seal .*longplay replica repair/.test(err)) wrong.push(`${args.join(' ')}: ${code} ${out}${err}`);
    };
    for (const { command, how = '', args } of writers) {
      const all = args(at, world.known);
      if (elsewhere.includes(command) || !all.includes(archive) || ['verify', 'watch'].includes(command)) continue;
      // These write the result of the refused run, beside the archive.
      if (how.includes('--metrics-file')) continue;
      await try_(all);
    }
    for (const args of more(at, world)) await try_(args);
    expect(wrong).toEqual([]);
    expect(bytes()).toEqual(before);
  });

  test('is reported by verify and watch, whose entries show nobody and are not in clear', async () => {
    const keyless = { LONGPLAY_KEYRING: join(at, 'none') };
    for (const env of [{}, keyless]) {
      const { code, out, err } = await world.run(at, ['verify', archive, '-j', '1'], env);
      expect([code, out], err).toEqual([4, expect.stringMatching(/V105.*longplay\.json/)]);
    }
    const watched = await world.run(at, ['watch', archive]);
    expect([watched.code, watched.out + watched.err]).toEqual([5, expect.stringContaining('W164')]);
    expect(shown()).toEqual([]);
    const lines = filesBelow(join(archive, 'log/details')).flatMap((file) =>
      readFileSync(join(archive, 'log/details', file), 'utf8')
        .trim()
        .split('\n'),
    );
    expect(lines.filter((line) => !line.includes('"age"'))).toEqual([]);
  });

  test('is made right by seal, from what the log records', async () => {
    const { code, out, err } = await world.run(at, ['seal', archive]);
    expect([code, readFileSync(join(archive, 'longplay.json')).equals(right)], out + err).toEqual([0, true]);
    const verified = await world.run(at, ['verify', archive, '-j', '1', '--play']);
    expect([verified.code, verified.out]).toEqual([0, expect.not.stringContaining('V105')]);
    expect((await world.run(at, ['case', 'list', archive])).code).toBe(0);
    expect(shown()).toEqual([]);
    // In a replica as well: the next sync replaces it.
    const replica = world.rig.path('made/replica/longplay.json');
    cpSync(join(at, 'old.json'), replica);
    const synced = await world.run(at, ['replica', 'sync', archive]);
    expect([synced.code, readFileSync(replica).equals(right)], synced.out + synced.err).toEqual([0, true]);
  });

  test('counts as being sealed if a run was stopped before it wrote the file, and seal goes on', async () => {
    const other = world.copy();
    await makeKeyring(other);
    const stopped = join(other, 'archive');
    expect((await world.run(other, ['replica', 'remove', stopped, 'offsite'])).code).toBe(0);
    const old = readFileSync(join(stopped, 'longplay.json'));
    const [bag = ''] = world.known.bags;
    // A file that nothing names keeps the archive from being sealed as a whole.
    writeFileSync(join(stopped, 'bags', bag, 'strange.txt'), 'mine\n');
    expect((await world.run(other, ['seal', stopped, '--yes'])).code).toBe(3);
    writeFileSync(join(stopped, 'longplay.json'), old);
    for (const args of [
      ['case', 'new', stopped, '--title', 'Deal 4712'],
      ['note', 'add', stopped, world.known.recordings[0], 'Price named'],
      ['list', stopped],
    ]) {
      const { code, err } = await world.run(other, args);
      expect([args[0], code, err]).toEqual([args[0], 5, expect.stringMatching(/K214 .*\n.*longplay seal/)]);
    }
    rmSync(join(stopped, 'bags', bag, 'strange.txt'));
    // Neither silence nor damage: a promise that is not kept yet.
    for (const args of [
      ['verify', stopped, '-j', '1'],
      ['verify', stopped, '--every', '90d', '--status'],
      ['watch', stopped],
      ['replica', 'list', stopped],
    ]) {
      const told = await world.run(other, args);
      expect([args[0], told.code, told.out + told.err]).toEqual([args[0], 3, expect.stringContaining('K222')]);
    }
    const { code, out, err } = await world.run(other, ['seal', stopped, '--json']);
    expect([code, out], err).toEqual([0, expect.stringContaining('"isSealed":true')]);
    expect(filesWith(stopped, words).filter((file) => !['README.txt', 'check.py'].includes(file))).toEqual([]);
    expect(readdirSync(join(stopped, 'jobs'))).toEqual([]);
  });
});
