import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readLog } from '../../../src/log/read/read-log.ts';
import { drillText } from '../../../src/replicas/drill/drill.ts';
import { drillArchive } from '../../../src/replicas/work.ts';
import { fingerprint } from '../../cli/rig.ts';
import { createReplicaRig, flip, type ReplicaRig } from '../rig.ts';

let work: ReplicaRig;
let out: string;
beforeAll(async () => {
  work = await createReplicaRig();
  out = work.rig.path('drills');
});
afterAll(async () => {
  await work?.[Symbol.asyncDispose]();
});
afterEach(() => {
  work.reset();
  rmSync(out, { recursive: true, force: true });
});

const offsite = (...parts: string[]): string => join(work.dir('offsite'), ...parts);

/** Log entries of one type, as their details. */
async function entries(type: string): Promise<Readonly<Record<string, unknown>>[]> {
  const found = [];
  for await (const item of readLog({ dir: work.archive, id: null }, new AbortController().signal))
    if (item.kind === 'log-entry' && item.type === type) found.push({ ...item.detail });
  return found;
}

test('a drill restores bags of a replica, has every file and copy judged, keeps a dated report and logs the result', async () => {
  const before = fingerprint(work.dir('offsite'));
  const { said, outcome } = await work.drill({ out });
  expect(said).toEqual([]);
  expect(outcome).toMatchObject({ from: 'offsite', recordings: 6, ok: 6, failed: 0, restored: null, seed: 1 });
  expect(outcome.bags.map(({ bag }) => `bags/${bag}`).sort()).toEqual([...work.bags].sort());
  for (const one of outcome.bags) expect(one).toMatchObject({ state: 'as-landed', recordings: 2, failed: 0, copiesDecoded: 2, faults: [] });
  // 2,000 to 2,500 samples at 8,000 Hz.
  expect(outcome.audioMs).toBeCloseTo(((2_000 + 2_500) / 2) * 6 * (1_000 / 8_000), 5);
  expect(outcome.judges.join()).toContain('sha256sum');
  expect(readdirSync(out).sort()).toEqual(['drill-20260203T040506Z.json', 'drill-20260203T040506Z.txt']);
  expect(JSON.parse(readFileSync(join(out, 'drill-20260203T040506Z.json'), 'utf8'))).toEqual(JSON.parse(JSON.stringify(outcome)));
  expect(readFileSync(join(out, 'drill-20260203T040506Z.txt'), 'utf8')).toBe(`${drillText(outcome)}\n`);
  expect(await entries('drill-finished')).toMatchObject([{ replica: 'offsite', bags: 3, recordings: 6, ok: 6, failed: 0 }]);
  expect(fingerprint(work.dir('offsite'))).toEqual(before);
});

test('the same seed chooses the same bags, and no bag twice', async () => {
  const chosen = async (seed: number): Promise<string> => (await work.drill({ bags: 2, seed })).outcome.bags.map(({ bag }) => bag).join();
  const first = await chosen(7);
  expect(new Set(first.split(',')).size).toBe(2);
  expect(await chosen(7)).toBe(first);
  expect(new Set(await Promise.all([1, 2, 3, 4, 5, 6].map(chosen))).size).toBeGreaterThan(1);
});

test('faults in a replica are found in what was restored from it, and nothing else fails', async () => {
  const [bag = '', other = ''] = work.bags;
  const files = work.files(bag);
  const original = files.find((file) => basename(file).startsWith('original-1')) ?? '';
  const copies = work.files(other).filter((file) => basename(file).startsWith('access-1'));
  const [lost = '', cut = ''] = copies;
  const trials: Readonly<Record<string, { readonly damage: () => void; readonly failed: number; readonly faults: RegExp }>> = {
    'a flipped bit': { damage: () => flip(offsite(original), 50), failed: 1, faults: /original-1.*FAILED/ },
    'a missing copy': { damage: () => rmSync(offsite(lost)), failed: 1, faults: /access-1.*FAILED/ },
    'a copy that is cut': { damage: () => writeFileSync(offsite(cut), readFileSync(offsite(cut)).subarray(0, -30)), failed: 1, faults: /access-1/ },
    'the folder of a recording that is missing as a whole': {
      damage: () => rmSync(offsite(dirname(original)), { recursive: true }),
      failed: 1,
      faults: /FAILED/,
    },
    'a bag without recordings': { damage: () => rmSync(offsite(bag, 'data'), { recursive: true }), failed: 2, faults: /FAILED/ },
    'a bag that is missing': { damage: () => rmSync(offsite(bag), { recursive: true }), failed: 1, faults: /the bag is not there/ },
    'a tag manifest that is another': {
      damage: () => writeFileSync(offsite(bag, 'tagmanifest-sha256.txt'), readFileSync(offsite(other, 'tagmanifest-sha256.txt'))),
      failed: 2,
      faults: /the log/,
    },
  };
  for (const [name, { damage, failed, faults }] of Object.entries(trials)) {
    damage();
    const { said, outcome } = await work.drill({ out });
    expect(outcome.failed, name).toBe(failed);
    expect(outcome.ok + outcome.failed, name).toBe(outcome.recordings);
    expect(
      outcome.bags.filter((one) => one.failed > 0),
      name,
    ).toHaveLength(1);
    expect(outcome.bags.flatMap((one) => one.faults).join('\n'), name).toMatch(faults);
    expect(said.length, name).toBeGreaterThan(0);
    expect(new Set(said.map((line) => line.split(' ')[0])), name).toEqual(new Set(['R147']));
    expect(drillText(outcome), name).toContain(`${failed} do NOT`);
    expect(
      readdirSync(out).every((file) => file.startsWith('drill-')),
      name,
    ).toBe(true);
    work.reset();
    rmSync(out, { recursive: true });
  }
});

