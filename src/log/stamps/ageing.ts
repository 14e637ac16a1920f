import type { StampAlgorithm } from './algorithms.ts';

/** A rule that makes an algorithm weak from a date on. */
export interface AgeingRule {
  /** Name of a digest, or `rsa` or `ec`. */
  readonly algorithm: string;
  /** For keys: shorter ones are weak. Null for a digest. */
  readonly belowBits: number | null;
  /** ISO date; the algorithm is weak from the first moment of that day. */
  readonly weakFrom: string;
}

/**
 * Current rules. A stamp has value only while everything that it depends on is strong, or was strong when the next stamp covered it. Users with other
 * rules pass their own list.
 *
 * For digests without a rule no authority has named an end. NIST IR 8547 (draft of November 2024) would end all of RSA and elliptic curves after 2035
 * because of quantum computers; it will become a rule here when it is final.
 */
export const ageingRules: readonly AgeingRule[] = [
  // RFC 6151 section 2 (March 2011): unsuitable where collisions matter, e.g. in signatures.
  { algorithm: 'md5', belowBits: null, weakFrom: '2011-03-01' },
  // NIST SP 800-131A (January 2011) table 9: no signatures over SHA-1 after 2013; the collision of 2017 (shattered.io) shows why.
  { algorithm: 'sha1', belowBits: null, weakFrom: '2014-01-01' },
  // NIST SP 800-57 part 1 revision 5 (2020) tables 3 and 4: 112 bits of security protect through 2030.
  { algorithm: 'sha224', belowBits: null, weakFrom: '2031-01-01' },
  // NIST SP 800-131A table 2: keys of less than 112 bits of security do not sign after 2013.
  { algorithm: 'rsa', belowBits: 2048, weakFrom: '2014-01-01' },
  { algorithm: 'ec', belowBits: 224, weakFrom: '2014-01-01' },
  // NIST SP 800-57 part 1 revision 5 tables 2 and 4: RSA 2048 and curves of 224 bits have 112 bits of security. Ed25519 (255) has 128.
  { algorithm: 'rsa', belowBits: 3072, weakFrom: '2031-01-01' },
  { algorithm: 'ec', belowBits: 250, weakFrom: '2031-01-01' },
];

/** Returns the moment from which an algorithm is weak, in milliseconds since 1970; null: no date is known. */
export function weakFromMs({ name, bits }: StampAlgorithm, rules: readonly AgeingRule[]): number | null {
  const days = rules
    .filter(({ algorithm, belowBits }) => algorithm === name && (belowBits === null || (bits !== null && bits < belowBits)))
    .map(({ weakFrom }) => Date.parse(weakFrom));
  return days.length === 0 ? null : Math.min(...days);
}

/** Returns the first of the algorithms that is weak at a moment; null: none is. */
export function weakAt(algorithms: readonly StampAlgorithm[], atMs: number, rules: readonly AgeingRule[]): StampAlgorithm | null {
  return algorithms.find((one) => (weakFromMs(one, rules) ?? Number.POSITIVE_INFINITY) <= atMs) ?? null;
}
