import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Archive } from '../../src/archive/layout.ts';
import { changeKey } from '../../src/log/change-key.ts';
import { type LogDetail, type LogEntry, parseEntry } from '../../src/log/entries/log-entry.ts';
import { beginLog, openLog } from '../../src/log/log.ts';
import { loggedEntries, readLog } from '../../src/log/read/read-log.ts';
import { calm, temporaryFolder } from '../archive/rig.ts';
import { anyType } from './any-type.ts';
import { goJudge, hasGoJudge } from './go-judge.ts';
import { newArchive, now } from './rig.ts';

/** Types of entries, after codes of findings with their place. Whatever is wrong with the log, readers of entries alone get the same entries. */
async function read(archive: Archive, memory: string | null = null): Promise<string[]> {
  const items: string[] = [];
  const entries: LogEntry[] = [];
  for await (const item of readLog(archive, calm, memory)) {
    items.push(item.kind === 'finding' ? `${item.code} ${item.place.slice(3)}`.trim() : item.type);
    if (item.kind === 'log-entry') entries.push(item);
  }
  expect(await entriesAlone(archive, memory)).toEqual(entries);
  return items;
}

async function entriesAlone(archive: Archive, memory: string | null = null): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const entry of loggedEntries(archive, memory, calm)) entries.push(entry);
  return entries;
}

async function append(archive: Archive, keys: string, ...types: string[]): Promise<readonly string[]> {
  const log = await openLog(archive, { now, keys });
  for (const type of types) await log.append(anyType(type), {});
  await log.close();
  return log.findings.map(({ code }) => code);
}

function keyOf(log: string): string {
  const [first = ''] = readdirSync(join(log, 'tile/entries'), { recursive: true, encoding: 'utf8' }).filter((name) => /^000(\.p\/\d+)?$/.test(name));
  const line = /"key":"([^"]+)"/.exec(readFileSync(join(log, 'tile/entries', first), 'latin1'));
  return line?.[1] ?? '';
}

