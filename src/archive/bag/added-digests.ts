import { type DigestAlgorithm, digestAlgorithm } from '../files/hash-file.ts';

/** Digest algorithms of a new archive's bags, weakest first. RFC 8493 section 2.4 requires every BagIt program to support both. */
export const bagAlgorithms = ['sha256', 'sha512'] as const;

/**
 * Algorithms that a rehash can add, by the name that the user types. Their construction differs from that of SHA-2. File names use the names in IANA's registry
 * of Named Information hash algorithms, in lower case and without other characters than letters and digits (RFC 8493 section 2.4): `sha3-512` (FIPS 202) gives
 * manifest-sha3512.txt, `blake2b-512` (RFC 7693; computed by b2sum) gives manifest-blake2b512.txt.
 */
export const addedDigests: ReadonlyMap<string, string> = new Map([
  ['sha3-512', 'sha3512'],
  ['blake2b', 'blake2b512'],
]);

/** Returns the algorithm with an id of `addedDigests`; null if this machine cannot compute it. */
export function addedDigest(id: string): DigestAlgorithm | null {
  return [...addedDigests.values()].includes(id) ? digestAlgorithm(id) : null;
}

/** Returns the name of an algorithm as the user types it. */
export function typedDigest(id: string): string {
  return [...addedDigests].find(([, known]) => known === id)?.[0] ?? id;
}

/** Returns those of the given algorithms that only a rehash can add. */
export function addedAmong(algorithms: readonly string[]): string[] {
  return algorithms.filter((id) => [...addedDigests.values()].includes(id));
}
