import { agree } from '../../core/base/agree.ts';
import { digestAlgorithm, type HashAnswer, hashInProcess } from './hash-file.ts';

// Messages to and from a worker thread. Transferring objects costs more than digesting small files, so files are sent as names with one
// string of all their digests, and only mismatching files come back.

/** Files of one bag that are read together, all compared by the same algorithms. */
export interface FileBatch {
  /** Absolute path of the bag. */
  readonly bag: string;
  /** Relative to the bag; files of one folder are adjacent. */
  readonly names: readonly string[];
  /** One per manifest that has a digest for them; an algorithm may occur twice. */
  readonly algorithms: readonly string[];
  /** The listed digests of the first file in the order of the algorithms, lower-case hexadecimal, then those of the second, and so on. */
  readonly listed: string;
  /** Algorithms whose digests are returned for every file, matching or not. */
  readonly further?: readonly string[];
  /** Folders of recordings, `data/<id>/`, whose files are split over several batches; absent: none. */
  readonly parted?: readonly string[];
}

/** A file that differs from its listing, or that could not be judged. `index`: in the batch. */
export type WrongFile = { readonly index: number } & (
  | {
      readonly error: null;
      readonly sizeBytes: number;
      /** False where the file changed while it was read. */
      readonly stable: boolean;
      /** In the order of the batch's algorithms. */
      readonly digests: readonly string[];
    }
  /** The system's code. */
  | { readonly error: string }
);

/** Result of a batch. */
export interface BatchAnswer {
  /** Number of files read, from the first on. If smaller than the batch, the rest must be sent again. */
  readonly files: number;
  readonly bytes: number;
  readonly wrong: readonly WrongFile[];
  /** If further digests were requested: those of all files that were read, in the form of `listed`; blanks for a file that could not be read. */
  readonly further?: string;
}

/** Reads batches, in worker threads or in this thread. */
export interface Hasher<Answer extends BatchAnswer = BatchAnswer> {
  /** Number of batches that it can process at a time. */
  readonly atOnce: number;
  /** Largest number of files in a batch: enough to make the transfer to a worker negligible, few enough to share a bag between all workers. */
  readonly batchFiles: number;
  digest(batch: FileBatch, signal: AbortSignal): Promise<Answer>;
  /** Receives each answer, in an order that does not depend on which was ready first. */
  readonly take?: (answer: Answer, batch: FileBatch) => void;
}

/** Bytes after which a thread returns the rest of its batch, unless that splits a recording. */
export const batchBytes = 16 * 1024 * 1024;

/** Position of a digest in a string of digests. */
interface Column {
  readonly id: string;
  readonly width: number;
}

function columnsOf(algorithms: readonly string[]): Column[] {
  return algorithms.map((id) => ({ id, width: digestAlgorithm(id)?.hexDigits ?? 0 }));
}

/** Returns all algorithms by which the files of a batch are digested. */
export function batchAlgorithms({ algorithms, further }: Pick<FileBatch, 'algorithms' | 'further'>): readonly string[] {
  return further === undefined ? algorithms : [...new Set([...algorithms, ...further])];
}

/**
 * Compares the digests of a batch with the listed ones and gathers the further digests; files are added in the order of the batch, digested
 * by `batchAlgorithms`.
 */
export function createComparison(batch: Pick<FileBatch, 'algorithms' | 'listed' | 'further'>): {
  put(answer: HashAnswer): void;
  finish(): BatchAnswer;
} {
  const columns = columnsOf(batch.algorithms);
  const asked = columnsOf(batch.further ?? []);
  let further = '';
  const wrong: WrongFile[] = [];
  let files = 0;
  let bytes = 0;
  let at = 0;
  return {
    put: (answer) => {
      const index = files;
      let fits = true;
      for (const { id, width } of columns) {
        if (answer.error === null && fits) fits = answer.digests[id] === batch.listed.slice(at, at + width);
        at += width;
      }
      files += 1;
      for (const { id, width } of asked) further += (answer.error === null ? (answer.digests[id] ?? '') : '').padEnd(width);
      if (answer.error !== null) {
        wrong.push({ index, error: answer.error });
        return;
      }
      const { sizeBytes, stable, digests } = answer;
      bytes += sizeBytes;
      if (!fits || !stable) wrong.push({ index, error: null, sizeBytes, stable, digests: columns.map(({ id }) => digests[id] ?? '') });
    },
    finish: () => ({ files, bytes, wrong, ...(batch.further === undefined ? {} : { further }) }),
  };
}

/** A file of a batch that matches its listing. */
export interface DigestedFile {
  readonly name: string;
  /** Digests by the batch's algorithms and the further ones. */
  readonly digests: Readonly<Record<string, string>>;
}

/** Yields the files of an answer that match their listing. @throws if further digests were requested and not all came */
export function* digestedFiles(batch: FileBatch, answer: BatchAnswer): Generator<DigestedFile> {
  const parts = [
    { columns: columnsOf(batch.algorithms), text: batch.listed },
    { columns: columnsOf(batch.further ?? []), text: answer.further ?? '' },
  ].map((part) => ({ ...part, width: part.columns.reduce((sum, { width }) => sum + width, 0) }));
  const [, further] = parts;
  if (further !== undefined && further.text.length !== further.width * answer.files)
    throw new Error(agree`further digests of ${answer.files} file[s] were expected, ${further.text.length} character[s] arrived`);
  const wrong = new Set(answer.wrong.map(({ index }) => index));
  for (const [index, name] of batch.names.slice(0, answer.files).entries()) {
    if (wrong.has(index)) continue;
    const digests: Record<string, string> = {};
    for (const { columns, text, width } of parts) {
      let at = index * width;
      for (const column of columns) {
        digests[column.id] = text.slice(at, at + column.width);
        at += column.width;
      }
    }
    yield { name, digests };
  }
}

/** Reads in this thread, one file after another. */
export const localHasher: Hasher = {
  atOnce: 1,
  batchFiles: 256,
  digest: async (batch, signal) => {
    const comparison = createComparison(batch);
    const algorithms = batchAlgorithms(batch);
    const files = batch.names.map((name, id) => ({ id, path: `${batch.bag}/${name}`, algorithms }));
    for await (const answer of hashInProcess(files, signal)) comparison.put(answer);
    return comparison.finish();
  },
};
