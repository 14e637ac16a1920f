import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryPrefix } from '../../../src/archive/files/durable.ts';
import type { Finding } from '../../../src/core/findings/finding.ts';
import type { NewEntry } from '../../../src/log/entries/log-entry.ts';
import { checkStamps, type StampCheck, type StampReading } from '../../../src/log/stamps/check.ts';
import { addStampFiles } from '../../../src/log/stamps/entries.ts';
import { rehashStamps, renewStamps } from '../../../src/log/stamps/renewal.ts';
import { keepList, keepRenewal, keepStamp, stampFile } from '../../../src/log/stamps/store.ts';
import { finishStamp, type StampWork, type StoredStamp, stampCheckpoint } from '../../../src/log/stamps/work.ts';
import { calm, digest } from '../../archive/rig.ts';
import { builtModule } from '../../built.ts';
import { buildTrap, readCalls } from '../../faults/trap.ts';
import { type Authority, makeAuthority, opensslSays, scratchFolder } from '../authority.ts';
import { rootsOf } from '../stamps.ts';

const note = (size: number): Uint8Array => Buffer.from(`longplay/0a0a\n${size}\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— key AAAA\n`);
const list = (size: number): Uint8Array => Buffer.from(`9f00  log/tile/entries/000.p/${size}\n`);

let first: Authority;
let second: Authority;
let work: (authority: Authority, at: string) => StampWork;
/** An archive with stamps of three kinds: 5 as made, 9 renewed, 12 restarted with a stronger digest. */
let proper: { readonly dir: string; readonly entries: readonly NewEntry[] };

function isDone(answer: StoredStamp | Finding): StoredStamp {
  if (answer.kind === 'finding') throw new Error(`${answer.code} ${answer.place}: ${answer.message}`);
  return answer;
}

async function stampAll(dir: string, sizes: readonly number[], at: string): Promise<NewEntry[]> {
  const entries: NewEntry[] = [];
  for (const size of sizes) {
    const { entry } = isDone(await stampCheckpoint({ dir }, { size, bytes: note(size) }, 'sha256', work(first, at), calm));
    if (entry !== null) entries.push(entry);
  }
  return entries;
}

async function entriesOf(done: AsyncIterable<StoredStamp | Finding>): Promise<NewEntry[]> {
  const entries: NewEntry[] = [];
  for await (const one of done) {
    const { entry } = isDone(one);
    if (entry !== null) entries.push(entry);
  }
  return entries;
}

const enteredBy = (entries: readonly NewEntry[]): Map<string, string> => {
  const files = new Map<string, string>();
  for (const entry of entries) addStampFiles(files, entry);
  return files;
};

async function check(
  dir: string,
  entries: readonly NewEntry[],
  change: Partial<StampCheck> = {},
): Promise<{ readonly readings: StampReading[]; readonly said: string[] }> {
  const readings: StampReading[] = [];
  const said: string[] = [];
  const demand = {
    roots: rootsOf(first),
    nowMs: Date.parse('2030-01-01'),
    fits: async () => null,
    fitsList: async () => null,
    entered: enteredBy(entries),
    ...change,
  };
  for await (const item of checkStamps({ dir }, demand, calm)) {
    if (item.kind === 'stamp-reading') readings.push(item);
    for (const { code, place } of item.kind === 'finding' ? [item] : item.findings) said.push(`${code} ${place.replace('log/stamps/', '')}`);
  }
  return { readings, said };
}

beforeAll(async () => {
  first = makeAuthority({ withMiddle: true, signerDays: 1825 });
  second = makeAuthority({ from: '2028-01-01', below: first, signerDays: 1825, digest: 'sha512' });
  const roots = rootsOf(first);
  work = (authority, at) => ({ authority: authority.program(at), roots, policy: null, nowMs: Date.parse(`${at}Z`), timeoutMs: null });
  const dir = scratchFolder();
  const entries = await stampAll(dir, [5, 9, 12], '2026-03-01');
  entries.push(...(await entriesOf(renewStamps({ dir }, new Set([9, 12]), work(second, '2028-06-01'), calm))));
  entries.push(
    ...(await entriesOf(
      rehashStamps({ dir }, new Set([12]), { digest: 'sha512', listOf: async (size) => list(size) }, work(second, '2028-07-01'), calm),
    )),
  );
  proper = { dir, entries };
});

/** A copy of the valid archive, to be damaged. */
function copy(): string {
  const dir = scratchFolder();
  cpSync(proper.dir, dir, { recursive: true });
  return dir;
}

