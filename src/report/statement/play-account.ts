import { byCodePoint } from '../../core/base/order.ts';
import { type DecodingLevel, decodingOf, reaches } from '../../log/history/decoding.ts';
import { createLatest, type Latest } from '../../log/history/latest.ts';
import type { LogClock, Moment } from '../../log/history/log-clock.ts';
import { type LoggedStep, textOf } from '../../log/history/logged-step.ts';
import { createStrataTally, decodeStrata, type PlayedStratum } from '../../log/history/strata.ts';
import { isoOf } from '../calls/iso-time.ts';
import type { LastPlayed, Playability } from './statement.ts';

/** Follows which recordings of each bag of the primary archive were decoded, from the last decoding that counts. */
export interface PlayAccount {
  /** Reads a `bag-verified` entry of the primary archive. @param decoders decoders of its run */
  take(step: LoggedStep, moment: Moment, decoders: string): void;
  /** Drops a bag with new bytes, because earlier decodings concern other bytes. */
  forget(bag: string): void;
  /**
   * Returns what was decoded.
   * @param landed bags that count
   * @param stands returns false for a bag that was found damaged or lost after the decoding at this entry
   */
  playability(landed: ReadonlySet<string>, stands: (bag: string, seq: number) => boolean): Omit<Playability, 'sample'>;
  /** Returns the decoded recordings of each of these bags; leaves out bags for which `stands` is false. */
  decoded(landed: ReadonlySet<string>, stands: (bag: string, seq: number) => boolean): ReadonlyMap<string, readonly PlayedStratum[]>;
  moments(): Moment[];
}

interface Play {
  readonly strata: readonly PlayedStratum[];
  readonly failed: number;
  readonly level: DecodingLevel;
  /** True: everything in the bag was decoded. */
  readonly whole: boolean;
  readonly decoders: string;
}

/** Creates an empty account. */
export function createPlayAccount(clock: Pick<LogClock, 'timeOf' | 'ageOf'>): PlayAccount {
  const bags = new Map<string, Latest<Play>>();
  const codecs = new Map<string, { readonly copies: Latest<string>; readonly originals: Latest<string> }>();
  const takeCodecs = (strata: readonly PlayedStratum[], moment: Moment, decoders: string, originals: boolean): void => {
    for (const id of new Set(strata.filter(({ played }) => played > 0).flatMap(({ codec }) => codec.split('+')))) {
      const known = codecs.get(id) ?? { copies: createLatest<string>(clock), originals: createLatest<string>(clock) };
      codecs.set(id, known);
      known.copies.take(moment, decoders);
      if (originals) known.originals.take(moment, decoders);
    }
  };
  const lastOf = (latest: Latest<string>): LastPlayed | null => {
    const found = latest.get();
    return found === null ? null : { time: isoOf(clock.timeOf(found.moment)), decoders: found.value };
  };
  const playsOf = (landed: ReadonlySet<string>, stands: (bag: string, seq: number) => boolean) =>
    [...bags].flatMap(([bag, latest]) => {
      const last = landed.has(bag) ? latest.get() : null;
      return last === null ? [] : [{ ...last, bag, stands: stands(bag, last.moment.seq) }];
    });
  return {
    take: ({ detail }, moment, decoders) => {
      const { bag, verdict } = detail;
      const { tried, whole } = decodingOf(detail);
      if (typeof bag !== 'string' || (verdict !== 'ok' && verdict !== 'faults') || tried === 'none') return;
      // An invalid text says nothing about what was decoded.
      const strata = decodeStrata(textOf(detail.strata));
      if (strata === null || strata.length === 0) return;
      takeCodecs(strata, moment, decoders, tried === 'all');
      const failed = strata.reduce((sum, stratum) => sum + stratum.failed, 0);
      const latest = bags.get(bag) ?? createLatest<Play>(clock);
      const known = latest.get()?.value;
      // Its failures are recorded, but the bag does not count as decoded. Without failures, the earlier complete result says more.
      if (whole === 'none' && failed === 0) return;
      // A run that decoded less, or not everything, does not clear failures found by one that decoded more.
      if (known !== undefined && failed < known.failed && !reaches(whole, known.level)) return;
      bags.set(bag, latest);
      latest.take(moment, { strata, failed, level: tried, whole: whole !== 'none', decoders });
    },
    forget: (bag) => {
      bags.delete(bag);
    },
    playability: (landed, stands) => {
      const plays = playsOf(landed, stands);
      const standing = plays.filter((play) => play.stands);
      const strata = createStrataTally();
      const decoders = new Map<string, number>();
      for (const { value } of standing) {
        for (const one of value.strata) {
          strata.add(one, one);
          decoders.set(value.decoders, (decoders.get(value.decoders) ?? 0) + one.played + one.failed);
        }
      }
      const all = strata.list();
      const total = (member: 'played' | 'failed' | 'otherwise'): number => all.reduce((sum, one) => sum + one[member], 0);
      return {
        bags: standing.filter(({ value }) => value.whole).length,
        spoiled: plays.length - standing.length,
        played: total('played'),
        failed: total('failed'),
        otherwise: total('otherwise'),
        oldestAgeMs: standing.length === 0 ? null : standing.reduce((most, { moment }) => Math.max(most, clock.ageOf(moment)), 0),
        strata: all,
        decoders: [...decoders].sort(([a], [b]) => byCodePoint(a, b)).map(([name, count]) => ({ decoders: name, recordings: count })),
        codecs: [...codecs]
          .sort(([a], [b]) => byCodePoint(a, b))
          .map(([codec, last]) => ({ codec, copies: lastOf(last.copies), originals: lastOf(last.originals) })),
      };
    },
    decoded: (landed, stands) => new Map(playsOf(landed, stands).flatMap((play) => (play.stands ? [[play.bag, play.value.strata] as const] : []))),
    moments: () => [
      ...[...bags.values()].flatMap((latest) => latest.moments()),
      ...[...codecs.values()].flatMap(({ copies, originals }) => [...copies.moments(), ...originals.moments()]),
    ],
  };
}
