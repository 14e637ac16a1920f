import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Archive, openArchive } from '../../src/archive/layout.ts';
import { sha256Hex } from '../../src/core/base/identifier.ts';
import { entryBytes, type LogEntry, type NewEntry } from '../../src/log/entries/log-entry.ts';
import { readBundle } from '../../src/log/files/files.ts';
import { writeEntries } from '../../src/log/files/writer.ts';
import { beginLog, openLog } from '../../src/log/log.ts';
import { inspectLog } from '../../src/log/read/inspect-log.ts';
import { readLog } from '../../src/log/read/read-log.ts';
import { stampFile } from '../../src/log/stamps/store.ts';
import { logOrigin } from '../../src/log/tree/checkpoint.ts';
import { noteKey, rawPublicKey, verifierKey } from '../../src/log/tree/signed-note.ts';
import { syncReplicas } from '../../src/replicas/work.ts';
import { calm } from '../archive/rig.ts';
import { fingerprint } from '../cli/rig.ts';
import { anyType } from '../log/any-type.ts';
import { at, createReplicaRig, flip, type ReplicaRig } from './rig.ts';

let work: ReplicaRig;
beforeAll(async () => {
  work = await createReplicaRig();
});
afterAll(async () => {
  await work?.[Symbol.asyncDispose]();
});
afterEach(() => work.reset());

const offsite = (...parts: string[]): string => join(work.dir('offsite'), ...parts);

async function entriesOf(copy: string): Promise<LogEntry[]> {
  const found: LogEntry[] = [];
  for await (const item of readLog({ dir: work.dir(copy), id: null }, calm)) if (item.kind === 'log-entry') found.push(item);
  return found;
}

/** Logs something in the archive as during normal work. */
async function enter(entries: readonly NewEntry[]): Promise<void> {
  const log = await openLog(await openArchive(work.archive), { now: () => at, keys: work.rig.keys });
  await log.appendAll(entries);
  await log.close();
}

