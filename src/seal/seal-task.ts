import { type BatchAnswer, batchAlgorithms, batchBytes, createComparison, type FileBatch } from '../archive/files/file-batch.ts';
import { hashAnswer } from '../archive/files/hash-file.ts';
import { UnsoundBag } from '../erasure/execute/rewrite-bag.ts';
import { compareItems, type ItemsToCompare } from './compare-items.ts';
import { type ItemsToSeal, linkedNowhere, type SealedItem, sealItems } from './seal-items.ts';

/** A part of the work of sealing a bag that is no amendment, for a worker thread: files to be digested, or items to be sealed or compared. */
export type SealTask = { readonly kind: 'seal' } & (
  | { readonly step: 'digest'; readonly batch: FileBatch }
  | { readonly step: 'seal'; readonly items: ItemsToSeal }
  | { readonly step: 'compare'; readonly items: ItemsToCompare }
);

/** Result of sealing items: what was made, or why the bag cannot be sealed, because the class of an error does not pass from thread to thread. */
export type SealAnswer = { readonly made: readonly SealedItem[] } | { readonly unsound: string };

/** Runs a task; runs in a worker. The result is a `BatchAnswer`, a `SealAnswer` or, after a comparison, null. @throws as `sealItems`, except UnsoundBag; as `compareItems` */
export function runSealTask(task: SealTask, signal: AbortSignal): BatchAnswer | SealAnswer | null {
  switch (task.step) {
    case 'digest':
      return digestBatch(task.batch, signal);
    case 'seal':
      try {
        return { made: sealItems(task.items, linkedNowhere, signal) };
      } catch (error) {
        if (error instanceof UnsoundBag) return { unsound: error.message };
        throw error;
      }
    case 'compare':
      compareItems(task.items, signal);
      return null;
    default:
      return task satisfies never;
  }
}

/** Digests the files of a batch, or its first ones up to `batchBytes`. */
function digestBatch(batch: FileBatch, signal: AbortSignal): BatchAnswer {
  const comparison = createComparison(batch);
  const algorithms = batchAlgorithms(batch);
  let bytes = 0;
  for (const [id, name] of batch.names.entries()) {
    if (bytes >= batchBytes) break;
    signal.throwIfAborted();
    const answer = hashAnswer({ id, path: `${batch.bag}/${name}`, algorithms });
    comparison.put(answer);
    if (answer.error === null) bytes += answer.sizeBytes;
  }
  return comparison.finish();
}