describe('stored stamps', () => {
  it('are plain files that openssl verifies', () => {
    expect(readdirSync(join(proper.dir, 'log/stamps'))).toEqual(
      ['000000000005', '000000000009', '000000000012'].flatMap((size) =>
        ['checkpoint', 'ers', ...(size.endsWith('12') ? ['sha512.digests'] : []), 'tsr'].map((part) => `${size}.${part}`),
      ),
    );
    for (const size of [5, 9, 12]) {
      const files = ['-data', join(proper.dir, stampFile(size, 'checkpoint')), '-in', join(proper.dir, stampFile(size, 'tsr'))];
      const { said } = opensslSays(['ts', '-verify', ...files, '-CAfile', first.rootFile, '-untrusted', first.middleFile ?? ''], '2026-06-01');
      expect(said).toContain('Verification: OK');
    }
    for (const size of [5, 9, 12])
      expect(opensslSays(['asn1parse', '-inform', 'DER', '-in', join(proper.dir, stampFile(size, 'ers'))], '2026-06-01').status).toBe(0);
  });

  it('are logged with what the log must know, and are valid', async () => {
    expect(proper.entries.map(({ type, detail }) => `${type} ${detail.size}`)).toEqual([
      'checkpoint-stamped 5',
      'checkpoint-stamped 9',
      'checkpoint-stamped 12',
      'stamp-renewed 9',
      'stamp-renewed 12',
      'evidence-rehashed 12',
    ]);
    expect(proper.entries[0]?.detail).toMatchObject({
      file: 'log/stamps/000000000005.tsr',
      sha256: digest('sha256', readFileSync(join(proper.dir, 'log/stamps/000000000005.tsr'))),
      checkpointSha256: digest('sha256', note(5)),
      authority: 'Test Authority 2026-01-01',
      stampedAt: '2026-03-01T00:00:00.000Z',
      certificateEnds: '2030-12-31T00:00:00.000Z',
    });
    const { readings, said } = await check(proper.dir, proper.entries);
    expect(said).toEqual([]);
    expect(
      readings.map(({ size, entry, evidence }) => [size, entry, evidence?.stamps.map(({ stampedAt }) => stampedAt.slice(0, 10)), evidence?.digests]),
    ).toEqual([
      [5, null, ['2026-03-01'], ['sha256']],
      [9, null, ['2026-03-01', '2028-06-01'], ['sha256']],
      [12, null, ['2026-03-01', '2028-06-01', '2028-07-01'], ['sha512']],
    ]);
  });

  it('are not stamped, renewed or restarted twice', async () => {
    const dir = copy();
    const nowhere: StampWork = { ...work(second, '2028-08-01'), authority: { kind: 'command', program: '/nowhere', args: [] } };
    expect(await stampCheckpoint({ dir }, { size: 9, bytes: note(9) }, 'sha256', nowhere, calm)).toMatchObject({
      entry: null,
      stamp: { stampedAt: '2028-06-01T00:00:00.000Z' },
    });
    expect(await entriesOf(rehashStamps({ dir }, new Set([12]), { digest: 'sha512', listOf: async (size) => list(size) }, nowhere, calm))).toEqual(
      [],
    );
    expect((await check(dir, proper.entries)).said).toEqual([]);
  });

  it('whose certificates expired without renewal are reported, and cannot be renewed any more', async () => {
    expect((await check(proper.dir, proper.entries, { nowMs: Date.parse('2031-06-01') })).said).toEqual(['L232 000000000005.ers']);
    expect((await check(proper.dir, proper.entries, { nowMs: Date.parse('2040-01-01') })).said).toEqual(
      [5, 9, 12].map((size) => `L232 ${stampFile(size, 'ers').slice(11)}`),
    );
    const late: (StoredStamp | Finding)[] = [];
    for await (const one of renewStamps({ dir: copy() }, new Set([5]), work(second, '2031-06-01'), calm)) late.push(one);
    expect(late).toMatchObject([{ kind: 'finding', code: 'L232', place: 'log/stamps/000000000005.ers' }]);
  });

  it('of another log, from the future, or of an unknown authority are reported', async () => {
    const fits = async (_: Uint8Array, size: number): Promise<string | null> => (size === 9 ? 'its root is another' : null);
    expect((await check(proper.dir, proper.entries, { fits })).said).toEqual(['L233 000000000009.checkpoint']);
    const fitsList = async (): Promise<string> => 'entry 3 has another digest';
    expect((await check(proper.dir, proper.entries, { fitsList })).said).toEqual(['L237 000000000012.sha512.digests']);
    expect((await check(proper.dir, proper.entries, { nowMs: Date.parse('2026-02-28') })).said).toEqual(
      [5, 9, 12].map((size) => `L213 ${stampFile(size, 'tsr').slice(11)}`),
    );
    const dir = copy();
    writeFileSync(join(dir, 'log/stamps/notes.txt'), 'x');
    mkdirSync(join(dir, 'log/stamps/000000000007.tsr'));
    symlinkSync('/etc/passwd', join(dir, 'log/stamps/000000000008.checkpoint'));
    writeFileSync(join(dir, 'log/stamps', `${temporaryPrefix}x`), 'left by a killed run');
    expect((await check(dir, proper.entries)).said).toEqual(
      ['L234 log/stamps/000000000007.tsr', 'L234 log/stamps/000000000008.checkpoint', 'L234 log/stamps/notes.txt'].map((one) =>
        one.replace('log/stamps/', ''),
      ),
    );
    expect((await check(proper.dir, proper.entries, { roots: rootsOf(makeAuthority()) })).said).toEqual(
      [5, 9, 12].flatMap((size) => [`L207 ${stampFile(size, 'tsr').slice(11)}`, `L207 ${stampFile(size, 'ers').slice(11)}`]),
    );
  });
});

