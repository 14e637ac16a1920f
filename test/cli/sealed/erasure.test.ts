import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makingOf } from '../../../src/archive/bag/info.ts';
import { eraseSecrets } from '../../../src/sealing/keyring/erase.ts';
import { openKeyring } from '../../../src/sealing/keyring/keyring.ts';
import { openSession } from '../../../src/sealing/keyring/session.ts';
import { approved, approver, judgeCertificate } from '../erasure-rig.ts';
import { fingerprint } from '../rig.ts';
import { asterisk, createSealedRig, recordingFolders, type SealedRig } from './sealed-rig.ts';

let rig: SealedRig;
let archive: string;

beforeAll(async () => {
  rig = await createSealedRig();
  archive = rig.path('archive');
  process.env.LONGPLAY_KEYRING = rig.keyring;
  const how = ['--into', 'archive', '--zone', 'Europe/Stockholm', '--sealed', '--no-keep-tables'];
  const { code, stderr } = await rig.sealed('import', asterisk.folder, ...how);
  expect(code, stderr).toBe(0);
  await approver(rig, 'archive');
});
afterAll(async () => {
  delete process.env.LONGPLAY_KEYRING;
  await rig?.[Symbol.asyncDispose]();
});

/** Ids of the listed recordings, in order. */
async function listed(): Promise<readonly string[]> {
  const { lines } = await rig.json(['list', 'archive']);
  return lines.flatMap(({ of, value }) => (of === 'recording' ? [String((value as { recordingId?: string }).recordingId)] : [])); // as it is listed
}

/** Names of the recordings that a copy of the keyring opens. */
async function opened(keyring: string): Promise<readonly string[]> {
  const keys = await openKeyring({ folder: rig.path(keyring), access: noAccess, signal: new AbortController().signal });
  const found = recordingFolders(archive).filter((folder) => {
    const secrets = keys.secretsOf(makingOf(join(folder, '../..')) ?? '', basename(folder));
    return secrets !== null && secrets !== 'erased';
  });
  keys.close();
  return found.map((folder) => basename(folder)).sort();
}

const noAccess = { passphrase: async () => null, identities: async () => null };

