import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256Hex } from '../../../src/core/base/identifier.ts';
import { fingerprint } from '../rig.ts';
import { asterisk, createSealedRig, filesBelow, recordingFolders, type SealedRig } from './sealed-rig.ts';

const timeout = 240_000;

/** A sealed archive of two imports, kept tables, an amendment, a note and an approver named anna. */
async function sealedArchive(rig: SealedRig, ...how: readonly string[]): Promise<string> {
  const archive = rig.path('archive');
  const source = ['import', asterisk.folder, '--into', archive];
  for (const args of [
    [...source, '--zone', 'Europe/Stockholm', '--bag-recordings', '3', ...how],
    [...source, '--zone', 'UTC', '--amend', ...how],
    ['erase', 'make-key', 'approver.pem'],
    ['erase', 'add-approver', archive, 'approver.pem', '--name', 'anna'],
  ]) {
    const { code, stderr } = await rig.sealed(...args);
    expect([args.join(' '), code], stderr).toEqual([args.join(' '), 0]);
  }
  return archive;
}

/** Runs a step as JSON. @returns its exit code, summary and text of faults */
async function step(rig: SealedRig, ...args: readonly string[]): Promise<{ code: number | null; summary: Record<string, unknown>; stderr: string }> {
  const { code, stdout, stderr } = await rig.sealed('unseal', ...args, '--json');
  return { code, summary: JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>, stderr: stdout + stderr };
}

async function approved(rig: SealedRig, archive: string): Promise<string> {
  const request = String((await step(rig, 'request', archive, '--reason', 'Another system')).summary.request);
  expect((await step(rig, 'approve', archive, request, '--key-file', 'approver.pem')).code).toBe(0);
  return request;
}

test('a sealed archive is unsealed by two persons, complete, and verifies as an open one', { timeout }, async () => {
  await using rig = await createSealedRig();
  const archive = await sealedArchive(rig);
  const before = fingerprint(join(archive, 'bags'));
  const open = rig.path('open');
  const refused = await step(rig, 'run', archive, 'ffff', '--out', open);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('K212')]);
  // One person is not enough: neither without approval nor with the requester's own.
  const own = String((await step(rig, 'request', archive, '--reason', 'Mine', '--as', 'anna')).summary.request);
  const alone = await step(rig, 'approve', archive, own, '--key-file', 'approver.pem');
  expect([alone.code, alone.stderr]).toEqual([2, expect.stringContaining('E102')]);
  expect((await step(rig, 'run', archive, own, '--out', open)).stderr).toContain('is not approved');
  expect(existsSync(open)).toBe(false);
  const request = await approved(rig, archive);
  expect((await step(rig, 'run', archive, request, '--out', join(archive, 'inside'))).code).toBe(2);

  const made = await step(rig, 'run', archive, request, '--out', open);
  expect([made.code, made.summary.left, made.summary.erased], made.stderr).toEqual([0, 0, 0]);
  expect(fingerprint(join(archive, 'bags'))).toEqual(before);
  expect((await step(rig, 'run', archive, request, '--out', rig.path('again'))).stderr).toContain('was executed');
  const { stdout: entries } = await rig.sealed('log', 'list', archive);
  for (const type of ['unseal-requested', 'unseal-approved', 'unseal-begun', 'unsealed']) expect(entries).toContain(type);

  // Without any keyring, and with independent programs.
  const without = { env: { LONGPLAY_KEYRING: rig.path('nowhere') } };
  const verified = await rig.run(['verify', open, '--play', '--originals'], without);
  expect([verified.code, verified.stdout + verified.stderr], verified.stdout + verified.stderr).toEqual([
    0,
    expect.not.stringMatching(/corrupt|missing/),
  ]);
  expect((await rig.exec('python3', [join(open, 'check.py')])).stdout).toContain('Everything that was checked is OK.');
  const bags = [...new Set(filesBelow(join(open, 'bags')).map((file) => file.split('/').slice(0, 2).join('/')))];
  expect(bags).toEqual([...new Set(filesBelow(join(archive, 'bags')).map((file) => file.split('/').slice(0, 2).join('/')))]);
  for (const bag of bags)
    for (const algorithm of ['sha256', 'sha512']) {
      const judged = await rig.exec(`${algorithm}sum`, ['--strict', '--quiet', '-c', `manifest-${algorithm}.txt`], join(open, 'bags', bag));
      expect([bag, judged.code, judged.stderr]).toEqual([bag, 0, '']);
    }
  // The same recordings under the same ids, with the same newest descriptions, and the source's own bytes.
  const rows = async (of: string): Promise<string[]> =>
    (await rig.sealed('list', of, '--json')).stdout.split('\n').filter((line) => line.includes('"result"'));
  expect(await rows(open)).toEqual(await rows(archive));
  const given = filesBelow(join(asterisk.folder, 'monitor')).map((file) => sha256Hex(readFileSync(join(asterisk.folder, 'monitor', file))));
  const written = new Set(filesBelow(join(open, 'bags')).map((file) => sha256Hex(readFileSync(join(open, 'bags', file)))));
  expect(given.filter((sha256) => written.has(sha256)).length).toBeGreaterThan(5);
  expect(filesBelow(join(open, 'bags')).filter((file) => file.endsWith('.age') || file.endsWith('public.json'))).toEqual([]);
  const known = await rig.run(['import', asterisk.folder, '--into', open, '--zone', 'UTC'], without);
  expect([known.code, known.stdout]).toEqual([0, expect.stringContaining('Nothing new')]);
});

