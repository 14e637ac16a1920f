import { byCodePoint } from '../../core/base/order.ts';
import { findingTable } from '../../core/findings/finding-table.ts';
import type { LogDetail } from '../../log/entries/log-entry.ts';
import type { FindingCount } from '../../report/source/report.ts';

/** Number of occurrences of each code. */
export type FindingCounts = ReadonlyMap<string, number>;

/** Counts codes. */
export function countCodes(findings: Iterable<{ readonly code: string }>): FindingCounts {
  const counts = new Map<string, number>();
  for (const { code } of findings) counts.set(code, (counts.get(code) ?? 0) + 1);
  return counts;
}

/** Adds up several sets of counts. */
export function addCounts(...sets: readonly FindingCounts[]): FindingCounts {
  const sum = new Map<string, number>();
  for (const counts of sets) for (const [code, count] of counts) sum.set(code, (sum.get(code) ?? 0) + count);
  return sum;
}

/** Formats counts for a log entry, e.g. `M120:2 P121:1`; empty if there are none. */
export function countsText(counts: FindingCounts): string {
  return [...counts]
    .sort(([a], [b]) => byCodePoint(a, b))
    .map(([code, count]) => `${code}:${count}`)
    .join(' ');
}

/** Returns the counts of a landing from its log entry; null if the entry has none, because an early version, or a run after a crash, wrote it. */
export function countsOf(landing: LogDetail | null | undefined): FindingCounts | null {
  if (typeof landing?.findings !== 'string') return null;
  return new Map([...landing.findings.matchAll(/([A-Z]\d{3}):(\d{1,15})/g)].map(([, code = '', count]) => [code, Number(count)]));
}

/** Returns the counts for reports, errors first, then in the order of their codes. */
export function findingRows(counts: FindingCounts): FindingCount[] {
  const severities = ['error', 'warning', 'note'];
  return [...counts]
    .map(([code, count]) => {
      const { severity = 'error', title = '' } = findingTable.get(code) ?? {};
      return { code, severity, title, count };
    })
    .sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || byCodePoint(a.code, b.code));
}
