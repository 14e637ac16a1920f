import type { WorkerPool } from '../../../src/media/workers/worker-pool.ts';
import { planRehash, type RehashTools, rehashArchive } from '../../../src/verify/rehash/archive.ts';
import type { RehashOutcome } from '../../../src/verify/rehash/outcome.ts';
import type { BudgetLimits } from '../../../src/verify/schedule/budget.ts';
import { poolForTests } from '../../cli/in-process.ts';

/** Messages of a rehash, in order: `swapped V104 bags/…`, `H104 bags/…`, `rehashed sha3512 2019/…`. */
export interface Rehashed {
  readonly said: readonly string[];
  readonly outcome: RehashOutcome;
}

/** Options in which a rehash of a test differs from the plain one. */
export interface RehashOptions {
  readonly budget?: Partial<BudgetLimits>;
  readonly elapsedMs?: () => number;
  readonly signal?: AbortSignal;
  readonly dryRun?: boolean;
}

/** Folder of the key and stored state of an archive in these tests; a copy of the archive gets a copy of them, as on a separate machine. */
export function keysOf(dir: string): string {
  return `${dir}-keys`;
}

/** Rehashes in this process with one pool of threads. */
export function createRehasher(): {
  readonly pool: WorkerPool;
  rehash(dir: string, algorithm: string, options?: RehashOptions): Promise<Rehashed>;
} & AsyncDisposable {
  const pool = poolForTests(2);
  return {
    pool,
    rehash: async (dir, algorithm, options = {}) => {
      const { budget = {}, elapsedMs = () => 0, signal = new AbortController().signal } = options;
      const request = { algorithm, budget: { ms: null, bytes: null, ...budget } };
      const tools: RehashTools = { pool, now: () => '2031-04-05T06:07:08.000Z', keys: keysOf(dir), elapsedMs };
      const events = options.dryRun === true ? planRehash(dir, request, keysOf(dir), signal) : rehashArchive(dir, request, tools, signal);
      const said: string[] = [];
      for (let next = await events.next(); ; next = await events.next()) {
        if (next.done === true) return { said, outcome: next.value };
        const event = next.value;
        if (event.kind === 'verdict') said.push(`${event.verdict} ${event.code} ${event.path}`);
        else if (event.kind === 'finding') said.push(`${event.code} ${event.place}`);
        else if (event.kind === 'rehashed') said.push(`rehashed ${event.algorithm} ${event.bag}`);
      }
    },
    [Symbol.asyncDispose]: () => pool.close(),
  };
}
