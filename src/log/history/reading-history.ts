import {
  activeDamage,
  type BagMemory,
  type CopyMemory,
  copyOf,
  createCopy,
  forgetBag,
  forgetReplica,
  type Marks,
  momentsOf,
  remember,
  trusted,
} from './copy-memory.ts';
import { type DecodingLevel, decodingOf, faultsFound, reaches } from './decoding.ts';
import { type ClockAccount, createLogClock, type LogClock, type Moment } from './log-clock.ts';
import { isSize, type LoggedStep, replicaOf } from './logged-step.ts';
import { createRunRegister, type RunRegister } from './run-register.ts';

/** What is known now about one bag at one place. Times are milliseconds since 1970, as `LogClock.timeOf` gives them; ages are upper limits. */
export interface CopyHistory {
  /** Time of the last complete reading; null: no trusted one. */
  readonly readMs: number | null;
  /** Time since the bag was last read. If it was never read: since it was written there, and if that is unknown too, since the log began. */
  readonly readAgeMs: number;
  /** Time since all its access copies, and since all its originals, were last decoded; counted like `readAgeMs`. */
  readonly playAgeMs: number;
  readonly originalsAgeMs: number;
  /** Time since decoding was last attempted, completely or not; counted like `readAgeMs`. */
  readonly playTriedAgeMs: number;
  readonly originalsTriedAgeMs: number;
  /** Set from the first `faults` until a later verification says `ok`. */
  readonly damage: Damage | null;
  /** True if the last written data were never read: the bag is new, was copied, repaired or rehashed, or its replica moved. */
  readonly unread: boolean;
  /** Number of the entry about its last reading, whether its time is trusted or not; 0: none. */
  readonly readSeq: number;
  /** Number of the entry about the last new damage, kept after a repair; 0: none. */
  readonly hitSeq: number;
  /** Size according to the last verification that counted it, in bytes. */
  readonly bytes: number | null;
}

/** Damage that no later verification found repaired. */
export interface Damage {
  readonly sinceMs: number | null;
  /** As in the log: `corrupt=1 missing=2`. */
  readonly faults: string;
  /** Decoding level at which the damage was found: only a verification at that level can find it repaired. */
  readonly level: DecodingLevel;
}

/** A replica according to the log. */
export interface ReplicaEntry {
  readonly replica: string;
  readonly path: string;
  readonly medium: string;
  /** The replica's own period; null: the period of the run applies. */
  readonly everyMs: number | null;
}

/** An ingested bag, with the data that decide which bags are its neighbours. */
export interface LandedBag {
  readonly bag: string;
  /** Import job that wrote the bag, or null. */
  readonly job: string | null;
}

/**
 * Memory of the schedule, built from the log entries in order. Its size depends on the number of bags and replicas, not on the number of entries. As
 * a replica, `null` is the primary archive.
 */
export interface ReadingHistory {
  add(step: LoggedStep): void;
  copy(bag: string, replica: string | null): CopyHistory;
  /** Returns all ingested bags that were not deleted afterwards, in order of ingest. */
  landed(): readonly LandedBag[];
  /** Returns the bags of a replica that were ever damaged, with the number of the entry about the last new damage. */
  hits(replica: string | null): readonly { readonly bag: string; readonly hitSeq: number }[];
  /** Replicas that were added and not removed, by name. */
  readonly replicas: ReadonlyMap<string, ReplicaEntry>;
  readonly runs: RunRegister;
  clock(): ClockAccount;
  /** Returns the moment from which ages are counted, milliseconds since 1970. */
  now(): number;
}

/** Type of the entry about a bag that must not exist, had faults, and is gone. */
export const bagGone = 'bag-gone';

/** Smallest number of entries between two cleanups of the clock. */
const clearingMin = 4_096;

/**
 * Creates a history before the first entry.
 * One function: each entry changes the same few tables, from which the answers are read.
 * @param now milliseconds since 1970; may advance while entries come
 */
