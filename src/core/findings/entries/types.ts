/** `error`: something was not done or is wrong; `warning`: done, but somebody must look; `note`: good to know. */
export type Severity = 'error' | 'warning' | 'note';

/** What `longplay explain CODE` tells. Codes never change meaning and are never reused. */
export interface FindingEntry {
  readonly severity: Severity;
  /** Said of sound that is encrypted, with no key at hand. */
  readonly closed?: true;
  /** An import, a dry run or a survey that tells it ends with exit code 3 (docs/exit-codes.md): see `isAlarm`. */
  readonly alarm?: true;
  /** Of the machine, not of the archive: a run that tells it and would end with 0 ends with 5 (docs/exit-codes.md). */
  readonly machine?: true;
  /** Said of a file whose sound may be wrong although it was decoded: its copy counts as doubtful. */
  readonly doubtful?: true;
  /** Half a line. */
  readonly title: string;
  /** What it means and how it comes about, for an operator. */
  readonly meaning: string;
  /** What to do next. */
  readonly next: string;
}
