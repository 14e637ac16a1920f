import { byCodePoint } from '../../core/base/order.ts';
import { createErasureDebts } from '../../log/history/erasure-debts.ts';
import { kindsOf } from '../../log/history/faults.ts';
import { createLatest } from '../../log/history/latest.ts';
import { createLogClock, type Moment } from '../../log/history/log-clock.ts';
import { type LoggedStep, numberOf, replicaOf, textOf } from '../../log/history/logged-step.ts';
import { bagGone, createReadingHistory } from '../../log/history/reading-history.ts';
import type { PlayedStratum } from '../../log/history/strata.ts';
import { isoOf } from '../calls/iso-time.ts';
import { createErasureAccount } from './erasures.ts';
import { readingOf } from './place-reading.ts';
import { createPlayAccount } from './play-account.ts';
import { createSampleAccount } from './sample-account.ts';
import type { LogAccount, Repair, StandingFault } from './statement.ts';

/** Summarises a log from its entries, one by one in order. Its memory depends on the number of bags, replicas and types of entries. */
export interface LogAccounting {
  add(step: LoggedStep): void;
  account(): LogAccount;
  /** Returns the decoded recordings of each bag of the primary archive, from the last decoding that counts. */
  decodedBags(): ReadonlyMap<string, readonly PlayedStratum[]>;
}

/** Number of repairs that are listed; all are counted. */
const repairsListed = 200;
/** Smallest number of entries between two cleanups of the clock. */
const clearingMin = 8_192;

type LastStamp = NonNullable<LogAccount['stamps']['last']>;

