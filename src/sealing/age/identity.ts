import type { Stanza } from './header.ts';
import type { RandomSource } from './primitives.ts';

/** Unwraps file keys. Shows no secret when it is printed or serialised. */
export interface AgeIdentity {
  /**
   * Returns the file key, or null if no stanza is for this identity. Stanzas of other types are ignored.
   * @throws AgeError `header` if a stanza of its own type is malformed
   */
  unwrap(stanzas: readonly Stanza[]): Promise<Uint8Array | null>;
}

/** An identity that unwraps synchronously, as all do except passphrases. */
export interface ImmediateIdentity extends AgeIdentity {
  /** Unwraps synchronously what `unwrap` does. */
  unwrapNow(stanzas: readonly Stanza[]): Uint8Array | null;
}

/** A recipient for whom files are encrypted. */
export interface AgeRecipient {
  /** Wraps a file key (16 bytes) in a new stanza. Draws from `random`, so no two stanzas are alike. */
  wrap(fileKey: Uint8Array, random: RandomSource): Stanza;
}
