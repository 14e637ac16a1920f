import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Archive } from '../../src/archive/layout.ts';
import { changeKey } from '../../src/log/change-key.ts';
import { entryBytes } from '../../src/log/entries/log-entry.ts';
import { openLog } from '../../src/log/log.ts';
import { inspectLog } from '../../src/log/read/inspect-log.ts';
import { readEntries } from '../../src/log/read/read-log.ts';
import { checkpointText, logOrigin } from '../../src/log/tree/checkpoint.ts';
import { leafHash } from '../../src/log/tree/merkle.ts';
import { addLeaf, bundleBytes, bundleEntries, type GrowingTree, tileBytes, treeRoot } from '../../src/log/tree/tile-tree.ts';
import { calm, temporaryFolder } from '../archive/rig.ts';
import { anyType } from './any-type.ts';
import { newArchive, now } from './rig.ts';

async function append(archive: Archive, keys: string, ...types: string[]): Promise<void> {
  const log = await openLog(archive, { now, keys });
  for (const type of types) await log.append(anyType(type), {});
  await log.close();
}

/** Codes of findings, the finding that prevents new entries, and the types of the accepted entries. */
async function inspected(archive: Archive, memory: string | null): Promise<{ codes: string[]; obstacle: string | null; types: string[] }> {
  const found = await inspectLog(archive, memory, calm);
  const types: string[] = [];
  for await (const { type } of readEntries(archive, found, calm)) types.push(type);
  return { codes: found.findings.map(({ code }) => code), obstacle: found.obstacle?.code ?? null, types };
}

/** Writes entries and everything derived from them like a forger without the key: the signature is that of the earlier checkpoint. */
function forge(archive: Archive, change: (entries: Uint8Array[]) => Uint8Array[]): void {
  const log = join(archive.dir, 'log');
  const [widest = ''] = readdirSync(join(log, 'tile/entries/000.p')).sort((a, b) => Number(b) - Number(a));
  const entries = change(bundleEntries(readFileSync(join(log, 'tile/entries/000.p', widest))).entries);
  rmSync(join(log, 'tile'), { recursive: true });
  const tree: GrowingTree = { full: [], tail: [] };
  for (const entry of entries) addLeaf(tree, leafHash(entry));
  for (const [level, bytes] of [['entries', bundleBytes(entries)] as const, ['0', tileBytes(tree.tail)] as const]) {
    mkdirSync(join(log, `tile/${level}/000.p`), { recursive: true });
    writeFileSync(join(log, `tile/${level}/000.p/${entries.length}`), bytes);
  }
  const [, signatures = ''] = readFileSync(join(log, 'checkpoint'), 'utf8').split('\n\n');
  const text = checkpointText({ origin: logOrigin(archive.id), size: entries.length, root: treeRoot(tree) });
  writeFileSync(join(log, 'checkpoint'), `${text}\n${signatures}`);
}

const forgedEntry = entryBytes({ time: now(), type: 'forged', detail: {} });
const exchange = (entries: Uint8Array[]): Uint8Array[] => entries.map((entry, at) => (at === 1 ? forgedEntry : entry));
const memoryOf = (keys: string): string => join(keys, readdirSync(keys).find((name) => name.endsWith('.checkpoint')) ?? '');

