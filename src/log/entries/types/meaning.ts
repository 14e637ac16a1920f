/** Description of an entry type. */
export interface EntryMeaning {
  /** When the entry is written: sentences without the first capital letter and the last full stop. */
  readonly text: string;
  /** What members of its `detail` contain, by their names; those that `text` explains are not repeated. */
  readonly members: Readonly<Record<string, string>>;
  /** Content of the erasable details apart from the author; null: nothing. */
  readonly beside: string | null;
}

/**
 * Makes the description of an entry type.
 * @param text when it is written
 * @param more its members, or the content of its erasable details, or both
 */
export const of = (text: string, more: Partial<Omit<EntryMeaning, 'text'>> = {}): EntryMeaning => ({ members: {}, beside: null, ...more, text });