export function createReadingHistory(now: () => number, clock: LogClock = createLogClock(now)): ReadingHistory {
  const bags = new Map<string, BagMemory>();
  const landed = new Set<BagMemory>();
  const replicas = new Map<string, ReplicaEntry & { readonly added: Moment }>();
  const runs = createRunRegister(clock);
  let began: Moment | null = null;
  let job: string | null = null;
  let clearAt = clearingMin;

  const bagOf = (name: string): BagMemory => {
    const known = bags.get(name);
    if (known !== undefined) return known;
    const made: BagMemory = { name, job: null, bytes: null, copies: new Map() };
    bags.set(name, made);
    return made;
  };

  /** Handles new bytes at a place: earlier readings are about other bytes. */
  const came = (copy: CopyMemory, moment: Moment): void => {
    copy.came = moment;
    copy.read = copy.played = copy.originals = copy.playTried = copy.originalsTried = createCopy().read;
    copy.writtenSeq = moment.seq;
  };

  const verified = (copy: CopyMemory, moment: Moment, detail: LoggedStep['detail']): void => {
    const { verdict } = detail;
    // `unreachable` says neither that the bag was read nor that it is intact again.
    if (verdict !== 'ok' && verdict !== 'faults') return;
    const decoding = decodingOf(detail);
    copy.read = remember(copy.read, moment, clock);
    if (decoding.tried !== 'none') copy.playTried = remember(copy.playTried, moment, clock);
    if (decoding.tried === 'all') copy.originalsTried = remember(copy.originalsTried, moment, clock);
    if (decoding.whole !== 'none') copy.played = remember(copy.played, moment, clock);
    if (decoding.whole === 'all') copy.originals = remember(copy.originals, moment, clock);
    copy.readSeq = moment.seq;
    const known = activeDamage(copy, clock);
    if (verdict === 'faults') {
      const found = faultsFound(known, typeof detail.faults === 'string' ? detail.faults : '', decoding);
      // If the same damage is seen again, that is no new reason to check the neighbours.
      if (known === null || known.faults !== found.faults) copy.hitSeq = moment.seq;
      copy.damage = { since: known?.since ?? moment, ...found, repaired: null };
    } else if (known !== null && reaches(decoding.whole, known.level)) copy.damage = { ...known, repaired: moment };
  };

  const take = (step: LoggedStep, moment: Moment): void => {
    const { type, detail } = step;
    const bag = typeof detail.bag === 'string' ? bagOf(detail.bag) : null;
    const replica = replicaOf(detail.replica);
    switch (type) {
      case 'import-started':
        job = typeof detail.job === 'string' ? detail.job : null;
        return;
      case 'import-finished':
        job = null;
        return;
      case 'bag-landed':
        if (bag === null) return;
        landed.add(bag);
        bag.job = job;
        came(copyOf(bag, null), moment);
        return;
      case 'deleted':
        if (bag === null) return;
        landed.delete(bag);
        forgetBag(bag);
        return;
      case bagGone:
        if (bag !== null) forgetBag(bag);
        return;
      case 'bag-verified':
        if (bag === null || replica === undefined) return;
        runs.take(step, moment);
        verified(copyOf(bag, replica), moment, detail);
        // A damaged copy says less about the size than an earlier verification.
        if (isSize(detail.bytes) && (detail.verdict === 'ok' || bag.bytes === null)) bag.bytes = detail.bytes;
        return;
      case 'bag-copied':
        if (bag !== null && typeof replica === 'string') came(copyOf(bag, replica), moment);
        return;
      case 'bag-repaired': {
        const to = replicaOf(detail.to);
        if (bag !== null && to !== undefined) copyOf(bag, to).writtenSeq = step.seq;
        return;
      }
      case 'bag-rehashed':
        if (bag !== null) copyOf(bag, null).writtenSeq = step.seq;
        return;
      case 'replica-added':
        if (typeof replica === 'string') {
          const { path, medium, everyMs } = detail;
          replicas.set(replica, {
            replica,
            path: typeof path === 'string' ? path : '',
            medium: typeof medium === 'string' ? medium : '',
            everyMs: isSize(everyMs) && everyMs > 0 ? everyMs : null,
            added: moment,
          });
        }
        return;
      case 'replica-moved': {
        const known = typeof replica === 'string' ? replicas.get(replica) : undefined;
        if (typeof replica !== 'string' || known === undefined) return;
        replicas.set(replica, { ...known, path: typeof detail.path === 'string' ? detail.path : known.path });
        // After a change of disk, controller or cable, readings at the old place mean little.
        for (const { copies } of bags.values()) {
          const copy = copies.get(replica);
          if (copy !== undefined) copy.writtenSeq = step.seq;
        }
        return;
      }
      case 'replica-removed':
        if (typeof replica !== 'string') return;
        replicas.delete(replica);
        runs.forget(replica);
        forgetReplica(bags.values(), replica);
        return;
      default:
        runs.take(step, moment);
    }
  };

  const clear = (): void => {
    const needed: Moment[] = [...runs.moments(), ...[...replicas.values()].map(({ added }) => added), ...(began === null ? [] : [began])];
    for (const { copies } of bags.values()) for (const copy of copies.values()) needed.push(...momentsOf(copy));
    clock.keep(needed);
    clearAt = Math.max(clearingMin, clock.held() * 2);
  };

  return {
    add: (step) => {
      const moment = clock.take(step.seq, step.time);
      began ??= moment;
      take(step, moment);
      if (clock.held() > clearAt) clear();
    },
    copy: (name, replica) => {
      const bag = bags.get(name);
      const copy = bag?.copies.get(replica) ?? createCopy();
      const came = copy.came ?? (replica === null ? null : (replicas.get(replica)?.added ?? null));
      const since = came ?? began;
      const damage = activeDamage(copy, clock);
      const read = trusted(copy.read, clock);
      const timeOf = (moment: Moment | null): number | null => (moment === null ? null : clock.timeOf(moment));
      const ageOf = (moment: Moment | null): number => {
        const from = moment ?? since;
        return from === null ? 0 : clock.ageOf(from);
      };
      const ageOfLast = (marks: Marks): number => ageOf(trusted(marks, clock));
      return {
        readMs: timeOf(read),
        readAgeMs: ageOf(read),
        playAgeMs: ageOfLast(copy.played),
        originalsAgeMs: ageOfLast(copy.originals),
        playTriedAgeMs: ageOfLast(copy.playTried),
        originalsTriedAgeMs: ageOfLast(copy.originalsTried),
        damage: damage === null ? null : { sinceMs: timeOf(damage.since), faults: damage.faults, level: damage.level },
        // A reading with an untrusted time proves nothing about what was written before it.
        unread: read === null || read.seq < copy.writtenSeq,
        readSeq: copy.readSeq,
        hitSeq: copy.hitSeq,
        bytes: bag?.bytes ?? null,
      };
    },
    landed: () => [...landed].map(({ name, job: of }) => ({ bag: name, job: of })),
    hits: (replica) =>
      [...bags.values()].flatMap(({ name, copies }) => {
        const hitSeq = copies.get(replica)?.hitSeq ?? 0;
        return hitSeq === 0 ? [] : [{ bag: name, hitSeq }];
      }),
    replicas,
    runs,
    clock: () => clock.account(),
    now,
  };
}
