import { bagInfo } from '../archive/bag/info.ts';
import { type BatchAnswer, type Hasher, localHasher } from '../archive/files/file-batch.ts';
import { UnsoundBag } from '../erasure/execute/rewrite-bag.ts';
import type { WorkerPool } from '../media/workers/worker-pool.ts';
import { secretsInBag } from '../sealing/stored/secrets-of.ts';
import { compareItems, type ItemsToCompare } from './compare-items.ts';
import { type ItemsToSeal, type Linked, type ListedItem, linkedNowhere, type SealedItem, sealItems } from './seal-items.ts';
import type { SealAnswer, SealTask } from './seal-task.ts';

/** Does the work on the files of one bag, in this thread or in worker threads. All of it has ended when a method resolves or rejects, unless the run is aborted. */
export interface SealLanes {
  /** Digests the files of the open bag. */
  readonly hasher: Hasher;
  /**
   * Seals items.
   * @param linked reads the descriptions that an amendment refers to; null: the bag is no amendment
   * @returns the sealed items in the order of `items` @throws as `sealItems`
   */
  seal(bag: Omit<ItemsToSeal, 'items'>, items: readonly ListedItem[], linked: Linked | null, signal: AbortSignal): Promise<readonly SealedItem[]>;
  /** Compares sealed items with the secrets that the keyring has. @throws as `compareItems`; what reading the keyring throws */
  compare(bag: Omit<ItemsToCompare, 'items'>, names: readonly string[], signal: AbortSignal): Promise<void>;
}

/** A bag with as many files or bytes is sealed by worker threads. A smaller one is sealed in less time than it takes to start a thread twice. */
const largeBagFiles = 500;
const largeBagBytes = 64 * 1024 * 1024;

/** Largest number of items in a task, and number of tasks per thread into which the items of a smaller bag are divided. */
const mostItems = 64;
const tasksPerThread = 4;

/** Returns what does the work on a bag. @param bag absolute path of the open bag @param pool null: this thread does */
export function sealLanes(bag: string, pool: WorkerPool | null): SealLanes {
  return pool === null || !isLarge(bag) ? inThisThread : inThreads(pool);
}

/** The size that a bag states decides only who does the work; its check compares the size. */
function isLarge(bag: string): boolean {
  const [, bytes = 0, files = 0] = /^Payload-Oxum:[ \t]*(\d+)\.(\d+)/m.exec(bagInfo(bag) ?? '') ?? [];
  return Number(files) >= largeBagFiles || Number(bytes) >= largeBagBytes;
}

const inThisThread: SealLanes = {
  hasher: localHasher,
  seal: async (bag, items, linked, signal) => sealItems({ ...bag, items }, linked ?? linkedNowhere, signal),
  compare: async (bag, names, signal) => compareItems({ ...bag, items: withSecrets(bag.draft, names) }, signal),
};

function inThreads(pool: WorkerPool): SealLanes {
  const run = <Result>(task: SealTask): Promise<Result> => pool.run<Result>(task);
  /** More tasks than threads, so that no thread waits for the main thread. */
  const atOnce = pool.size * 2;
  return {
    hasher: { ...localHasher, atOnce, digest: (batch) => run<BatchAnswer>({ kind: 'seal', step: 'digest', batch }) },
    seal: async (bag, items, linked, signal) => {
      // Worker threads have no keyring, which the descriptions in other bags are read with.
      if (linked !== null) return await inThisThread.seal(bag, items, linked, signal);
      const made = await inOrder(divided(items, pool.size), atOnce, signal, async (part) => {
        const answer = await run<SealAnswer>({ kind: 'seal', step: 'seal', items: { ...bag, items: part.map(withoutMore) } });
        if ('unsound' in answer) throw new UnsoundBag(answer.unsound);
        return answer.made;
      });
      return made.flat();
    },
    compare: async (bag, names, signal) => {
      await inOrder(divided(names, pool.size), atOnce, signal, (part) =>
        run<null>({ kind: 'seal', step: 'compare', items: { ...bag, items: withSecrets(bag.draft, part) } }),
      );
    },
  };
}

/** Returns items with their secrets, as the keyring has them now. */
function withSecrets(draft: string, names: readonly string[]): ItemsToCompare['items'] {
  const secretsOf = secretsInBag(draft);
  if (secretsOf === null) throw new Error('a draft of a sealed bag states no making');
  return names.map((name) => [name, secretsOf(name)]);
}

/** Leaves out what the other thread does not need. */
function withoutMore({ name, files }: ListedItem): ListedItem {
  return { name, files: new Map([...files].map(([file, { sha256, sha512 }]) => [file, { sha256, sha512 }])) };
}

function divided<Item>(items: readonly Item[], threads: number): Item[][] {
  const size = Math.min(mostItems, Math.max(1, Math.ceil(items.length / (threads * tasksPerThread))));
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}

/**
 * Runs the work on each part, several at once, and begins none after one has failed. When it ends, none is in progress.
 * @returns the results in the order of the parts @throws the error of the first part, in their order, that failed; the signal's reason
 */
async function inOrder<Part, Result>(
  parts: readonly Part[],
  atOnce: number,
  signal: AbortSignal,
  work: (part: Part) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const failed: { readonly at: number; readonly error: unknown }[] = [];
  const waiting = parts.entries();
  const lane = async (): Promise<void> => {
    for (const [at, part] of waiting) {
      try {
        signal.throwIfAborted();
        results[at] = await work(part);
      } catch (error) {
        failed.push({ at, error });
      }
      if (failed.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const [first] = failed.sort((a, b) => a.at - b.at);
  if (first !== undefined) throw first.error;
  return results;
}
