import type { LogEntry } from '../entries/log-entry.ts';

const types: ReadonlySet<string> = new Set(['hold', 'hold-list', 'release', 'retain', 'retain-rules']);

/** Entries about legal holds and retention, from which their state is computed, and the first landing of each bag. */
export interface KeepingEntries {
  take(entry: Omit<LogEntry, 'kind'>): void;
  /** Returns the entries about holds and retention in the order of the log. */
  all(): readonly LogEntry[];
  /** Returns the sequence number and the time of the first landing of each bag, by name. */
  landings(): ReadonlyMap<string, { readonly seq: number; readonly timeMs: number }>;
  clear(): void;
}

/** Collects the entries about legal holds and retention. */
export function createKeepingEntries(): KeepingEntries {
  const entries: LogEntry[] = [];
  const landings = new Map<string, { readonly seq: number; readonly timeMs: number }>();
  return {
    take: (entry) => {
      const { type, seq, time, detail } = entry;
      if (types.has(type)) entries.push({ kind: 'log-entry', ...entry });
      else if (type === 'bag-landed' && typeof detail.bag === 'string' && !landings.has(detail.bag))
        landings.set(detail.bag, { seq, timeMs: Date.parse(time) });
    },
    all: () => entries,
    landings: () => landings,
    clear: () => {
      entries.length = 0;
      landings.clear();
    },
  };
}
