import type { Shard, ShardPlace } from '../../core/page/viewer-data.ts';
import { checked, type DataScripts } from './scripts.ts';

/**
 * Number of recordings whose shards stay in memory: some hundred megabytes. This is not a number of shards: each search reads all shards in the same order, so
 * a limit one below their number would reload all of them.
 */
const recordingsKept = 3_000_000;
/** Number of shards loaded at once: a browser takes longer to start a script than to read it. */
const readAtOnce = 12;

/** Loads shards and keeps the most recently used ones. */
export interface ShardCache {
  of(place: ShardPlace): Promise<Shard>;
  /** Returns shards in order, while the next ones are being loaded. */
  inTurn(places: readonly ShardPlace[]): (place: ShardPlace) => Promise<Shard>;
  /** Yields shards that are in memory first, because a call opened from the list is in one of them. */
  nearestFirst(places: readonly ShardPlace[]): AsyncGenerator<Shard>;
}

/** Creates an empty cache. */
export function createShardCache(scripts: DataScripts): ShardCache {
  const shards = new Map<string, Promise<Shard>>();
  /** Recordings per shard, least recently used first. */
  const kept = new Map<string, number>();
  const of = (place: ShardPlace): Promise<Shard> => {
    const there = shards.get(place.script) ?? scripts.load(place.script).then((value) => checked<Shard>(value, place.script));
    for (const map of [shards, kept]) map.delete(place.script);
    shards.set(place.script, there);
    there.catch(() => {
      for (const map of [shards, kept]) map.delete(place.script);
    });
    kept.set(place.script, place.recordings);
    let sum = [...kept.values()].reduce((all, recordings) => all + recordings, 0);
    for (const [oldest, recordings] of kept) {
      if (sum <= recordingsKept) break;
      sum -= recordings;
      kept.delete(oldest);
      shards.delete(oldest);
    }
    return there;
  };
  const inTurn: ShardCache['inTurn'] = (places) => {
    let begun = 0;
    let given = 0;
    return (place) => {
      // A failure is thrown when the shard is used.
      for (const next of places.slice(begun, given + readAtOnce)) void of(next);
      begun = Math.max(begun, given + readAtOnce);
      given++;
      return of(place);
    };
  };
  return {
    of,
    inTurn,
    nearestFirst: async function* (places) {
      const others = places.filter(({ script }) => !shards.has(script));
      for (const place of places.filter(({ script }) => shards.has(script))) yield await of(place);
      const read = inTurn(others);
      for (const place of others) yield await read(place);
    },
  };
}
