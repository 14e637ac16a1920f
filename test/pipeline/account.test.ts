import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TableRead } from '../../src/core/importer.ts';
import { emptyRecording, type Recording, type SourceRef } from '../../src/core/recording.ts';
import { type Ledger, openLedger } from '../../src/jobs/ledger.ts';
import { type Known, openAccount } from '../../src/pipeline/account.ts';

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
const table: TableRead = { kind: 'table', path: 't.csv', unit: 'rows', records: 2, byStatus: { matched: 1, 'row-without-audio': 1 } };

test('every file and row is counted once, and what nobody spoke of is alien', () => {
  const account = openAccount(ledger, 'salt', 'site', nothing);
  const said = [
    recording('1', 'a.wav', [row('r1')]),
    recording('2', null, [row('r2')]),
    recording('3', 'b.wav'),
    table,
    { kind: 'file', path: 't.csv', role: 'table', reason: '' } as const,
  ].flatMap((item) => account.take(item));
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

test('a table whose sum does not balance, a file claimed twice and one that is not there are said', () => {
  const account = openAccount(ledger, 'salt', 'site', nothing);
  const said = [{ ...table, records: 3 }, recording('1', 'a.wav'), recording('2', 'a.wav'), recording('3', 'gone.wav')].flatMap((item) =>
    account.take(item),
  );
  expect(said.map(({ code, place }) => `${code} ${place}`)).toEqual(['P101 t.csv', 'P102 a.wav', 'P103 gone.wav']);
});

test('a recording that is there as it was is not planned again; one that changed is planned beside it, once', () => {
  const plannedOf = (known: Known, one: Recording) => {
    const account = openAccount(ledger, 'salt', 'site', known);
    account.take(one);
    const { reconciliation } = account.finish();
    return { reconciliation, planned: [...ledger.recordings()].map((item) => item.planned) };
  };
  const [first] = plannedOf(nothing, recording('1', 'a.wav', [row('r1')])).planned;
  if (first === undefined) throw new Error('the first was not planned');
  ledger.close();
  ledger = openLedger(folder);
  ledger.entry('a.wav', 10);
  const inArchive = {
    recordingId: first.recordingId,
    fingerprint: first.fingerprint,
    firstFingerprint: first.fingerprint,
    status: 'matched',
    joined: 'matched',
    reason: null,
    durationMs: 1_000,
    doubtful: 0,
  };
  const same = plannedOf(() => inArchive, recording('1', 'a.wav', [row('r1')]));
  expect(same.planned).toEqual([]);
  expect(same.reconciliation).toMatchObject({ alreadyArchived: 1, toImport: 0 });
  expect(same.reconciliation.recordings).toEqual({ matched: 1 });
  const changed = plannedOf((id) => (id === first.recordingId ? inArchive : null), recording('1', 'a.wav', [row('r1'), row('r2')]));
  expect(changed.planned).toMatchObject([{ supersedes: first.recordingId }]);
  expect(changed.planned[0]?.recordingId).not.toBe(first.recordingId);
  expect(changed.reconciliation).toMatchObject({ changed: 1, toImport: 1 });
  // As it was at first, after another state of it has been imported: the archive has that.
  const back = plannedOf(() => ({ ...inArchive, recordingId: 'another', fingerprint: 'of it' }), recording('1', 'a.wav', [row('r1')]));
  expect(back.reconciliation).toMatchObject({ alreadyArchived: 1, toImport: 0 });
});

test('a recording of the archive is counted, with its files, under the status that its audio gave it, as long as its join is the same', () => {
  const inArchive = (joined: string): Known => {
    const status = 'unreadable-audio';
    // A salt and a key of this test: the fingerprint is what the account asks for first.
    const account = openAccount(ledger, 'salt', 'site', nothing);
    account.take(recording('1', 'a.wav', [row('r1')]));
    const [planned] = [...ledger.recordings()].map((item) => item.planned);
    if (planned === undefined) throw new Error('nothing was planned');
    const { recordingId, fingerprint } = planned;
    ledger.close();
    ledger = openLedger(folder);
    ledger.entry('a.wav', 10);
    return () => ({ recordingId, fingerprint, firstFingerprint: fingerprint, status, joined, reason: null, durationMs: null, doubtful: 0 });
  };
  const counts = (known: Known) => {
    const account = openAccount(ledger, 'salt', 'site', known);
    account.take(recording('1', 'a.wav', [row('r1')]));
    expect(account.taken()).toMatchObject({ counted: { files: 1, bytes: 10 } });
    const { recordings, byBucket } = account.finish().reconciliation;
    return { recordings, byBucket };
  };
  expect(counts(inArchive('matched'))).toEqual({
    recordings: { 'unreadable-audio': 1 },
    byBucket: [{ bucket: 'unreadable-audio', files: 1, bytes: 10 }],
  });
  ledger.close();
  ledger = openLedger(folder);
  ledger.entry('a.wav', 10);
  expect(counts(inArchive('ambiguous'))).toEqual({ recordings: { matched: 1 }, byBucket: [{ bucket: 'matched', files: 1, bytes: 10 }] });
});

test('one key for two recordings keeps both, the same again is kept once', () => {
  const account = openAccount(ledger, 'salt', 'site', nothing);
  const [first, second, again] = [recording('1', 'a.wav', [row('r1')]), recording('1', null, [row('r2')]), recording('1', null, [row('r2')])];
  const same = { ...first, media: [] };
  expect([first, second, again].flatMap((item) => account.take(item)).map(({ code }) => code)).toEqual(['P105', 'P105']);
  expect(account.take({ ...same, media: first.media }).map(({ code }) => code)).toEqual(['P102', 'P106']);
  expect([...ledger.recordings()].map(({ planned }) => planned.recording.key).sort()).toEqual(['1', expect.stringMatching(/^1#[0-9a-f]{8}$/)]);
  expect(account.finish().reconciliation).toMatchObject({ recordingsTotal: 4, toImport: 2 });
});

test('the id depends on importer, site, key and salt, and on nothing else', () => {
  const idOf = (salt: string, site: string, one: Recording): string | undefined => {
    const scratch = mkdtempSync(join(folder, 'id-'));
    const own = openLedger(scratch);
    own.entry('a.wav', 10);
    openAccount(own, salt, site, nothing).take(one);
    const [found] = [...own.recordings()];
    own.close();
    return found?.planned.recordingId;
  };
  const base = idOf('salt', 'site', recording('1', 'a.wav', [row('r1')]));
  expect(base).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(idOf('salt', 'site', recording('1', null))).toBe(base);
  expect(idOf('other', 'site', recording('1', 'a.wav'))).not.toBe(base);
  expect(idOf('salt', 'other', recording('1', 'a.wav'))).not.toBe(base);
  expect(idOf('salt', 'site', recording('2', 'a.wav'))).not.toBe(base);
});