describe('a replica that somebody wrote to', () => {
  /** Continues the log of the replica like somebody without a key of the archive. */
  async function forge(entries: readonly NewEntry[], key: KeyObject): Promise<void> {
    const archive = { ...(await openArchive(work.archive)), dir: offsite() };
    const found = await inspectLog(archive, null, calm);
    if (found.tree === null) throw new Error('the log of the replica is damaged');
    const index = found.tree.full.length;
    const tail = ((await readBundle(offsite('log'), index))?.entries ?? []).slice(0, found.tree.tail.length);
    const bytes = entries.map((entry) => entryBytes({ time: at, ...entry }));
    await writeEntries(archive, { tree: found.tree, tail, isDamaged: false }, bytes, key);
  }

  const { privateKey: stranger } = generateKeyPairSync('ed25519');
  const deleted = (): NewEntry => ({ type: anyType('deleted'), detail: { bag: (work.bags[0] ?? '').slice('bags/'.length) } });
  const taken = async (): Promise<boolean> => (await entriesOf('primary')).some(({ type }) => type === 'deleted');

  test('cannot add entries to the archive that none of its keys has signed', async () => {
    await work.sync();
    await forge([deleted()], stranger);
    const { said, findings } = await work.repair();
    expect(said).toContain('R114 offsite:log');
    expect(findings.find(({ code }) => code === 'R114')?.message).toContain('1 more entry that no trusted signature');
    expect(await taken()).toBe(false);
    expect(await work.verifyPrimary()).toEqual([]);
  });

  test('cannot add entries signed with a key that the archive never certified', async () => {
    await work.sync();
    const { id } = await openArchive(work.archive);
    const key = verifierKey(noteKey(logOrigin(id), rawPublicKey(stranger)));
    await forge([{ type: 'key-replaced', detail: { key } }, deleted()], stranger);
    expect((await inspectLog({ dir: offsite(), id }, null, calm)).findings.map(({ code }) => code)).toEqual(['L103']);
    expect((await work.repair()).said).toContain('R114 offsite:log');
    expect(await taken()).toBe(false);
  });

  test('cannot put its own entries in the place of damaged ones in the archive', async () => {
    await work.sync();
    await forge([deleted()], stranger);
    const bundles = readdirSync(join(work.archive, 'log/tile/entries/000.p'));
    for (const name of bundles) flip(join(work.archive, 'log/tile/entries/000.p', name), 40);
    await work.repair();
    expect(await taken()).toBe(false);
    expect(await work.verifyPrimary()).toEqual([]);
  });

  test('cannot put a whole log in the place of a lost one', async () => {
    const known = await openArchive(work.archive);
    const [made] = await entriesOf('primary');
    rmSync(offsite('log'), { recursive: true });
    await beginLog({ ...known, dir: offsite() }, { ...made?.detail }, work.rig.path('keys-of-a-stranger'));
    const log = await openLog({ ...known, dir: offsite() }, { now: () => at, keys: work.rig.path('keys-of-a-stranger') });
    for (const { type, detail } of (await entriesOf('primary')).slice(1)) await log.append(anyType(type), detail);
    await log.append(anyType('deleted'), deleted().detail);
    await log.close();
    rmSync(join(work.archive, 'log'), { recursive: true });
    const { said } = await work.repair({ from: offsite() });
    expect(said).not.toContain('R143 log');
    expect(await taken()).toBe(false);
  });

  test('restores entries that the archive has signed, and lost since', async () => {
    cpSync(join(work.archive, 'log'), work.rig.path('older-log'), { recursive: true });
    await work.verify();
    await work.sync();
    const all = await entriesOf('primary');
    rmSync(join(work.archive, 'log'), { recursive: true });
    cpSync(work.rig.path('older-log'), join(work.archive, 'log'), { recursive: true });
    // As on a machine without stored state.
    for (const name of readdirSync(work.rig.keys)) if (name.endsWith('.checkpoint')) rmSync(join(work.rig.keys, name));
    expect((await work.repair()).said).toContain('R143 log');
    expect((await entriesOf('primary')).slice(0, all.length)).toEqual(all);
    expect(await work.verifyPrimary()).toEqual([]);
  });
});

describe('a sync', () => {
  test('whose replica disappears in the middle ends with that, and writes nothing to the folder beneath', async () => {
    for (const bag of work.bags) rmSync(offsite(bag), { recursive: true });
    const running = syncReplicas(work.archive, null, work.tools, calm);
    let gone: unknown = null;
    try {
      for (let next = await running.next(); next.done !== true; next = await running.next()) {
        if (next.value.kind !== 'copied' || existsSync(work.rig.path('unmounted'))) continue;
        // An unmounted disk: its folder exists, and is empty.
        renameSync(offsite(), work.rig.path('unmounted'));
        mkdirSync(offsite('bags'), { recursive: true });
      }
    } catch (error) {
      gone = error;
    }
    expect(gone).toMatchObject({ code: 'R101', kind: 'incomplete' });
    expect(readdirSync(offsite())).toEqual(['bags']);
    expect(readdirSync(offsite('bags'))).toEqual([]);
    rmSync(work.rig.path('unmounted'), { recursive: true });
  });

  test.each([
    ['everything but the checkpoint', () => undefined],
    ['tiles without entries', () => rmSync(offsite('log/tile/entries'), { recursive: true })],
    ['only its folder', () => rmSync(offsite('log/tile'), { recursive: true })],
  ])('that was killed while it copied the first log, with %s present, is finished by the next', async (_name, damage) => {
    rmSync(offsite('log/checkpoint'));
    damage();
    await enter([{ type: 'exported', detail: { recordings: 1 } }]);
    expect((await work.verify()).said).toEqual(['R125 offsite:log']);
    const { said, outcome } = await work.sync();
    expect(said).toEqual([]);
    expect(outcome.replicas).toMatchObject([{ log: 'copied' }]);
    expect((await work.verify()).said).toEqual([]);
  });

  test('overwrites no log without a checkpoint that holds anything else', async () => {
    rmSync(offsite('log/checkpoint'));
    const [width = ''] = readdirSync(offsite('log/tile/entries/000.p'));
    flip(offsite('log/tile/entries/000.p', width), 40);
    expect((await work.sync()).said).toEqual(['R115 offsite:log']);
  });
});

