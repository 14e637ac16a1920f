import type { Call, ClaimedFile, JoinedRecord } from '../engine/records/call.ts';
import { isOwnFile, type Leg, openLeg } from './leg.ts';
import { legOf } from './legs.ts';

/** The legs and files that become one recording: the main leg, the other legs of the same call, and its files. */
export interface LegGroup {
  readonly main: Leg;
  readonly others: readonly Leg[];
  readonly files: readonly ClaimedFile[];
}

/**
 * Divides a group of legs into recordings. Each leg that recorded becomes one, with the legs nearest to it; if none recorded, the caller's leg becomes one.
 * Legs that do not overlap in time are not one call, even if a leg connects them: e.g. the permanent leg of a queue's agent connects all callers of a day.
 */
export function legGroups(call: Call, zone: string | null): readonly LegGroup[] {
  const byLeg = new Map<string, JoinedRecord[]>();
  for (const record of call.records) {
    const leg = legOf(record) ?? '';
    byLeg.set(leg, [...(byLeg.get(leg) ?? []), record]);
  }
  const legs = [...byLeg.values()].map((records) => openLeg(records, zone)).sort(byCall);
  const files = new Map<Leg, ClaimedFile[]>();
  for (const file of call.files) {
    const owner = legs.find((leg) => isOwnFile(leg, file) === 'uuid') ?? legs.find((leg) => isOwnFile(leg, file) === 'name') ?? legs[0];
    if (owner !== undefined) files.set(owner, [...(files.get(owner) ?? []), file]);
  }
  const recorded = legs.filter((leg) => files.has(leg));
  const [first] = legs;
  const mains = new Map<Leg, Leg[]>((recorded.length > 0 ? recorded : first === undefined ? [] : [first]).map((leg) => [leg, []]));
  const steps = distances(legs);
  for (const leg of legs) {
    if (mains.has(leg)) continue;
    const near = [...mains.keys()].filter((main) => overlap(main, leg) && !isLost(leg, recorded)).sort((a, b) => steps(a, leg) - steps(b, leg));
    const [nearest] = near;
    if (nearest === undefined) mains.set(leg, []);
    else mains.get(nearest)?.push(leg);
  }
  return [...mains].map(([main, others]) => ({ main, others, files: files.get(main) ?? [] })).sort((a, b) => byTime(a.main, b.main));
}

/** Returns true if the leg names its own recording, which is not in the source, while other legs have theirs. */
function isLost(leg: Leg, recorded: readonly Leg[]): boolean {
  const elsewhere = new Set(recorded.flatMap(({ named }) => named.map(({ path }) => path)));
  return recorded.length > 0 && leg.named.some(({ path }) => !elsewhere.has(path));
}

/** Returns true for the leg with which the call came in. */
function isCaller(leg: Leg): boolean {
  return leg.inbound && !leg.made;
}

/** Sorts the caller's leg first, then by time. */
function byCall(a: Leg, b: Leg): number {
  return place(a) - place(b) || byTime(a, b);
}

function place(leg: Leg): number {
  return isCaller(leg) ? 0 : leg.inbound ? 1 : leg.made ? 3 : 2;
}

function byTime(a: Leg, b: Leg): number {
  const [x, y] = [a, b].map(({ start, uuid }) => `${start?.utc ?? start?.candidates[0] ?? start?.local ?? '~'} ${uuid ?? ''}`);
  return (x ?? '') < (y ?? '') ? -1 : 1;
}

/** Returns true if two legs overlap in time, or if a time is unknown. */
function overlap(a: Leg, b: Leg): boolean {
  const [from, to] = [Math.max(ms(a.start), ms(b.start)), Math.min(ms(a.end), ms(b.end))];
  return Number.isNaN(from) || Number.isNaN(to) || from <= to + 1_000;
}

function ms(time: Leg['start']): number {
  return time?.utc == null ? Number.NaN : Date.parse(time.utc);
}

/** Returns a function that counts the steps from leg to leg along the names in their records; missing legs count as steps as well. */
function distances(legs: readonly Leg[]): (from: Leg, to: Leg) => number {
  const near = new Map<string, Set<string>>();
  const connect = (a: string, b: string): void => void (near.get(a) ?? near.set(a, new Set()).get(a))?.add(b);
  for (const { uuid, links } of legs)
    for (const other of links) {
      connect(uuid ?? '', other);
      connect(other, uuid ?? '');
    }
  const known = new Map<string, ReadonlyMap<string, number>>();
  const from = (start: string): ReadonlyMap<string, number> => {
    const steps = new Map([[start, 0]]);
    const queue = [start];
    for (const at of queue)
      for (const next of near.get(at) ?? []) {
        if (steps.has(next)) continue;
        steps.set(next, (steps.get(at) ?? 0) + 1);
        queue.push(next);
      }
    return steps;
  };
  return (a, b) => {
    const start = a.uuid ?? '';
    const steps = known.get(start) ?? from(start);
    known.set(start, steps);
    return steps.get(b.uuid ?? '') ?? Number.MAX_SAFE_INTEGER;
  };
}
