import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256Hex } from '../../src/core/base/identifier.ts';
import { approved, approver, erase, judgeCertificate } from './erasure-rig.ts';
import { copyFolder, createRig, fingerprint, type Rig, root } from './rig.ts';

let rig: Rig;
const sample = join(root, 'samples/asterisk-normal');
/** A recording with one original and its copy, and one with three originals, a copy of each and a joined copy. */
let plain: string;
let sides: string;

const foldersIn = (archive: string): string[] =>
  readdirSync(rig.path(archive, 'bags'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^[0-9a-f]{8}-[0-9a-f]{4}-8/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
const bagsIn = (archive: string): string[] => [...new Set(foldersIn(archive).map((folder) => join(folder, '../..')))];
const copy = (name: string): string => {
  copyFolder(rig.path('archive'), rig.path(name));
  rig.forget();
  return name;
};
/** Returns the files below a folder that have these bytes. */
const having = (folder: string, digest: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    return entry.isFile() && sha256Hex(readFileSync(path)) === digest ? [path] : [];
  });
const digestOf = (archive: string, id: string, file: string): string => {
  const folder = foldersIn(archive).find((one) => basename(one) === id && existsSync(join(one, file)));
  return sha256Hex(readFileSync(join(folder ?? '', file)));
};
const verified = async (archive: string, ...args: string[]) => {
  const { code, summary } = await rig.json(['verify', archive, ...args]);
  return { code, ...summary };
};
const judged = async (archive: string): Promise<void> => {
  for (const bag of bagsIn(archive))
    for (const [program, names] of [
      ['sha256sum', ['tagmanifest-sha256.txt', 'manifest-sha256.txt']],
      ['sha512sum', ['tagmanifest-sha512.txt', 'manifest-sha512.txt']],
    ] as const)
      expect(await rig.exec(program, ['--strict', '--quiet', '-c', ...names], bag)).toMatchObject({ code: 0, stdout: '' });
  expect(await rig.exec('python3', [rig.path(archive, 'check.py'), rig.path(archive)])).toMatchObject({ code: 0 });
};

beforeAll(async () => {
  rig = createRig();
  const how = ['--zone', 'Europe/Stockholm', '--no-keep-tables', '--join-sides'];
  expect((await rig.run(['import', sample, '--into', 'archive', ...how])).code).toBe(0);
  await approver(rig, 'archive');
  const withFile = (name: string) => basename(foldersIn('archive').find((folder) => readdirSync(folder).includes(name)) ?? '');
  sides = withFile('access-joined.opus');
  plain = withFile('original-1.gsm');
});
afterAll(async () => {
  await rig?.[Symbol.asyncDispose]();
});

describe('erasing only files of recordings, in an open archive', () => {
  test('removes the original: the copy plays, neighbours keep every byte, and every command reports it', async () => {
    const archive = copy('one');
    const original = digestOf(archive, plain, 'original-1.gsm');
    const before = fingerprint(rig.path(archive, 'bags')).filter((line) => /\/data\/[0-9a-f]{8}-/.test(line) && !line.includes(plain));
    const [bag = ''] = foldersIn(archive).filter((folder) => basename(folder) === plain);
    const kept = ['access-1.opus', 'source-1.csv'].map((file) => digestOf(archive, plain, file));
    const request = await erase(rig, archive, [plain, '--only', 'originals']);
    expect(having(rig.path(archive), original)).toEqual([]);
    expect(readdirSync(bag).sort()).toEqual(['access-1.opus', 'recording.json', 'source-1.csv']);
    expect(['access-1.opus', 'source-1.csv'].map((file) => digestOf(archive, plain, file))).toEqual(kept);
    expect(fingerprint(rig.path(archive, 'bags')).filter((line) => /\/data\/[0-9a-f]{8}-/.test(line) && !line.includes(plain))).toEqual(before);
    await judged(archive);
    const day = '20\\d\\d-\\d\\d-\\d\\d';
    const { stdout } = await rig.exec('jq', [
      '-c',
      '[.media[0].original | .sha256, .erased.request], (.before | length)',
      join(bag, 'recording.json'),
    ]);
    expect(stdout).toBe(`["${original}","${request}"]\n1\n`);
    const shown = await rig.run(['show', archive, plain]);
    expect([shown.code, shown.stdout]).toEqual([
      0,
      expect.stringMatching(new RegExp(`ERASED: original-1\\.gsm was erased on ${day} on request ${request}`)),
    ]);
    expect(shown.stdout).toMatch(/^original-1\.gsm {2}ERASED \(it had [^)]+\), was ok, from /m);
    expect(shown.stdout).toMatch(/^ *access-1\.opus {2}\d/m);
    expect(shown.stdout).not.toContain('ENOENT');
    const well = { code: 0, erasedFiles: 1, erased: 0, untried: 0, errors: 0, warnings: 0 };
    expect(await verified(archive)).toMatchObject(well);
    expect(await verified(archive, '--play', '--originals')).toMatchObject(well);
    const both = await rig.run(['export', archive, plain, '--take', 'both', '--out', 'both']);
    expect([both.code, both.stderr]).toEqual([0, expect.stringMatching(/warning E128 \S+\/original-1\.gsm: was erased; it was not exported/)]);
    const [sound = ''] = readdirSync(rig.path('both')).filter((name) => name.endsWith('.opus'));
    expect((await rig.exec('opusinfo', [rig.path('both', sound)])).stdout).toContain('Playback length: 0m:05');
    expect(await rig.run(['catalog', 'rebuild', archive])).toMatchObject({ code: 0 });
    expect(await verified(archive)).toMatchObject(well);
    expect(await rig.run(['erase', 'run', archive])).toMatchObject({ code: 0, stdout: 'No request is due.\n' });
    const { stdout: log } = await rig.run(['log', 'list', archive, '--json']);
    expect(log).toContain('"files-erased"');
    for (const entry of log.split('\n').filter((line) => line.includes(request))) expect(entry).not.toMatch(/original-1\.gsm|Request 4711/);
    expect((await rig.run(['erase', 'certificate', archive, request, '--out', rig.path('certificate')])).code).toBe(0);
    await judgeCertificate(rig, archive, rig.path('certificate'));
    const certified = await rig.exec('jq', [
      '-c',
      '[(.marks | length), (.fileMarks | length), (.bags | length)]',
      rig.path('certificate/certificate.json'),
    ]);
    expect(JSON.parse(certified.stdout)).toEqual([0, 1, 1]);
  });

  test('stays in effect when the source is imported again, and when the bag, the file or the whole archive is restored from a backup', async () => {
    const archive = copy('again');
    copyFolder(rig.path(archive), rig.path('backup'));
    const original = digestOf(archive, plain, 'original-1.gsm');
    await erase(rig, archive, [plain, '--only', 'original-1.gsm']);
    const how = ['--zone', 'Europe/Stockholm', '--join-sides', '--no-keep-tables'];
    const again = await rig.run(['import', sample, '--into', archive, ...how]);
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('Nothing new')]);
    expect(having(rig.path(archive), original)).toEqual([]);
    const folder = foldersIn(archive).find((one) => basename(one) === plain) ?? '';
    const bag = join(folder, '../..');
    const old = bag.replace(rig.path(archive), rig.path('backup'));
    const back = async (code: number, text: RegExp): Promise<void> => {
      const found = await rig.run(['verify', archive]);
      expect([found.code, found.stdout]).toEqual([code, expect.stringMatching(text)]);
      expect((await rig.run(['erase', 'run', archive])).code).toBe(0);
      expect(having(rig.path(archive), original)).toEqual([]);
      expect(await verified(archive)).toMatchObject({ code: 0, erasedFiles: 1 });
    };
    rmSync(bag, { recursive: true });
    copyFolder(old, bag);
    await back(4, /unexpected E109 .* before recordings were erased from it/);
    writeFileSync(join(folder, 'original-1.gsm'), readFileSync(join(folder.replace(rig.path(archive), rig.path('backup')), 'original-1.gsm')));
    await back(4, /unexpected \S+ \S+original-1\.gsm/);
    // The whole archive with its log: this machine remembers the newer state.
    rmSync(rig.path(archive), { recursive: true });
    copyFolder(rig.path('backup'), rig.path(archive));
    const found = await rig.run(['verify', archive]);
    expect([found.code, found.stdout]).toEqual([4, expect.stringMatching(/E109/)]);
    await rig.run(['erase', 'run', archive]);
    expect(having(rig.path(archive), original)).toEqual([]);
  });

  test('is carried out in every replica, and a hold or a withdrawn request keeps the file', async () => {
    const archive = copy('copies');
    const original = digestOf(archive, plain, 'original-1.gsm');
    expect((await rig.run(['replica', 'add', archive, 'nas', rig.path('nas')])).code).toBe(0);
    expect((await rig.run(['replica', 'sync', archive])).code).toBe(0);
    expect(having(rig.path('nas'), original)).toHaveLength(1);
    const saved = readFileSync(having(rig.path(archive), original)[0] ?? '');
    expect((await rig.run(['export', archive, plain, '--take', 'both', '--out', 'handed'])).code).toBe(0);
    const held = await rig.json(['hold', 'add', archive, '--text', '46701740607', '--reason', 'a lawsuit']);
    const request = await approved(rig, archive, [plain, '--only', 'originals']);
    expect(await rig.run(['erase', 'run', archive])).toMatchObject({ code: 3, stderr: expect.stringContaining('E111') });
    expect(having(rig.path(archive), original)).toHaveLength(1);
    expect((await rig.run(['hold', 'release', archive, String(held.summary.id), '--reason', 'it is over'])).code).toBe(0);
    const done = await rig.run(['erase', 'run', archive]);
    expect([done.code, done.stderr]).toEqual([
      0,
      expect.stringMatching(/^warning E129 log entry \d+: files of 1 recording in an export of \S+ were erased alone/),
    ]);
    for (const one of [archive, 'nas']) expect(having(rig.path(one), original)).toEqual([]);
    const status = await rig.json(['erase', 'status', archive]);
    expect(status.lines.find(({ of }) => of === 'erasure')?.value).toMatchObject({ request, state: 'executed', owedBy: [] });
    expect((await rig.run(['replica', 'verify', archive])).code).toBe(0);
    const drilled = await rig.run(['drill', archive, '--out', rig.path('drills')]);
    expect([drilled.code, drilled.stdout], drilled.stderr).toEqual([0, expect.stringContaining('decoding to the recorded length.')]);
    // The file is put into the bag again: in both copies, then only in the replica.
    const folder = foldersIn(archive).find((one) => basename(one) === plain) ?? '';
    const inReplica = folder.replace(rig.path(archive), rig.path('nas'));
    for (const one of [folder, inReplica]) writeFileSync(join(one, 'original-1.gsm'), saved);
    const verified = await rig.run(['verify', archive]);
    expect([verified.code, verified.stdout]).toEqual([4, expect.stringMatching(/E109 \S+: holds 1 erased file again.*longplay erase run/)]);
    expect(verified.stdout).toContain('Erase again what came back: longplay erase run');
    expect(verified.stdout).not.toContain('replica repair');
    expect(verified.stdout).toContain('each bag was rewritten without them');
    const repaired = await rig.run(['replica', 'repair', archive]);
    expect([repaired.code, repaired.stdout]).toEqual([4, expect.stringContaining('2 faults that a repair cannot fix, listed above')]);
    expect(repaired.stderr).toMatch(/E109 \S+: holds erased recordings or files again; to erase them again: longplay erase run/);
    for (const one of [archive, 'nas']) expect(existsSync(rig.path(one, 'quarantine'))).toBe(false);
    expect((await rig.run(['erase', 'run', archive])).code).toBe(0);
    for (const one of [archive, 'nas']) expect(having(rig.path(one), original)).toEqual([]);
    writeFileSync(join(inReplica, 'original-1.gsm'), saved);
    const checked = await rig.run(['replica', 'verify', archive, 'nas']);
    expect([checked.code, checked.stdout + checked.stderr]).toEqual([4, expect.stringMatching(/E109 .*longplay replica sync/)]);
    expect((await rig.run(['replica', 'sync', archive])).code).toBe(0);
    expect(having(rig.path('nas'), original)).toEqual([]);
    expect((await rig.run(['replica', 'verify', archive, 'nas'])).code).toBe(0);
  });

  test('removes one side from every description of an amended recording, and a later amendment does not bring it back', async () => {
    const archive = copy('amended');
    const amend = (zone: string) => rig.run(['import', sample, '--into', archive, '--zone', zone, '--amend', '--no-keep-tables', '--join-sides']);
    expect((await amend('America/New_York')).code).toBe(0);
    const gone = ['original-2.wav', 'access-2.opus', 'access-joined.opus'];
    const digests = gone.map((file) => digestOf(archive, sides, file));
    await erase(rig, archive, [sides, '--only', ...gone]);
    for (const digest of digests) expect(having(rig.path(archive), digest)).toEqual([]);
    await judged(archive);
    const well = { code: 0, erasedFiles: 3, untried: 0, errors: 0, warnings: 0 };
    expect(await verified(archive, '--play', '--originals')).toMatchObject(well);
    expect((await amend('Europe/Stockholm')).code).toBe(0);
    const declared = ['--declare', '*.wav=pcm-s16le,8000,1', '--amend', '--zone', 'Europe/Stockholm', '--no-keep-tables', '--join-sides'];
    expect((await rig.run(['import', sample, '--into', archive, ...declared])).stdout).toContain('archived recordings again');
    for (const digest of digests) expect(having(rig.path(archive), digest)).toEqual([]);
    const newest = foldersIn(archive).filter((folder) => basename(folder) === sides);
    expect(newest.length).toBeGreaterThan(2);
    for (const folder of newest) for (const file of gone) expect(existsSync(join(folder, file))).toBe(false);
    expect(await verified(archive)).toMatchObject({ code: 0, erasedFiles: 3, errors: 0 });
    await judged(archive);
  });
});
