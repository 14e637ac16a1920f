import type { EntryType } from '../../log/entries/entry-types.ts';

// Types of the entries from which holds and retention are computed, and the members of their details.

/** Types of entries about holds and retention. */
export const keepingTypes = {
  hold: 'hold',
  holdList: 'hold-list',
  release: 'release',
  retain: 'retain',
  rules: 'retain-rules',
} as const satisfies Readonly<Record<string, EntryType>>;

/** Pattern of the ids of holds: 12 hexadecimal digits. The ids are random and name nobody. */
export const holdIdPattern = /^[0-9a-f]{12}$/;
