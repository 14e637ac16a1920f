import { join } from 'node:path';
import { makingOf } from '../../archive/bag/info.ts';
import { readTagFile } from '../../archive/bag/tag-file.ts';
import { tagManifestDigests } from '../../archive/bag/tag-manifest.ts';
import { limits } from '../../core/base/limits.ts';
import { inclusionProof, leafHash, nodeHash, rangeHash, rootOf, type SubtreeHashes, type TreeHash } from '../tree/merkle.ts';
import type { LogDetail } from './log-entry.ts';

/**
 * Returns digests that determine every byte of a bag: those of its tag manifests, each by its own algorithm, in lower-case hexadecimal. The log
 * records them at ingest. A valid bag that is not the ingested one has other digests, and nothing else reveals a change in a tag manifest.
 *
 * `recordingsRoot` is the root of the tree over the bag's recordings, and `recordingsLeaves` their number: with both, one recording can be proved
 * without the others. A sealed bag also has `making`, the page of the keyring that has its secrets.
 * @throws the system's error if a file cannot be read
 */
export function landingDigests(bag: string): LogDetail {
  const { root, lines } = recordingsIn(bag);
  const making = makingOf(bag);
  return { ...tagManifestDigests(bag), recordingsRoot: root, recordingsLeaves: lines.size, ...(making === null ? {} : { making }) };
}

/**
 * Returns the recordings of a bag according to its SHA-256 manifest: the lines of their documents, and the root of the tree over these lines.
 * @throws the system's error
 */
export function recordingsIn(bag: string): { readonly root: string; readonly lines: ReadonlySet<string> } {
  const lines = recordingLines(bag);
  return { root: Buffer.from(rootOf(treeOver(lines), lines.length)).toString('hex'), lines: new Set(lines) };
}

/**
 * File that represents a recording as a leaf of the tree over its bag: its document; for a sealed recording `public.json`, which has commitments to
 * the document and all other files.
 */
export type LeafFile = 'recording.json' | 'public.json';

/** Returns the manifest's line for a recording, which is its leaf in the tree. */
export function recordingLine(recordingId: string, sha256: string, leaf: LeafFile = 'recording.json'): string {
  return `${sha256}  data/${recordingId}/${leaf}`;
}

/**
 * Returns the lines of recordings in a bag's SHA-256 manifest, in the order of the manifest. A sealed document has another name, and only a sealed
 * recording has a `public.json`.
 */
function recordingLines(bag: string): string[] {
  const manifest = readTagFile(join(bag, 'manifest-sha256.txt'), limits.ownManifestBytes).toString('utf8');
  return manifest.split('\n').filter((line) => /^[0-9a-f]{64} {2}data\/[0-9a-f-]{36}\/(?:recording|public)\.json$/.test(line));
}

/** Proves that one recording of a bag belongs to the root over all its recordings; null if the manifest does not list it. */
export function proveRecording(
  bag: string,
  recordingId: string,
): { readonly index: number; readonly leaves: number; readonly hashes: readonly TreeHash[] } | null {
  const lines = recordingLines(bag);
  const index = lines.findIndex((line) => line.slice(64).startsWith(`  data/${recordingId}/`));
  return index < 0 ? null : { index, leaves: lines.length, hashes: inclusionProof(treeOver(lines), index, lines.length) };
}

function treeOver(lines: readonly string[]): SubtreeHashes {
  const hashes = lines.map((line) => leafHash(Buffer.from(line, 'utf8')));
  const tree: SubtreeHashes = {
    subtree: (height, index) => {
      const leaf = hashes[index];
      if (height === 0 && leaf !== undefined) return leaf;
      const half = 2 ** (height - 1);
      const start = index * 2 * half;
      return nodeHash(rangeHash(tree, start, start + half), rangeHash(tree, start + half, start + 2 * half));
    },
  };
  return tree;
}