describe('a damaged file of a stamp', () => {
  const spoilings: readonly (readonly [string, (bytes: Buffer, other: Buffer) => Buffer | null])[] = [
    ['a bit flipped at its beginning', (bytes) => changed(bytes, 0)],
    ['a bit flipped in the middle', (bytes) => changed(bytes, bytes.length >> 1)],
    ['a bit flipped at its end', (bytes) => changed(bytes, bytes.length - 1)],
    ['truncated', (bytes) => bytes.subarray(0, bytes.length - 7)],
    ['emptied', () => Buffer.alloc(0)],
    ['extended', (bytes) => Buffer.concat([bytes, Buffer.from([0])])],
    ['a zero block', (bytes) => Buffer.concat([bytes.subarray(0, 16), Buffer.alloc(32), bytes.subarray(48)])],
    ['two blocks swapped', (bytes) => Buffer.concat([bytes.subarray(24, 48), bytes.subarray(0, 24), bytes.subarray(48)])],
    ['exchanged with that of another log size', (_, other) => other],
    ['far too long', () => Buffer.alloc(5_000_000, 0x30)],
    ['deleted', () => null],
  ];

  it.each(spoilings)('%s: it is reported, with its name', async (_, spoil) => {
    for (const entries of [proper.entries, []])
      for (const name of readdirSync(join(proper.dir, 'log/stamps'))) {
        const dir = copy();
        const path = join(dir, 'log/stamps', name);
        const other = join(
          dir,
          'log/stamps',
          name.replace(/^0+(5|9|12)/, (digits) => (digits.endsWith('5') ? '000000000009' : '000000000005')),
        );
        const spoilt = spoil(readFileSync(path), existsSync(other) ? readFileSync(other) : Buffer.from('another list'));
        if (spoilt === null) rmSync(path);
        else writeFileSync(path, spoilt);
        const { said } = await check(dir, entries);
        const size = name.slice(0, 12);
        const [others, found] = [said.filter((one) => !one.includes(size)), said.filter((one) => one.includes(size) && !one.startsWith('L238'))];
        // Nothing else is reported, except as never logged if the log is said to be empty.
        expect(others.filter((one) => !one.startsWith('L238'))).toEqual([]);
        if (name.endsWith('.ers') && spoilt === null && entries.length === 0) expect(said).toContain(`L238 ${name}`);
        else expect(found.length, `${name} ${said.join()}`).toBeGreaterThan(0);
        if (name.endsWith('.tsr') || name.endsWith('.ers') || entries.length > 0) expect(said.some((one) => one.includes(name))).toBe(true);
      }
  });

  it('replaced by an older version: the log shows it', async () => {
    const dir = scratchFolder();
    const entries = await stampAll(dir, [5], '2026-03-01');
    const older = readFileSync(join(dir, stampFile(5, 'ers')));
    entries.push(...(await entriesOf(renewStamps({ dir }, new Set([5]), work(second, '2028-06-01'), calm))));
    writeFileSync(join(dir, stampFile(5, 'ers')), older);
    expect((await check(dir, entries)).said).toEqual(['L230 000000000005.ers']);
  });

  it('missing with all the others of the stamp: the log shows it', async () => {
    const dir = copy();
    for (const name of readdirSync(join(dir, 'log/stamps'))) if (name.startsWith('000000000009')) rmSync(join(dir, 'log/stamps', name));
    expect((await check(dir, proper.entries)).said).toEqual(['L231 000000000009.tsr']);
    rmSync(join(dir, 'log/stamps'), { recursive: true });
    expect((await check(dir, proper.entries)).said).toEqual([5, 9, 12].map((size) => `L231 ${stampFile(size, 'tsr').slice(11)}`));
  });

  it('with two faults at once: both are reported', async () => {
    const dir = copy();
    writeFileSync(join(dir, stampFile(5, 'tsr')), changed(readFileSync(join(dir, stampFile(5, 'tsr'))), 400));
    rmSync(join(dir, stampFile(9, 'checkpoint')));
    const { said } = await check(dir, proper.entries);
    expect(said.some((one) => one.endsWith('000000000005.tsr'))).toBe(true);
    expect(said).toContain('L231 000000000009.checkpoint');
  });
});

