import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { emptyRecording } from '../../../src/core/model/recording.ts';
import {
  beginPlan,
  type Job,
  listJobs,
  type PlannedRecording,
  planFolder,
  planLine,
  plannedBags,
  readPlannedBag,
  removeJob,
  removeLeftovers,
} from '../../../src/store/jobs/plan.ts';
import { removeGradually } from '../../../src/store/jobs/remove-gradually.ts';

let jobs: string;
beforeEach(() => {
  jobs = mkdtempSync(join(tmpdir(), 'longplay-jobs-'));
});
afterEach(() => rmSync(jobs, { recursive: true }));

const jobId = '20260101t000000-0123456789abcdef';

function planned(key: string): PlannedRecording {
  return { recordingId: key, supersedes: null, fingerprint: `f-${key}`, recording: emptyRecording('test', 'verified', key) };
}

/** Two bags; texts with every character that some program treats as a line end. */
async function makeJob(key: Uint8Array | null = null): Promise<Job> {
  const plan = await beginPlan(jobs, jobId, key);
  for (const key of ['a', 'line\u2028separator', 'paragraph\u2029separator', 'return\rfeed\nvertical\u000bform\u000cnext\u0085'])
    await plan.add(0, planLine(planned(key)));
  await plan.add(1, planLine(planned('b')));
  const access = { format: 'opus', bitratePerChannel: 32_000, complexity: 4 } as const;
  return await plan.finish({
    format: 'longplay-job',
    version: 1,
    jobId,
    createdAt: '2026-01-01T00:00:00.000Z',
    request: { sources: ['/s'], site: 'default', importer: null, zone: null, encoding: null, mapping: null, access, joinSides: false },
    importer: 'test',
    sourceName: 's',
    bags: [
      { name: '2026/one', recordings: 4, bytes: 0 },
      { name: '2026/two', recordings: 1, bytes: 0 },
    ],
    reconciliation: null,
    findings: [],
  });
}

test('an encrypted plan shows only the names of its bags, and opens with its key', async () => {
  const key = Buffer.alloc(32, 9);
  const job = await makeJob(key);
  const plan = readFileSync(join(job.folder, 'plan/bag-000001.jsonl'));
  const head = readFileSync(join(job.folder, 'job.json'), 'utf8');
  // Words of at least four bytes: a shorter one may be in the random bytes of the cipher.
  for (const word of ['line', 'recordingId', 'sourceName', '"/s"', 'opus'])
    expect([word, plan.includes(word) || head.includes(word)]).toEqual([word, false]);
  expect([...plannedBags(jobs)]).toEqual(['2026/one', '2026/two']);
  const [found] = listJobs(jobs, key);
  expect(found?.head).toEqual(job.head);
  if (found === undefined) throw new Error('no job');
  expect((await readPlannedBag(found, 0)).map(({ recordingId }) => recordingId)).toHaveLength(4);
  for (const other of [null, Buffer.alloc(32, 8)]) expect(() => listJobs(jobs, other)).toThrow(expect.objectContaining({ code: 'P153' }));
});

test('a plan is read back unchanged, bag by bag, for any texts', async () => {
  const job = await makeJob();
  const [found] = listJobs(jobs, null);
  expect(found?.head).toEqual(job.head);
  expect((await readPlannedBag(job, 0)).map(({ recordingId }) => recordingId)).toEqual([
    'a',
    'line\u2028separator',
    'paragraph\u2029separator',
    'return\rfeed\nvertical\u000bform\u000cnext\u0085',
  ]);
  expect(await readPlannedBag(job, 1)).toEqual([planned('b')]);
  expect([...plannedBags(jobs)]).toEqual(['2026/one', '2026/two']);
  await removeJob(job);
  expect(readdirSync(jobs)).toEqual([]);
});

test('a part of a plan is on the disk when the next begins: at most one is in memory', async () => {
  const plan = await beginPlan(jobs, jobId, null);
  const written = (): number[] =>
    readdirSync(join(jobs, `${jobId}.partial`, 'plan'))
      .sort()
      .map((name) => readFileSync(join(jobs, `${jobId}.partial`, 'plan', name), 'utf8').split('\n').length - 1);
  for (let at = 0; at < 2_500; at++) await plan.add(0, planLine(planned(`${at}`)));
  expect(written()).toEqual([2_000]);
  await plan.add(1, planLine(planned('next')));
  expect(written()).toEqual([2_500]);
});