describe('a log that was rewritten without its key', () => {
  it('is never signed, whether this machine remembers the right one or not', async () => {
    using folder = temporaryFolder();
    const { archive, keys } = await newArchive(folder.path);
    await append(archive, keys, 'a', 'b');
    forge(archive, exchange);
    expect(await inspected(archive, keys)).toMatchObject({ codes: ['L102', 'A117'], obstacle: 'L102' });
    await expect(append(archive, keys, 'c')).rejects.toMatchObject({ code: 'L102' });
    rmSync(memoryOf(keys));
    expect(await inspected(archive, keys)).toMatchObject({ codes: ['A117'], obstacle: 'L105' });
    await expect(append(archive, keys, 'c')).rejects.toMatchObject({ code: 'L105' });
    await expect(changeKey(archive, { now, keys }, 'rotate', calm)).rejects.toMatchObject({ code: 'L105' });
    expect((await inspected(archive, null)).types).toEqual(['archive-created', 'forged', 'b']);
  });

  it('and extended is not signed either', async () => {
    using folder = temporaryFolder();
    const { archive, keys } = await newArchive(folder.path);
    await append(archive, keys, 'a', 'b');
    forge(archive, (entries) => [...entries, forgedEntry]);
    expect(await inspected(archive, keys)).toMatchObject({ codes: ['A117'], obstacle: 'L105' });
    await expect(append(archive, keys, 'c')).rejects.toMatchObject({ code: 'L105' });
  });

  it('after a checkpoint of an earlier time is not taken for the lost end', async () => {
    using folder = temporaryFolder();
    const { archive, keys, log } = await newArchive(folder.path);
    await append(archive, keys, 'a');
    const before = readFileSync(join(log, 'checkpoint'));
    await append(archive, keys, 'b', 'c', 'd');
    forge(archive, (entries) => [...entries.slice(0, 2), forgedEntry]);
    writeFileSync(join(log, 'checkpoint'), before);
    expect(await inspected(archive, keys)).toMatchObject({ codes: ['A116', 'A113'], types: ['archive-created', 'a'] });
    await expect(append(archive, keys, 'e')).rejects.toMatchObject({ code: 'L132' });
    await (await openLog(archive, { now, keys, givesUpEnd: 'always' })).close();
    await append(archive, keys, 'e');
    expect((await inspected(archive, keys)).types).toEqual(['archive-created', 'a', 'log-shortened', 'log-repaired', 'e']);
  });

  it('whose entries are of one history and whose tiles are of the other is detected, although each has a known root', async () => {
    using folder = temporaryFolder();
    const { archive, keys, log } = await newArchive(folder.path);
    const copy = join(folder.path, 'copy');
    await append(archive, keys, 'a');
    cpSync(archive.dir, copy, { recursive: true });
    const copyKeys = join(folder.path, 'copy-keys');
    cpSync(keys, copyKeys, { recursive: true });
    await append({ ...archive, dir: copy }, copyKeys, 'x', 'y');
    await append(archive, keys, 'b');
    // What this machine saw: created, a, b. What was signed elsewhere: created, a, x, y.
    for (const path of ['tile/entries/000.p/4', 'tile/0/000.p/4', 'checkpoint']) cpSync(join(copy, 'log', path), join(log, path));
    expect(await inspected(archive, keys)).toMatchObject({ obstacle: 'L102' });
    await expect(append(archive, keys, 'c')).rejects.toMatchObject({ code: 'L102', hint: expect.stringContaining('--since') });
  });
});

describe('this machine’s stored state of a log', () => {
  it('is not accepted without a signature, and nothing is logged then', async () => {
    using folder = temporaryFolder();
    const { archive, keys } = await newArchive(folder.path);
    await append(archive, keys, 'a');
    const file = memoryOf(keys);
    const right = readFileSync(file, 'utf8');
    for (const wrong of [right.replace('\n2\n', '\n9\n'), 'nonsense', '', right.repeat(200)]) {
      writeFileSync(file, wrong);
      expect(await inspected(archive, keys)).toEqual({ codes: ['L116'], obstacle: 'L116', types: ['archive-created', 'a'] });
      await expect(append(archive, keys, 'b')).rejects.toMatchObject({ code: 'L116' });
    }
    rmSync(file);
    await append(archive, keys, 'b');
    expect(await inspected(archive, keys)).toEqual({ codes: [], obstacle: null, types: ['archive-created', 'a', 'b'] });
  });

  it('is kept across a change of keys, and begins when a log is seen for the first time', async () => {
    using folder = temporaryFolder();
    const { archive, keys } = await newArchive(folder.path);
    await append(archive, keys, 'a');
    const old = readFileSync(memoryOf(keys));
    await changeKey(archive, { now, keys }, 'rotate', calm);
    writeFileSync(memoryOf(keys), old);
    expect(await inspected(archive, keys)).toMatchObject({ codes: [], obstacle: null });
    rmSync(memoryOf(keys));
    await (await openLog(archive, { now, keys })).close();
    expect(readFileSync(memoryOf(keys), 'utf8')).toContain(`${logOrigin(archive.id)}\n3\n`);
  });
});

