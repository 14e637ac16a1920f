import { agree } from '../core/base/agree.ts';
import { type Finding, finding } from '../core/findings/finding.ts';
import { latestPlausible } from '../core/time/plausible-start.ts';
import type { LogEntry } from '../log/entries/log-entry.ts';
import { createKnownErasures } from '../log/erasure/known-erasures.ts';
import { owedCopies } from '../log/history/destructions.ts';
import { daysUntil } from './status.ts';

/** Checks of a watch about erasures. */
export interface ErasureChecks {
  /** Processes each entry of the log, in order. */
  take(entry: LogEntry): void;
  /** Yields E117 for each overdue request, E118 for each request that a copy of the keyring has owed for too long, and E143 for each that was executed in the future. */
  look(): Generator<Finding>;
}

/**
 * Creates these checks, which read only the log.
 * @param mostMs permitted time between an erasure and the moment when the last copy of the keyring has followed
 */
export function createErasureChecks(now: () => string, mostMs: number): ErasureChecks {
  const known = createKnownErasures(null);
  return {
    take: known.take,
    look: function* () {
      const at = now();
      const owed = owedCopies(known);
      for (const { request, due, executedAt, withdrawnAt } of known.requests.values()) {
        const days = -daysUntil(due, at);
        if (executedAt === null && withdrawnAt === null && days > 0)
          yield finding('E117', `request ${request}`, agree`it was to be executed by ${due}, ${days} day[s] ago`);
        if (executedAt !== null && executedAt > latestPlausible(Date.parse(at)))
          yield finding('E143', `request ${request}`, `it was executed on ${executedAt.slice(0, 10)}, and today is ${at.slice(0, 10)}`);
        const copies = owed.get(request) ?? [];
        if (copies.length > 0 && executedAt !== null && Date.parse(executedAt) + mostMs < Date.parse(at))
          yield finding(
            'E118',
            `request ${request}`,
            `it was executed on ${executedAt.slice(0, 10)}, and the keyring's ${copies.join(', ')} owes it`,
          );
      }
    },
  };
}