test('a verification of a replica reports bags there that the log does not know, and those that the archive lost', async () => {
  const [bag = ''] = work.bags;
  cpSync(offsite(bag), offsite(`${bag}-more`), { recursive: true });
  rmSync(join(work.archive, bag), { recursive: true });
  expect((await work.verify()).said).toEqual([`R112 ${bag}`, `R116 offsite:${bag}-more`]);
});

describe('a bag without digests in the log', () => {
  let bag: string;
  let original: readonly string[];
  /** A log that names the landing and not its digests. */
  beforeAll(async () => {
    work.reset();
    bag = work.bags[0] ?? '';
    const known: Archive = await openArchive(work.archive);
    const [made, ...rest] = await entriesOf('primary');
    for (const dir of [work.archive, offsite()]) rmSync(join(dir, 'log'), { recursive: true });
    for (const name of readdirSync(work.rig.keys)) if (name.endsWith('.checkpoint')) rmSync(join(work.rig.keys, name));
    await beginLog(known, made?.detail ?? {}, work.rig.keys);
    await enter(rest.map(({ type, detail }) => ({ type: anyType(type), detail: type === 'bag-landed' ? withoutDigests(detail) : detail })));
    original = work.bytes('primary');
    for (const copy of ['primary', 'offsite', 'keys'])
      cpSync(copy === 'keys' ? work.rig.keys : work.dir(copy), work.rig.path(`bare-${copy}`), { recursive: true });
    // Each test below begins with this.
    bare = () => {
      for (const copy of ['primary', 'offsite', 'keys']) {
        const dir = copy === 'keys' ? work.rig.keys : work.dir(copy);
        rmSync(dir, { recursive: true, force: true });
        cpSync(work.rig.path(`bare-${copy}`), dir, { recursive: true });
      }
    };
  });
  let bare: () => void;

  function withoutDigests(detail: LogEntry['detail']): LogEntry['detail'] {
    return Object.fromEntries(Object.entries(detail).filter(([name]) => !name.startsWith('tagManifest')));
  }

  test('is copied as its own manifests have it, and not if it differs from them', async () => {
    bare();
    for (const one of work.bags) rmSync(offsite(one), { recursive: true });
    const { said, outcome } = await work.sync();
    expect(said).toEqual(work.bags.map((one) => `R126 ${one}`));
    expect(outcome.replicas).toMatchObject([{ bagsCopied: 3, bagsNotWell: 0, log: 'copied' }]);
    expect(work.bytes('offsite')).toEqual(original);
    expect((await work.drill()).outcome).toMatchObject({ failed: 0, bags: [{ state: 'not-in-log' }, {}, {}] });
    rmSync(offsite(bag), { recursive: true });
    const file = work.files(bag).find((one) => one.includes('original-1')) ?? '';
    flip(join(work.archive, file), 50);
    expect((await work.sync()).said).toEqual([`R126 ${bag}`, `R111 ${bag}`]);
    expect(existsSync(offsite(bag))).toBe(false);
  });

  test('is restored if it is missing or damaged', async () => {
    bare();
    const [, other = ''] = work.bags;
    rmSync(join(work.archive, bag), { recursive: true });
    flip(join(work.archive, other, 'bag-info.txt'));
    const { said, outcome } = await work.repair();
    expect(said).toEqual([`R133 ${bag}`, `R130 ${bag}`, `R133 ${other}`, `R130 ${other}`]);
    expect(outcome).toMatchObject({ damaged: 2, mended: 2, lost: 0, undecided: 0, notSound: 0 });
    expect(work.bytes('primary')).toEqual(original);
  });
});

