import type { KnownFaults } from './decoding.ts';
import type { LogClock, Moment } from './log-clock.ts';

/** Last time of an action, and the last trusted time before it. */
export interface Marks {
  readonly last: Moment | null;
  readonly before: Moment | null;
}

/** Damage, and when it was found to be repaired. */
export interface FoundDamage extends KnownFaults {
  readonly since: Moment;
  readonly repaired: Moment | null;
}

/** Memory of one bag at one place. */
export interface CopyMemory {
  came: Moment | null;
  read: Marks;
  played: Marks;
  originals: Marks;
  /** Last attempt to decode, complete or not. */
  playTried: Marks;
  originalsTried: Marks;
  damage: FoundDamage | null;
  /** Number of the entry about the last write at the place. */
  writtenSeq: number;
  /** Number of the entry about the last complete reading. */
  readSeq: number;
  /** Number of the entry about the last new damage. */
  hitSeq: number;
}

/** Memory of one bag. */
export interface BagMemory {
  readonly name: string;
  job: string | null;
  bytes: number | null;
  /** Memory of the bag by replica; null is the primary. */
  readonly copies: Map<string | null, CopyMemory>;
}

const never: Marks = { last: null, before: null };

/** Creates the memory of a place about which nothing is known. */
export function createCopy(): CopyMemory {
  return {
    came: null,
    read: never,
    played: never,
    originals: never,
    ...{ playTried: never, originalsTried: never },
    damage: null,
    writtenSeq: 0,
    readSeq: 0,
    hitSeq: 0,
  };
}

/** Returns the memory of a bag at a place; creates it if there is none. */
export function copyOf(bag: BagMemory, replica: string | null): CopyMemory {
  const known = bag.copies.get(replica);
  if (known !== undefined) return known;
  const made = createCopy();
  bag.copies.set(replica, made);
  return made;
}

/** Records a new time. An untrusted time never replaces a trusted one. */
export function remember({ last, before }: Marks, moment: Moment, clock: LogClock): Marks {
  return { last: moment, before: last !== null && clock.timeOf(last) !== null ? last : before };
}

/** Returns the last trusted time; null: there is none. */
export function trusted({ last, before }: Marks, clock: LogClock): Moment | null {
  return [last, before].find((moment) => moment !== null && clock.timeOf(moment) !== null) ?? null;
}

/** Returns damage that no trusted entry has found repaired; null: there is none. */
export function activeDamage({ damage }: CopyMemory, clock: LogClock): FoundDamage | null {
  return damage === null || (damage.repaired !== null && clock.timeOf(damage.repaired) !== null) ? null : damage;
}

/** Returns all moments that may be needed later. */
export function momentsOf(copy: CopyMemory): Moment[] {
  const { came, read, played, originals, playTried, originalsTried, damage } = copy;
  const done = [read, played, originals, playTried, originalsTried].flatMap(({ last, before }) => [last, before]);
  const all = [came, ...done, damage?.since ?? null, damage?.repaired ?? null];
  return all.filter((moment) => moment !== null);
}

/** Removes a replica, with everything known about its copies. */
export function forgetReplica(bags: Iterable<BagMemory>, replica: string): void {
  for (const { copies } of bags) copies.delete(replica);
}

/**
 * Drops what was known about a bag that was deleted on purpose, or of which nothing is left, except the number of the entry about its last damage: bags near it may be damaged
 * too.
 */
export function forgetBag({ copies }: BagMemory): void {
  for (const [place, { hitSeq }] of copies) copies.set(place, { ...createCopy(), hitSeq });
}
