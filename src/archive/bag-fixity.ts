import { join } from 'node:path';
import { byCodePoint } from '../core/order.ts';
import { type BagFault, fault } from './bag-faults.ts';
import type { BagInventory } from './bag-inventory.ts';
import type { FileToHash, HashAnswer, Hasher } from './hash-file.ts';

/** The files of a bag that are there, with the manifests that list them. */
export interface FixitySubjects {
  readonly payload: { readonly sizes: Float64Array; readonly onDisk: ReadonlyMap<number, string>; readonly manifests: BagInventory };
  readonly tags: { readonly sizes: ReadonlyMap<number, number>; readonly manifests: BagInventory };
}

/** A file that is not what a manifest lists. */
interface Mismatch {
  readonly path: string;
  readonly area: 'payload' | 'tag';
  readonly sizeBytes: number;
  readonly algorithm: string;
  readonly expected: string;
  readonly found: string;
  /** Algorithms by which it fits all the same. */
  readonly fits: readonly string[];
}

/** Digests every listed file and compares; gives the algorithms by which payload was compared. */
export async function* checkFixity(
  bag: string,
  subjects: FixitySubjects,
  digests: string,
  hash: Hasher,
  signal: AbortSignal,
): AsyncGenerator<BagFault, string[]> {
  const { payload, tags } = subjects;
  const firstPayload = tags.manifests.size;
  const used = new Set<string>();
  let asked = 0;
  function* files(): Generator<FileToHash> {
    for (const [id, sizeBytes] of tags.sizes) {
      const name = tags.manifests.pathOf(id);
      const algorithms = algorithmsOf(tags.manifests, id, 'all');
      if (algorithms.length === 0) continue;
      asked += 1;
      yield { id, path: join(bag, name), name, sizeBytes, algorithms };
    }
    for (let id = 0; id < payload.manifests.size; id++) {
      const sizeBytes = payload.sizes[id] ?? -1;
      const algorithms = sizeBytes < 0 ? [] : algorithmsOf(payload.manifests, id, digests);
      // Without a digest that can be used there is a fault already (A137, A145).
      if (algorithms.length === 0) continue;
      for (const algorithm of algorithms) used.add(algorithm);
      const name = payload.onDisk.get(id) ?? payload.manifests.pathOf(id);
      asked += 1;
      yield { id: firstPayload + id, path: join(bag, name), name, sizeBytes, algorithms };
    }
  }
  const troubles: BagFault[] = [];
  const mismatches: Mismatch[] = [];
  let answered = 0;
  for await (const answer of hash(files(), signal)) {
    answered += 1;
    const isTag = answer.id < firstPayload;
    const manifests = isTag ? tags.manifests : payload.manifests;
    const id = isTag ? answer.id : answer.id - firstPayload;
    const trouble = troubleOf(answer, manifests.pathOf(id));
    if (trouble !== null) troubles.push(trouble);
    else if (answer.error === null) {
      const mismatch = compare(answer, manifests, id, isTag ? 'tag' : 'payload');
      if (mismatch !== null) mismatches.push(mismatch);
    }
  }
  // Nothing may pass as checked because an answer got lost on its way.
  if (answered !== asked) throw new Error(`${asked} files were to be digested, ${answered} answers came`);
  // In the order of paths: the order of answers depends on threads.
  yield* [...troubles, ...judged(mismatches)].sort((a, b) => byCodePoint(a.path, b.path));
  return [...used].sort(byCodePoint);
}

function algorithmsOf(manifests: BagInventory, id: number, digests: string): string[] {
  const all: string[] = [];
  for (const { algorithm, hasDigest } of manifests.manifests)
    if (algorithm !== null && hasDigest(id) && !all.includes(algorithm.id)) all.push(algorithm.id);
  return digests !== 'all' && all.includes(digests) ? [digests] : all;
}

function troubleOf(answer: HashAnswer, path: string): BagFault | null {
  if (answer.error === null) return answer.stable ? null : fault('A155', path, 'it changed while it was read; nothing can be said about it');
  // It was a regular file when it was listed.
  if (['ENOENT', 'ELOOP', 'ENOTFILE', 'ENOTDIR'].includes(answer.error))
    return fault('A155', path, `it went away or was replaced while the bag was checked: ${answer.error}`);
  return fault('A154', path, `it cannot be read: ${answer.error}`);
}

function compare(answer: HashAnswer & { readonly error: null }, manifests: BagInventory, id: number, area: Mismatch['area']): Mismatch | null {
  const fits: string[] = [];
  let wrong: Pick<Mismatch, 'algorithm' | 'expected' | 'found'> | null = null;
  for (const column of manifests.manifests) {
    const found = column.algorithm === null ? undefined : answer.digests[column.algorithm.id];
    const expected = column.digestOf(id);
    if (column.algorithm === null || found === undefined || expected === null) continue;
    if (found === expected) fits.push(column.algorithm.id);
    else wrong ??= { algorithm: column.algorithm.id, expected, found };
  }
  return wrong === null ? null : { path: manifests.pathOf(id), area, sizeBytes: answer.sizeBytes, ...wrong, fits };
}

/** A file that holds what the manifest lists for another wrong file has changed places with it; all else is corrupt. */
function* judged(mismatches: readonly Mismatch[]): Generator<BagFault> {
  const key = (algorithm: string, digest: string): string => `${algorithm}:${digest}`;
  const expectedBy = new Map(mismatches.map((one) => [key(one.algorithm, one.expected), one.path]));
  for (const one of mismatches) {
    const other = expectedBy.get(key(one.algorithm, one.found));
    if (other !== undefined && one.fits.length === 0) {
      yield fault(
        'A156',
        one.path,
        `it holds what the manifest lists for ${other} (${one.sizeBytes} bytes, ${one.algorithm} ${one.found.slice(0, 16)}…)`,
      );
      continue;
    }
    const hint = one.fits.length === 0 ? '' : `; its ${one.fits.join(' and ')} fits, so the manifest may be what was altered`;
    yield fault(
      one.area === 'tag' ? 'A133' : 'A131',
      one.path,
      `its ${one.algorithm} is ${one.found.slice(0, 16)}…, ${one.expected.slice(0, 16)}… is listed; it has ${one.sizeBytes} bytes${hint}`,
    );
  }
}
