import type { Actor, PrivateDetail } from '../../log/entries/actor.ts';
import type { NewEntry } from '../../log/entries/log-entry.ts';
import type { Refusal } from './request-check.ts';

/** Somebody was turned away. */
export interface RefusedRequest {
  readonly why: Refusal;
  /** Null: nobody who is known. */
  readonly actor: Actor | null;
  /** Null: it is not to be kept. */
  readonly address: string | null;
  /** Recording that there is and that the role may not have; null otherwise. */
  readonly recording?: string | null;
}

/** Enters refusals: the first of a kind at once, those that follow as one number, ever more seldom. */
export interface RefusalLog {
  note(refused: RefusedRequest): void;
  /** Enters the numbers that are still open. */
  close(): Promise<void>;
  /** All so far, by kind. */
  readonly counts: Readonly<Record<string, number>>;
}

const firstPauseMs = 60_000;
const longestPauseMs = 3_600_000;
/** Addresses that one entry names: a flood may come from a million. */
const mostAddresses = 20;

interface Kind {
  readonly why: Refusal;
  readonly actor: Actor | null;
  /** From where, since the last entry. */
  readonly addresses: Set<string>;
  /** Since the last entry. */
  times: number;
  /** Of the last one that was refused. */
  recording: string | null;
  pauseMs: number;
  /** When the next entry may be made. */
  due: number;
}

/**
 * A flood of refused requests must not fill the disk, and must not go unseen: of each kind and user there is an entry at once, then one a minute, every two
 * minutes, and so on up to an hour, each with how many there were. Kinds and users are few, so the entries are.
 * @param enter as that of the audit log; what cannot be entered is counted on and tried again
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
      // Quiet for a whole pause: the next one is news again.
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
