/** How sure it is that two spellings mean one number, name or id. */
export type Sureness = 'certain' | 'uncertain';

/** A likeness and what speaks for it, in words without the number. */
export interface Likeness {
  readonly sureness: Sureness;
  readonly why: string;
}
