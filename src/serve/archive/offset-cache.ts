import { setImmediate as turn } from 'node:timers/promises';

/** Number of rows between two cached positions. Skipping this many rows takes a few milliseconds. */
const step = 8_192;
/** Number of queries whose positions are cached and, below, the time for which they are, because an import moves rows. */
const questions = 100;
const keptMs = 60_000;

/** Finds the position of a row by its number without counting the same rows twice. */
export interface OffsetCache {
  /**
   * Returns the position after which the rows from `offset` on follow; undefined: the position before the first row; null: there are no such rows.
   * @param question cache key of the query
   * @param placeOf returns the position of the row with a number, counted after another position; null if there are fewer rows
   */
  behind(
    question: string,
    offset: number,
    placeOf: (after: number | undefined, index: number) => number | null,
    signal: AbortSignal,
  ): Promise<number | undefined | null>;
}

/** Creates a cache in memory. @param now monotonic ms */
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
      // Positions of every `step`th row.
      const places = placesOf(question);
      const whole = Math.floor(offset / step);
      while (places.length < whole) {
        // Lets the server answer other requests.
        await turn();
        // The client has gone.
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