function changed(bytes: Buffer, index: number): Buffer {
  const copied = Buffer.from(bytes);
  copied[index] = (copied[index] ?? 0) ^ 0x01;
  return copied;
}

describe('an interrupted run', () => {
  it('between the answer and its last file is completed by the next one', async () => {
    const dir = scratchFolder();
    await stampAll(dir, [5], '2026-03-01');
    rmSync(join(dir, stampFile(5, 'ers')));
    expect((await check(dir, [])).said).toEqual(['L238 000000000005.ers']);
    const entries = await stampAll(dir, [5], '2026-03-02');
    expect(entries).toHaveLength(1);
    expect((await check(dir, entries)).said).toEqual([]);
  });

  it('between the answer and its last file is completed even if the log has grown since: from the answer, or by a new one', async () => {
    for (const kept of [['checkpoint', 'tsr'], ['checkpoint']] as const) {
      const dir = scratchFolder();
      const [made] = await stampAll(dir, [5], '2026-03-01');
      for (const part of ['ers', 'tsr'] as const) if (!kept.some((one) => one === part)) rmSync(join(dir, stampFile(5, part)));
      const { readings } = await check(dir, []);
      expect(readings.map(({ unfinished, evidence, findings }) => [unfinished, evidence, findings.length])).toEqual([[true, null, 1]]);
      const { entry } = isDone(await finishStamp({ dir }, 5, 'sha256', work(first, '2026-04-01'), calm));
      if (kept.length === 2) expect(entry).toEqual(made);
      expect(entry?.detail.stampedAt).toContain(kept.length === 2 ? '2026-03-01' : '2026-04-01');
      expect((await check(dir, entry === null ? [] : [entry])).said).toEqual([]);
    }
    // An unverified answer is not accepted, and a checkpoint of another log is not completed.
    const dir = scratchFolder();
    await stampAll(dir, [5], '2026-03-01');
    rmSync(join(dir, stampFile(5, 'ers')));
    writeFileSync(join(dir, stampFile(5, 'tsr')), 'no answer');
    expect(isDone(await finishStamp({ dir }, 5, 'sha256', work(first, '2026-04-01'), calm)).entry?.detail.stampedAt).toContain('2026-04-01');
    rmSync(join(dir, stampFile(5, 'ers')));
    const foreign = await check(dir, [], { fits: async () => 'it belongs to another log' });
    expect(foreign.readings.map(({ unfinished }) => unfinished)).toEqual([false]);
    expect(foreign.said).toEqual(['L238 000000000005.ers', 'L233 000000000005.checkpoint']);
  });

  it('between its files and its entry is recognised by the files, raises no alarm, and the entry is added later', async () => {
    const dir = scratchFolder();
    const entries: NewEntry[] = [];
    for (const act of [
      () => stampAll(dir, [5], '2026-03-01'),
      () => entriesOf(renewStamps({ dir }, new Set([5]), work(second, '2028-06-01'), calm)),
      () =>
        entriesOf(rehashStamps({ dir }, new Set([5]), { digest: 'sha512', listOf: async (size) => list(size) }, work(second, '2028-07-01'), calm)),
      () => entriesOf(renewStamps({ dir }, new Set([5]), work(second, '2028-08-01'), calm)),
    ]) {
      const made = await act();
      expect(made).toHaveLength(1);
      const { readings, said } = await check(dir, entries);
      expect([said, readings.map(({ entry }) => entry)]).toEqual([['L238 000000000005.ers'], made]);
      entries.push(...made);
      expect((await check(dir, entries)).said).toEqual([]);
    }
  });

  it('by a kill at any call that writes leaves each stamp in its old or its new state', async () => {
    const trap = buildTrap();
    if (typeof trap === 'string') throw new Error(trap);
    using set = trap;
    const bytes = scratchFolder();
    const of = (dir: string, size: number, part: 'tsr' | 'ers'): Uint8Array => readFileSync(join(dir, stampFile(size, part)));
    const begun = scratchFolder();
    const [entry] = await stampAll(begun, [5], '2026-03-01');
    const renewed = scratchFolder();
    cpSync(begun, renewed, { recursive: true });
    await entriesOf(
      rehashStamps({ dir: renewed }, new Set([5]), { digest: 'sha512', listOf: async (size) => list(size) }, work(second, '2028-07-01'), calm),
    );
    for (const [name, content] of Object.entries({
      checkpoint: note(5),
      response: of(begun, 5, 'tsr'),
      evidence: of(begun, 5, 'ers'),
      renewed: of(renewed, 5, 'ers'),
      list: list(5),
    }))
      writeFileSync(join(bytes, name), content);
    const driver = `
      import { readFileSync } from 'node:fs';
      import { keepList, keepRenewal, keepStamp } from '${builtModule('src/log/stamps/store.ts')}';
      const [dir, step] = process.argv.slice(1);
      const read = (name) => new Uint8Array(readFileSync('${bytes}/' + name));
      if (step === 'stamp') await keepStamp({ dir }, { size: 5, checkpoint: read('checkpoint'), response: read('response'), evidence: read('evidence') });
      else { await keepList({ dir }, 5, 'sha512', read('list')); await keepRenewal({ dir }, 5, read('renewed')); }
    `;
    for (const step of ['stamp', 'renew']) {
      for (let at = 1; ; at++) {
        const dir = scratchFolder();
        mkdirSync(join(dir, 'log'));
        if (step === 'renew') cpSync(begun, dir, { recursive: true });
        const calls = join(scratchFolder(), 'calls');
        const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', driver, dir, step], {
          env: { ...process.env, ...set.env([dir], calls, { at, act: 'kill' }) },
        });
        if (signal === null) {
          expect(readCalls(calls).length).toBeGreaterThan(6);
          break;
        }
        const entries = step === 'renew' && entry !== undefined ? [entry] : [];
        const { readings, said } = await check(dir, entries);
        expect(said.filter((one) => !one.startsWith('L238'))).toEqual([]);
        if (step === 'renew') expect(readings.map(({ evidence }) => evidence?.faults)).toEqual([[]]);
        // Again, undisturbed.
        const read = (name: string): Uint8Array => readFileSync(join(bytes, name));
        if (step === 'stamp')
          await keepStamp({ dir }, { size: 5, checkpoint: read('checkpoint'), response: read('response'), evidence: read('evidence') });
        else {
          await keepList({ dir }, 5, 'sha512', read('list'));
          await keepRenewal({ dir }, 5, read('renewed'));
        }
        expect((await check(dir, [])).readings.map(({ evidence }) => evidence?.stamps.length)).toEqual([step === 'stamp' ? 1 : 2]);
      }
    }
  });

  it('with an authority that does not answer leaves everything unchanged', async () => {
    const dir = scratchFolder();
    const entries = await stampAll(dir, [5], '2026-03-01');
    const before = readdirSync(join(dir, 'log/stamps')).map((name) => readFileSync(join(dir, 'log/stamps', name), 'hex'));
    const broken: StampWork = { ...work(second, '2028-06-01'), authority: { kind: 'command', program: '/bin/false', args: [] } };
    await expect(stampCheckpoint({ dir }, { size: 9, bytes: note(9) }, 'sha256', broken, calm)).rejects.toMatchObject({
      code: 'L221',
      kind: 'incomplete',
    });
    await expect(entriesOf(renewStamps({ dir }, new Set([5]), broken, calm))).rejects.toMatchObject({ code: 'L221' });
    const wrong: StampWork = { ...work(second, '2040-06-01'), nowMs: Date.parse('2028-06-01') };
    expect(await stampCheckpoint({ dir }, { size: 9, bytes: note(9) }, 'sha256', wrong, calm)).toMatchObject({ kind: 'finding', code: 'L208' });
    expect(readdirSync(join(dir, 'log/stamps')).map((name) => readFileSync(join(dir, 'log/stamps', name), 'hex'))).toEqual(before);
    expect((await check(dir, entries)).said).toEqual([]);
  });
});