test('restores only into a folder that is empty or has reports, and removes the remains of a killed drill', async () => {
  await work.drill({ out });
  writeFileSync(join(out, 'notes.txt'), 'x');
  await expect(work.drill({ out })).rejects.toMatchObject({ code: 'R146', message: expect.stringContaining('notes.txt') });
  rmSync(join(out, 'notes.txt'));
  // Killed in the middle: the folder of the restore under its temporary name, and its lock.
  const path = process.env.PATH ?? '';
  const request = { bags: 3, out, seed: 1, keep: false };
  const running = drillArchive(work.archive, request, { ...work.tools, temporary: work.rig.folder, path }, new AbortController().signal);
  for (let next = await running.next(); next.done !== true; next = await running.next()) if ('done' in next.value && next.value.done === 2) break;
  const left = readdirSync(out).filter((name) => !/^(drill-|\.lock)/.test(name));
  expect(left).toHaveLength(1);
  const [folder = ''] = left;
  expect(fingerprint(join(out, folder)).length).toBeGreaterThan(10);
  await running.return(undefined as never);
  mkdirSync(join(out, folder, 'bags'), { recursive: true });
  writeFileSync(join(out, folder, 'bags/half'), 'x');
  const again = await work.drill({ out });
  expect(again.outcome.failed).toBe(0);
  expect(readdirSync(out).every((name) => name.startsWith('drill-'))).toBe(true);
  // Files kept on purpose are not removed.
  const kept = await work.drill({ out, keep: true });
  expect(kept.outcome.restored).toBe(join(out, 'restored'));
  for (const bag of work.bags) expect(existsSync(join(out, 'restored', bag.slice('bags/'.length), 'bagit.txt'))).toBe(true);
  await expect(work.drill({ out })).rejects.toMatchObject({ code: 'R146', message: expect.stringContaining('restored') });
});

test('if no replica can be reached the archive itself is drilled, and that is reported; without a judge nothing is drilled', async () => {
  rmSync(work.dir('offsite'), { recursive: true });
  const { said, outcome } = await work.drill();
  expect(said).toEqual(['R101 offsite', 'R148 primary']);
  expect(outcome).toMatchObject({ from: 'primary', failed: 0 });
  expect((await entries('drill-finished')).at(-1)).toMatchObject({ replica: null });
  const blind = drillArchive(
    work.archive,
    { bags: 1, out, seed: 1, keep: false },
    { ...work.tools, temporary: work.rig.folder, path: work.rig.folder },
    new AbortController().signal,
  );
  await expect(async () => {
    for await (const _ of blind);
  }).rejects.toMatchObject({ code: 'R145', message: expect.stringContaining('sha256sum') });
  expect(existsSync(out)).toBe(false);
});

test('nothing is logged into a log that lost its end, because the restored end would not fit any more', async () => {
  rmSync(join(work.archive, 'log/tile'), { recursive: true });
  rmSync(join(work.archive, 'log/checkpoint'));
  await work.drill().catch(() => undefined);
  await work.verify().catch(() => undefined);
  await work.sync().catch(() => undefined);
  expect(existsSync(join(work.archive, 'log/checkpoint'))).toBe(false);
  await work.repair({ from: work.dir('offsite') });
  expect(await work.verifyPrimary()).toEqual([]);
});

test('a list shows where replicas are, what they lack and when they were read, and changes nothing', async () => {
  const [bag = ''] = work.bags;
  const [fresh] = (await work.list()).outcome;
  expect(fresh).toMatchObject({ name: 'offsite', path: work.dir('offsite'), medium: 'folder', reachable: true, why: null });
  expect(fresh).toMatchObject({ bagsPresent: 3, bagsMissing: 0, allReadSince: null, lastRead: null, overdue: null });
  await work.verify();
  rmSync(offsite(bag), { recursive: true });
  const before = fingerprint(work.rig.folder);
  const { said, outcome } = await work.list();
  expect(outcome).toMatchObject([{ bagsPresent: 2, bagsMissing: 1, allReadSince: '2026-02-03T04:05:06.000Z', lastRead: '2026-02-03T04:05:06.000Z' }]);
  // Here both are on one disk and belong to one user.
  expect(said).toEqual(['R140 primary, offsite', 'R141 primary, offsite']);
  expect(fingerprint(work.rig.folder)).toEqual(before);
  rmSync(work.dir('offsite'), { recursive: true });
  const away = await work.list();
  expect(away.said).toEqual(['R101 offsite']);
  expect(away.outcome).toMatchObject([{ reachable: false, bagsPresent: null, bagsMissing: null, lastRead: '2026-02-03T04:05:06.000Z' }]);
  expect(away.outcome[0]?.why).toContain('ENOENT');
});
