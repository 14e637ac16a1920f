import type { LogEntry } from '../entries/log-entry.ts';

const types: ReadonlySet<string> = new Set(['hold', 'hold-list', 'release']);

/** Entries about legal holds, from which their state is computed. */
export interface HoldEntries {
  take(entry: Omit<LogEntry, 'kind'>): void;
  /** Returns them in the order of the log. */
  all(): readonly LogEntry[];
  clear(): void;
}

/** Collects the entries about legal holds. */
export function createHoldEntries(): HoldEntries {
  const entries: LogEntry[] = [];
  return {
    take: (entry) => {
      if (types.has(entry.type)) entries.push({ kind: 'log-entry', ...entry });
    },
    all: () => entries,
    clear: () => {
      entries.length = 0;
    },
  };
}