describe('erasing recordings of a sealed archive', () => {
  test('destroys their secrets: no byte of a bag changes, nobody can read them, and their neighbours stay', async () => {
    const { lines } = await rig.json(['list', 'archive', '--text', '46701740605']);
    const id = String((lines.find(({ of }) => of === 'recording')?.value as { recordingId?: string } | undefined)?.recordingId); // as it is listed
    expect((await rig.sealed('note', 'add', 'archive', id, 'Åsa Öberg called')).code).toBe(0);
    expect((await rig.sealed('proof', 'make', 'archive', id, '--out', 'before.tlog-proof')).code).toBe(0);
    expect(readdirSync(join(archive, 'reports'))).toHaveLength(1);
    const before = fingerprint(join(archive, 'bags'));
    const request = await approved(rig, 'archive', [id]);
    const run = await rig.sealed('erase', 'run', 'archive');
    expect([run.code, run.stderr, run.stdout]).toEqual([0, '', expect.stringContaining('Erased 1 recording from 1 bag.')]);
    expect(fingerprint(join(archive, 'bags'))).toEqual(before);
    const others = await listed();
    expect(others).toHaveLength(5);
    for (const copy of ['keyring', 'keyring-copy']) expect(await opened(copy)).toEqual([...others].sort());
    expect((await rig.sealed('search', 'archive', '46701740605')).stdout).toContain('No recording matches');
    expect(readdirSync(join(archive, 'reports'))).toEqual([]);
    const { stdout } = await rig.sealed('log', 'list', 'archive', '--json');
    const entry = stdout.split('\n').find((line) => line.includes('"secrets-destroyed"')) ?? '';
    // The recording, its report, its note, the list of the request: one new root per copy.
    expect(JSON.parse(entry)).toMatchObject({ value: { detail: { cells: 4, done: 'main:2:file copy-1:2:file', owed: '' } } });
    expect(stdout).not.toContain('Åsa Öberg called');
    expect(stdout).not.toContain('Request 4711');
    const again = await rig.sealed('erase', 'run', 'archive');
    expect([again.code, again.stdout]).toEqual([0, 'No request is due.\n']);
    expect(existsSync(join(archive, 'jobs/erase'))).toBe(false);
    // There is no recovery file yet, and both copies were updated.
    const status = await rig.json(['erase', 'status', 'archive', '--recordings']);
    expect(status.summary).toMatchObject({ erased: 1, underWay: 0, interrupted: 0 });
    expect(status.lines.find(({ of }) => of === 'erasure')?.value).toMatchObject({
      request,
      state: 'executed',
      owed: [],
      finalAt: expect.any(String),
    });
    expect(status.lines.find(({ of }) => of === 'erased-recording')?.value).toMatchObject({ recordingId: id, request });
    // Every command reports it, with date and request.
    const said = expect.stringMatching(new RegExp(`K204.*recording ${id} was erased on 20\\d\\d-\\d\\d-\\d\\d on request ${request}`));
    expect(await rig.sealed('show', 'archive', id)).toMatchObject({ code: 5, stderr: said });
    expect(await rig.sealed('play', 'archive', id)).toMatchObject({ code: 5, stderr: said });
    expect(await rig.sealed('export', 'archive', id, '--out', 'exported')).toMatchObject({ code: 5, stderr: said });
    // Existing proofs stay valid, and can be made again.
    const key = (await rig.sealed('log', 'public-key', 'archive')).stdout.trim();
    expect((await rig.sealed('proof', 'make', 'archive', id, '--out', 'after.tlog-proof')).code).toBe(0);
    const file = join(recordingFolders(archive).find((folder) => basename(folder) === id) ?? '', 'public.json');
    for (const proof of ['before', 'after'])
      expect(await rig.sealed('proof', 'check', `${proof}.tlog-proof`, file, '--key', key)).toMatchObject({ code: 0 });
  });

  test('is not damage: a verification counts erased recordings, with and without keys', async () => {
    const summaryOf = async (args: readonly string[], keyring: string) => {
      const { code, stdout } = await rig.run(['verify', 'archive', '--json', ...args], { env: { LONGPLAY_KEYRING: keyring } });
      return { code, ...(JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as object) };
    };
    expect(await summaryOf([], rig.path('nowhere'))).toMatchObject({ code: 0, erased: 1, unopened: 5, recordings: 6, errors: 0 });
    expect(await summaryOf(['--play'], rig.keyring)).toMatchObject({ code: 0, erased: 1, unopened: 0, untried: 0, errors: 0, warnings: 0 });
    expect((await rig.sealed('verify', 'archive', '--play')).stdout).toContain('1 recording was erased: the stored files are as they landed');
    expect((await rig.exec('python3', [join(archive, 'check.py'), archive])).code).toBe(0);
  });

  test('is an alarm if log and keyring differ: an older keyring was restored, or secrets were destroyed without a log entry', async () => {
    for (const one of ['keyring', 'keyring-copy']) cpSync(rig.path(one), rig.path(`${one}-now`), { recursive: true });
    const [id = '', kept = ''] = await listed();
    await approved(rig, 'archive', [id]);
    for (const one of ['keyring', 'keyring-copy']) cpSync(rig.path(one), rig.path(`${one}-old`), { recursive: true });
    expect((await rig.sealed('erase', 'run', 'archive')).code).toBe(0);
    for (const one of ['keyring', 'keyring-copy']) {
      renameSync(rig.path(one), rig.path(`${one}-aside`));
      cpSync(rig.path(`${one}-old`), rig.path(one), { recursive: true });
      // One older copy opens nothing, because the others have the newer state.
      if (one === 'keyring') expect(await opened(one)).not.toContain(id);
    }
    expect(await opened('keyring')).toContain(id);
    const back = await rig.sealed('verify', 'archive', '--play');
    expect([back.code, back.stdout]).toEqual([
      4,
      expect.stringMatching(/unexpected E115 \S+: was erased on \S+ \(request [0-9a-f]{8}\), but the keyring opens it/),
    ]);
    expect(back.stdout).toMatch(/were erased: the stored files are as they landed; what came back of them is listed above\./);
    expect((await rig.sealed('list', 'archive', '--json')).stdout).not.toContain(id);
    expect((await rig.sealed('erase', 'run', 'archive')).code).toBe(0);
    expect(await opened('keyring')).not.toContain(id);
    expect((await rig.sealed('verify', 'archive', '--play')).code).toBe(0);
    // Without a log entry.
    const folder = recordingFolders(archive).find((one) => basename(one) === kept) ?? '';
    const session = openSession({ folder: rig.keyring, access: noAccess, signal: new AbortController().signal });
    await eraseSecrets(session, [{ page: makingOf(join(folder, '../..')) ?? '', cell: kept, names: null }], '2026-12-01T00:00:00.000Z');
    const past = await rig.sealed('verify', 'archive', '--play');
    expect([past.code, past.stdout]).toEqual([
      4,
      expect.stringMatching(/unexpected E114 \S+: the keyring says that it was erased, but the log has no entry of the erasure/),
    ]);
    // A proper request makes it a valid erasure.
    await approved(rig, 'archive', [kept]);
    expect((await rig.sealed('erase', 'run', 'archive')).code).toBe(0);
    expect((await rig.sealed('verify', 'archive', '--play')).code).toBe(0);
  });

  test('is under way until every copy of the keyring has followed, and final once the recovery has begun a new epoch', async () => {
    expect((await rig.sealed('keyring', 'recovery', 'make', '--shares', '3', '--needed', '2', '--to', rig.path('shares'))).code).toBe(0);
    const [id = ''] = await listed();
    const request = await approved(rig, 'archive', [id]);
    renameSync(rig.path('keyring-copy'), rig.path('away'));
    const run = await rig.sealed('erase', 'run', 'archive');
    expect([run.code, run.stderr]).toEqual([0, expect.stringContaining('E116')]);
    const state = async () => {
      const { lines } = await rig.json(['erase', 'status', 'archive']);
      return lines.map(({ value }) => value as { readonly request?: string } | undefined).find((value) => value?.request === request); // as it is listed
    };
    expect(await state()).toMatchObject({ state: 'under-way', owed: ['copy-1'], finalAt: null });
    expect((await rig.sealed('erase', 'status', 'archive')).stdout).toContain('1 request under way');
    const entries = async () => (await rig.sealed('log', 'list', 'archive', '--json')).stdout.split('"secrets-destroyed"').length - 1;
    const before = await entries();
    // While the copy is disconnected nothing is logged.
    expect((await rig.sealed('erase', 'run', 'archive')).code).toBe(0);
    expect(await entries()).toBe(before);
    const stated = await rig.sealed('report', 'archive', '--out', rig.path('report'));
    expect(stated.code).toBe(0);
    expect(readFileSync(rig.path('report/statement.txt'), 'utf8')).toContain(
      'Copy copy-1 of the keyring owes an erasure: it still opens what was erased.',
    );
    const later = { env: { ...process.env, LONGPLAY_KEYRING: rig.keyring } };
    expect((await rig.run(['watch', 'archive', '--max-overdue', '1h', '--json'], later)).stdout).not.toContain('E118');
    renameSync(rig.path('away'), rig.path('keyring-copy'));
    expect((await rig.sealed('erase', 'run', 'archive')).code).toBe(0);
    expect(await state()).toMatchObject({ owed: [], finalAt: null });
    expect((await rig.sealed('keyring', 'recovery', 'make', '--shares', '3', '--needed', '2', '--to', rig.path('shares-2'))).code).toBe(0);
    expect((await rig.sealed('erase', 'run', 'archive')).code).toBe(0);
    expect(await state()).toMatchObject({ owed: [], finalAt: expect.any(String) });
    expect((await rig.sealed('verify', 'archive')).code).toBe(0);
    const made = await rig.json(['erase', 'certificate', 'archive', request, '--out', rig.path('certificate')]);
    expect([made.code, made.summary]).toEqual([0, expect.objectContaining({ isFinal: true, isSigned: true })]);
    await judgeCertificate(rig, 'archive', rig.path('certificate'));
    const query = '[.method, (.keys | length), (.copies | map(.copy + " " + .kept)), .epoch, .verification.errors]';
    const { stdout } = await rig.exec('jq', ['-c', query, rig.path('certificate/certificate.json')]);
    expect(JSON.parse(stdout)).toEqual(['purge: cryptographic erase', 1, ['main file', 'copy-1 file'], 1, 0]);
    expect(readFileSync(rig.path('certificate/certificate.txt'), 'utf8')).toMatch(/Final since: {17}20/);
  });
});

