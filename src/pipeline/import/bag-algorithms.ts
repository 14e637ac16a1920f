import { addedDigest, bagAlgorithms } from '../../archive/bag/added-digests.ts';
import { createLandings } from '../../archive/bag/landing.ts';
import type { Archive } from '../../archive/layout.ts';
import { LongplayError } from '../../core/base/error.ts';
import { loggedEntries } from '../../log/read/read-log.ts';

/**
 * Returns the digest algorithms for new bags of an archive: those of every archive, and those that a rehash added.
 * @throws LongplayError incomplete H106 if this machine cannot compute one of them
 */
export async function bagAlgorithmsOf(archive: Archive, signal: AbortSignal): Promise<readonly string[]> {
  const landings = createLandings();
  for await (const entry of loggedEntries(archive, null, signal)) landings.take(entry);
  const algorithms = landings.algorithms();
  const known: readonly string[] = bagAlgorithms;
  const missing = algorithms.find((id) => !known.includes(id) && addedDigest(id) === null);
  if (missing !== undefined)
    throw new LongplayError(
      'incomplete',
      'H106',
      `the archive's bags have ${missing}, which the OpenSSL of this Node.js cannot compute`,
      'import with another Node.js',
    );
  return algorithms;
}
