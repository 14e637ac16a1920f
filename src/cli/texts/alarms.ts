import { count } from '../../core/words/quantity.ts';
import type { Settled } from '../../pipeline/report/differences.ts';

/**
 * Returns the last lines of a run, about the differences that decide between exit codes 0 and 3: accepted and open ones, and how to accept them.
 * Empty if there are none.
 */
export function differenceLines({ open, accepted }: Settled): string[] {
  const lines = accepted.map(
    ({ code, found, atMost, reason }) => `Accepted: ${code}=${found}${found === atMost ? '' : ` (up to ${count(atMost)})`}, ${reason}`,
  );
  const codes = Object.entries(open).map(([code, found]) => `${code}=${found}`);
  if (codes.length === 0) return lines;
  lines.push(`Exit code 3 because of ${codes.join(', ')}; longplay explain CODE says what to do.`);
  const acceptable = codes.filter((code) => !code.startsWith('P201='));
  if (acceptable.length > 0) lines.push(`To accept after review: ${acceptable.map((code) => `--accept ${code}`).join(' ')} --reason "…"`);
  return lines;
}

/** Returns true if a difference is open, i.e. not accepted. */
export function isOpen({ open }: Settled): boolean {
  return Object.keys(open).length > 0;
}
