import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../../core/base/error.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { manifestsAmong } from './manifests.ts';
import { readTagFile } from './tag-file.ts';

/** State of a bag that does not exist. */
export const goneState = 'gone';

/**
 * Returns a text that identifies the payload of a bag: the digest of its payload manifest, as its tag manifest states it. A further digest algorithm does not
 * change the text. Reads one small file; compares nothing.
 * @returns an empty text if the bag has no such line, `gone` if the bag does not exist, null if it cannot be read
 */
export function payloadState(bag: string): string | null {
  try {
    const manifests = manifestsAmong(readdirSync(bag).sort(byCodePoint), 'tag');
    // Every bag of longplay has SHA-256 from the beginning; names of algorithms that it gets later may sort before it.
    const first = manifests.filter(({ algorithm }) => algorithm === 'sha256');
    for (const { name, algorithm } of new Set([...first, ...manifests])) {
      const lines = readTagFile(join(bag, name)).toString('utf8').split('\n');
      const line = lines.find((one) => one.trimEnd().endsWith(` manifest-${algorithm}.txt`));
      if (line !== undefined) return `${algorithm} ${line.split(' ', 1)[0] ?? ''}`;
    }
    return '';
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    return code === 'ENOENT' ? goneState : null;
  }
}

/**
 * Returns a function that says whether a bag is in the state from which a catalog was made. A bag that cannot be read is: nothing is known of it. A bag that
 * does not exist is not.
 */
export function indexedStates(archiveDir: string): (bag: string, indexed: string) => boolean {
  return (bag, indexed) => {
    const now = payloadState(join(archiveDir, 'bags', bag));
    return now === null || now === indexed;
  };
}
