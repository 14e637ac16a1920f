import type { EntryType } from '../../src/log/entries/entry-types.ts';

/** A type of entries that longplay itself does not enter: the log keeps whatever it is given, and an older program reads what a later one entered. */
export function anyType(name: string): EntryType {
  return name as EntryType;
}
