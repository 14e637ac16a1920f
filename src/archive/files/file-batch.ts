import { agree } from '../../core/base/agree.ts';
import { digestAlgorithm, type HashAnswer, hashInProcess } from './hash-file.ts';

// Messages to and from a worker thread. Transferring objects costs more than digesting small files. A request therefore has the names of files and one string
// with all their digests, and an answer names only mismatching files.

/** Files of one bag that are read together and compared by the same algorithms. */
export interface FileBatch {
  /** Absolute path of the bag. */
  readonly bag: string;
  /** Paths relative to the bag. Files of one folder are adjacent. */
  readonly names: readonly string[];
  /** Algorithms, one per manifest that has a digest of the files; an algorithm may occur twice. */
  readonly algorithms: readonly string[];
  /** The listed digests in lower-case hexadecimal: those of the first file in the order of the algorithms, then those of the second file, and so on. */
  readonly listed: string;
  /** Algorithms whose digests are returned for every file, matching or not. */
  readonly further?: readonly string[];
  /** Folders of recordings, `data/<id>/`, whose files are split over several batches; absent: there are none. */
  readonly parted?: readonly string[];
}

/** A file that differs from its listing, or that could not be judged. `index`: its position in the batch. */
export type WrongFile = { readonly index: number } & (
  | {
      readonly error: null;
      readonly sizeBytes: number;
      /** False if the file changed while it was read. */
      readonly stable: boolean;
      /** Actual digests in the order of the batch's algorithms. */
      readonly digests: readonly string[];
    }
  /** The system's error code. */
  | { readonly error: string }
);

/** Result of a batch. */
export interface BatchAnswer {
  /** Number of files that were read, counted from the first one. If it is smaller than the batch, the rest must be sent again. */
  readonly files: number;
  readonly bytes: number;
  readonly wrong: readonly WrongFile[];
  /** If further digests were requested: those of all files that were read, concatenated like `listed`, with blanks for a file that could not be read. */
  readonly further?: string;
}

/** Reads batches of files, in worker threads or in this thread. */
export interface Hasher<Answer extends BatchAnswer = BatchAnswer> {
  /** Number of batches that can be processed at the same time. */
  readonly atOnce: number;
  /** Largest number of files in a batch: large enough to make the transfer to a worker negligible, small enough to share a bag among all workers. */
  readonly batchFiles: number;
  digest(batch: FileBatch, signal: AbortSignal): Promise<Answer>;
  /** Receives each answer, in an order that does not depend on how fast the threads are. */
  readonly take?: (answer: Answer, batch: FileBatch) => void;
}

/** Number of bytes after which a thread returns the rest of its batch unread, unless that would split a recording. */
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
 * Compares the digests of a batch with the listed ones and collects the further digests. Files must be added in the order of the batch, digested by
 * `batchAlgorithms`.
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

/** Yields the files of an answer that match their listing. @throws Error if further digests were requested and some are missing */
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

/** Reads batches in this thread, one file after another. */
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
