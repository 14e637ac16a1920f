import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Finding } from '../../../src/core/findings/finding.ts';
import type { ImportItem, TableRead } from '../../../src/core/model/importer.ts';
import { emptyRecording, type Recording, type SourceRef } from '../../../src/core/model/recording.ts';
import { type Account, openAccount } from '../../../src/pipeline/read/account.ts';
import type { Known } from '../../../src/pipeline/read/place-recording.ts';
import { type Ledger, openLedger } from '../../../src/store/jobs/ledger.ts';
import { plannedIn } from '../../store/jobs/planned.ts';

let folder: string;
let ledger: Ledger;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longplay-account-'));
  ledger = openLedger(folder);
  for (const [path, size] of [
    ['a.wav', 10],
    ['b.wav', 20],
    ['t.csv', 5],
    ['x.tmp', 1],
  ] as const)
    ledger.entry(path, size);
});
afterEach(() => {
  ledger.close();
  rmSync(folder, { recursive: true });
});

const nothing: Known = () => null;
const row = (sha256: string): SourceRef => ({ kind: 'row', path: 't.csv', row: 1, sha256, text: sha256 });
function recording(key: string, path: string | null, rows: readonly SourceRef[] = []): Recording {
  return {
    ...emptyRecording('test', 'verified', key),
    media: path === null ? [] : [{ path, kind: 'audio', side: 'unknown', channels: [], audioStart: null }],
    reconciliation: { status: path === null ? 'row-without-audio' : 'matched', rule: 'test' },
    provenance: rows,
  };
}
/** Takes items one after the other, like the pipeline. */
async function takeAll(account: Account, items: readonly ImportItem[]): Promise<Finding[]> {
  const said: Finding[] = [];
  for (const item of items) said.push(...(await account.take(item)));
  return said;
}
const table: TableRead = { kind: 'table', path: 't.csv', unit: 'rows', records: 2, byStatus: { matched: 1, 'row-without-audio': 1 } };

test('every file and row is counted once, and files that no importer mentions are unclaimed', async () => {
  const account = openAccount(ledger, { salt: 'salt', site: 'site', known: nothing, comparison: null, amendments: null });
  const said = await takeAll(account, [
    recording('1', 'a.wav', [row('r1')]),
    recording('2', null, [row('r2')]),
    recording('3', 'b.wav'),
    table,
    { kind: 'file', path: 't.csv', role: 'table', reason: '' } as const,
  ]);
  const { reconciliation, findings } = account.finish();
  expect(said).toEqual([]);
  expect(findings.map(({ code, place }) => `${code} ${place}`)).toEqual(['P107 x.tmp']);
  expect(reconciliation).toMatchObject({
    files: 4,
    bytes: 36,
    byBucket: [
      { bucket: 'alien', files: 1, bytes: 1 },
      { bucket: 'matched', files: 2, bytes: 30 },
      { bucket: 'table', files: 1, bytes: 5 },
    ],
    recordings: { matched: 2, 'row-without-audio': 1 },
    recordingsTotal: 3,
    toImport: 3,
    alreadyArchived: 0,
  });
});

test('a table with a wrong sum, a file claimed twice and a missing file are reported', async () => {
  const account = openAccount(ledger, { salt: 'salt', site: 'site', known: nothing, comparison: null, amendments: null });
  const said = await takeAll(account, [{ ...table, records: 3 }, recording('1', 'a.wav'), recording('2', 'a.wav'), recording('3', 'gone.wav')]);
  expect(said.map(({ code, place }) => `${code} ${place}`)).toEqual(['P101 t.csv', 'P102 a.wav', 'P103 gone.wav']);
});