test('any change of a plan is detected before anything is made from it', async () => {
  const job = await makeJob();
  const head = join(job.folder, 'job.json');
  const bag = join(job.folder, 'plan', 'bag-000001.jsonl');
  const [headWas, bagWas] = [readFileSync(head), readFileSync(bag)];
  for (const [file, was, read] of [
    [head, headWas, async () => listJobs(jobs, null)],
    [bag, bagWas, () => readPlannedBag(job, 0)],
  ] as const) {
    for (const bytes of [Buffer.alloc(0), was.subarray(0, was.length >> 1), was.subarray(0, -1), Buffer.concat([was, was]), Buffer.from('null')]) {
      writeFileSync(file, bytes);
      // The last line feed of the head has no meaning.
      if (file === head && bytes.length === was.length - 1) continue;
      await expect(read()).rejects.toMatchObject({ code: 'P153', kind: 'incomplete' });
    }
    for (let at = 0; at < was.length - 1; at += 13) {
      const bytes = Buffer.from(was);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      writeFileSync(file, bytes);
      const isBlank = file === head && /\s/.test(String.fromCharCode(was[at] ?? 0));
      if (!isBlank) await expect(read(), `${file} at ${at}`).rejects.toMatchObject({ code: expect.stringMatching(/^P15[03]$/) });
    }
    writeFileSync(file, was);
  }
  rmSync(bag);
  await expect(readPlannedBag(job, 0)).rejects.toMatchObject({ code: 'P153' });
});

test('a job of another version is left to that version', async () => {
  const job = await makeJob();
  const head = join(job.folder, 'job.json');
  writeFileSync(head, readFileSync(head, 'utf8').replace('"version": 1', '"version": 2'));
  expect(() => listJobs(jobs, null)).toThrow(expect.objectContaining({ code: 'P150' }));
});

test('the remains of crashes are ignored at once and deleted, and jobs and other names stay', async () => {
  await makeJob();
  const id = (second: number): string => `20260101t00000${second}-0123456789abcdef`;
  for (const name of [`${id(1)}.partial`, id(2), `${id(3)}.gone-1`, `${id(4)}.partial`, `${id(4)}.gone-1`, 'rehash', 'notes.partial']) {
    mkdirSync(join(jobs, name, 'ahead/recording'), { recursive: true });
    writeFileSync(join(jobs, name, 'ahead/recording/access-1.opus'), '');
  }
  // Killed while its head was made permanent, and during that deletion: neither is a job.
  for (const name of [`${id(1)}.partial`, `${id(3)}.gone-1`])
    writeFileSync(join(jobs, name, 'job.json'), readFileSync(join(jobs, jobId, 'job.json')));
  const names = (): string[] => listJobs(jobs, null).map(({ folder }) => folder);
  expect(names()).toEqual([join(jobs, jobId)]);
  const deleted = removeLeftovers(jobs);
  expect(names()).toEqual([join(jobs, jobId)]);
  expect(readdirSync(jobs).filter((name) => name.endsWith('.partial'))).toEqual(['notes.partial']);
  // A plan of the same name can be begun while the old one is deleted.
  await beginPlan(jobs, id(1), null);
  await deleted;
  expect(readdirSync(jobs).sort()).toEqual([jobId, `${id(1)}.partial`, 'notes.partial', 'rehash'].sort());
  expect(readdirSync(planFolder(jobs, id(1)))).toEqual(['plan']);
  expect(readdirSync(join(jobs, 'rehash'))).toEqual(['ahead']);
});

test('a folder is deleted whatever its size, up to a signal, and a missing or refused one is not an error', async () => {
  const folder = join(jobs, 'many');
  for (let at = 0; at < 3_000; at++) mkdirSync(join(folder, `${at}`), { recursive: true });
  for (let at = 0; at < 3_000; at += 10) writeFileSync(join(folder, `${at}`, 'file'), '');
  await removeGradually(folder, AbortSignal.abort());
  expect(readdirSync(folder).length).toBe(3_000);
  const controller = new AbortController();
  const removing = removeGradually(folder, controller.signal);
  setTimeout(() => controller.abort(), 5);
  await removing;
  expect(readdirSync(folder).length).toBeGreaterThan(0);
  await removeGradually(folder);
  await removeGradually(folder);
  writeFileSync(folder, 'a file');
  await removeGradually(folder);
  expect(readdirSync(jobs)).toEqual(['many']);
});
