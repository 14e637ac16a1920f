import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { byCodePoint } from '../../core/base/order.ts';
import { digestAlgorithm } from '../files/hash-file.ts';
import { landingMember } from './landing.ts';
import { manifestsAmong } from './manifests.ts';
import { readTagFile } from './tag-file.ts';

/**
 * Digests of a bag's tag manifests, each by its own algorithm, in lower-case hexadecimal, under the names `tagManifestSha256`, `tagManifestSha512` and so on.
 */
export type TagManifestDigests = Readonly<Record<string, string>>;

/** Digests the tag manifests of a bag. @throws the system's error if a file cannot be read. */
export function tagManifestDigests(bag: string): TagManifestDigests {
  const manifests = manifestsAmong(readdirSync(bag).sort(byCodePoint), 'tag');
  return Object.fromEntries(
    manifests.flatMap(({ name, algorithm }) => {
      const digest = digestOf(readTagFile(join(bag, name)), algorithm);
      return digest === null ? [] : [[landingMember(algorithm), digest]];
    }),
  );
}

/** Digests the content of a tag file; null if this machine cannot compute the algorithm. */
export function digestOf(bytes: Uint8Array | string, algorithm: string): string | null {
  const known = digestAlgorithm(algorithm);
  return known === null ? null : createHash(known.openssl).update(bytes).digest('hex');
}
