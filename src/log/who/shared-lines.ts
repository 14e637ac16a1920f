import type { LogEntry } from '../entries/log-entry.ts';
import { bundleOf, digestMember } from './entry-details.ts';

/** Identifies the line with the details of an entry; null: the entry has none. Each bundle has a line of its own. */
function lineOf({ seq, detail }: Pick<LogEntry, 'seq' | 'detail'>): string | null {
  const digest = detail[digestMember];
  return typeof digest === 'string' ? `${bundleOf(seq)} ${digest}` : null;
}

/**
 * Finds the entries that share the line of their details with some entries: entries of one run with the same author and nothing else in their details.
 * @returns for each of `some` that has details, the number of entries that share its line, itself included
 */
export async function sharersOf(
  some: Iterable<Pick<LogEntry, 'seq' | 'detail'>>,
  entries: () => AsyncIterable<LogEntry>,
): Promise<ReadonlyMap<number, number>> {
  const wanted = new Map<number, string>();
  for (const one of some) {
    const line = lineOf(one);
    if (line !== null) wanted.set(one.seq, line);
  }
  const counts = new Map([...wanted.values()].map((line) => [line, 0]));
  if (counts.size > 0)
    for await (const entry of entries()) {
      const line = lineOf(entry);
      const before = line === null ? undefined : counts.get(line);
      if (line !== null && before !== undefined) counts.set(line, before + 1);
    }
  return new Map([...wanted].map(([seq, line]) => [seq, counts.get(line) ?? 0]));
}