test('an unchanged archived recording is not planned again; a changed one is planned beside it, once', async () => {
  const plannedOf = async (known: Known, one: Recording) => {
    const own = openLedger(mkdtempSync(join(folder, 'run-')));
    own.entry('a.wav', 10);
    const account = openAccount(own, { salt: 'salt', site: 'site', known, comparison: null, amendments: null });
    await account.take(one);
    const { reconciliation } = account.finish();
    const planned = plannedIn(own);
    own.close();
    return { reconciliation, planned };
  };
  const [first] = (await plannedOf(nothing, recording('1', 'a.wav', [row('r1')]))).planned;
  if (first === undefined) throw new Error('the first was not planned');
  const inArchive = {
    recordingId: first.recordingId,
    fingerprint: first.fingerprint,
    firstId: first.recordingId,
    firstFingerprint: first.fingerprint,
    ...{ importer: 'test', site: 'site', key: '1' },
    status: 'matched',
    joined: 'matched',
    revision: 1,
    described: '',
    bag: '2019/20190312-0123456789abcdef',
    earlier: [],
    reason: null,
    durationMs: 1_000,
    doubtful: 0,
    sound: 'yes' as const,
  };
  const same = await plannedOf(() => inArchive, recording('1', 'a.wav', [row('r1')]));
  expect(same.planned).toEqual([]);
  expect(same.reconciliation).toMatchObject({ alreadyArchived: 1, toImport: 0 });
  expect(same.reconciliation.recordings).toEqual({ matched: 1 });
  const changed = await plannedOf((id) => (id === first.recordingId ? inArchive : null), recording('1', 'a.wav', [row('r1'), row('r2')]));
  expect(changed.planned).toMatchObject([{ supersedes: first.recordingId }]);
  expect(changed.planned[0]?.recordingId).not.toBe(first.recordingId);
  expect(changed.reconciliation).toMatchObject({ changed: 1, toImport: 1 });
  // In its first state, after another state of it has been imported: the archive has it.
  const back = await plannedOf(() => ({ ...inArchive, recordingId: 'another', fingerprint: 'of it' }), recording('1', 'a.wav', [row('r1')]));
  expect(back.reconciliation).toMatchObject({ alreadyArchived: 1, toImport: 0 });
});

test('an archived recording is counted, with its files, under the status that its audio gave it, as long as its join is the same', async () => {
  const inArchive = async (joined: string): Promise<Known> => {
    const status = 'unreadable-audio';
    // A salt and a key of this test: the account reads the fingerprint first.
    const account = openAccount(ledger, { salt: 'salt', site: 'site', known: nothing, comparison: null, amendments: null });
    await account.take(recording('1', 'a.wav', [row('r1')]));
    const [planned] = plannedIn(ledger);
    if (planned === undefined) throw new Error('nothing was planned');
    const { recordingId, fingerprint } = planned;
    ledger.close();
    ledger = openLedger(folder);
    ledger.entry('a.wav', 10);
    return () => ({
      recordingId,
      fingerprint,
      firstId: recordingId,
      firstFingerprint: fingerprint,
      ...{ importer: 'test', site: 'site', key: '1' },
      revision: 1,
      described: '',
      bag: '2019/20190312-0123456789abcdef',
      earlier: [],
      status,
      joined,
      reason: null,
      durationMs: null,
      doubtful: 0,
      sound: 'yes' as const,
    });
  };
  const counts = async (known: Known) => {
    const account = openAccount(ledger, { salt: 'salt', site: 'site', known: known, comparison: null, amendments: null });
    await account.take(recording('1', 'a.wav', [row('r1')]));
    expect(account.taken()).toMatchObject({ counted: { files: 1, bytes: 10 } });
    const { recordings, byBucket } = account.finish().reconciliation;
    return { recordings, byBucket };
  };
  expect(await counts(await inArchive('matched'))).toEqual({
    recordings: { 'unreadable-audio': 1 },
    byBucket: [{ bucket: 'unreadable-audio', files: 1, bytes: 10 }],
  });
  ledger.close();
  ledger = openLedger(folder);
  ledger.entry('a.wav', 10);
  expect(await counts(await inArchive('ambiguous'))).toEqual({ recordings: { matched: 1 }, byBucket: [{ bucket: 'matched', files: 1, bytes: 10 }] });
});

