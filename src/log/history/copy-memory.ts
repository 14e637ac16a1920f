import type { KnownFaults } from './decoding.ts';
import type { LogClock, Moment } from './log-clock.ts';

/** The last time that something was done, and the last such time that was believed when a newer one came. */
export interface Marks {
  readonly last: Moment | null;
  readonly before: Moment | null;
}

/** Damage that was found, and when it was found to be gone. */
export interface FoundDamage extends KnownFaults {
  readonly since: Moment;
  readonly mended: Moment | null;
}

/** What is kept of one bag at one place. */
export interface CopyMemory {
  came: Moment | null;
  read: Marks;
  played: Marks;
  originals: Marks;
  /** Decoding was tried, whether all of it could be or not. */
  playTried: Marks;
  originalsTried: Marks;
  damage: FoundDamage | null;
  /** Entry of the last writing there. */
  writtenSeq: number;
  /** Entry of the last reading. */
  readSeq: number;
  /** Entry of the last damage that was not known before. */
  hitSeq: number;
}

/** What is kept of one bag. */
export interface BagMemory {
  readonly name: string;
  job: string | null;
  bytes: number | null;
  /** By replica; null is the primary. */
  readonly copies: Map<string | null, CopyMemory>;
}

const never: Marks = { last: null, before: null };

/** A place of which nothing is known. */
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

/** The memory of a bag at a place; made where there is none. */
export function copyOf(bag: BagMemory, replica: string | null): CopyMemory {
  const known = bag.copies.get(replica);
  if (known !== undefined) return known;
  const made = createCopy();
  bag.copies.set(replica, made);
  return made;
}

/** It was done again. One that is not believed never takes the place of one that is. */
export function remember({ last, before }: Marks, moment: Moment, clock: LogClock): Marks {
  return { last: moment, before: last !== null && clock.timeOf(last) !== null ? last : before };
}

/** The last time that is believed, or null. */
export function trusted({ last, before }: Marks, clock: LogClock): Moment | null {
  return [last, before].find((moment) => moment !== null && clock.timeOf(moment) !== null) ?? null;
}

/** Damage that nothing believed has taken back, or null. */
export function activeDamage({ damage }: CopyMemory, clock: LogClock): FoundDamage | null {
  return damage === null || (damage.mended !== null && clock.timeOf(damage.mended) !== null) ? null : damage;
}

/** All moments that may be asked for later. */
export function momentsOf(copy: CopyMemory): Moment[] {
  const { came, read, played, originals, playTried, originalsTried, damage } = copy;
  const done = [read, played, originals, playTried, originalsTried].flatMap(({ last, before }) => [last, before]);
  const all = [came, ...done, damage?.since ?? null, damage?.mended ?? null];
  return all.filter((moment) => moment !== null);
}

/** A replica is gone, with all that was known of its copies. */
export function forgetReplica(bags: Iterable<BagMemory>, replica: string): void {
  for (const { copies } of bags) copies.delete(replica);
}

/** A bag was taken out of the archive on purpose: nothing that was known of it stands any more, but what lay near damage may be damaged. */
export function forgetBag({ copies }: BagMemory): void {
  for (const [place, { hitSeq }] of copies) copies.set(place, { ...createCopy(), hitSeq });
}
