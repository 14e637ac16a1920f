import { agree } from '../../core/base/agree.ts';
import { limits } from '../../core/base/limits.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { type BatchAnswer, batchBytes, type FileBatch, type Hasher, type WrongFile } from '../files/file-batch.ts';
import { digestAlgorithm } from '../files/hash-file.ts';
import { type BagFault, fault } from './faults.ts';
import { recordingFolder } from './names.ts';
import type { BagFile, BagStep } from './step.ts';

/** Totals of the files that were read. */
export interface FixityCounts {
  /** Bytes of payload files. */
  payloadBytes: number;
  /** False if a payload file could not be read, or changed while it was read: the payload then has no known size. */
  complete: boolean;
  /** Algorithms by which the payload was compared. */
  readonly algorithms: Set<string>;
}

/** A file whose bytes differ from those that a manifest lists. */
interface Mismatch {
  readonly path: string;
  readonly area: BagFile['area'];
  readonly sizeBytes: number;
  readonly algorithm: string;
  readonly expected: string;
  readonly found: string;
  /** Algorithms whose digests still match. */
  readonly fits: readonly string[];
}

/** Files that are sent to a thread together, or the rest of them. */
interface Batch {
  readonly files: readonly BagFile[];
  readonly asked: FileBatch;
}

/** Largest number of files in a batch that keeps a recording's files together. Without a limit, a batch would wait for the end of any folder. */
const recordingFiles = 2_048;

/**
 * Passes on the faults that the walk through a bag finds, and meanwhile reads the files that it finds. Only files in progress are in memory. Mismatches are
 * yielded at the end, in path order, because threads answer in any order. Yields null when files have been read. One function: the reads in progress, the reads
 * to repeat and their results are one state.
 */
export async function* checkFixity<Answer extends BatchAnswer>(
  bag: string,
  steps: AsyncIterable<BagStep>,
  hasher: Hasher<Answer>,
  counts: FixityCounts,
  signal: AbortSignal,
): AsyncGenerator<BagFault | null> {
  const running: { readonly batch: Batch; readonly answer: Promise<Answer> }[] = [];
  const again: Batch[] = [];
  const troubles: BagFault[] = [];
  const mismatches: Mismatch[] = [];
  const gathering = createGathering(bag);
  let known = { files: 0, bytes: 0 };
  let asked = 0;
  let answered = 0;

  /** Returns the number of files for one thread: one until their sizes are known, then a full batch, so that large files are spread over all threads. */
  const most = (): number =>
    known.files === 0 ? 1 : Math.max(1, Math.min(hasher.batchFiles, Math.floor((batchBytes * known.files) / Math.max(1, known.bytes))));
  const start = (batch: Batch): void => {
    const answer = hasher.digest(batch.asked, signal);
    // The promise is awaited in order below. Until then a rejection must not count as unhandled.
    answer.catch(() => undefined);
    running.push({ batch, answer });
  };
  const takeFirst = async function* (): AsyncGenerator<BagFault | null> {
    const first = running.shift();
    if (first === undefined) return;
    const { batch } = first;
    const answer = await first.answer;
    // A lost answer must not make files count as checked.
    if (!Number.isInteger(answer.files) || answer.files < 1 || answer.files > batch.files.length)
      throw new Error(agree`${batch.files.length} file[s] [was|were] sent for digesting, ${answer.files} answer[s] came back`);
    hasher.take?.(answer, batch.asked);
    answered += answer.files;
    if (batch.files[0]?.area === 'payload') {
      counts.payloadBytes += answer.bytes;
      known = { files: known.files + answer.files, bytes: known.bytes + answer.bytes };
    }
    for (const wrong of answer.wrong) yield* take(batch, wrong);
    for (const part of parted(bag, batch, answer.files, most())) again.push(part);
    yield null;
  };
  const take = function* (batch: Batch, wrong: WrongFile): Generator<BagFault> {
    const file = batch.files[wrong.index];
    if (file === undefined) throw new Error(`an answer came to file ${wrong.index} of ${batch.files.length}`);
    if (file.area === 'payload' && (wrong.error !== null || !wrong.stable)) counts.complete = false;
    const trouble = troubleOf(wrong, file.path);
    const found = trouble === null && wrong.error === null ? mismatchOf(file, wrong) : null;
    if (trouble !== null && troubles.length < limits.bagMismatches) troubles.push(trouble);
    else if (trouble !== null) yield trouble;
    if (found !== null && mismatches.length < limits.bagMismatches) mismatches.push(found);
    else if (found !== null) yield alteredFault(found);
  };
  const makeRoom = async function* (): AsyncGenerator<BagFault | null> {
    while (running.length >= hasher.atOnce) yield* takeFirst();
    for (let batch = again.shift(); batch !== undefined; batch = again.shift()) {
      start(batch);
      while (running.length >= hasher.atOnce) yield* takeFirst();
    }
  };

  for await (const step of steps) {
    yield* step.faults;
    for (const file of step.files) {
      asked += 1;
      if (file.area === 'payload') for (const id of file.algorithms) counts.algorithms.add(id);
      const full = gathering.add(file, most());
      if (full === null) continue;
      yield* makeRoom();
      start(full);
    }
  }
  const rest = gathering.rest();
  if (rest !== null) start(rest);
  while (running.length > 0 || again.length > 0) {
    yield* makeRoom();
    yield* takeFirst();
  }
  if (answered !== asked) throw new Error(agree`${asked} file[s] [was|were] sent for digesting, ${answered} answer[s] came back`);
  yield* [...troubles, ...judged(mismatches)].sort((a, b) => byCodePoint(a.path, b.path));
}

