import type { LogEntry } from '../../log/entries/log-entry.ts';
import type { DetailsReader } from '../../log/who/entry-details.ts';
import { type RetentionPolicy, readPolicy } from '../rules/policy.ts';
import { holdIdPattern, keepingTypes } from './entries.ts';
import { createIdSet, type IdSet, isRecordingId } from './id-set.ts';

/** A legal hold, as the log records it. */
export interface Hold {
  readonly id: string;
  readonly seq: number;
  readonly time: string;
  /** Recordings that the hold covered when it was entered; empty if the hold is over. */
  readonly list: IdSet;
  /** Other recordings that messages of the hold's case name. The log does not name them: `readKeeping` adds them. */
  readonly named: IdSet;
  /** Number of recordings in `list`, according to the hold's entry. */
  readonly recordings: number;
  /** Id of the case whose recordings the hold covers; null: none. */
  readonly case: string | null;
  /** Query as JSON, from the details; null: the hold has none. */
  readonly query: string | null;
  /** True: the hold also covers recordings that its query finds later. */
  readonly following: boolean;
  /** Epoch ms at which the hold ends by itself; null: never. */
  readonly untilMs: number | null;
  /** Entry that releases the hold; null: there is none. */
  readonly released: Pick<LogEntry, 'seq' | 'time' | 'detail'> | null;
  /** The hold's own entry, whose details state author and reason. */
  readonly entry: Pick<LogEntry, 'seq' | 'time' | 'detail'>;
  /** Why the hold's recordings are unknown, because a part of it cannot be read; null: everything was read. */
  readonly unreadable: string | null;
}

/** Returns true if a hold protects its recordings at a moment. */
export function isActive({ released, untilMs }: Pick<Hold, 'released' | 'untilMs'>, nowMs: number): boolean {
  return released === null && (untilMs === null || untilMs > nowMs);
}

/** A version of the retention policy, as the log records it. */
export interface PolicyVersion {
  readonly version: number;
  readonly entry: Pick<LogEntry, 'seq' | 'time' | 'detail'>;
  /** Sequence number of the entry from which a later version is in force; null: this version is in force. */
  readonly untilSeq: number | null;
  /** The policy; null: its rules cannot be read. */
  readonly policy: RetentionPolicy | null;
  /** Text of its file; null: it cannot be read. */
  readonly text: string | null;
}

/** The first landing of a bag. */
export interface Landing {
  readonly seq: number;
  readonly timeMs: number;
}

/** What a log says about holds, retention and the times of imports. */
export interface KeepingLog {
  /** Reads each entry of the log, in order. */
  take(entry: LogEntry): Promise<void>;
  holds(): readonly Hold[];
  /** Versions of the policy, oldest first. */
  versions(): readonly PolicyVersion[];
  landings(): ReadonlyMap<string, Landing>;
}

type Changing<Thing> = { -readonly [Member in keyof Thing]: Thing[Member] };
interface OpenHold extends Changing<Hold> {
  parts: number;
  readonly partsWanted: number;
}

/** Computes holds and retention from the entries of a log. @param beside reads the details of entries */
export function createKeepingLog(beside: DetailsReader): KeepingLog {
  const holds = new Map<string, OpenHold>();
  const versions: Changing<PolicyVersion>[] = [];
  const landings = new Map<string, Landing>();
  const takeList = async (entry: LogEntry): Promise<void> => {
    const hold = typeof entry.detail.hold === 'string' ? holds.get(entry.detail.hold) : undefined;
    if (hold === undefined || hold.released !== null) return;
    const details = await beside.of(entry);
    const { recordings = null, query = null } = details ?? {};
    if (!Array.isArray(recordings) || recordings.length !== entry.detail.recordings || !recordings.every(isRecordingId)) {
      hold.unreadable = 'a list of its recordings is missing or altered';
      return;
    }
    for (const id of recordings) hold.list.add(id);
    if (typeof query === 'string') hold.query = query;
    hold.parts++;
  };
  const takeHold = ({ seq, time, detail }: LogEntry): void => {
    const { hold: id, recordings, parts, following, until } = detail;
    if (typeof id !== 'string' || !holdIdPattern.test(id) || holds.has(id)) return;
    const untilMs = typeof until === 'string' ? Date.parse(until) : null;
    holds.set(id, {
      id,
      seq,
      time,
      list: createIdSet(),
      named: createIdSet(),
      recordings: typeof recordings === 'number' ? recordings : 0,
      case: typeof detail.case === 'string' ? detail.case : null,
      query: null,
      following: following === true,
      // A text that is not a time counts as a time that never comes.
      untilMs: untilMs === null || Number.isNaN(untilMs) ? null : untilMs,
      released: null,
      entry: { seq, time, detail },
      unreadable: null,
      parts: 0,
      partsWanted: typeof parts === 'number' ? parts : 1,
    });
  };
  const takeVersion = ({ seq, time, detail }: LogEntry): void => {
    const before = versions.at(-1);
    if (before !== undefined) before.untilSeq = seq;
    versions.push({ version: versions.length + 1, entry: { seq, time, detail }, untilSeq: null, policy: null, text: null });
  };
  const takeRules = async (entry: LogEntry): Promise<void> => {
    const version = versions.find((one) => one.version === entry.detail.version);
    const details = await beside.of(entry);
    if (version === undefined || typeof details?.policy !== 'string' || typeof details.text !== 'string') return;
    version.policy = readPolicy(JSON.parse(details.policy), 'log');
    version.text = details.text;
  };
  return {
    take: async (entry) => {
      const { type, seq, time, detail } = entry;
      if (type === keepingTypes.hold) takeHold(entry);
      else if (type === keepingTypes.holdList) await takeList(entry);
      else if (type === keepingTypes.retain) takeVersion(entry);
      else if (type === keepingTypes.rules) await takeRules(entry);
      else if (type === keepingTypes.release) {
        const hold = typeof detail.hold === 'string' ? holds.get(detail.hold) : undefined;
        if (hold === undefined || hold.released !== null) return;
        hold.released = { seq, time, detail };
        hold.list.clear();
      } else if (type === 'bag-landed' && typeof detail.bag === 'string' && !landings.has(detail.bag))
        // If a bag lands again, e.g. without an erased recording, its other recordings have been in it since its first landing.
        landings.set(detail.bag, { seq, timeMs: Date.parse(time) });
    },
    holds: () => [...holds.values()].map(settledHold),
    versions: () => settledVersions(versions),
    landings: () => landings,
  };
}

function settledHold({ parts, partsWanted, ...hold }: OpenHold): Hold {
  const isOver = hold.released !== null;
  const lacks = !isOver && hold.unreadable === null && (parts !== partsWanted || hold.list.size() !== hold.recordings);
  const lacksQuery = !isOver && hold.following && hold.query === null;
  const unreadable = hold.unreadable ?? (lacks ? 'a list of its recordings is missing or altered' : lacksQuery ? 'its query is missing' : null);
  return { ...hold, unreadable: isOver ? null : unreadable };
}

/** Restores lost versions: a version is read from any other whose file has the same digest, so that a person who still has the file can enter it again. */
function settledVersions(versions: readonly PolicyVersion[]): readonly PolicyVersion[] {
  const known = new Map(versions.flatMap((one) => (one.policy === null ? [] : [[one.entry.detail.policyMark, one] as const])));
  return versions.map((one) => {
    const same = one.policy === null ? known.get(one.entry.detail.policyMark) : undefined;
    return same === undefined ? one : { ...one, policy: same.policy, text: same.text };
  });
}