test('one key for two recordings keeps both, an identical one is kept once', async () => {
  const account = openAccount(ledger, { salt: 'salt', site: 'site', known: nothing, comparison: null, amendments: null });
  const [first, second, again] = [recording('1', 'a.wav', [row('r1')]), recording('1', null, [row('r2')]), recording('1', null, [row('r2')])];
  const same = { ...first, media: [] };
  expect((await takeAll(account, [first, second, again])).map(({ code }) => code)).toEqual(['P105', 'P106']);
  expect((await account.take({ ...same, media: first.media })).map(({ code }) => code)).toEqual(['P102', 'P106']);
  expect(
    plannedIn(ledger)
      .map(({ recording: { key } }) => key)
      .sort(),
  ).toEqual(['1', expect.stringMatching(/^1#[0-9a-f]{8}$/)]);
  expect(account.finish().reconciliation).toMatchObject({ recordingsTotal: 4, toImport: 2 });
});

/** Imports one after the other into an archive that holds only what the account planned. */
function archiveOf() {
  const archived = new Map<string, { fingerprint: string; supersedes: string | null; key: string; media: string[] }>();
  const known: Known = (id) => {
    const first = archived.get(id);
    if (first === undefined) return null;
    let newest = id;
    for (let next: string | undefined = id; next !== undefined; ) {
      newest = next;
      next = [...archived].find(([, { supersedes }]) => supersedes === newest)?.[0];
    }
    const fingerprint = archived.get(newest)?.fingerprint ?? '';
    return {
      recordingId: newest,
      fingerprint,
      firstId: id,
      firstFingerprint: first.fingerprint,
      ...{ importer: 'test', site: 'site', key: first.key },
      status: 'matched',
      joined: 'matched',
      revision: 1,
      described: '',
      bag: '2019/20190312-0123456789abcdef',
      earlier: [],
      reason: null,
      doubtful: 0,
      sound: 'yes' as const,
      durationMs: null,
    };
  };
  return {
    archived,
    run: async (...recordings: readonly Recording[]) => {
      const own = openLedger(mkdtempSync(join(folder, 'run-')));
      for (const path of ['a.wav', 'x/b.wav', 'y/b.wav']) own.entry(path, 20);
      const account = openAccount(own, { salt: 'salt', site: 'site', known, comparison: null, amendments: null });
      const codes = (await takeAll(account, recordings)).map(({ code }) => code);
      for (const planned of plannedIn(own)) {
        const { recordingId, fingerprint, supersedes, recording: one } = planned;
        archived.set(recordingId, { fingerprint, supersedes, key: one.key, media: one.media.map(({ path }) => path) });
      }
      const { toImport, alreadyArchived, changed } = account.finish().reconciliation;
      own.close();
      return { codes, toImport, alreadyArchived, changed };
    },
  };
}

test('of two recordings that share a key each is recognised at the next import, whichever comes first and whether both come', async () => {
  const [one, two] = [recording('1', 'a.wav', [row('r1')]), recording('1', 'x/b.wav', [row('r2')])];
  const { run, archived } = archiveOf();
  expect(await run(one, two)).toEqual({ codes: ['P105'], toImport: 2, alreadyArchived: 0, changed: 0 });
  for (const again of [[one, two], [two, one], [two], [one], [one, two]])
    expect(await run(...again)).toMatchObject({ toImport: 0, alreadyArchived: again.length, changed: 0 });
  expect(await run(recording('1', 'a.wav', [row('r3')]), two)).toEqual({ codes: ['P104', 'P105'], toImport: 1, alreadyArchived: 1, changed: 1 });
  expect(await run(two, recording('1', 'a.wav', [row('r3')]))).toMatchObject({ toImport: 0, alreadyArchived: 2 });
  expect([...archived.values()].map(({ supersedes }) => supersedes !== null)).toEqual([false, false, true]);
});

test('a second recording of a key that comes with a later export is kept beside the first, not as its successor', async () => {
  const [one, two] = [recording('1', 'a.wav', [row('r1')]), recording('1', 'x/b.wav', [row('r2')])];
  const { run } = archiveOf();
  await run(one);
  expect(await run(one, two)).toEqual({ codes: ['P105'], toImport: 1, alreadyArchived: 1, changed: 0 });
  expect(await run(one, two)).toMatchObject({ toImport: 0, alreadyArchived: 2 });
});

test('two files of one key, name and size are both kept, because their content may differ', async () => {
  const [one, two] = [recording('1', 'x/b.wav'), recording('1', 'y/b.wav')];
  const { run, archived } = archiveOf();
  expect(await run(one, two)).toEqual({ codes: ['P105'], toImport: 2, alreadyArchived: 0, changed: 0 });
  expect([...archived.values()].flatMap(({ media }) => media).sort()).toEqual(['x/b.wav', 'y/b.wav']);
  expect(await run(one, two)).toMatchObject({ toImport: 0, alreadyArchived: 2 });
  const later = archiveOf();
  await later.run(one);
  expect(await later.run(one, two)).toMatchObject({ codes: ['P105'], toImport: 1, alreadyArchived: 1 });
});

test('the id depends only on importer, site, key and salt', async () => {
  const idOf = async (salt: string, site: string, one: Recording): Promise<string | undefined> => {
    const scratch = mkdtempSync(join(folder, 'id-'));
    const own = openLedger(scratch);
    own.entry('a.wav', 10);
    await openAccount(own, { salt, site, known: nothing, comparison: null, amendments: null }).take(one);
    const [found] = plannedIn(own);
    own.close();
    return found?.recordingId;
  };
  const base = await idOf('salt', 'site', recording('1', 'a.wav', [row('r1')]));
  expect(base).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(await idOf('salt', 'site', recording('1', null))).toBe(base);
  expect(await idOf('other', 'site', recording('1', 'a.wav'))).not.toBe(base);
  expect(await idOf('salt', 'other', recording('1', 'a.wav'))).not.toBe(base);
  expect(await idOf('salt', 'site', recording('2', 'a.wav'))).not.toBe(base);
});
