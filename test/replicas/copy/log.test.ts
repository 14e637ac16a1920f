import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readLog } from '../../../src/log/read/read-log.ts';
import { createReplicaRig, flip, type ReplicaRig } from '../rig.ts';

let work: ReplicaRig;
beforeAll(async () => {
  work = await createReplicaRig();
});
afterAll(async () => {
  await work?.[Symbol.asyncDispose]();
});
afterEach(() => work.reset());

/** Content of the log of a copy, entry by entry. */
async function entries(copy: string): Promise<string[]> {
  const found: string[] = [];
  for await (const item of readLog({ dir: work.dir(copy), id: null }, new AbortController().signal))
    if (item.kind === 'log-entry') found.push(`${item.seq} ${item.type} ${JSON.stringify(item.detail)}`);
  return found;
}

function logFiles(copy: string): string[] {
  const log = join(work.dir(copy), 'log');
  return readdirSync(log, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(log, name)).isFile())
    .map((name) => join(log, name))
    .sort();
}

/** The widest file of entries: narrower ones remain from earlier appends. */
function bundle(copy: string): string {
  const widths = logFiles(copy).filter((file) => file.includes('/tile/entries/'));
  return widths.sort((a, b) => statSync(b).size - statSync(a).size)[0] ?? '';
}

const damages: Readonly<Record<string, (copy: string) => void>> = {
  'an entry with a flipped bit': (copy) => flip(bundle(copy), 40),
  'entries cut in the middle': (copy) => writeFileSync(bundle(copy), readFileSync(bundle(copy)).subarray(0, 300)),
  'a checkpoint that is not a checkpoint': (copy) => writeFileSync(join(work.dir(copy), 'log/checkpoint'), 'nothing'),
  'no checkpoint': (copy) => rmSync(join(work.dir(copy), 'log/checkpoint')),
  'no tiles': (copy) => rmSync(join(work.dir(copy), 'log/tile'), { recursive: true }),
  'no entries': (copy) => rmSync(join(work.dir(copy), 'log/tile/entries'), { recursive: true }),
  'nothing at all': (copy) => rmSync(join(work.dir(copy), 'log'), { recursive: true }),
  'a folder in the place of its entries': (copy) => {
    const file = bundle(copy);
    rmSync(file);
    mkdirSync(file);
  },
  'every file flipped': (copy) => {
    for (const file of logFiles(copy)) flip(file, statSync(file).size >> 1);
  },
};

describe('a log that has', () => {
  test.each(Object.entries(damages))('%s is restored from the replica, and entries after the last sync stay', async (name, damage) => {
    await work.verify();
    const all = await entries('primary');
    const synced = await entries('offsite');
    expect(all.length).toBeGreaterThan(synced.length);
    damage('primary');
    const bad = await entries('primary');
    // If the entry that registered the replica is lost, the user has to name the replica.
    const told = bad.some((entry) => entry.includes('replica-added')) ? {} : { from: work.dir('offsite') };
    if (told.from !== undefined) await expect(work.repair()).rejects.toMatchObject({ code: 'R104', hint: expect.stringContaining('--from') });
    // The log names replicas again that were not asked and may have lost entries: nothing is given up before they were.
    const { said, outcome } = await work.repair(told).catch((error: unknown) => {
      expect([told, error]).toEqual([{ from: work.dir('offsite') }, expect.objectContaining({ code: 'L132' })]);
      return work.repair();
    });
    expect(outcome, said.join()).toMatchObject({ damaged: 0, incomplete: false });
    const after = await entries('primary');
    // Entries that no copy has are lost, and reported; all others are restored, and nothing replaces the lost ones.
    const known = all.filter((entry) => synced.includes(entry) || bad.includes(entry));
    expect(after.slice(0, known.length), name).toEqual(known);
    if (known.length < all.length) expect(said).toContain('R131 log');
    else expect(await work.verifyPrimary()).toEqual([]);
    // The log reports permanently lost entries for ever; nothing else is wrong.
    expect((await work.verifyPrimary()).filter((line) => !/^(missing log|corrupt log:\d+$)/.test(line))).toEqual([]);
  });

  test.each(Object.entries(damages))('%s on a replica is restored from the archive', async (name, damage) => {
    damage('offsite');
    const { said } = await work.repair();
    if (name === 'nothing at all') {
      expect(said).toEqual([]);
      await work.sync();
    } else {
      // The details beside entries are files of the log as well, and are repaired separately.
      const details = name === 'every file flipped' ? ['R130 offsite:log/details/000/000000.jsonl'] : [];
      expect(said).toEqual(['R130 offsite:log', ...details]);
    }
    expect((await work.verify()).said).toEqual([]);
    expect((await work.sync()).said).toEqual([]);
  });
});

