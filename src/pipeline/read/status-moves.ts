import { byCodePoint } from '../../core/base/order.ts';
import { countsAsAudio, type HasSound } from '../../core/model/sound.ts';
import type { Reconciliation } from '../events/events.ts';
import { afterLook } from './expected-audio.ts';

/** Files that are counted with one recording. A file that several recordings name is counted with the first. */
export interface Counted {
  readonly files: number;
  readonly bytes: number;
  /** Whether a recording that a row describes had audio according to file sizes. Absent: no row describes it. */
  readonly audio?: boolean;
}

/** Recordings whose final status differs from their match status, kept only as totals. */
export interface StatusMoves {
  /** Adds a recording. @param sound result of decoding; absent if it was not decoded */
  note(from: string, to: string, counted: Counted | undefined, sound?: HasSound): void;
  /** Returns a reconciliation in which these recordings, and their files, have their final status. All totals stay. */
  applied(reconciliation: Reconciliation): Reconciliation;
}

/** A described call before and after decoding: its status, and whether it had audio. */
interface Look {
  readonly before: { readonly status: string; readonly hasAudio: boolean };
  readonly after: { readonly status: string; readonly hasAudio: boolean };
}

/** Creates an empty collection. */
export function createStatusMoves(): StatusMoves {
  const moves = new Map<string, { readonly from: string; readonly to: string; recordings: number; files: number; bytes: number }>();
  const looks = new Map<string, Look & { times: number }>();
  return {
    note: (from, to, counted, sound) => {
      if (counted?.audio !== undefined) {
        const after = sound === undefined ? counted.audio : countsAsAudio(sound);
        const look = { before: { status: from, hasAudio: counted.audio }, after: { status: to, hasAudio: after } };
        const key = `${from}\n${counted.audio}\n${to}\n${after}`;
        const known = looks.get(key);
        if (known === undefined) looks.set(key, { ...look, times: 1 });
        else known.times++;
      }
      if (from === to) return;
      const key = `${from}\n${to}`;
      const move = moves.get(key) ?? { from, to, recordings: 0, files: 0, bytes: 0 };
      moves.set(key, move);
      move.recordings++;
      // Plans of the first versions do not record the files counted with a recording, so these are not moved.
      move.files += counted?.files ?? 0;
      move.bytes += counted?.bytes ?? 0;
    },
    applied: (reconciliation) => {
      const recordings = new Map(Object.entries(reconciliation.recordings));
      const buckets = new Map(reconciliation.byBucket.map((bucket) => [bucket.bucket, bucket]));
      const add = (
        { recordings: number, files, bytes }: { recordings: number; files: number; bytes: number },
        status: string,
        sign: 1 | -1,
      ): void => {
        recordings.set(status, (recordings.get(status) ?? 0) + sign * number);
        const bucket = buckets.get(status) ?? { bucket: status, files: 0, bytes: 0 };
        buckets.set(status, { bucket: status, files: bucket.files + sign * files, bytes: bucket.bytes + sign * bytes });
      };
      for (const move of moves.values()) {
        add(move, move.from, -1);
        add(move, move.to, 1);
      }
      let { audio } = reconciliation;
      if (audio !== undefined) for (const { before, after, times } of looks.values()) audio = afterLook(audio, before, after, times);
      return {
        ...reconciliation,
        ...(audio === undefined ? {} : { audio }),
        recordings: Object.fromEntries([...recordings].filter(([, number]) => number !== 0).sort(([a], [b]) => byCodePoint(a, b))),
        byBucket: [...buckets.values()].filter(({ files }) => files !== 0).sort((a, b) => byCodePoint(a.bucket, b.bucket)),
      };
    },
  };
}
