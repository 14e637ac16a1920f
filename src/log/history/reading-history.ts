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

/** What is known of one bag at one place, now. Times are milliseconds since 1970, as the log's clock rule has them; ages are the longest that may be. */
export interface CopyHistory {
  /** When it was last read in full; null: never, as far as is believed. */
  readonly readMs: number | null;
  /** Since it was last read; where it never was, since it came, and where that is not known either, since the log began. */
  readonly readAgeMs: number;
  /** Since all its access copies were last decoded, and its originals as well; counted as that of a reading. */
  readonly playAgeMs: number;
  readonly originalsAgeMs: number;
  /** Since that was last tried, whether all of it could be decoded or not. */
  readonly playTriedAgeMs: number;
  readonly originalsTriedAgeMs: number;
  /** Set from the first `faults` until a later verification says `ok`. */
  readonly damage: Damage | null;
  /** Nothing has read what was last written there: it is new, was copied, repaired, rehashed, or its replica moved. */
  readonly unread: boolean;
  /** Entry of its last reading, believed in time or not; 0: none. */
  readonly readSeq: number;
  /** Entry at which damage was last found that was not known before; it stays when the damage is gone. 0: never. */
  readonly hitSeq: number;
  /** Bytes of the last verification that counted them. */
  readonly bytes: number | null;
}

/** Damage that no later verification has taken back. */
export interface Damage {
  readonly sinceMs: number | null;
  /** As the log has it: `corrupt=1 missing=2`. */
  readonly faults: string;
  /** It was found by decoding so much and may show only there: only a verification that decodes as much can take it back. */
  readonly level: DecodingLevel;
}

/** A replica that the log names. */
export interface ReplicaEntry {
  readonly replica: string;
  readonly path: string;
  readonly medium: string;
  /** Its own period; null: that of the run. */
  readonly everyMs: number | null;
}

/** A bag that landed, as its neighbours know it. */
export interface LandedBag {
  readonly bag: string;
  /** Import job that landed it, or null. */
  readonly job: string | null;
}

/**
 * The memory of the schedule: a fold over the entries of the log in log order. Memory is in proportion to bags and replicas, not to
 * entries. `null` as a replica is the primary archive.
 */
export interface ReadingHistory {
  add(step: LoggedStep): void;
  copy(bag: string, replica: string | null): CopyHistory;
  /** All bags that landed and were not deleted since, in landing order. */
  landed(): readonly LandedBag[];
  /** Bags of a replica at which damage was found once, with the entry of the last that was not known before. */
  hits(replica: string | null): readonly { readonly bag: string; readonly hitSeq: number }[];
  /** Replicas that were added and not removed, by name. */
  readonly replicas: ReadonlyMap<string, ReplicaEntry>;
  readonly runs: RunRegister;
  clock(): ClockAccount;
  /** The moment to which ages are counted, milliseconds since 1970. */
  now(): number;
}

/** Entries from one clearing of the clock to the next, at the least. */
const clearingMin = 4_096;

/**
 * A history before the first entry.
 * One function: each entry changes the same few tables, and the answers are read from them.
 * @param now milliseconds since 1970; may move on while entries come
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

  /** New bytes lie at this place: what was read there before was something else. */
  const came = (copy: CopyMemory, moment: Moment): void => {
    copy.came = moment;
    copy.read = copy.played = copy.originals = copy.playTried = copy.originalsTried = createCopy().read;
    copy.writtenSeq = moment.seq;
  };

  const verified = (copy: CopyMemory, moment: Moment, detail: LoggedStep['detail']): void => {
    const { verdict } = detail;
    // `unreachable` says nothing of the bag: neither that it was read nor that it is well again.
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
      // The same damage seen again is no new reason to look at the neighbours.
      if (known === null || known.faults !== found.faults) copy.hitSeq = moment.seq;
      copy.damage = { since: known?.since ?? moment, ...found, mended: null };
    } else if (known !== null && reaches(decoding.whole, known.level)) copy.damage = { ...known, mended: moment };
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
      case 'bag-verified':
        if (bag === null || replica === undefined) return;
        runs.take(step, moment);
        verified(copyOf(bag, replica), moment, detail);
        // A replica that was damaged knows less of the size than the primary.
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
        // Other disk, other controller, other cable: what was read at the old place says little.
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
        // A reading whose time is not believed shows nothing of what was written before it.
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
