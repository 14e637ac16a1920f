import type { LogClock, Moment } from './log-clock.ts';

/** Something that the log says again and again, of which the last that is believed counts. */
export interface Latest<Value> {
  take(moment: Moment, value: Value): void;
  /** Null where there is none that is believed. */
  get(): { readonly moment: Moment; readonly value: Value } | null;
  moments(): Moment[];
}

/** Nothing yet. One that is not believed never takes the place of one that is. */
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
