import { dirname } from 'node:path';
import { digestAlgorithm, type FileToHash, type HashAnswer } from '../archive/hash-file.ts';
import type { PlayLevel } from './play-recording.ts';

// What goes to a worker thread and comes back. Objects cost more on that way than the digests of small files, so files go as names and
// answers as numbers and one text.

/** Files of one bag that go to a thread together, all to be digested by the same algorithms. */
export interface FileBatch {
  /** Relative to the bag; files of one folder stand together. */
  readonly names: readonly string[];
  readonly algorithms: readonly string[];
}

/** What became of the files of a batch, in its order. */
export interface BatchAnswers {
  /** Bytes read; -1 - bytes where the file changed meanwhile, NaN where it could not be read. */
  readonly sizes: Float64Array;
  /** The digests of all files that were read, one behind the other, in the order of the algorithms. */
  readonly digests: string;
  /** The system's codes, by index. */
  readonly errors: ReadonlyMap<number, string>;
}

/** A batch is large enough to make the way to a worker not count, and small enough to share a bag between all. */
const batchFiles = 256;
const batchBytes = 16 * 1024 * 1024;

/** Playing takes a hundred times as long as reading: smaller batches keep all threads busy to the end of a bag. */
const playedShare = 16;

/** Files in batches that never part a folder, so that a recording is looked at as a whole. */
export function* batches(files: Iterable<FileToHash>, play: PlayLevel = 'none'): Generator<FileToHash[]> {
  const share = play === 'none' ? 1 : playedShare;
  const [mostFiles, mostBytes] = [batchFiles / share, batchBytes / share];
  let batch: FileToHash[] = [];
  let bytes = 0;
  let folder = '';
  for (const file of files) {
    const last = batch.at(-1);
    const own = dirname(file.name);
    const full = batch.length >= mostFiles || bytes >= mostBytes;
    const parts = (full && (folder !== own || batch.length >= batchFiles * 8)) || (last !== undefined && !sameAlgorithms(last, file));
    if (last !== undefined && parts) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(file);
    folder = own;
    bytes += file.sizeBytes;
  }
  if (batch.length > 0) yield batch;
}

function sameAlgorithms(a: FileToHash, b: FileToHash): boolean {
  return a.algorithms.length === b.algorithms.length && a.algorithms.every((id, index) => id === b.algorithms[index]);
}

/** The answers of a batch, packed where the files were read. */
export function packAnswers(answers: readonly HashAnswer[], algorithms: readonly string[]): BatchAnswers {
  const sizes = Float64Array.from(answers, (answer) => {
    if (answer.error !== null) return Number.NaN;
    return answer.stable ? answer.sizeBytes : -1 - answer.sizeBytes;
  });
  const digests = answers.flatMap((answer) => (answer.error === null ? algorithms.map((id) => answer.digests[id] ?? '') : []));
  const errors = answers.flatMap(({ error }, index): [number, string][] => (error === null ? [] : [[index, error]]));
  return { sizes, digests: digests.join(''), errors: new Map(errors) };
}

/** The same where they are compared. @throws Error when the digests do not fit the files: then something got lost on the way. */
export function* unpackAnswers(batch: readonly FileToHash[], { sizes, digests, errors }: BatchAnswers): Generator<HashAnswer> {
  const algorithms = (batch[0]?.algorithms ?? []).map((id) => ({ id, width: digestAlgorithm(id)?.hexDigits ?? 0 }));
  let at = 0;
  for (const [index, { id }] of batch.entries()) {
    const size = sizes[index] ?? Number.NaN;
    const error = errors.get(index);
    if (error !== undefined) {
      yield { id, error };
      continue;
    }
    const found: Record<string, string> = {};
    for (const algorithm of algorithms) {
      found[algorithm.id] = digests.slice(at, at + algorithm.width);
      at += algorithm.width;
    }
    yield { id, error: null, sizeBytes: size < 0 ? -1 - size : size, stable: size >= 0, digests: found };
  }
  if (at !== digests.length || sizes.length !== batch.length)
    throw new Error(`answers to ${sizes.length} of ${batch.length} files, ${at} of ${digests.length} digits`);
}
