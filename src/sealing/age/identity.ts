import type { Stanza } from './header.ts';
import type { RandomSource } from './primitives.ts';

/** Something that unwraps file keys. It shows no secret when it is printed or serialised. */
export interface AgeIdentity {
  /**
   * Returns the file key, or null if no stanza is for this identity; stanzas of other types are ignored.
   * @throws AgeError `header` if a stanza of its own type is malformed
   */
  unwrap(stanzas: readonly Stanza[]): Promise<Uint8Array | null>;
}

/** An identity that unwraps without waiting, as all but passphrases do. */
export interface ImmediateIdentity extends AgeIdentity {
  /** Like `unwrap`. */
  unwrapNow(stanzas: readonly Stanza[]): Uint8Array | null;
}

/** Something that files are encrypted for. */
export interface AgeRecipient {
  /** Wraps a file key (16 bytes) in a new stanza. Draws from `random`, so no two stanzas are alike. */
  wrap(fileKey: Uint8Array, random: RandomSource): Stanza;
}
