import { byCodePoint } from '../../core/base/order.ts';
import { kindsOf } from '../../log/history/faults.ts';
import { createLatest } from '../../log/history/latest.ts';
import { createLogClock, type LogClock, type Moment } from '../../log/history/log-clock.ts';
import { type LoggedStep, numberOf, replicaOf, textOf } from '../../log/history/logged-step.ts';
import { createReadingHistory, type ReadingHistory } from '../../log/history/reading-history.ts';
import type { PlayedStratum } from '../../log/history/strata.ts';
import { isoOf } from '../calls/iso-time.ts';
import { readingOf } from './place-reading.ts';
import { createPlayAccount } from './play-account.ts';
import { createSampleAccount } from './sample-account.ts';
import type { LogAccount, Repair, StandingFault } from './statement.ts';

/** Summarises a log, entry by entry in order. Memory depends on the number of bags, replicas and types of entries. */
export interface LogAccounting {
  add(step: LoggedStep): void;
  account(): LogAccount;
  /** Returns the decoded recordings of each bag of the primary, from the last decoding that counts. */
  decodedBags(): ReadonlyMap<string, readonly PlayedStratum[]>;
}

/** Repairs that are listed; all are counted. */
const repairsListed = 200;
/** Smallest number of entries between two cleanups of the clock. */
const clearingMin = 8_192;

/** Creates a summary before the first entry. @param nowMs milliseconds since 1970 */
export function createLogAccount(nowMs: number): LogAccounting {
  const history = createReadingHistory(() => nowMs);
  const clock = createLogClock(() => nowMs);
  const timeOf = (moment: Moment): string | null => isoOf(clock.timeOf(moment));
  const holdings = createHoldings(history);
  const parts = {
    actions: createActionAccount(),
    keys: createKeyAccount(),
    repairs: createRepairAccount(),
    stamps: createStampAccount(clock),
    drill: createLatest<{ readonly recordings: number; readonly failed: number }>(clock),
    plays: createPlayAccount(clock),
    samples: createSampleAccount(clock),
  };
  const { actions, keys, repairs, stamps, drill, plays, samples } = parts;
  let clearAt = clearingMin;

  const take = (step: LoggedStep, moment: Moment): void => {
    const { type, detail } = step;
    if (replicaOf(detail.replica) === null) samples.take(step, moment);
    switch (type) {
      case 'bag-landed':
        plays.forget(textOf(detail.bag));
        holdings.take(step);
        return;
      case 'deleted':
        plays.forget(textOf(detail.bag));
        return;
      case 'bag-verified':
        if (replicaOf(detail.replica) === null) plays.take(step, moment, history.runs.decodersOf(textOf(detail.run)));
        return;
      case 'bag-repaired':
        repairs.take(step, moment);
        return;
      case 'archive-created':
      case 'log-restarted':
      case 'key-rotated':
      case 'key-replaced':
        keys.take(step, moment);
        return;
      case 'checkpoint-stamped':
      case 'stamp-renewed':
      case 'evidence-rehashed':
        stamps.take(step, moment);
        return;
      case 'drill-finished':
        drill.take(moment, { recordings: numberOf(detail.recordings), failed: numberOf(detail.failed) });
    }
  };

  return {
    add: (step) => {
      history.add(step);
      const moment = clock.take(step.seq, step.time);
      actions.take(step, moment);
      take(step, moment);
      if (clock.held() <= clearAt) return;
      clock.keep(Object.values(parts).flatMap((part) => part.moments()));
      clearAt = Math.max(clearingMin, clock.held() * 2);
    },
    account: () => {
      const landed = holdings.landed();
      const replicas = [null, ...[...history.replicas.keys()].sort(byCodePoint)];
      const lastDrill = drill.get();
      return {
        holdings: holdings.totals(),
        places: replicas.map((replica) => readingOf(replica, landed, history)),
        faults: replicas.flatMap((replica) => holdings.faultsAt(replica)),
        repairs: repairs.account(timeOf),
        playability: { ...plays.playability(new Set(landed), holdings.stands), sample: samples.sample(holdings.recordingsDamaged()) },
        keys: keys.account(timeOf),
        stamps: stamps.account(),
        drill: lastDrill === null ? null : { time: timeOf(lastDrill.moment), ...lastDrill.value },
        clock: clock.account(),
        deeds: actions.account(timeOf, keys.signersOf),
      };
    },
    decodedBags: () => plays.decoded(new Set(holdings.landed()), holdings.stands),
  };
}

/** The bags of an archive and their unrepaired damage. */
interface Holdings {
  /** Takes the entry about a new bag. */
  take(step: LoggedStep): void;
  /** Returns the bags that must exist. */
  landed(): string[];
  totals(): LogAccount['holdings'];
  /** Returns the unrepaired damage of one place, also of bags that no import made. @param replica null: the primary */
  faultsAt(replica: string | null): StandingFault[];
  /** Returns the recordings in bags of the primary with unrepaired damage other than unplayable files; null: the number is unknown for one of them. */
  recordingsDamaged(): number | null;
  /** Returns false if unrepaired damage was found at a reading after an entry. Unplayable files are counted as such. */
  stands(bag: string, seq: number): boolean;
}

