import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bagItRules } from '../../../src/archive/bag/check.ts';
import type { WorkerPool } from '../../../src/media/workers/worker-pool.ts';
import { verifyBag } from '../../../src/verify/bags/verify-bag.ts';
import { type CheckTask, runCheckTask } from '../../../src/verify/play/check-task.ts';
import { makeBag } from '../../bench/make-bag.ts';

test('a file that takes as long as all others together keeps no thread from them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'longplay-one-large-'));
  try {
    const bag = join(folder, 'bag');
    makeBag(bag, { files: 9, bytes: 100, perFolder: 9 });
    const signal = new AbortController().signal;
    const done: string[] = [];
    let wake = (): void => undefined;
    const others = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const run = async (task: CheckTask): Promise<unknown> => {
      if (task.names.includes('data/00000/call-0000000.wav')) await others;
      const result = await runCheckTask(task, () => Promise.reject(new Error('nothing is to be played')), signal);
      done.push(...task.names);
      if (done.filter((name) => name.startsWith('data/')).length === 8) wake();
      return result;
    };
    // Only checks arrive, and their result is that of their handler.
    const pool: WorkerPool = { size: 2, start: () => {}, startAll: () => {}, run: run as WorkerPool['run'], close: async () => {} };
    let bytes = 0;
    for await (const event of verifyBag(bag, 'bag', { pool, play: 'none', rules: bagItRules }, signal)) {
      expect(event.kind).toBe('read');
      if (event.kind === 'read') bytes += event.bytes;
    }
    expect(done.at(-1)).toBe('data/00000/call-0000000.wav');
    expect(bytes).toBeGreaterThan(900);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
