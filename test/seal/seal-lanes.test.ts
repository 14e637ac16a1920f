import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { UnsoundBag } from '../../src/erasure/execute/rewrite-bag.ts';
import type { WorkerPool, WorkerTask } from '../../src/media/workers/worker-pool.ts';
import type { ListedItem, SealedItem } from '../../src/seal/seal-items.ts';
import { sealLanes } from '../../src/seal/seal-lanes.ts';
import type { SealAnswer, SealTask } from '../../src/seal/seal-task.ts';

const signal = new AbortController().signal;
const bag = mkdtempSync(join(tmpdir(), 'longplay-lanes-'));
afterAll(() => rmSync(bag, { recursive: true, force: true }));

const items: readonly ListedItem[] = Array.from({ length: 40 }, (_, at) => ({
  name: `item-${at}`,
  files: new Map([['original-1.wav', { sha256: '', sha512: '' }]]),
}));
const whole = { bag, draft: bag, isOfTables: false, addedDigests: [] };
const made = ({ name }: ListedItem): SealedItem => ({ name, files: [], secrets: {}, originals: [] });

/** Sealing tasks that were given to threads and wait for their answers. */
interface Given {
  readonly names: readonly string[];
  readonly answer: (answer: SealAnswer) => void;
}

function createPool(given: Given[]): WorkerPool {
  const run = (task: WorkerTask): Promise<unknown> => {
    const sealing = task as SealTask;
    if (sealing.step !== 'seal') throw new Error('only sealing is asked for');
    return new Promise((resolve) => given.push({ names: sealing.items.items.map(({ name }) => name), answer: resolve }));
  };
  return { size: 2, start: () => undefined, startAll: () => undefined, run: run as WorkerPool['run'], close: async () => undefined };
}

/** Lets all promises settle that need no answer. */
const settle = (): Promise<void> => new Promise((done) => setImmediate(done));

function bagOf(files: number): string {
  writeFileSync(join(bag, 'bag-info.txt'), `Payload-Oxum: 1000.${files}\n`);
  return bag;
}

describe('sealing a large bag', () => {
  test('divides its items among the threads, a few tasks at a time, and keeps their order whichever thread answers first', async () => {
    const given: Given[] = [];
    const sealing = sealLanes(bagOf(500), createPool(given)).seal(whole, items, null, signal);
    await settle();
    expect(given.map(({ names }) => names.length)).toEqual([5, 5, 5, 5]);
    for (let last = given.pop(); last !== undefined; last = given.pop()) {
      last.answer({ made: last.names.map((name) => made({ name, files: new Map() })) });
      await settle();
    }
    expect(await sealing).toEqual(items.map(made));
  });

  test('ends when no thread works on it any more, begins nothing after a fault, and states the first fault in the order of its items', async () => {
    const given: Given[] = [];
    const sealing = sealLanes(bagOf(500), createPool(given)).seal(whole, items, null, signal);
    let isEnded = false;
    const ended = sealing.catch((error: unknown) => error).finally(() => (isEnded = true));
    await settle();
    given[2]?.answer({ unsound: 'the later fault' });
    await settle();
    given[1]?.answer({ unsound: 'the earlier fault' });
    given[0]?.answer({ made: [] });
    await settle();
    expect([isEnded, given.length]).toEqual([false, 4]);
    given[3]?.answer({ made: [] });
    const error = await ended;
    expect([error instanceof UnsoundBag, (error as Error).message, given.length]).toEqual([true, 'the earlier fault', 4]);
  });

  test('of amendments gives nothing to the threads, which have no keyring', async () => {
    const given: Given[] = [];
    const linked = (): never => {
      throw new Error('no item links anything');
    };
    expect([await sealLanes(bagOf(500), createPool(given)).seal(whole, [], linked, signal), given]).toEqual([[], []]);
  });
});

test('A small bag is sealed by the main thread', async () => {
  const given: Given[] = [];
  expect([await sealLanes(bagOf(499), createPool(given)).seal(whole, [], null, signal), given]).toEqual([[], []]);
});
