import { type DigestAlgorithm, digestAlgorithm } from '../files/hash-file.ts';

/** The digests of a new archive's bags, weakest first; RFC 8493 section 2.4 asks every BagIt program for both. */
export const bagAlgorithms = ['sha256', 'sha512'] as const;

/**
 * What a rehash can add, by the name that a person types: algorithms of another construction than SHA-2. RFC 8493 section 2.4 wants names
 * of IANA's registry of Named Information hash algorithms, in lower case and without anything but letters and digits: `sha3-512` (FIPS 202)
 * gives manifest-sha3512.txt, `blake2b-512` (RFC 7693; what b2sum computes) manifest-blake2b512.txt.
 */
export const addedDigests: ReadonlyMap<string, string> = new Map([
  ['sha3-512', 'sha3512'],
  ['blake2b', 'blake2b512'],
]);

/** The algorithm of an id of `addedDigests`, or null where this machine cannot compute it. */
export function addedDigest(id: string): DigestAlgorithm | null {
  return [...addedDigests.values()].includes(id) ? digestAlgorithm(id) : null;
}

/** The algorithm as a person types it. */
export function typedDigest(id: string): string {
  return [...addedDigests].find(([, known]) => known === id)?.[0] ?? id;
}

/** Those of the algorithms that a rehash brought. */
export function addedAmong(algorithms: readonly string[]): string[] {
  return algorithms.filter((id) => [...addedDigests.values()].includes(id));
}