describe('the log', () => {
  it.skipIf(!hasGoJudge)('is read by an independent implementation of its formats, at any size', async () => {
    using folder = temporaryFolder();
    const { archive, keys, log } = await newArchive(folder.path);
    const key = keyOf(log);
    const open = await openLog(archive, { now, keys });
    expect(goJudge('log', log, key)).toBe('RIGHT 1 entries');
    for (const count of [1, 3, 250, 1, 1, 255, 400]) {
      await open.appendAll(Array.from({ length: count }, (_, at) => ({ type: anyType('t'), detail: { at, text: 'ä'.repeat(at) } })));
      expect(goJudge('log', log, key)).toBe(`RIGHT ${(await read(archive)).length} entries`);
    }
    await open.close();
    // Control: the judge reads the expected content.
    const bundle = readFileSync(join(log, 'tile/entries/002'));
    writeFileSync(join(log, 'tile/entries/002'), Buffer.concat([bundle.subarray(0, 40), Uint8Array.of((bundle[40] ?? 0) ^ 1), bundle.subarray(41)]));
    expect(goJudge('log', log, key)).toBe('WRONG entry 512 has another hash');
  });

  it('is read about once per inspection if it grew entry by entry, which leaves as many files as it has entries', async () => {
    using folder = temporaryFolder();
    const { archive, keys, log } = await newArchive(folder.path);
    const open = await openLog(archive, { now, keys });
    for (let at = 0; at < 200; at++) await open.append(anyType('t'), { text: 'x'.repeat(2_000) });
    await open.close();
    const bytes = readdirSync(log, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
    /** Bytes that this process has read, from files and else. */
    const readBytes = (): number => Number(/^rchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'latin1'))?.[1]);
    const share = async (work: () => Promise<unknown>): Promise<number> => {
      const before = readBytes();
      await work();
      return (readBytes() - before) / bytes;
    };
    expect(await share(async () => await read(archive))).toBeLessThan(1.5);
    // Readers of entries alone leave the narrower files, 99 % of these bytes, to those that report on the log.
    expect(await share(async () => expect(await entriesAlone(archive)).toHaveLength(201))).toBeLessThan(0.1);
  });

  it('has a checkpoint whose signature openssl verifies with the key of its first entry', async () => {
    using folder = temporaryFolder();
    const { keys, archive } = await newArchive(folder.path);
    const note = readFileSync(join(archive.dir, 'log/checkpoint'), 'utf8');
    const [text = '', line = ''] = note.split('\n\n');
    writeFileSync(join(folder.path, 'text'), `${text}\n`);
    writeFileSync(join(folder.path, 'signature'), Buffer.from(line.trim().split(' ')[2] ?? '', 'base64').subarray(4));
    const key = Buffer.from(keyOf(join(archive.dir, 'log')).split('+').slice(2).join('+'), 'base64').subarray(1);
    // RFC 8410 section 4: the frame of an Ed25519 public key.
    writeFileSync(join(folder.path, 'public.der'), Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key]));
    const verify = ['pkeyutl', '-verify', '-rawin', '-pubin', '-inkey', 'public.der', '-keyform', 'DER', '-in', 'text', '-sigfile', 'signature'];
    expect(execFileSync('openssl', verify, { cwd: folder.path, encoding: 'utf8' })).toContain('Verified Successfully');
    const [file = ''] = readdirSync(keys).filter((name) => name.endsWith('.pem'));
    expect(execFileSync('openssl', ['pkey', '-in', join(keys, file), '-text', '-noout'], { encoding: 'utf8' })).toContain('ED25519');
    expect(execFileSync('stat', ['-c', '%a', join(keys, file)], { encoding: 'utf8' }).trim()).toBe('600');
  });

  it('returns any entry as it was written', async () => {
    const detail = fc.dictionary(
      fc.string({ unit: 'binary' }),
      fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.boolean(), fc.constant(null)),
      { maxKeys: 4 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(detail, { maxLength: 4 }), async (details: LogDetail[]) => {
        using folder = temporaryFolder();
        const { archive, keys } = await newArchive(folder.path);
        const log = await openLog(archive, { now, keys });
        await Promise.all(details.map((one) => log.append(anyType('t'), one)));
        await log.close();
        const back: unknown[] = [];
        for await (const item of readLog(archive, calm)) if (item.kind === 'log-entry' && item.type === 't') back.push({ ...item.detail });
        expect(back).toEqual(details.map((one) => ({ ...one })));
        expect(await read(archive)).toHaveLength(details.length + 1);
      }),
      { numRuns: 25 },
    );
  });

  it('keeps the order of overlapping calls, and continues after it was closed', async () => {
    using folder = temporaryFolder();
    const { archive, keys } = await newArchive(folder.path);
    const log = await openLog(archive, { now, keys });
    await Promise.all(['a', 'b', 'c', 'd'].map((type) => log.append(anyType(type), {})));
    await log.close();
    await append(archive, keys, 'e');
    expect(await read(archive, keys)).toEqual(['archive-created', 'a', 'b', 'c', 'd', 'e']);
  });

  it('is written by two runs at once without a loss', async () => {
    using folder = temporaryFolder();
    const { archive, keys } = await newArchive(folder.path);
    const [one, two] = [await openLog(archive, { now, keys }), await openLog(archive, { now, keys })];
    await Promise.all(Array.from({ length: 6 }, (_, at) => (at % 2 === 0 ? one : two).append(anyType(`entry-${at}`), {})));
    await one.append('bag-landed', { bag: '2019/a' });
    await two.append(anyType('last'), {});
    expect([...two.landedBags().keys()]).toEqual(['2019/a']);
    const entries = await read(archive, keys);
    expect([...entries].sort()).toEqual(['archive-created', 'bag-landed', 'entry-0', 'entry-1', 'entry-2', 'entry-3', 'entry-4', 'entry-5', 'last']);
    expect(existsSync(join(archive.dir, 'log/.lock'))).toBe(false);
  });

  it('lists the landed bags, before and since it was opened', async () => {
    using folder = temporaryFolder();
    const { archive, keys } = await newArchive(folder.path);
    const log = await openLog(archive, { now, keys });
    await log.append('bag-landed', { bag: '2019/a' });
    await log.close();
    const again = await openLog(archive, { now, keys });
    expect([...again.landedBags().keys()]).toEqual(['2019/a']);
    await again.append('bag-landed', { bag: '2019/b' });
    expect([...again.landedBags().keys()]).toEqual(['2019/a', '2019/b']);
    await again.close();
  });

  it('does not begin with a key inside the archive, and is not written without its key', async () => {
    using folder = temporaryFolder();
    const { archive, keys } = await newArchive(folder.path);
    await expect(beginLog(archive, {}, join(archive.dir, 'keys'))).rejects.toMatchObject({ code: 'L106' });
    await expect(openLog(archive, { now, keys: join(folder.path, 'elsewhere') })).rejects.toMatchObject({ code: 'L104' });
    const [pem = ''] = readdirSync(keys).filter((name) => name.endsWith('.pem'));
    writeFileSync(join(keys, pem), 'nonsense');
    await expect(openLog(archive, { now, keys })).rejects.toMatchObject({ code: 'L107' });
    execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', join(keys, pem)]);
    await expect(openLog(archive, { now, keys })).rejects.toMatchObject({ code: 'L108' });
  });
});

