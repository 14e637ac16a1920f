import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { codecs } from '../../../formats/codecs/index.ts';
import { formats } from '../../../formats/index.ts';
import { importers } from '../../../importers/index.ts';
import { LongplayError } from '../../../src/core/base/error.ts';
import { emptyRecording } from '../../../src/core/model/recording.ts';
import type { Source } from '../../../src/core/model/source.ts';
import { WorkerCrash, type WorkerPool } from '../../../src/media/workers/worker-pool.ts';
import { importSource } from '../../../src/pipeline/import/import.ts';
import { createHeadStart, type HeadStart } from '../../../src/pipeline/make/head-start.ts';
import type { MakePlanned } from '../../../src/pipeline/make/make-planned.ts';
import type { RecordingResult } from '../../../src/pipeline/make/recording-task.ts';
import { type Ledger, openLedger } from '../../../src/store/jobs/ledger.ts';
import type { PlannedRecording } from '../../../src/store/jobs/plan.ts';
import { makeCorpus } from '../../bench/make-corpus.ts';
import { createMounts, unmountable } from '../../faults/mounts.ts';
import { media } from '../../importers/media.ts';

let folder: string;
let ledger: Ledger;
let started: HeadStart[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longplay-ahead-'));
  mkdirSync(join(folder, 'plan'));
  ledger = openLedger(folder);
});
afterEach(() => {
  for (const one of started) one.close();
  started = [];
  ledger.close();
  rmSync(folder, { recursive: true });
});

const pool: WorkerPool = {
  size: 1,
  start: () => undefined,
  startAll: () => undefined,
  run: () => Promise.reject(new Error('not asked')),
  close: () => Promise.resolve(),
};

function planned(id: string, path = `${id}.wav`, bytes = 16_000): PlannedRecording {
  const recording = { ...emptyRecording('loose-files', 'documented', id), media: [{ path, role: 'mixed', audioStart: null }] };
  // The only member of a plan that is read.
  return { recordingId: id, supersedes: null, fingerprint: '', recording, counted: { files: 1, bytes } } as unknown as PlannedRecording;
}

function plan(...some: PlannedRecording[]): void {
  for (const one of some) ledger.add(one, one.recordingId, null, one.counted?.bytes ?? 0);
}

/** A maker that writes a file into each folder. */
function maker(answer: (id: string) => Promise<void> | void = () => undefined): { readonly make: MakePlanned; readonly asked: string[] } {
  const asked: string[] = [];
  const make: MakePlanned = async ({ recordingId }, target) => {
    asked.push(recordingId);
    mkdirSync(target);
    writeFileSync(join(target, 'half'), recordingId);
    await answer(recordingId);
    return { kind: 'made', result: { bytes: 7, findings: [{ id: recordingId }] } as unknown as RecordingResult };
  };
  return { make, asked };
}

function headStart(make: MakePlanned, source: Partial<Source> = {}, signal = new AbortController().signal, scratch = folder): HeadStart {
  // Nothing else of the source is read.
  const start = createHeadStart({ source: source as Source, pool, make, scratch }, signal);
  start.begin(ledger, join(folder, 'plan'));
  started.push(start);
  return start;
}

/** The number of turns that a source with many recordings gives. */
async function turns(start: HeadStart): Promise<void> {
  for (let turn = 0; turn < 20; turn++) {
    await start.turn();
    await turnOfTheLoop();
  }
}

const ahead = (): string[] => (existsSync(join(folder, 'plan/ahead')) ? readdirSync(join(folder, 'plan/ahead')).sort() : []);

test('planned recordings are made beside the plan, move with it, and are used from there with their result', async () => {
  const { make, asked } = maker();
  const start = headStart(make);
  await turns(start);
  expect(ahead()).toEqual([]);
  plan(planned('a'), planned('b'));
  await turns(start);
  plan(planned('c'));
  await turns(start);
  await start.stop();
  expect([asked, ahead(), start.made]).toEqual([['a', 'b', 'c'], ['a', 'b', 'c'], 3]);
  renameSync(join(folder, 'plan'), join(folder, 'job'));
  start.moved(join(folder, 'job'));
  expect(start.take('d', join(folder, 'target'))).toBeNull();
  expect(start.take('b', join(folder, 'target'))).toEqual({ kind: 'made', result: { bytes: 7, findings: [{ id: 'b' }] } });
  expect([readdirSync(join(folder, 'target')), readdirSync(join(folder, 'job/ahead')).sort()]).toEqual([['half'], ['a', 'c']]);
});

test("large recordings, those in containers, those of others' files and those that need repair are left to the job", async () => {
  const { make, asked } = maker();
  const start = headStart(make);
  plan(planned('large', 'large.wav', 5_000_000), planned('packed', 'calls.tar!a.wav'), { ...planned('mends'), mends: true }, planned('plain'));
  ledger.add(planned('shared', 'a.wav', 0), 'shared', null, 16_000);
  await turns(start);
  await start.stop();
  expect(asked).toEqual(['plain']);
  const packed = maker();
  const other = headStart(packed.make, { isContainer: true });
  await turns(other);
  await other.stop();
  expect(packed.asked).toEqual([]);
});

