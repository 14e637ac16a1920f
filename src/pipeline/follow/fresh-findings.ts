import { sha256Hex } from '../../core/base/identifier.ts';
import type { FindingEvent } from '../events/events.ts';

/** Number of findings that are remembered. If a source has more, the oldest ones are reported again. */
const remembered = 50_000;

/**
 * Creates a filter of findings that occur again in every round.
 * @returns a function that returns true for a finding that no recent round has reported
 */
export function createFreshFindings(): (found: FindingEvent) => boolean {
  const seen = new Set<string>();
  return ({ code, place, message }) => {
    const mark = sha256Hex(`${code}\n${place}\n${message}`).slice(0, 16);
    const isNew = !seen.delete(mark);
    seen.add(mark);
    if (seen.size > remembered)
      for (const oldest of seen) {
        seen.delete(oldest);
        break;
      }
    return isNew;
  };
}
