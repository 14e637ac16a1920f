import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '../core/identifier.ts';

/**
 * SHA-256 of a bag's `tagmanifest-sha256.txt`: it fixes every byte of the bag, so the log enters it when the bag lands. A bag that
 * is valid in itself but is not the one that landed has another.
 * @throws the system's error where the file cannot be read.
 */
export function tagManifestDigest(bag: string): string {
  return sha256Hex(readFileSync(join(bag, 'tagmanifest-sha256.txt')));
}