test('of a deleted case destroys its secrets in the next run, and a copy of its folder opens nothing', async () => {
  const [id = ''] = await listed();
  const { summary } = await rig.json(['case', 'new', 'archive', '--title', 'Deal']);
  const caseId = String(summary.id);
  expect((await rig.sealed('case', 'add', 'archive', caseId, id)).code).toBe(0);
  cpSync(join(archive, 'cases', caseId), rig.path('copy-of-case'), { recursive: true });
  expect((await rig.sealed('case', 'delete', 'archive', caseId, '--reason', 'answered')).code).toBe(0);
  cpSync(rig.path('keyring-copy'), rig.path('older-copy'), { recursive: true });
  expect((await rig.sealed('erase', 'run', 'archive')).code).toBe(0);
  const { lines } = await rig.json(['log', 'list', 'archive']);
  const pages = lines.flatMap(({ value }) => {
    const { type, detail } = (value ?? {}) as { type?: string; detail?: Readonly<Record<string, unknown>> }; // as it is listed
    return type === 'case-changed' && detail?.case === caseId ? [String(detail.page)] : [];
  });
  expect(pages).toHaveLength(2);
  for (const copy of ['keyring', 'keyring-copy']) {
    const keys = await openKeyring({ folder: rig.path(copy), access: noAccess, signal: new AbortController().signal });
    expect(pages.map((page) => keys.secretsOf(page, 'case.json'))).toEqual(['erased', 'erased']);
    keys.close();
  }
  cpSync(rig.path('copy-of-case'), join(archive, 'cases', caseId), { recursive: true });
  const shown = await rig.sealed('case', 'show', 'archive', caseId);
  expect([shown.code, shown.stdout, shown.stderr]).toEqual([5, '', expect.stringContaining('C129')]);
  expect((await rig.sealed('case', 'delete', 'archive', caseId, '--reason', 'restored by mistake')).code).toBe(0);
  expect(existsSync(join(archive, 'cases', caseId))).toBe(false);
});