test('an entry that is lost everywhere does not affect later ones', async () => {
  const all = await entries('primary');
  for (const copy of ['primary', 'offsite'])
    for (const file of logFiles(copy).filter((name) => name.includes('/tile/entries/'))) {
      const bytes = readFileSync(file);
      const place = bytes.indexOf('import-finished');
      if (place >= 0) flip(file, place);
    }
  const { said, findings } = await work.repair();
  expect(said).toEqual(['R131 log', 'R131 offsite:log']);
  const lost = all.find((entry) => entry.includes('import-finished'));
  expect(lost).toBeDefined();
  expect(findings[0]?.message).toBe(`1 entry is intact in no copy, the first is entry ${lost?.split(' ')[0]}`);
  expect(await entries('primary')).toEqual(all.filter((entry) => entry !== lost));
});

test('the register of replicas that was lost with the log is not needed if a copy is named', async () => {
  for (const name of ['log', 'longplay.json', 'README.txt']) rmSync(join(work.archive, name), { recursive: true });
  await expect(work.repair()).rejects.toMatchObject({ code: 'A100' });
  const { said } = await work.repair({ from: work.dir('offsite') });
  expect(said).toEqual(expect.arrayContaining(['R143 log', 'R130 longplay.json', 'R130 README.txt']));
  expect(work.bytes('primary')).toEqual(work.original);
  expect((await work.verify()).said).toEqual([]);
});

test('a log that was rewritten on a replica is not accepted', async () => {
  const foreign = await createReplicaRig([]);
  try {
    // Of another archive, but with our longplay.json: its entries contradict ours.
    rmSync(join(work.dir('offsite'), 'log'), { recursive: true });
    cpSync(join(foreign.archive, 'log'), join(work.dir('offsite'), 'log'), { recursive: true });
    const all = await entries('primary');
    flip(bundle('primary'), 40);
    const { said } = await work.repair().catch((error: { readonly code?: string }) => ({ said: [String(error.code)] }));
    expect(said.some((line) => line.startsWith('R143'))).toBe(false);
    // Its own older files have the entry that was damaged.
    expect((await entries('primary')).slice(0, all.length)).toEqual(all);
  } finally {
    await foreign[Symbol.asyncDispose]();
  }
});

test('strange files in the log of a replica are moved to its quarantine with other faulty files', async () => {
  const log = join(work.dir('offsite'), 'log');
  flip(bundle('offsite'), 40);
  appendFileSync(join(log, 'checkpoint'), 'x');
  writeFileSync(join(log, 'tile/notes.txt'), 'x');
  await work.repair();
  expect(existsSync(join(log, 'tile/notes.txt'))).toBe(false);
  expect((await work.verify()).said).toEqual([]);
  const kept = readdirSync(join(work.dir('offsite'), 'quarantine'), { recursive: true, encoding: 'utf8' });
  expect(kept.some((name) => name.endsWith('files/log/tile/notes.txt'))).toBe(true);
  expect(kept.some((name) => name.endsWith('files/log/checkpoint'))).toBe(true);
});
