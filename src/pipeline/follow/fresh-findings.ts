import { sha256Hex } from '../../core/base/identifier.ts';
import type { FindingEvent } from '../events/events.ts';

/** Number of findings remembered; a source with more of them has each of the oldest repeated. */
const remembered = 50_000;

/** Creates a filter of findings that repeat from round to round. @returns true for a finding that was not reported by a recent round */
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
