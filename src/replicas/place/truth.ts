import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { createBagInfoReader, parseManifestLine, pathLeadsOutside, plainPath } from '../../archive/bag/bagit-reader.ts';
import type { Landing } from '../../archive/bag/landing.ts';
import { digestAlgorithm } from '../../archive/files/hash-file.ts';
import { limits } from '../../core/base/limits.ts';
import { unsafeNameReason } from '../../core/base/safe-path.ts';
import { readTagFile } from './history.ts';

/** Expected digests of a file, by algorithm id; never empty. */
export type Expected = ReadonlyMap<string, string>;

/** Expected content of a bag, to the last byte: its files and their digests, all derived from the digests of its tag manifests. */
export interface BagTruth {
  /** Every file of the bag by path, including tag files and tag manifests. */
  readonly files: ReadonlyMap<string, Expected>;
  /** Largest size of a file below `data/`. */
  readonly mostBytes: number;
}

/** Why the content of a bag cannot be determined. */
export interface NoTruth {
  /** Paths of tag files that are intact in no copy. */
  readonly lost: readonly string[];
}

/**
 * Determines the content of a bag. Tag manifests with the landing's digests are valid; they list the tag files, and the payload manifests among the tag files
 * list all other files. Each file may come from a different copy of the bag, because only the chain of digests counts.
 * @param folders the bag's folder in each copy.
 */
export function bagTruth(folders: readonly string[], landing: Landing): BagTruth | NoTruth {
  const files = new Map<string, Map<string, string>>();
  const tagManifests: string[] = [];
  for (const [name, { algorithm, digest }] of landing) {
    // Digests that this machine cannot compute are skipped; a tag manifest of another algorithm then covers the bag.
    if (digestAlgorithm(algorithm) === null || !/^tagmanifest-[a-z0-9]+\.txt$/.test(name)) continue;
    files.set(name, new Map([[algorithm, digest]]));
    const bytes = firstGood(folders, name, new Map([[algorithm, digest]]));
    if (bytes === null) continue;
    tagManifests.push(name);
    if (!enterLines(bytes, algorithm, 'tag', files)) return { lost: [name] };
  }
  if (tagManifests.length === 0) return { lost: [...landing.keys()] };
  const manifests = [...files.keys()].filter((name) => /^manifest-[a-z0-9]+\.txt$/.test(name));
  let payloadManifests = 0;
  for (const name of manifests) {
    const algorithm = digestAlgorithm(name.slice('manifest-'.length, -'.txt'.length));
    const bytes = algorithm === null ? null : firstGood(folders, name, files.get(name) ?? new Map());
    if (algorithm === null || bytes === null) continue;
    if (!enterLines(bytes, algorithm.id, 'payload', files)) return { lost: [name] };
    payloadManifests++;
  }
  if (payloadManifests === 0) return { lost: manifests };
  return { files, mostBytes: payloadBytes(folders, files.get('bag-info.txt')) };
}

/** Reads a tag file from the first copy in which it is intact. */
function firstGood(folders: readonly string[], name: string, expected: Expected): Buffer | null {
  for (const folder of folders) {
    const bytes = readTagFile(join(folder, name));
    if (bytes !== null && isExpected(bytes, expected)) return bytes;
  }
  return null;
}

function isExpected(bytes: Buffer, expected: Expected): boolean {
  let compared = 0;
  for (const [id, digest] of expected) {
    const algorithm = digestAlgorithm(id);
    if (algorithm === null) continue;
    if (createHash(algorithm.openssl).update(bytes).digest('hex') !== digest) return false;
    compared++;
  }
  return compared > 0;
}

/**
 * Adds the files that a manifest lists. Returns false if a line is not in longplay's form: the digest matches, so the bag landed with this line, but no program
 * may process it.
 */
function enterLines(bytes: Buffer, algorithm: string, kind: 'tag' | 'payload', files: Map<string, Map<string, string>>): boolean {
  const digits = digestAlgorithm(algorithm)?.hexDigits ?? 0;
  const lines = bytes.toString('utf8').split('\n');
  if (lines.pop() !== '' || lines.length > limits.bagFiles) return false;
  for (const text of lines) {
    const line = parseManifestLine(text);
    if (line === null || line.digest.length !== digits || !/^[0-9a-f]+$/.test(line.digest)) return false;
    const { path, digest } = line;
    if (pathLeadsOutside(path) !== null || unsafeNameReason(path) !== null || plainPath(path) !== path || path.includes('%')) return false;
    if (path.startsWith('data/') !== (kind === 'payload') || (kind === 'tag' && path.startsWith('tagmanifest-'))) return false;
    const known = files.get(path);
    if (known === undefined) files.set(path, new Map([[algorithm, digest]]));
    else if ((known.get(algorithm) ?? digest) !== digest) return false;
    else known.set(algorithm, digest);
  }
  return true;
}

/** Returns the payload size that bag-info.txt states; without an intact bag-info.txt, the largest exact number. */
function payloadBytes(folders: readonly string[], expected: Expected | undefined): number {
  const bytes = expected === undefined ? null : firstGood(folders, 'bag-info.txt', expected);
  if (bytes === null) return Number.MAX_SAFE_INTEGER;
  const reader = createBagInfoReader('bag-info.txt', true);
  for (const [index, text] of bytes.toString('utf8').split('\n').entries()) reader.line({ number: index + 1, text });
  const { oxum } = reader.finish();
  return oxum === null ? Number.MAX_SAFE_INTEGER : Number(oxum.bytes);
}

/** Returns those digest algorithms of a file that this machine can compute. */
export function algorithmsOf(expected: Expected): string[] {
  return [...expected.keys()].filter((id) => digestAlgorithm(id) !== null);
}