describe('additional data of a log', () => {
  it('include unsigned entries, which are kept and reported', async () => {
    using folder = temporaryFolder();
    const { archive, keys, log } = await newArchive(folder.path);
    await append(archive, keys, 'a');
    const before = readFileSync(join(log, 'checkpoint'));
    await append(archive, keys, 'b', 'c');
    const lost = readFileSync(join(log, 'tile/entries/000.p/4'));
    writeFileSync(join(log, 'checkpoint'), before);
    writeFileSync(memoryOf(keys), before);
    await append(archive, keys, 'd');
    const [kept = ''] = readdirSync(join(archive.dir, 'quarantine'));
    expect(readFileSync(join(archive.dir, 'quarantine', kept, 'tile/entries/000.p/4'))).toEqual(lost);
    const found = await inspectLog(archive, keys, calm);
    const entries = [];
    for await (const { type, detail } of readEntries(archive, found, calm)) entries.push({ type, ...detail });
    expect(entries[2]).toMatchObject({ type: 'log-repaired', unsigned: 2, unsignedSha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it('include unsigned entries, which are kept apart from those of the same second', async () => {
    using folder = temporaryFolder();
    const { archive, keys, log } = await newArchive(folder.path);
    const kept: string[] = [];
    for (const type of ['b', 'c']) {
      const before = readFileSync(join(log, 'checkpoint'));
      await append(archive, keys, type);
      writeFileSync(join(log, 'checkpoint'), before);
      writeFileSync(memoryOf(keys), before);
      await append(archive, keys, 'd');
      kept.push(`"type":"${type}"`);
    }
    const folders = readdirSync(join(archive.dir, 'quarantine')).sort();
    expect(folders).toEqual(['20240506T070809Z-log', '20240506T070809Z-log-2']);
    for (const [at, name] of folders.entries()) {
      const [file = ''] = readdirSync(join(archive.dir, 'quarantine', name, 'tile/entries/000.p'));
      expect(readFileSync(join(archive.dir, 'quarantine', name, 'tile/entries/000.p', file), 'latin1')).toContain(kept[at]);
    }
  });

  it('restore a damaged entry from an older file, even if unsigned entries follow it', async () => {
    using folder = temporaryFolder();
    const { archive, keys, log } = await newArchive(folder.path);
    await append(archive, keys, 'a', 'b');
    const before = readFileSync(join(log, 'checkpoint'));
    await append(archive, keys, 'unsigned');
    writeFileSync(join(log, 'checkpoint'), before);
    writeFileSync(memoryOf(keys), before);
    for (const width of [3, 4]) {
      const file = join(log, `tile/entries/000.p/${width}`);
      const bytes = readFileSync(file);
      bytes[bytes.indexOf('"type":"a"') + 8] = 0x78;
      writeFileSync(file, bytes);
    }
    await append(archive, keys, 'c');
    expect(await inspected(archive, keys)).toMatchObject({ codes: [], types: ['archive-created', 'a', 'b', 'log-repaired', 'c'] });
  });

  it('restore a damaged entry from an older file that has it as it was signed', async () => {
    using folder = temporaryFolder();
    const { archive, keys, log } = await newArchive(folder.path);
    await append(archive, keys, 'a', 'b', 'c');
    const bundle = join(log, 'tile/entries/000.p/4');
    const bytes = readFileSync(bundle);
    const at = bytes.indexOf('"type":"b"');
    bytes[at + 8] = 0x78;
    writeFileSync(bundle, bytes);
    rmSync(join(log, 'tile/entries/000.p/2'));
    expect(await inspected(archive, keys)).toMatchObject({ codes: ['A111'], types: ['archive-created', 'a', 'c'] });
    // The last entry is in no narrower file: with a gap the bundle is left unchanged, and older files stay when it fills.
    const damaged = Buffer.from(bytes);
    damaged[damaged.length - 3] = (damaged[damaged.length - 3] ?? 0) ^ 1;
    const both = join(folder.path, 'both');
    cpSync(archive.dir, both, { recursive: true });
    writeFileSync(join(both, 'log/tile/entries/000.p/4'), damaged);
    await append(archive, keys, 'd');
    expect(await inspected(archive, keys)).toMatchObject({ codes: [], types: ['archive-created', 'a', 'b', 'c', 'log-repaired', 'd'] });
    const copy = { ...archive, dir: both };
    rmSync(memoryOf(keys));
    const open = await openLog(copy, { now, keys });
    await open.appendAll(Array.from({ length: 260 }, () => ({ type: anyType('t'), detail: {} })));
    await open.close();
    expect(existsSync(join(both, 'log/tile/entries/000.p/3'))).toBe(true);
    expect((await inspectLog(copy, keys, calm)).findings.map(({ code }) => code)).toEqual(['A111', 'A111']);
  });
});

describe('a change of keys', () => {
  it('keeps an unreadable key file, and no signature is claimed if the log is gone as well', async () => {
    using folder = temporaryFolder();
    const { archive, keys, log } = await newArchive(folder.path);
    await append(archive, keys, 'a');
    const pem = join(keys, readdirSync(keys).find((name) => name.endsWith('.pem')) ?? '');
    writeFileSync(pem, 'scratched');
    await changeKey(archive, { now, keys }, 'lost', calm);
    const kept = readdirSync(keys).filter((name) => /\.unusable-[0-9a-f]{8}\.pem$/.test(name));
    expect(kept.map((name) => readFileSync(join(keys, name), 'utf8'))).toEqual(['scratched']);
    expect(await inspected(archive, keys)).toMatchObject({ codes: ['L103'], obstacle: null });
    renameSync(log, join(folder.path, 'lost'));
    await changeKey(archive, { now, keys }, 'rotate', calm);
    expect(await inspected(archive, keys)).toEqual({ codes: ['A114'], obstacle: null, types: ['log-restarted', 'key-rotated'] });
  });
});