test('is not final because of a copy of the keyring that was rolled back, until that copy is updated', async () => {
  type Status = { readonly request: string; readonly state: string; readonly owed: readonly string[]; readonly finalAt: string | null };
  const status = async () => {
    const { lines } = await rig.json(['erase', 'status', 'archive']);
    const requests = lines.flatMap(({ of, value }) => (of === 'erasure' ? [value as unknown as Status] : [])); // as it is listed
    return { requests, codes: lines.flatMap(({ code }) => code ?? []) };
  };
  const before = await status();
  const request = before.requests.findLast(({ finalAt }) => finalAt !== null)?.request ?? '';
  expect([request, before.codes.includes('K128')]).toEqual([expect.stringMatching(/./), false]);
  renameSync(rig.path('keyring-copy'), rig.path('newer-copy'));
  renameSync(rig.path('older-copy'), rig.path('keyring-copy'));
  const behind = await status();
  expect(behind.codes).toContain('K128');
  expect(behind.requests.find((one) => one.request === request)).toMatchObject({ state: 'under-way', owed: ['copy-1'], finalAt: null });
  const made = await rig.json(['erase', 'certificate', 'archive', request, '--out', rig.path('behind')]);
  expect([made.code, made.summary.isFinal]).toEqual([0, false]);
  await judgeCertificate(rig, 'archive', rig.path('behind'));
  const { stdout } = await rig.exec('jq', [
    '-c',
    '[.finalAt, (.copies[] | select(.copy == "copy-1") | .destroyedAt)]',
    rig.path('behind/certificate.json'),
  ]);
  expect(JSON.parse(stdout)).toEqual([null, null]);
  expect((await rig.sealed('keyring', 'sync')).code).toBe(0);
  expect(await status()).toEqual(before);
});

