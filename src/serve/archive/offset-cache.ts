import { setImmediate as turn } from 'node:timers/promises';

/** Rows of one question between two places that are remembered; skipping them takes some milliseconds. */
const step = 8_192;
/** Questions whose places are remembered, and for how long: an import moves rows. */
const questions = 100;
const keptMs = 60_000;

/** Finds where the row with a number stands, without counting the same rows twice. */
export interface OffsetCache {
  /**
   * The place behind which the rows from `offset` on stand; undefined: before all; null: there are no more rows.
   * @param question the same text for the same question @param placeOf the place of the row with a number, counted from behind another place; null where there are fewer
   */
  behind(
    question: string,
    offset: number,
    placeOf: (after: number | undefined, index: number) => number | null,
    signal: AbortSignal,
  ): Promise<number | undefined | null>;
}

/** Keeps places in memory. @param now monotonic ms */
export function createOffsetCache(now: () => number): OffsetCache {
  const known = new Map<string, { readonly until: number; readonly places: number[] }>();
  const placesOf = (question: string): number[] => {
    const before = known.get(question);
    if (before !== undefined && now() < before.until) return before.places;
    const places: number[] = [];
    known.delete(question);
    known.set(question, { until: now() + keptMs, places });
    const [oldest] = known.keys();
    if (known.size > questions && oldest !== undefined) known.delete(oldest);
    return places;
  };
  return {
    behind: async (question, offset, placeOf, signal) => {
      // The place of every `step`th row.
      const places = placesOf(question);
      const whole = Math.floor(offset / step);
      while (places.length < whole) {
        // Others get their turn.
        await turn();
        // Nobody waits for it any more.
        if (signal.aborted) return null;
        if (places.length >= whole) break;
        const place = placeOf(places.at(-1), step - 1);
        if (place === null) return null;
        places.push(place);
      }
      const mark = whole === 0 ? undefined : places[whole - 1];
      const rest = offset % step;
      return rest === 0 ? mark : placeOf(mark, rest - 1);
    },
  };
}
