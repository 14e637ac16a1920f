import type { LogEntry } from '../../log/entries/log-entry.ts';
import { isHandedOver } from '../../log/read/case-digests.ts';
import type { DetailsReader } from '../../log/who/entry-details.ts';

/** An earlier hand-over of a case, according to the log. */
export interface PastHandOver {
  /** Number from 1, in log order. */
  readonly number: number;
  readonly seq: number;
  /** ISO time. */
  readonly time: string;
  readonly masked: boolean;
  /** False: files of the case were left out, because they differed from the recorded ones or could not be read. */
  readonly complete: boolean;
  /** SHA-256 of the bag's tag manifest; null: an older version made the hand-over. */
  readonly tagManifestSha256: string | null;
  /** Number of the hand-over that this one supplements; null if it supplements none. */
  readonly supplementTo: number | null;
  /** False: the run was stopped before the bag was renamed, so nobody has this hand-over. */
  readonly landed: boolean;
  readonly detail: LogEntry['detail'];
  /** Log entries whose details list its recordings. */
  readonly lists: readonly Pick<LogEntry, 'seq' | 'detail'>[];
}

/** Collects the hand-overs of one case from the log. */
export interface HandOvers {
  /** Takes the next entry of the log. */
  take(entry: Pick<LogEntry, 'seq' | 'time' | 'type' | 'detail'>): void;
  /** Hand-overs, oldest first. */
  readonly all: readonly PastHandOver[];
}

/** Creates an empty collection. Numbers come from the log; hand-overs of versions that logged no numbers are counted. */
export function createHandOvers(caseId: string): HandOvers {
  const all: PastHandOver[] = [];
  let begun: Pick<LogEntry, 'seq' | 'detail'>[] = [];
  return {
    all,
    take: ({ seq, time, type, detail }) => {
      if (detail.case !== caseId) return;
      if (type === 'export-begun') begun.push({ seq, detail });
      if (type === 'handed-over') {
        const at = all.findLastIndex(({ number }) => number === detail.handOver);
        const one = all[at];
        if (one !== undefined) all[at] = { ...one, landed: true };
      }
      if (type !== 'exported') return;
      const { handOver, recordings, masked, complete, tagManifestSha256, supplementTo } = detail;
      const next = (all.at(-1)?.number ?? 0) + 1;
      all.push({
        number: typeof handOver === 'number' ? handOver : next,
        seq,
        time,
        masked: masked === true,
        complete: complete !== false,
        tagManifestSha256: typeof tagManifestSha256 === 'string' ? tagManifestSha256 : null,
        supplementTo: typeof supplementTo === 'number' ? supplementTo : null,
        landed: isHandedOver({ type, detail }),
        detail,
        lists: [...listedBefore(begun, recordings), { seq, detail }],
      });
      begun = [];
    },
  };
}

/** Returns the number of the next hand-over. */
export function nextNumber({ all }: Pick<HandOvers, 'all'>): number {
  return Math.max(0, ...all.map(({ number }) => number)) + 1;
}

/** Selects those entries before a hand-over that belong to it; a killed run may have left others. */
function listedBefore(begun: readonly Pick<LogEntry, 'seq' | 'detail'>[], recordings: unknown): readonly Pick<LogEntry, 'seq' | 'detail'>[] {
  let left = typeof recordings === 'number' ? recordings : 0;
  const own: Pick<LogEntry, 'seq' | 'detail'>[] = [];
  for (const one of begun.toReversed()) {
    if (left <= 0) break;
    own.unshift(one);
    left -= typeof one.detail.recordings === 'number' ? one.detail.recordings : 0;
  }
  return own;
}

/** Returns the recordings of a hand-over, from the details of its log entries; null if the details were erased, lost or never written. */
export async function recordingsOf({ lists, detail }: PastHandOver, reader: DetailsReader): Promise<ReadonlySet<string> | null> {
  const found = new Set<string>();
  for (const entry of lists) {
    const some = (await reader.of(entry))?.recordings;
    if (Array.isArray(some)) for (const id of some) if (typeof id === 'string') found.add(id);
  }
  return found.size === detail.recordings ? found : null;
}
