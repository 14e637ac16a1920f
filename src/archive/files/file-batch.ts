import { digestAlgorithm, type HashAnswer, hashInProcess } from './hash-file.ts';

// What goes to a worker thread and comes back. Objects cost more on that way than the digests of small files, so files go as names with one
// text of all their digests, and only those come back that are not as listed.

/** Files of one bag that are read together, all compared by the same algorithms. */
export interface FileBatch {
  /** Absolute path of the bag. */
  readonly bag: string;
  /** Relative to the bag; files of one folder stand together. */
  readonly names: readonly string[];
  /** One for each manifest that has a digest for them; an algorithm may stand there twice. */
  readonly algorithms: readonly string[];
  /** The listed digests of the first file in the order of the algorithms, lower-case hexadecimal, then those of the second, and so on. */
  readonly listed: string;
  /** Algorithms whose digests come back of every file, whatever is listed. */
  readonly further?: readonly string[];
  /** Folders of recordings, `data/<id>/`, of which other batches have files too; absent: none. */
  readonly parted?: readonly string[];
}

/** A file that is not as listed, or of which nothing can be said. `index`: in the batch. */
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

/** What became of a batch. */
export interface BatchAnswer {
  /** Files that were looked at, from the first on. Fewer than the batch has: the rest is to be asked for again. */
  readonly files: number;
  readonly bytes: number;
  readonly wrong: readonly WrongFile[];
  /** Where further digests were asked for: those of all files that were looked at, in the form of `listed`; of one that could not be read, blanks. */
  readonly further?: string;
}

/** Reads batches, in worker threads or here. */
export interface Hasher<Answer extends BatchAnswer = BatchAnswer> {
  /** Batches that it can use at a time. */
  readonly atOnce: number;
  /** The most files of a batch: large enough to make the way to a worker not count, and small enough to share a bag between all. */
  readonly batchFiles: number;
  digest(batch: FileBatch, signal: AbortSignal): Promise<Answer>;
  /** Sees each answer, in an order that does not depend on which was ready first. */
  readonly take?: (answer: Answer, batch: FileBatch) => void;
}

/** Bytes after which a thread gives the rest of its batch back, where that parts no recording. */
export const batchBytes = 16 * 1024 * 1024;

/** A digest's place in a text of digests. */
interface Column {
  readonly id: string;
  readonly width: number;
}

function columnsOf(algorithms: readonly string[]): Column[] {
  return algorithms.map((id) => ({ id, width: digestAlgorithm(id)?.hexDigits ?? 0 }));
}

/** All algorithms by which files of a batch are to be digested. */
export function batchAlgorithms({ algorithms, further }: Pick<FileBatch, 'algorithms' | 'further'>): readonly string[] {
  return further === undefined ? algorithms : [...new Set([...algorithms, ...further])];
}

/**
 * Holds what is read of a batch against what is listed, and gathers the further digests; files are put in the order of the batch, digested
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

/** A file of a batch that is as listed. */
export interface DigestedFile {
  readonly name: string;
  /** By its batch's algorithms and the further ones. */
  readonly digests: Readonly<Record<string, string>>;
}

/** What an answer says of the files that are as listed. @throws where further digests were asked for and did not all come */
export function* digestedFiles(batch: FileBatch, answer: BatchAnswer): Generator<DigestedFile> {
  const parts = [
    { columns: columnsOf(batch.algorithms), text: batch.listed },
    { columns: columnsOf(batch.further ?? []), text: answer.further ?? '' },
  ].map((part) => ({ ...part, width: part.columns.reduce((sum, { width }) => sum + width, 0) }));
  const [, further] = parts;
  if (further !== undefined && further.text.length !== further.width * answer.files)
    throw new Error(`further digests of ${answer.files} files were to come, ${further.text.length} characters came`);
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
export const hashHere: Hasher = {
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