/** Creates a summary before the first entry. @param nowMs milliseconds since 1970 */
export function createLogAccount(nowMs: number): LogAccounting {
  const history = createReadingHistory(() => nowMs);
  const clock = createLogClock(() => nowMs);
  const plays = createPlayAccount(clock);
  const samples = createSampleAccount(clock);
  const debts = createErasureDebts();
  const erasures = createErasureAccount();
  const recordingsOf = new Map<string, number | null>();
  const typeCounts = new Map<string, { entries: number; readonly first: Moment; last: Moment }>();
  const keys: { readonly moment: Moment; readonly type: string; readonly key: string }[] = [];
  const stamp = createLatest<LastStamp>(clock);
  const drill = createLatest<{ readonly recordings: number; readonly failed: number; readonly unopened?: number }>(clock);
  const repairs: { entries: number; files: number; bytes: number; last: (Omit<Repair, 'time'> & { readonly moment: Moment })[] } = {
    ...{ entries: 0, files: 0, bytes: 0 },
    last: [],
  };
  let stamps = 0;
  let clearAt = clearingMin;

  const clear = (): void => {
    clock.keep([
      ...[...typeCounts.values()].flatMap(({ first, last }) => [first, last]),
      ...[...keys, ...repairs.last].map(({ moment }) => moment),
      ...[stamp, drill, plays, samples].flatMap((each) => each.moments()),
    ]);
    clearAt = Math.max(clearingMin, clock.held() * 2);
  };

  const take = (step: LoggedStep, moment: Moment): void => {
    const { type, detail } = step;
    if (replicaOf(detail.replica) === null) samples.take(step, moment);
    switch (type) {
      case 'bag-landed':
        plays.forget(textOf(detail.bag));
        if (typeof detail.bag === 'string') recordingsOf.set(detail.bag, typeof detail.recordings === 'number' ? numberOf(detail.recordings) : null);
        return;
      case 'deleted':
      case bagGone:
        plays.forget(textOf(detail.bag));
        return;
      case 'bag-verified':
        if (replicaOf(detail.replica) === null) plays.take(step, moment, history.runs.decodersOf(textOf(detail.run)));
        return;
      case 'bag-repaired': {
        const [files, bytes] = [numberOf(detail.files), numberOf(detail.bytes)];
        repairs.entries++;
        repairs.files += files;
        repairs.bytes += bytes;
        repairs.last.push({ seq: step.seq, moment, bag: textOf(detail.bag), from: textOf(detail.from), to: textOf(detail.to), files, bytes });
        if (repairs.last.length > repairsListed) repairs.last.shift();
        return;
      }
      case 'archive-created':
      case 'log-restarted':
      case 'key-rotated':
      case 'key-replaced':
        // The key's text follows C2SP signed-note: name, id and key, joined by `+`.
        if (typeof detail.key === 'string') keys.push({ moment, type, key: detail.key.split('+')[1] ?? '' });
        return;
      case 'checkpoint-stamped':
      case 'stamp-renewed':
      case 'evidence-rehashed':
        stamps++;
        stamp.take(moment, {
          size: numberOf(detail.size),
          authority: textOf(detail.authority),
          stampedAt: textOf(detail.stampedAt),
          certificateEnds: textOf(detail.certificateEnds),
        });
        return;
      case 'drill-finished':
        drill.take(moment, {
          recordings: numberOf(detail.recordings),
          failed: numberOf(detail.failed),
          ...(detail.unopened === undefined ? {} : { unopened: numberOf(detail.unopened) }),
        });
    }
  };

  return {
    add: (step) => {
      history.add(step);
      debts.take(step);
      erasures.take(step);
      const moment = clock.take(step.seq, step.time);
      const count = typeCounts.get(step.type) ?? { entries: 0, first: moment, last: moment };
      count.entries++;
      count.last = moment;
      typeCounts.set(step.type, count);
      take(step, moment);
      if (clock.held() > clearAt) clear();
    },
    account: () => {
      const timeOf = (moment: Moment): string | null => isoOf(clock.timeOf(moment));
      const landed = history.landed().map(({ bag }) => bag);
      const replicas = [null, ...[...history.replicas.keys()].sort(byCodePoint)];
      const counts = landed.map((bag) => recordingsOf.get(bag) ?? null);
      const uncounted = counts.filter((count) => count === null).length;
      const recordings = counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
      const sizes = landed.flatMap((bag) => history.copy(bag, null).bytes ?? []);
      const lastDrill = drill.get();
      const erased = erasures.account();
      return {
        holdings: { bags: landed.length, recordings, uncounted, bytes: sizes.reduce((sum, size) => sum + size, 0), bagsWithBytes: sizes.length },
        places: replicas.map((replica) => {
          const debt = replica === null ? undefined : debts.of.get(replica);
          const lockedUntil = replica === null ? undefined : debts.locks.get(replica);
          return {
            ...readingOf(replica, landed, history),
            ...(debt?.erases === true ? { owesErasureSince: debt.since } : {}),
            ...(debt?.seals === true ? { owesSealingSince: debt.since } : {}),
            ...(lockedUntil === undefined ? {} : { lockedUntil }),
          };
        }),
        faults: replicas.flatMap((replica) => faultsAt(replica, landed)),
        repairs: { ...repairs, last: repairs.last.map(({ moment, ...repair }) => ({ ...repair, time: timeOf(moment) })) },
        playability: { ...plays.playability(new Set(landed), stands), sample: samples.sample(inDamagedBags()) },
        keys: keys.map(({ moment, type, key }) => ({ seq: moment.seq, time: timeOf(moment), type, key })),
        stamps: { entries: stamps, last: stamp.get()?.value ?? null },
        drill: lastDrill === null ? null : { time: timeOf(lastDrill.moment), ...lastDrill.value },
        ...(erased === null ? {} : { erasures: erased }),
        clock: clock.account(),
        deeds: [...typeCounts]
          .sort(([a], [b]) => byCodePoint(a, b))
          .map(([type, { entries, first, last }]) => ({
            type,
            entries,
            first: timeOf(first),
            last: timeOf(last),
            keys: signersOf(first.seq, last.seq),
          })),
      };
    },
    decodedBags: () => plays.decoded(new Set(history.landed().map(({ bag }) => bag)), stands),
  };

  /**
   * Returns the number of recordings in bags of the primary archive with unrepaired damage other than unplayable files; null: the number is unknown for one of
   * the bags.
   */
  function inDamagedBags(): number | null {
    const counts = history.landed().flatMap(({ bag }) => {
      const { damage } = history.copy(bag, null);
      return damage === null || [...kindsOf(damage.faults).keys()].every((kind) => kind === 'unplayable') ? [] : [recordingsOf.get(bag) ?? null];
    });
    return counts.includes(null) ? null : counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  }

  /** Returns the keys in force between two entries: each key from the entry that names it to the entry that names the next. */
  function signersOf(firstSeq: number, lastSeq: number): string[] {
    const inForce = keys.filter(({ moment }, at) => moment.seq <= lastSeq && (keys[at + 1]?.moment.seq ?? Number.POSITIVE_INFINITY) > firstSeq);
    return [...new Set(inForce.map(({ key }) => key))];
  }

  /**
   * Returns false if a later reading found damage that was not repaired, or recordings that the keyring did not open. Unplayable files are not damage here:
   * they are counted as such.
   */
  function stands(bag: string, seq: number): boolean {
    const { unopened = 0, items = 0, lost = 0 } = history.runs.of(null).left.bags.get(bag) ?? {};
    if (unopened + items + lost > 0) return false;
    const { damage, readSeq } = history.copy(bag, null);
    return damage === null || readSeq <= seq || [...kindsOf(damage.faults).keys()].every((kind) => kind === 'unplayable');
  }

  /** Returns unrepaired faults in one place. Includes bags that no import created: their damage counts as well. */
  function faultsAt(replica: string | null, landed: readonly string[]): StandingFault[] {
    const names = new Set([...landed, ...history.hits(replica).map(({ bag }) => bag)]);
    return [...names].flatMap((bag) => {
      const { damage } = history.copy(bag, replica);
      return damage === null ? [] : [{ replica, bag, faults: damage.faults, since: isoOf(damage.sinceMs) }];
    });
  }
}
