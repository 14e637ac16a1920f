import { findingTable } from '../core/finding-table.ts';
import type { FindingTotals } from './run-command.ts';
import { count } from './units.ts';

/**
 * Returns those findings of a command that end it with exit code 3 by their code alone. The table of findings decides which they are (`alarm`), so
 * an alarm needs nothing but its entry there.
 */
export function alarmsOf(findings: FindingTotals): FindingTotals {
  return Object.fromEntries(Object.entries(findings).filter(([code, times]) => times > 0 && findingTable.get(code)?.alarm === true));
}

/** Returns the line that names the alarms of a command; none where there are none. */
export function alarmLines(alarms: FindingTotals): string[] {
  const codes = Object.entries(alarms).map(([code, times]) => (times === 1 ? code : `${code} (${count(times)} times)`));
  return codes.length === 0 ? [] : [`Exit code 3 because of ${codes.join(', ')}; longplay explain CODE says what to do.`];
}