function createHoldings(history: ReadingHistory): Holdings {
  const recordingsOf = new Map<string, number | null>();
  const landed = (): string[] => history.landed().map(({ bag }) => bag);
  const isUnplayableOnly = ({ faults }: Pick<StandingFault, 'faults'>): boolean => [...kindsOf(faults).keys()].every((kind) => kind === 'unplayable');
  return {
    take: ({ detail: { bag, recordings } }) => {
      if (typeof bag === 'string') recordingsOf.set(bag, typeof recordings === 'number' ? numberOf(recordings) : null);
    },
    landed,
    totals: () => {
      const bags = landed();
      const counts = bags.map((bag) => recordingsOf.get(bag) ?? null);
      const sizes = bags.flatMap((bag) => history.copy(bag, null).bytes ?? []);
      return {
        bags: bags.length,
        recordings: counts.reduce<number>((sum, count) => sum + (count ?? 0), 0),
        uncounted: counts.filter((count) => count === null).length,
        bytes: sizes.reduce((sum, size) => sum + size, 0),
        bagsWithBytes: sizes.length,
      };
    },
    faultsAt: (replica) => {
      const names = new Set([...landed(), ...history.hits(replica).map(({ bag }) => bag)]);
      return [...names].flatMap((bag) => {
        const { damage } = history.copy(bag, replica);
        return damage === null ? [] : [{ replica, bag, faults: damage.faults, since: isoOf(damage.sinceMs) }];
      });
    },
    recordingsDamaged: () => {
      const counts = landed().flatMap((bag) => {
        const { damage } = history.copy(bag, null);
        return damage === null || isUnplayableOnly(damage) ? [] : [recordingsOf.get(bag) ?? null];
      });
      return counts.includes(null) ? null : counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
    },
    stands: (bag, seq) => {
      const { damage, readSeq } = history.copy(bag, null);
      return damage === null || readSeq <= seq || isUnplayableOnly(damage);
    },
  };
}

/** Returns the time of an entry; null: unknown or untrusted. */
type TimeOf = (moment: Moment) => string | null;

/** A part of the summary, from entries of some types. */
interface PartAccount {
  take(step: LoggedStep, moment: Moment): void;
  /** Returns the moments that the clock must keep. */
  moments(): Moment[];
}

/** Returns the keys in force between two entries. */
type SignersOf = (firstSeq: number, lastSeq: number) => string[];

/** Counts the entries by type. */
function createActionAccount(): PartAccount & { account(timeOf: TimeOf, signersOf: SignersOf): LogAccount['deeds'] } {
  const types = new Map<string, { entries: number; readonly first: Moment; last: Moment }>();
  return {
    take: ({ type }, moment) => {
      const count = types.get(type) ?? { entries: 0, first: moment, last: moment };
      count.entries++;
      count.last = moment;
      types.set(type, count);
    },
    moments: () => [...types.values()].flatMap(({ first, last }) => [first, last]),
    account: (timeOf, signersOf) =>
      [...types]
        .sort(([a], [b]) => byCodePoint(a, b))
        .map(([type, { entries, first, last }]) => ({
          type,
          entries,
          first: timeOf(first),
          last: timeOf(last),
          keys: signersOf(first.seq, last.seq),
        })),
  };
}

/** Collects the keys of the log. Each is in force from the entry that names it to the one that names the next. */
function createKeyAccount(): PartAccount & { account(timeOf: TimeOf): LogAccount['keys']; readonly signersOf: SignersOf } {
  const keys: { readonly moment: Moment; readonly type: string; readonly key: string }[] = [];
  return {
    take: ({ type, detail }, moment) => {
      // C2SP signed-note: name, id and key, joined by `+`.
      if (typeof detail.key === 'string') keys.push({ moment, type, key: detail.key.split('+')[1] ?? '' });
    },
    moments: () => keys.map(({ moment }) => moment),
    account: (timeOf) => keys.map(({ moment, type, key }) => ({ seq: moment.seq, time: timeOf(moment), type, key })),
    signersOf: (firstSeq, lastSeq) => {
      const inForce = keys.filter(({ moment }, at) => moment.seq <= lastSeq && (keys[at + 1]?.moment.seq ?? Number.POSITIVE_INFINITY) > firstSeq);
      return [...new Set(inForce.map(({ key }) => key))];
    },
  };
}

/** Counts repairs and lists the last ones. */
function createRepairAccount(): PartAccount & { account(timeOf: TimeOf): LogAccount['repairs'] } {
  const counts = { entries: 0, files: 0, bytes: 0 };
  const last: (Omit<Repair, 'time'> & { readonly moment: Moment })[] = [];
  return {
    take: ({ seq, detail }, moment) => {
      const [files, bytes] = [numberOf(detail.files), numberOf(detail.bytes)];
      counts.entries++;
      counts.files += files;
      counts.bytes += bytes;
      last.push({ seq, moment, bag: textOf(detail.bag), from: textOf(detail.from), to: textOf(detail.to), files, bytes });
      if (last.length > repairsListed) last.shift();
    },
    moments: () => last.map(({ moment }) => moment),
    account: (timeOf) => ({ ...counts, last: last.map(({ moment, ...repair }) => ({ ...repair, time: timeOf(moment) })) }),
  };
}

/** Counts time stamps and keeps the last one. */
function createStampAccount(clock: LogClock): PartAccount & { account(): LogAccount['stamps'] } {
  const last = createLatest<NonNullable<LogAccount['stamps']['last']>>(clock);
  let entries = 0;
  return {
    take: ({ detail }, moment) => {
      entries++;
      last.take(moment, {
        size: numberOf(detail.size),
        authority: textOf(detail.authority),
        stampedAt: textOf(detail.stampedAt),
        certificateEnds: textOf(detail.certificateEnds),
      });
    },
    moments: last.moments,
    account: () => ({ entries, last: last.get()?.value ?? null }),
  };
}
