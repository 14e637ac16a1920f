import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { makingOf } from '../../../src/archive/bag/info.ts';
import { erase } from '../erasure-rig.ts';
import { createSealedRig, drilledArchive, recordingFolders, type SealedRig } from './sealed-rig.ts';

/** What a command says of the keyring: its exit code, and the findings with their messages. */
interface Said {
  readonly code: number | null;
  readonly codes: readonly string[];
  readonly messages: string;
}

/** Runs a command with --json. Leaves out K127: the keyring of these tests has no recovery. */
async function said(rig: SealedRig, ...args: readonly string[]): Promise<Said> {
  const { code, stdout } = await rig.sealed(...args, '--json');
  const lines = stdout.trim().split('\n');
  const findings = lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ type }) => type === 'finding');
  const own = findings.filter((one) => /^K/.test(String(one.code)) && one.code !== 'K127');
  return { code, codes: own.map((one) => String(one.code)), messages: own.map(({ message }) => String(message)).join('\n') };
}

/** Returns what `watch`, `keyring status` and `doctor ARCHIVE` say: exit code and codes of each. */
async function saidByAll(rig: SealedRig): Promise<unknown> {
  const archive = rig.path('archive');
  const watched = await said(rig, 'watch', archive, '--max-age', '900d');
  const status = await said(rig, 'keyring', 'status');
  const doctor = await said(rig, 'doctor', archive);
  return { watch: [watched.code, watched.codes], status: [status.code, status.codes], doctor: doctor.codes };
}

/** What they say if nothing is wrong. */
const nothing = { watch: [0, []], status: [0, []], doctor: [] };

/** Changes one byte in the middle of a page of a copy. */
function damage(copy: string, page: string): void {
  const file = join(copy, 'pages', readdirSync(join(copy, 'pages')).find((name) => name.startsWith(page)) ?? '');
  const bytes = readFileSync(file);
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

async function imported(): Promise<SealedRig> {
  const rig = await createSealedRig();
  process.env.LONGPLAY_KEYRING = rig.keyring;
  await drilledArchive(rig);
  return rig;
}

test('one damaged byte in a page of a bag is a warning that names the repair, and an error once every copy is damaged', async () => {
  await using rig = await imported();
  const archive = rig.path('archive');
  const [main, copy] = [rig.keyring, rig.path('keyring-copy')];
  const page = makingOf(join(recordingFolders(archive)[0] ?? '', '../..')) ?? '';
  expect(await saidByAll(rig)).toEqual(nothing);

  damage(copy, page);
  expect(await saidByAll(rig)).toEqual({ watch: [0, ['K135']], status: [0, ['K135']], doctor: ['K135'] });
  for (const command of [
    ['watch', archive],
    ['keyring', 'status'],
    ['doctor', archive],
  ])
    expect((await said(rig, ...command)).messages).toBe(
      '1 page of copy copy-1 is damaged; to repair from another copy: longplay keyring sync --deep',
    );
  expect((await rig.sealed('keyring', 'sync', '--deep')).code).toBe(0);
  expect(await saidByAll(rig)).toEqual(nothing);

  for (const folder of [main, copy]) damage(folder, page);
  expect(await saidByAll(rig)).toEqual({ watch: [4, ['K131']], status: [4, ['K131']], doctor: ['K131'] });
  expect((await rig.sealed('doctor', archive)).code).toBe(5);
  expect((await rig.sealed('verify', archive, '--play')).code).toBe(5);
  // The loss is acknowledged like that of a page whose file is gone.
  const { summary } = await rig.json(['keyring', 'report-loss', archive, '--reason', 'both disks failed']);
  expect((await rig.sealed('keyring', 'approve-loss', archive, String(summary.request), '--key-file', 'approver.pem')).code).toBe(0);
  expect((await rig.sealed('verify', archive, '--play')).code).toBe(0);
  expect(await saidByAll(rig)).toEqual({ watch: [0, ['K132']], status: [0, []], doctor: ['K132'] });
  delete process.env.LONGPLAY_KEYRING;
});

test('a keyring with erasures, after a rotation, and with a copy out of reach says nothing new', async () => {
  await using rig = await imported();
  const archive = rig.path('archive');
  await erase(rig, archive, [basename(recordingFolders(archive)[0] ?? '')]);
  expect(await saidByAll(rig)).toEqual(nothing);
  expect((await rig.sealed('keyring', 'rotate')).code).toBe(0);
  expect(await saidByAll(rig)).toEqual(nothing);
  renameSync(rig.path('keyring-copy'), rig.path('away'));
  expect(await saidByAll(rig)).toEqual({ watch: [0, ['K120']], status: [0, ['K120']], doctor: ['K120'] });
  const { stdout } = await rig.sealed('keyring', 'status');
  expect(stdout).toMatch(/^Pages: \d+ pages opened\.$/m);
  delete process.env.LONGPLAY_KEYRING;
});
