import type { EntryType } from '../../src/log/entries/entry-types.ts';

/** A type of entries that longplay itself does not write: the log stores any type, and an older program reads entries of a later one. */
export function anyType(name: string): EntryType {
  return name as EntryType;
}
