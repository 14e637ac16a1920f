/** `error`: something was not done or is wrong; `warning`: it was done, but somebody must check it; `note`: good to know. */
export type Severity = 'error' | 'warning' | 'note';

/** Entry of `longplay explain CODE`. Codes never change meaning and are never reused. */
export interface FindingEntry {
  readonly severity: Severity;
  /** The finding reports encrypted audio without a key. */
  readonly closed?: true;
  /** An import, a dry run or a survey with this finding ends with exit code 3 (docs/reference/exit-codes.md): see `isAlarm`. */
  readonly alarm?: true;
  /** The finding concerns the machine, not the archive: with it, a run that would end with 0 ends with 5 (docs/reference/exit-codes.md). */
  readonly machine?: true;
  /** The finding concerns a file whose audio may be wrong although it was decoded: its access copy counts as doubtful. */
  readonly doubtful?: true;
  /** Short title, half a line long. */
  readonly title: string;
  /** Meaning and causes, for an operator. */
  readonly meaning: string;
  /** Next step. */
  readonly next: string;
}