test('erased recordings stay absent, unreadable files are reported, and a stopped run resumes', { timeout }, async () => {
  await using rig = await createSealedRig();
  const archive = await sealedArchive(rig, '--no-keep-tables');
  const [gone = '', damaged = ''] = recordingFolders(archive).filter((folder) => existsSync(join(folder, 'original-1.wav.age')));
  const id = basename(gone);
  const asked = await rig.sealed('erase', 'request', archive, id, '--ground', 'error', '--reason', 'A test', '--json');
  const erasure = String((JSON.parse(asked.stdout.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>).request);
  expect((await rig.sealed('erase', 'approve', archive, erasure, '--key-file', 'approver.pem', '--now', 'A test')).code).toBe(0);
  const erased = await rig.sealed('erase', 'run', archive);
  expect(erased.code, erased.stdout + erased.stderr).toBe(0);
  const kept = readFileSync(join(damaged, 'original-1.wav.age'));
  rmSync(join(damaged, 'original-1.wav.age'));
  const request = await approved(rig, archive);
  const open = rig.path('open');
  const first = await step(rig, 'run', archive, request, '--out', open);
  expect([first.code, first.stderr]).toEqual([3, expect.stringContaining('K213')]);
  expect(first.summary.left).toBeGreaterThan(0);
  expect(readdirSync(join(open, 'bags'), { recursive: true, encoding: 'utf8' }).filter((path) => path.includes(id))).toEqual([]);
  // The request stays open while something is left, and a second run into the same folder reports it again.
  const again = await step(rig, 'run', archive, request, '--out', open);
  expect([again.code, again.summary.bags, again.summary.left]).toEqual([3, 0, first.summary.left]);
  writeFileSync(join(damaged, 'original-1.wav.age'), kept);
  const whole = await step(rig, 'run', archive, request, '--out', rig.path('whole'));
  expect([whole.code, whole.summary.left], whole.stderr).toEqual([0, 0]);
  expect(whole.summary.erased).toBeGreaterThan(0);
  expect((await rig.run(['verify', rig.path('whole'), '--play', '--originals'])).code).toBe(0);
  // Another archive in the folder is left unchanged.
  expect((await rig.run(['import', asterisk.folder, '--into', 'other', '--zone', 'UTC', '--no-keep-tables', '--open'])).code).toBe(0);
  const before = fingerprint(rig.path('other'));
  const next = await approved(rig, archive);
  expect((await step(rig, 'run', archive, next, '--out', rig.path('other'))).stderr).toContain('K212');
  expect(fingerprint(rig.path('other'))).toEqual(before);
});