/**
 * Gathers files into batches. All files of a batch are compared in the same way. A batch keeps a recording's files together where possible; folders that it
 * must split are named in it.
 * @param before folders that earlier batches split
 */
function createGathering(bag: string, before: readonly string[] = []): { add(file: BagFile, most: number): Batch | null; rest(): Batch | null } {
  let files: BagFile[] = [];
  let folder = '';
  let parted: readonly string[] = before;
  const done = (): Batch | null => {
    const made = files.length === 0 ? null : batchOf(bag, files, parted);
    files = [];
    return made;
  };
  return {
    add: (file, most) => {
      const [first] = files;
      const own = folder !== '' && file.name.startsWith(folder);
      const full = files.length >= (own ? Math.max(most, recordingFiles) : most);
      const parts = first !== undefined && (full || first.algorithms !== file.algorithms || first.area !== file.area);
      if (parts && own) parted = [...before, ...parted.filter((one) => one !== folder), folder];
      const made = parts ? done() : null;
      // A folder that is split here continues in the next batch. Folders that were split earlier are complete.
      if (parts) parted = own ? [...before, folder] : before;
      if (!own) folder = recordingFolder(file.name) ?? '';
      files.push(file);
      return made;
    },
    rest: done,
  };
}

/** Splits the remaining files of a batch into new batches. */
function* parted(bag: string, { files, asked }: Batch, from: number, most: number): Generator<Batch> {
  const gathering = createGathering(bag, asked.parted);
  for (const file of files.slice(from)) {
    const made = gathering.add(file, most);
    if (made !== null) yield made;
  }
  const last = gathering.rest();
  if (last !== null) yield last;
}

function batchOf(bag: string, files: readonly BagFile[], parted: readonly string[]): Batch {
  const algorithms = files[0]?.algorithms ?? [];
  const asked = { bag, names: files.map((file) => file.name), algorithms, listed: files.map((file) => file.digests).join('') };
  const own = [...new Set(parted)].filter((folder) => files.some(({ name }) => name.startsWith(folder)));
  return { files, asked: own.length === 0 ? asked : { ...asked, parted: own } };
}

function troubleOf(wrong: WrongFile, path: string): BagFault | null {
  if (wrong.error === null) return wrong.stable ? null : fault('A155', path, 'it changed while it was read; nothing can be said about it');
  // The path led to a regular file when the folder was listed.
  if (['ENOENT', 'ELOOP', 'ENOTFILE', 'ENOTDIR'].includes(wrong.error))
    return fault('A155', path, `it was removed or replaced while the bag was checked: ${wrong.error}`);
  return fault('A154', path, `it cannot be read: ${wrong.error}`);
}

function mismatchOf({ path, area, algorithms, digests }: BagFile, wrong: WrongFile & { readonly error: null }): Mismatch | null {
  const fits: string[] = [];
  let first: Pick<Mismatch, 'algorithm' | 'expected' | 'found'> | null = null;
  let at = 0;
  for (const [index, algorithm] of algorithms.entries()) {
    const width = digestAlgorithm(algorithm)?.hexDigits ?? 0;
    const expected = digests.slice(at, at + width);
    const found = wrong.digests[index] ?? '';
    at += width;
    if (found === expected) fits.push(algorithm);
    else first ??= { algorithm, expected, found };
  }
  return first === null ? null : { path, area, sizeBytes: wrong.sizeBytes, ...first, fits };
}

/**
 * Yields the faults of mismatching files. A file whose content is the one listed for another mismatching file was swapped with it; all other files are altered.
 */
function* judged(mismatches: readonly Mismatch[]): Generator<BagFault> {
  const key = (algorithm: string, digest: string): string => `${algorithm}:${digest}`;
  const expectedBy = new Map(mismatches.map((one) => [key(one.algorithm, one.expected), one.path]));
  for (const one of mismatches) {
    const other = expectedBy.get(key(one.algorithm, one.found));
    if (other === undefined || one.fits.length > 0) yield alteredFault(one);
    else {
      const content = agree`${one.sizeBytes} byte[s], ${one.algorithm} ${one.found.slice(0, 16)}…`;
      yield fault('A156', one.path, `its content is what the manifest lists for ${other} (${content})`);
    }
  }
}

function alteredFault({ path, area, sizeBytes, algorithm, expected, found, fits }: Mismatch): BagFault {
  const hint = fits.length === 0 ? '' : `; its ${fits.join(' and ')} matches, so the manifest may have been altered`;
  const message = agree`its ${algorithm} is ${found.slice(0, 16)}…, ${expected.slice(0, 16)}… is listed; it has ${sizeBytes} byte[s]${hint}`;
  return fault(area === 'tag' ? 'A133' : 'A131', path, message);
}