describe('files of time stamps', () => {
  const size = 3;
  const tsr = stampFile(size, 'tsr');
  const ers = stampFile(size, 'ers');
  const texts: Readonly<Record<string, string>> = { [stampFile(size, 'checkpoint')]: 'checkpoint', [tsr]: 'answer', [ers]: 'record' };

  async function stamp(): Promise<void> {
    mkdirSync(join(work.archive, 'log/stamps'), { recursive: true });
    for (const [path, text] of Object.entries(texts)) writeFileSync(join(work.archive, path), text);
    const digests = { file: tsr, sha256: sha256Hex('answer'), checkpointSha256: sha256Hex('checkpoint'), evidenceSha256: sha256Hex('record') };
    await enter([{ type: 'checkpoint-stamped', detail: { size, ...digests } }]);
    await work.sync();
  }

  test('that the archive lost or that are damaged there are restored from a replica, and the damaged files are kept', async () => {
    await stamp();
    const whole = fingerprint(join(work.archive, 'log/stamps'));
    rmSync(join(work.archive, tsr));
    flip(join(work.archive, ers));
    const { said } = await work.repair();
    expect([...said].sort()).toEqual([`R130 ${ers}`, `R130 ${tsr}`]);
    expect(fingerprint(join(work.archive, 'log/stamps'))).toEqual(whole);
    const [quarantine = ''] = readdirSync(join(work.archive, 'quarantine'));
    expect(existsSync(join(work.archive, 'quarantine', quarantine, 'files', ers))).toBe(true);
    rmSync(join(work.archive, 'log/stamps'), { recursive: true });
    await work.repair();
    expect(fingerprint(join(work.archive, 'log/stamps'))).toEqual(whole);
    expect(await work.verifyPrimary()).toEqual([]);
  });

  test('are copied to no replica if they differ from the log, and a sync overwrites no valid one', async () => {
    await stamp();
    flip(join(work.archive, tsr));
    const { said } = await work.sync();
    expect(said).toEqual([`R115 ${tsr}`]);
    expect(readFileSync(offsite(tsr), 'utf8')).toBe('answer');
    expect((await work.repair()).said).toEqual([`R130 ${tsr}`]);
    flip(offsite(ers));
    expect((await work.sync()).said).toEqual([`R115 offsite:${ers}`]);
    expect((await work.repair()).said).toEqual([`R130 offsite:${ers}`]);
    expect(readFileSync(offsite(ers), 'utf8')).toBe('record');
  });

  test('that were renewed replace the older ones, and not the other way round', async () => {
    await stamp();
    writeFileSync(join(work.archive, ers), 'renewed');
    await enter([{ type: 'stamp-renewed', detail: { size, file: ers, sha256: sha256Hex('renewed') } }]);
    // It is only behind, which a sync handles.
    expect((await work.repair()).said).toEqual([]);
    expect((await work.sync()).said).toEqual([]);
    expect(readFileSync(offsite(ers), 'utf8')).toBe('renewed');
    writeFileSync(join(work.archive, ers), 'record');
    expect((await work.sync()).said).toEqual([`R115 ${ers}`]);
    expect((await work.repair()).said).toEqual([`R130 ${ers}`]);
    expect(readFileSync(join(work.archive, ers), 'utf8')).toBe('renewed');
  });

  test('are not taken from a replica whose log is restored', async () => {
    await stamp();
    const witness = offsite('log/witness/000000000003.checkpoint');
    mkdirSync(offsite('log/witness'));
    writeFileSync(witness, 'signed elsewhere');
    writeFileSync(offsite('log/checkpoint'), 'nothing');
    expect((await work.repair()).said).toEqual(['R130 offsite:log']);
    expect(readFileSync(offsite(tsr), 'utf8')).toBe('answer');
    expect(readFileSync(witness, 'utf8')).toBe('signed elsewhere');
  });
});