test('no more are in progress than threads have room for, and stopping waits for them and begins no others', async () => {
  const release: (() => void)[] = [];
  const { make, asked } = maker(() => new Promise((resolve) => release.push(resolve)));
  const start = headStart(make);
  plan(...Array.from({ length: 40 }, (_, at) => planned(`${at + 10}`)));
  await turns(start);
  // Twice as many small ones as a thread may decode at once.
  expect(asked.length).toBe(32);
  release.shift()?.();
  await turns(start);
  expect(asked.length).toBe(33);
  let stopped = false;
  const stopping = start.stop().then(() => {
    stopped = true;
  });
  await turns(start);
  expect(stopped).toBe(false);
  for (const one of release) one();
  await stopping;
  expect([asked.length, start.made]).toEqual([33, 33]);
});

test.each([
  ['that cannot be read', new LongplayError('incomplete', 'M110', 'the original cannot be read', 'try again'), ['a', 'c', 'd']],
  ['that kills its thread', new WorkerCrash('worker thread ended'), ['a', 'c', 'd']],
  ['that finds the disk full', Object.assign(new Error('no space'), { code: 'ENOSPC' }), []],
])('a recording %s leaves nothing and is left to the job, with all others if the disk is full', async (_, error, made) => {
  const { make } = maker(async (id) => {
    await turnOfTheLoop();
    if (id === 'b') throw error;
  });
  const start = headStart(make);
  plan(planned('a'), planned('b'));
  await turns(start);
  plan(planned('c'), planned('d'));
  await turns(start);
  await start.stop();
  expect([ahead(), start.made]).toEqual([made, made.length]);
  expect(start.take('b', join(folder, 'target'))).toBeNull();
  expect(start.take('a', join(folder, 'target'))?.kind ?? null).toBe(made.length > 0 ? 'made' : null);
});

test('if results cannot be stored, everything is left to the job', async () => {
  const { make, asked } = maker();
  const start = headStart(make, {}, undefined, join(folder, 'not-there'));
  plan(planned('a'));
  await turns(start);
  plan(planned('b'));
  await turns(start);
  await start.stop();
  expect([asked, start.made, ahead()]).toEqual([['a'], 0, []]);
  expect(start.take('a', join(folder, 'target'))).toBeNull();
});

test('recordings that cannot be moved are left to the job', async () => {
  const { make } = maker();
  const start = headStart(make);
  plan(planned('a'));
  await turns(start);
  await start.stop();
  await start.stop();
  expect(start.take('a', join(folder, 'not-there/target'))).toEqual({ kind: 'gone' });
  expect(ahead()).toEqual(['a']);
});

const reason = unmountable();
test.skipIf(reason !== null)(`a disk with little space is left to the plan${reason === null ? '' : ` (skipped: ${reason})`}`, async () => {
  const mounts = createMounts();
  try {
    mounts.at(join(folder, 'plan'), '64m');
    const { make, asked } = maker();
    const start = headStart(make);
    plan(planned('a'));
    await turns(start);
    await start.stop();
    expect([asked, start.made]).toEqual([[], 0]);
  } finally {
    mounts.end();
  }
});

test('after an abort none is begun', async () => {
  const { make, asked } = maker();
  const controller = new AbortController();
  const start = headStart(make, {}, controller.signal);
  controller.abort();
  plan(planned('a'));
  await turns(start);
  expect(asked).toEqual([]);
});

test('threads get their first recordings while the source is still being read', async () => {
  makeCorpus(join(folder, 'source'), 2_500, 0.01);
  const phases: string[] = [];
  let phase = '';
  const refusing: WorkerPool = {
    ...pool,
    run: () => {
      phases.push(phase);
      return Promise.reject(new Error('no threads here'));
    },
  };
  const access = { format: 'opus', bitratePerChannel: 32_000, complexity: 4 } as const;
  const sources = [join(folder, 'source')];
  const request = { sources, site: 'default', importer: null, zone: 'Europe/Stockholm', encoding: null, mapping: null, access, joinSides: false };
  const register = { formats, codecs: new Map(codecs.map((codec) => [codec.id, codec])) };
  const tools = {
    importers,
    media,
    register,
    createPool: () => refusing,
    temporary: folder,
    now: () => '2026-01-02T03:04:05.000Z',
    clockMs: Date.now,
    compareBytes: false,
    acceptances: { accepts: [], reason: '' },
    keys: join(folder, 'keys'),
    sealing: 'open',
  } as const;
  const events = importSource(request, join(folder, 'archive'), tools, new AbortController().signal);
  const all = async (): Promise<void> => {
    for await (const event of events) if (event.type === 'progress') phase = event.phase;
  };
  await expect(all()).rejects.toThrow('no threads here');
  expect(phases[0]).toMatch(/^(listing|reading)$/);
  expect(phases.at(-1)).toBe('importing');
});