test('destroys everything possible again when every copy of the keyring is rolled back, and reports a case whose current state is lost', async () => {
  const [id = ''] = await listed();
  const { summary } = await rig.json(['case', 'new', 'archive', '--title', 'Deal']);
  const caseId = String(summary.id);
  expect((await rig.sealed('case', 'add', 'archive', caseId, id)).code).toBe(0);
  for (const one of ['keyring', 'keyring-copy']) cpSync(rig.path(one), rig.path(`${one}-before`), { recursive: true });
  const rolledBack = await approved(rig, 'archive', [id]);
  expect((await rig.sealed('erase', 'run', 'archive')).code).toBe(0);
  for (const one of ['keyring', 'keyring-copy']) {
    rmSync(rig.path(one), { recursive: true });
    cpSync(rig.path(`${one}-before`), rig.path(one), { recursive: true });
  }
  expect(await opened('keyring')).toContain(id);
  const status = await rig.sealed('erase', 'status', 'archive');
  expect([status.code, status.stderr]).toEqual([
    4,
    expect.stringMatching(/K128 .*no copy that can be reached is newer; to destroy the secrets again: longplay erase run/),
  ]);
  expect(status.stdout).toMatch(/2 copies of the keyring in an older state. ERASED RECORDINGS OPEN AGAIN.\nNext: longplay erase run archive/);
  // Everybody else who looks sees the same: both copies, compared with the log.
  for (const [code, ...args] of [
    [4, 'watch', 'archive', '--max-age', '99d'],
    [4, 'keyring', 'status'],
    [5, 'doctor', 'archive'],
  ] as const) {
    const seen = await rig.json(args);
    expect([seen.code, seen.lines.filter((line) => line.code === 'K128').length], args[0]).toEqual([code, 2]);
  }
  expect((await rig.sealed('keyring', 'status')).stdout).toMatch(/^main .* [1-9]\d* +20\S+ /m);
  expect((await rig.sealed('report', 'archive', '--out', rig.path('rolled-back'))).code).toBeLessThan(5);
  const stated = readFileSync(rig.path('rolled-back/statement.txt'), 'utf8');
  expect(stated).toMatch(/, 0 of them final,/);
  expect(stated).toContain('Copy main of the keyring owes an erasure: it still opens what was erased.');
  expect(stated).toContain('K128');
  const certified = await rig.json(['erase', 'certificate', 'archive', rolledBack, '--out', rig.path('rolled-back-certificate')]);
  expect([certified.code, certified.summary.isFinal]).toEqual([0, false]);
  const certificate = readFileSync(rig.path('rolled-back-certificate/certificate.txt'), 'utf8');
  expect(certificate).toMatch(/Unreadable in service since: NOT NOW.*\nFinal since: +NOT YET/);
  const again = await rig.sealed('erase', 'run', 'archive');
  expect([again.code, again.stderr]).toEqual([5, expect.stringContaining(`K203 cases/${caseId}: the keyring has no secrets of its current state`)]);
  for (const one of ['keyring', 'keyring-copy']) expect(await opened(one)).not.toContain(id);
  const verified = await rig.sealed('verify', 'archive', '--play');
  expect(verified.stdout).toMatch(new RegExp(`K203 cases: .* cases/${caseId}`));
  expect(verified.stdout).not.toContain('E115');
  expect((await rig.sealed('keyring', 'status')).stderr).not.toContain('K128');
  const deleted = await rig.sealed('case', 'delete', 'archive', caseId, '--reason', 'nobody can open it');
  expect(deleted.code, deleted.stderr).toBe(0);
  expect(await rig.sealed('erase', 'run', 'archive')).toMatchObject({ code: 0, stderr: '' });
});
