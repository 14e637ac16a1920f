import type { LogClock, Moment } from './log-clock.ts';

/** A statement that the log repeats; the last trusted one counts. */
export interface Latest<Value> {
  take(moment: Moment, value: Value): void;
  /** Returns the last trusted statement; null: there is none. */
  get(): { readonly moment: Moment; readonly value: Value } | null;
  moments(): Moment[];
}

/** Creates an empty record. An untrusted statement never replaces a trusted one. */
export function createLatest<Value>(clock: Pick<LogClock, 'timeOf'>): Latest<Value> {
  let last: { readonly moment: Moment; readonly value: Value } | null = null;
  let before: { readonly moment: Moment; readonly value: Value } | null = null;
  return {
    take: (moment, value) => {
      if (last !== null && clock.timeOf(last.moment) !== null) before = last;
      last = { moment, value };
    },
    get: () => [last, before].find((each) => each !== null && clock.timeOf(each.moment) !== null) ?? null,
    moments: () => [last, before].flatMap((each) => (each === null ? [] : [each.moment])),
  };
}
