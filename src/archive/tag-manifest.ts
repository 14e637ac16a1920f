import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Digests of a bag's two tag manifests, each by its own algorithm, lower-case hexadecimal. */
export interface LandingDigests {
  readonly tagManifestSha256: string;
  readonly tagManifestSha512: string;
}

/**
 * What fixes every byte of a bag: its tag manifests. The log enters their digests when the bag lands. A bag that is valid in itself
 * but is not the one that landed has others, and nothing else tells of a change in a tag manifest.
 * @throws the system's error where a file cannot be read.
 */
export function landingDigests(bag: string): LandingDigests {
  const digest = (algorithm: 'sha256' | 'sha512'): string =>
    createHash(algorithm)
      .update(readFileSync(join(bag, `tagmanifest-${algorithm}.txt`)))
      .digest('hex');
  return { tagManifestSha256: digest('sha256'), tagManifestSha512: digest('sha512') };
}
