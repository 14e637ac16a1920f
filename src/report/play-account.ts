import { byCodePoint } from '../core/order.ts';
import { badCountBound, badShareBound } from '../history/confidence.ts';
import { type DecodingLevel, decodingOf, reaches } from '../history/decoding.ts';
import { createLatest, type Latest } from '../history/latest.ts';
import type { LogClock, Moment } from '../history/log-clock.ts';
import { type LoggedStep, textOf } from '../history/logged-step.ts';
import { decodeStrata, keyOf, type PlayedStratum } from '../history/strata.ts';
import type { Playability, ShareBound } from './statement.ts';

/** What was decoded of each bag of the primary archive, the last time that counts. */
export interface PlayAccount {
  /** A `bag-verified` of the primary. @param decoders of its run */
  take(step: LoggedStep, moment: Moment, decoders: string): void;
  /** @param landed bags that count @param recordings of all of them; null where that is not known */
  playability(landed: ReadonlySet<string>, recordings: number | null): Playability;
  moments(): Moment[];
}

interface Play {
  readonly strata: readonly PlayedStratum[];
  readonly failed: number;
  readonly level: DecodingLevel;
  /** All that belongs to the bag was decoded. */
  readonly whole: boolean;
  readonly decoders: string;
}

/** How sure the bounds are. */
const confidences = [0.95, 0.99];

/** Nothing decoded yet. */
export function createPlayAccount(clock: Pick<LogClock, 'timeOf' | 'ageOf'>): PlayAccount {
  const bags = new Map<string, Latest<Play>>();
  return {
    take: ({ detail }, moment, decoders) => {
      const { bag, verdict } = detail;
      const { tried, whole } = decodingOf(detail);
      if (typeof bag !== 'string' || (verdict !== 'ok' && verdict !== 'faults') || tried === 'none') return;
      // A text that is none says nothing of what was decoded.
      const strata = decodeStrata(textOf(detail.strata));
      if (strata === null || strata.length === 0) return;
      const failed = strata.reduce((sum, stratum) => sum + stratum.failed, 0);
      const latest = bags.get(bag) ?? createLatest<Play>(clock);
      const known = latest.get()?.value;
      // What failed in it is known, but the bag does not count as decoded; and where nothing failed, what is known of the whole says more.
      if (whole === 'none' && failed === 0) return;
      // A run that decoded less, or not all, takes back nothing that failed in one that decoded more.
      if (known !== undefined && failed < known.failed && !reaches(whole, known.level)) return;
      bags.set(bag, latest);
      latest.take(moment, { strata, failed, level: tried, whole: whole !== 'none', decoders });
    },
    playability: (landed, recordings) => {
      const plays = [...bags].flatMap(([bag, latest]) => (landed.has(bag) ? (latest.get() ?? []) : []));
      const strata = new Map<string, PlayedStratum>();
      const decoders = new Map<string, number>();
      let oldestAgeMs: number | null = null;
      for (const { moment, value } of plays) {
        oldestAgeMs = Math.max(oldestAgeMs ?? 0, clock.ageOf(moment));
        for (const one of value.strata) {
          strata.set(keyOf(one), sumOf(strata.get(keyOf(one)), one));
          decoders.set(value.decoders, (decoders.get(value.decoders) ?? 0) + one.played + one.failed);
        }
      }
      const all = [...strata].sort(([a], [b]) => byCodePoint(a, b)).map(([, stratum]) => stratum);
      const total = all.reduce<PlayedStratum | undefined>(sumOf, undefined) ?? { played: 0, failed: 0, otherwise: 0 };
      const checked = total.played + total.failed;
      return {
        bags: plays.filter(({ value }) => value.whole).length,
        played: total.played,
        failed: total.failed,
        otherwise: total.otherwise,
        oldestAgeMs,
        bounds: boundsOf(total.played, total.failed),
        counts:
          recordings === null || checked === 0 || checked > recordings
            ? []
            : confidences.map((confidence) => ({ confidence, bad: badCountBound(recordings, checked, total.failed, confidence) })),
        strata: all.map((stratum) => ({ ...stratum, bounds: boundsOf(stratum.played, stratum.failed) })),
        decoders: [...decoders].sort(([a], [b]) => byCodePoint(a, b)).map(([name, count]) => ({ decoders: name, recordings: count })),
      };
    },
    moments: () => [...bags.values()].flatMap((latest) => latest.moments()),
  };
}

function sumOf(sum: PlayedStratum | undefined, one: PlayedStratum): PlayedStratum {
  if (sum === undefined) return one;
  return { ...sum, played: sum.played + one.played, failed: sum.failed + one.failed, otherwise: sum.otherwise + one.otherwise };
}

function boundsOf(played: number, failed: number): ShareBound[] {
  const checked = played + failed;
  return checked === 0 ? [] : confidences.map((confidence) => ({ confidence, badShare: badShareBound(checked, failed, confidence) }));
}
