import { agree } from '../../core/base/agree.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { type Difference, identityMember } from './amend-archived.ts';

/** Number of recordings that are named as examples. */
const examples = 3;

/** Counts archived recordings that an import would describe differently. */
export interface OtherwiseCount {
  take(key: string, difference: Difference): void;
  /** Returns P265 with counts by member and examples by key; nothing if there is no difference. */
  findings(): Finding[];
}

export function createOtherwiseCount(): OtherwiseCount {
  const byMember = new Map<string, number>();
  const keys: string[] = [];
  let recordings = 0;
  return {
    take: (key, { amendment }) => {
      recordings++;
      if (keys.length < examples) keys.push(key);
      for (const member of amendment.changed) byMember.set(member, (byMember.get(member) ?? 0) + 1);
    },
    findings: () => {
      const [first] = keys;
      if (first === undefined) return [];
      const sorted = [...byMember].sort(([a, many], [b, more]) => more - many || byCodePoint(a, b));
      const members = sorted.map(([member, count]) => `${member === identityMember ? 'identified otherwise' : member} ${count}`);
      const message = agree`${recordings} archived recording[s] would be described differently by this import (${members.join(', ')}), e.g. ${keys.join(', ')}; nothing was changed`;
      return [finding('P265', first, message, recordings)];
    },
  };
}
