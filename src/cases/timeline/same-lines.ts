import { type Finding, finding } from '../../core/findings/finding.ts';
import { isOutsideKey, joinsCalls } from '../../core/identity/one-party.ts';
import type { Searcher } from '../store/searched-archive.ts';
import type { CaseTime } from './case-times.ts';
import type { TimelineParty } from './entry.ts';
import { common, type Interval } from './intervals.ts';

// A recording of one system is expected in another system only if both record the same line: both recorded the same calls, or the user declares it.

/** Systems that record the same lines according to the user's declaration, each as `importer` or `importer site`. */
export type SameLines = readonly (readonly string[])[];

/** Reports declared systems of which the archive has no recording (C175). */
export function unknownSystems(lines: SameLines, catalog: Searcher): Finding[] {
  return [...new Set(lines.flat())].flatMap((system) => {
    const at = system.indexOf(' ');
    const [importer, site] = at < 0 ? [system, 'default'] : [system.slice(0, at), system.slice(at + 1)];
    const [found] = [...catalog.search({ importer, site, limit: 1 })];
    return found === undefined ? [finding('C175', `lines, ${system}`, 'is a system from which the archive has no recordings')] : [];
  });
}

/** Which systems are compared. */
export interface Comparable {
  /** Returns the other systems that record lines of a recording, each with the parties on these lines. */
  systemsOf(system: string, parties: readonly TimelineParty[]): ReadonlyMap<string, readonly TimelineParty[]>;
}

/** A period that a system recorded. */
interface Recorded extends Interval {
  readonly system: string;
  readonly placement: CaseTime['placement'];
  readonly parties: readonly TimelineParty[];
}

/** Two recordings belong to one call if they share a line and overlap for at least this part of the shorter one. */
const sharedPart = 0.5;

/** Determines which systems record the same lines, from the recordings of the same calls. */
export function createComparable(recorded: readonly Recorded[], lines: SameLines): Comparable {
  const pairs = new Map<string, Set<string>>();
  for (const [key, spans] of byLine(recorded)) {
    let open: Recorded[] = [];
    for (const span of spans) {
      open = open.filter(({ endMs }) => endMs > span.startMs);
      for (const other of open)
        if (other.system !== span.system && isOneTime(span, other))
          for (const [one, two] of [
            [span, other],
            [other, span],
          ] as const)
            add(pairs, `${one.system}\n${key}`, two.system);
      open.push(span);
    }
  }
  return {
    systemsOf: (system, parties) => {
      const found = new Map<string, TimelineParty[]>();
      for (const party of parties.filter(isLine)) {
        const others = new Set([...party.keys.flatMap((key) => [...(pairs.get(`${system}\n${key}`) ?? [])]), ...saidBeside(system, lines)]);
        for (const other of others) found.set(other, [...(found.get(other) ?? []), party]);
      }
      return found;
    },
  };
}

function saidBeside(system: string, lines: SameLines): string[] {
  return lines.flatMap((systems) => (systems.includes(system) ? systems.filter((other) => other !== system) : []));
}

function byLine(recorded: readonly Recorded[]): Map<string, Recorded[]> {
  const found = new Map<string, Recorded[]>();
  for (const one of recorded.filter(({ placement }) => placement !== 'ambiguous'))
    for (const key of new Set(one.parties.filter(isLine).flatMap(({ keys }) => keys.filter(joinsCalls))))
      found.set(key, [...(found.get(key) ?? []), one]);
  for (const spans of found.values()) spans.sort((a, b) => a.startMs - b.startMs);
  return found;
}

function isOneTime(a: Interval, b: Interval): boolean {
  const shorter = Math.min(a.endMs - a.startMs, b.endMs - b.startMs);
  return shorter > 0 && common(a, b) >= shorter * sharedPart;
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  map.set(key, (map.get(key) ?? new Set()).add(value));
}

/**
 * Returns true for a party whose line a system records: an agent, or a party known by something other than a full number. A full number would be an outside
 * party's.
 */
function isLine({ role, keys }: TimelineParty): boolean {
  return keys.length > 0 && (role === 'agent' || !keys.some(isOutsideKey));
}
