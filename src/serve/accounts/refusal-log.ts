import type { Actor, PrivateDetail } from '../../log/entries/actor.ts';
import type { NewEntry } from '../../log/entries/log-entry.ts';
import type { Refusal } from './request-check.ts';

/** A request that was refused. */
export interface RefusedRequest {
  readonly why: Refusal;
  /** The user; null if unknown. */
  readonly actor: Actor | null;
  /** Address of the client; null: addresses are not kept. */
  readonly address: string | null;
  /** Id of an existing recording outside the role's part of the archive; otherwise null. */
  readonly recording?: string | null;
}

/** Logs refusals: the first one of a kind at once, further ones as totals at growing intervals. */
export interface RefusalLog {
  note(refused: RefusedRequest): void;
  /** Logs the totals that have not been logged yet. */
  close(): Promise<void>;
  /** Totals since the start, by reason. */
  readonly counts: Readonly<Record<string, number>>;
}

const firstPauseMs = 60_000;
const longestPauseMs = 3_600_000;
/** Largest number of addresses in one entry, because a flood may come from a million addresses. */
const mostAddresses = 20;

interface Kind {
  readonly why: Refusal;
  readonly actor: Actor | null;
  /** Addresses of refused requests since the last entry. */
  readonly addresses: Set<string>;
  /** Number of refusals since the last entry. */
  times: number;
  /** Recording of the last refusal. */
  recording: string | null;
  pauseMs: number;
  /** Earliest time of the next entry. */
  due: number;
}

/**
 * Creates a log of refusals. A flood of refused requests must neither fill the disk nor pass unnoticed: per reason and user, one entry is written at once, then
 * one after a minute, after two minutes and so on, up to an hour, each with the number of refusals. There are few reasons and users, and therefore few entries.
 * @param enter as in `AuditLog`; if it fails, counting continues and the entry is tried again
 * @param now monotonic ms
 */
export function createRefusalLog(enter: (entry: NewEntry) => Promise<string | null>, now: () => number): RefusalLog {
  const kinds = new Map<string, Kind>();
  const counts: Record<string, number> = {};
  const write = async (kind: Kind): Promise<void> => {
    const { why, actor, times, recording, addresses } = kind;
    const details: PrivateDetail = addresses.size === 0 ? {} : { addresses: [...addresses] };
    addresses.clear();
    if (times === 0) return;
    kind.times = 0;
    kind.due = now() + kind.pauseMs;
    kind.pauseMs = Math.min(longestPauseMs, kind.pauseMs * 2);
    const detail = { why, times, ...(recording === null ? {} : { recording }) };
    const refusal = await enter({ type: 'request-refused', detail, actor, details });
    if (refusal !== null) kind.times += times;
  };
  const writeDue = (): void => {
    for (const [key, kind] of kinds) {
      if (kind.due > now()) continue;
      if (kind.times > 0) void write(kind);
      // After a quiet interval of full length, the next refusal is logged at once again.
      else if (now() - kind.due > kind.pauseMs) kinds.delete(key);
    }
  };
  const timer = setInterval(writeDue, 5_000);
  timer.unref();
  return {
    note: ({ why, actor, address, recording = null }) => {
      counts[why] = (counts[why] ?? 0) + 1;
      const key = `${why} ${actor?.user ?? ''}`;
      const kind = kinds.get(key) ?? { why, actor, addresses: new Set(), times: 0, recording: null, pauseMs: firstPauseMs, due: now() };
      kinds.set(key, kind);
      kind.times++;
      if (address !== null && kind.addresses.size < mostAddresses) kind.addresses.add(address);
      kind.recording = recording ?? kind.recording;
      if (kind.due <= now()) void write(kind);
    },
    close: async () => {
      clearInterval(timer);
      for (const kind of kinds.values()) await write(kind);
    },
    counts,
  };
}
