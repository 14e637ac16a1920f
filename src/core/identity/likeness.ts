/** Certainty that two spellings mean one number, name or id. */
export type Sureness = 'certain' | 'uncertain';

/** Similarity and its reason, in words without the number. */
export interface Likeness {
  readonly sureness: Sureness;
  readonly why: string;
}