describe('an interrupted append', () => {
  it('leaves nothing that counts, and the next one continues', async () => {
    using folder = temporaryFolder();
    const { archive, keys, log } = await newArchive(folder.path);
    await append(archive, keys, 'a');
    const before = join(folder.path, 'before');
    cpSync(log, before, { recursive: true });
    const open = await openLog(archive, { now, keys });
    await open.appendAll(Array.from({ length: 300 }, () => ({ type: anyType('b'), detail: {} })));
    await open.close();
    // As if it had been stopped before the checkpoint, and this machine had not seen the end.
    cpSync(join(before, 'checkpoint'), join(log, 'checkpoint'));
    const [memory = ''] = readdirSync(keys).filter((name) => name.endsWith('.checkpoint'));
    cpSync(join(before, 'checkpoint'), join(keys, memory));
    expect(await read(archive, keys)).toEqual(['A113', 'archive-created', 'a']);
    expect(await append(archive, keys, 'c')).toEqual([]);
    expect(await read(archive, keys)).toEqual(['archive-created', 'a', 'log-repaired', 'c']);
    if (hasGoJudge) expect(goJudge('log', log, keyOf(log))).toBe('RIGHT 4 entries');
  });
});

describe('a log that was tampered with', () => {
  /** Changes a log of four entries and returns the findings, on a machine without stored state and on one that remembers. */
  const tampered = (
    title: string,
    change: (log: string) => void,
    said: readonly string[],
    remembered: readonly string[],
    next: readonly string[],
  ): void =>
    it(`by ${title} reports where, and continues without covering it up`, async () => {
      using folder = temporaryFolder();
      const { archive, keys, log } = await newArchive(folder.path);
      await append(archive, keys, 'a', 'b', 'c');
      change(log);
      expect(await read(archive)).toEqual(said);
      expect(await read(archive, keys)).toEqual(remembered);
      if (next.length === 1) await expect(append(archive, keys, 'd')).rejects.toMatchObject({ code: next[0] });
      else {
        await append(archive, keys, 'd');
        expect(await read(archive, keys)).toEqual(next);
      }
    });
  const edit = (file: string, by: (bytes: Buffer) => Uint8Array) => (log: string) =>
    writeFileSync(join(log, file), by(readFileSync(join(log, file))));
  const flip = (at: number) => (bytes: Buffer) => {
    bytes[bytes.length - at] = (bytes[bytes.length - at] ?? 0) ^ 1;
    return bytes;
  };
  const entries = ['archive-created', 'a', 'b', 'c'];
  const [bundle, tile] = ['tile/entries/000.p/4', 'tile/0/000.p/4'];

  tampered(
    'changing an entry',
    edit(bundle, flip(3)),
    ['A111 :4', 'archive-created', 'a', 'b'],
    ['A111 :4', 'archive-created', 'a', 'b'],
    ['A111 :4', 'archive-created', 'a', 'b', 'd'],
  );
  const cut = ['L101 /tile/entries/000', 'archive-created', 'a', 'b'];
  tampered(
    'cutting the entries',
    edit(bundle, (bytes) => bytes.subarray(0, -1)),
    cut,
    cut,
    ['A111 :4', 'archive-created', 'a', 'b', 'd'],
  );
  const without = ['L101 /tile/entries/000'];
  tampered('deleting the entries', (log) => rmSync(join(log, 'tile/entries'), { recursive: true }), without, without, [
    'A111 :1',
    'A111 :2',
    'A111 :3',
    'A111 :4',
    'd',
  ]);
  const wrongTile = ['A112 /tile/0/000.p/4', ...entries];
  tampered('changing a tile', edit(tile, flip(1)), wrongTile, wrongTile, [...entries, 'log-repaired', 'd']);
  tampered('deleting a tile', (log) => rmSync(join(log, tile)), wrongTile, wrongTile, [...entries, 'log-repaired', 'd']);
  const both = ['A111 :4', 'A112 /tile/0/000.p/4', 'archive-created', 'a', 'b'];
  tampered(
    'changing an entry and its tile',
    (log) => {
      edit(bundle, flip(3))(log);
      edit(tile, flip(1))(log);
    },
    both,
    both,
    ['L105'],
  );
  const head = ['A117 /checkpoint', ...entries];
  tampered('changing the signature', edit('checkpoint', flip(5)), head, head, [...entries, 'log-repaired', 'd']);
  tampered('deleting the checkpoint', (log) => rmSync(join(log, 'checkpoint')), head, head, [...entries, 'log-repaired', 'd']);
  tampered(
    'cutting its end, with a checkpoint of that time',
    (log) => {
      for (const level of ['entries', '0']) rmSync(join(log, `tile/${level}/000.p/4`));
      writeFileSync(join(log, 'checkpoint'), readFileSync(join(log, 'checkpoint')));
    },
    ['A116', 'archive-created', 'a', 'b'],
    ['A116', 'archive-created', 'a', 'b'],
    ['L132'],
  );

  it('in any narrower file that earlier appends left is noticed, entries and tiles alike', async () => {
    using folder = temporaryFolder();
    const { archive, keys, log } = await newArchive(folder.path);
    await append(archive, keys, ...Array.from({ length: 40 }, () => 't'));
    for (const level of ['entries', '0'])
      for (const width of [1, 2, 31, 32, 33, 40]) {
        const path = `tile/${level}/000.p/${width}`;
        const whole = readFileSync(join(log, path));
        for (const wrong of [flip(1)(Buffer.from(whole)), whole.subarray(0, -1), Buffer.concat([whole, whole.subarray(0, 32)]), Buffer.alloc(0)]) {
          writeFileSync(join(log, path), wrong);
          expect((await read(archive)).filter((item) => !/^(?:archive-created|t)$/.test(item))).toEqual([`A112 /${path}`]);
        }
        writeFileSync(join(log, path), whole);
      }
    expect(await read(archive)).toHaveLength(41);
  });

  it('by restoring an older state of all of it is noticed by a machine that remembers', async () => {
    using folder = temporaryFolder();
    const { archive, keys, log } = await newArchive(folder.path);
    await append(archive, keys, 'a');
    cpSync(log, join(folder.path, 'before'), { recursive: true });
    await append(archive, keys, 'b', 'c');
    rmSync(log, { recursive: true });
    renameSync(join(folder.path, 'before'), log);
    expect(await read(archive)).toEqual(['archive-created', 'a']);
    expect(await read(archive, keys)).toEqual(['A116', 'archive-created', 'a']);
    // An entry in the place of a lost one would fork the log.
    await expect(append(archive, keys, 'd')).rejects.toMatchObject({ code: 'L132', kind: 'incomplete' });
    await expect(changeKey(archive, { now, keys }, 'rotate', calm)).rejects.toMatchObject({ code: 'L132' });
    expect(await read(archive, keys)).toEqual(['A116', 'archive-created', 'a']);
    const givingUp = await openLog(archive, { now, keys, givesUpEnd: 'if-alone' });
    await givingUp.close();
    await append(archive, keys, 'd');
    expect(await read(archive)).toEqual(['A116 :3', 'archive-created', 'a', 'log-shortened', 'd']);
  });

  it('by restoring the older checkpoint is noticed, and repaired from the existing entries', async () => {
    using folder = temporaryFolder();
    const { archive, keys, log } = await newArchive(folder.path);
    const before = readFileSync(join(log, 'checkpoint'));
    await append(archive, keys, 'a', 'b');
    writeFileSync(join(log, 'checkpoint'), before);
    expect(await read(archive)).toEqual(['A113', 'archive-created']);
    expect(await read(archive, keys)).toEqual(['A117 /checkpoint', 'archive-created', 'a', 'b']);
    await append(archive, keys, 'c');
    expect(await read(archive, keys)).toEqual(['archive-created', 'a', 'b', 'log-repaired', 'c']);
  });

  it('by rewriting all of it with another key is noticed by a machine that remembers', async () => {
    using folder = temporaryFolder();
    const { archive, keys, log } = await newArchive(folder.path);
    await append(archive, keys, 'a');
    rmSync(log, { recursive: true });
    const forger = join(folder.path, 'forger');
    await beginLog(archive, {}, forger);
    await append(archive, forger, 'x', 'y');
    expect(await read(archive)).toEqual(['archive-created', 'x', 'y']);
    expect(await read(archive, keys)).toEqual(['L102 /checkpoint', 'archive-created', 'x', 'y']);
    await expect(append(archive, keys, 'b')).rejects.toMatchObject({ code: 'L108' });
  });

  it('by deleting it is reported, and begins visibly from the start', async () => {
    using folder = temporaryFolder();
    const { archive, keys, log } = await newArchive(folder.path);
    rmSync(log, { recursive: true });
    expect(await read(archive)).toEqual(['A110']);
    await append(archive, keys, 'a');
    expect(await read(archive)).toEqual(['A114 :1', 'log-restarted', 'a']);
  });

  it("by replacing it with another archive's log is reported", async () => {
    using folder = temporaryFolder();
    const one = await newArchive(join(folder.path, 'one'));
    const two = await newArchive(join(folder.path, 'two'));
    rmSync(two.log, { recursive: true });
    cpSync(one.log, two.log, { recursive: true });
    expect(await read(two.archive)).toEqual(['A115 :1', 'A115 /checkpoint', 'archive-created']);
  });
});

describe('an entry', () => {
  it('with any bytes never causes a throw', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => parseEntry(bytes, 1) === null));
    fc.assert(fc.property(fc.json(), (text) => parseEntry(Buffer.from(text), 1) === null));
  });
});
