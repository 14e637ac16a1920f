import { setImmediate as turn } from 'node:timers/promises';
import { payload } from '../../archive/bag/info.ts';
import { createMeter, type Meter, readMeter } from '../../core/base/meter.ts';
import type { Work } from '../../core/base/work.ts';

/** Amounts of data in bags: still to be read, or already read. */
export interface BagAmounts {
  readonly files: number;
  readonly bytes: number;
  /** Duration of audio to be decoded; null: unknown beforehand. */
  readonly audioMs: number | null;
}

/** Progress of the work on one bag. */
export interface BagWorkCount {
  /**
   * Starts counting a task of the bag in a thread. The caller calls `end` with the amounts read, or with null if the task failed.
   * @param isRecordings true if the task's files include recordings
   */
  task(isRecordings: boolean): {
    readonly meter: Meter;
    readonly end: (read: { readonly files: number; readonly bytes: number; readonly audioMs: number } | null) => void;
  };
  /** Marks the bag as read. */
  end(): void;
}

/** Progress of the work on all bags that are read and possibly decoded. */
export interface BagsWork {
  /** Begins the next bag. */
  bag(name: string, path: string, plays: boolean): BagWorkCount;
  /** Measures the content of bags before they are read. Bags that are not measured count as average. */
  measure(bags: Iterable<{ readonly name: string; readonly path: string }>, signal: AbortSignal): Promise<void>;
  /** Returns the amounts read so far. */
  done(): { readonly bytes: number; readonly audioMs: number };
  work(): Work;
}

/** Facts known beforehand. */
export interface BagsWorkOptions {
  readonly lanes: number;
  /** Number of bags to be read, as far as known. */
  readonly total: () => number;
  /** True if the work includes decoding. */
  readonly plays: boolean;
  /** Audio duration of each bag according to the catalog; null: it is learned while the bags are read. */
  readonly audio: ReadonlyMap<string, number> | null;
}

/** Measured costs in ms: of a thread per file, per byte of SHA-256, and per ms of decoded Opus. */
const [fileMs, byteMs, audioMs] = [0.06, 0.000_001, 0.001] as const;
/** Bags measured before the event loop runs. */
const measuredAtOnce = 50;

interface Sum {
  files: number;
  bytes: number;
  audioMs: number;
}

const none: Sum = { files: 0, bytes: 0, audioMs: 0 };

function added(a: Sum, b: Sum): Sum {
  return { files: a.files + b.files, bytes: a.bytes + b.bytes, audioMs: a.audioMs + b.audioMs };
}

/**
 * Creates a counter with nothing read yet.
 * One function: amounts read, in progress and to come must add up.
 */
export function createBagsWork({ lanes, total, plays, audio }: BagsWorkOptions): BagsWork {
  /** Names of the bags whose content has been measured; `seen` is their total content. */
  const sized = new Set<string>();
  let seen = none;
  /** The part of `seen` in bags that are not completely read, and the bytes of those bags whose audio duration is unknown. */
  let open = none;
  let openBytesUnheard = 0;
  /** Content of the bags that are not completely read. */
  const sizes = new Map<string, BagAmounts>();
  const tasks = new Map<Meter, boolean>();
  let read = none;
  /** The part of `read` in bags that are not completely read. */
  let ofOpen = none;
  let bagsEnded = 0;

  const sizeOf = (name: string, path: string, decodes: boolean): BagAmounts => ({
    ...(payload(path) ?? { files: 0, bytes: 0 }),
    audioMs: decodes ? (audio?.get(name) ?? null) : 0,
  });
  const put = (amounts: BagAmounts, sign: 1 | -1): void => {
    const { files, bytes, audioMs: ms } = amounts;
    open = added(open, { files: sign * files, bytes: sign * bytes, audioMs: sign * (ms ?? 0) });
    if (ms === null) openBytesUnheard += sign * bytes;
  };
  const size = (name: string, path: string, decodes: boolean): void => {
    if (sized.has(name)) return;
    sized.add(name);
    const amounts = sizeOf(name, path, decodes);
    seen = added(seen, { ...amounts, audioMs: amounts.audioMs ?? 0 });
    put(amounts, 1);
    sizes.set(name, amounts);
  };

  /**
   * Returns the progress of the tasks in threads: the sum of amounts read, the audio left in each task that has begun reading, and the number of tasks with
   * recordings that have not begun.
   */
  const underWay = (): { readonly sum: Sum; readonly pieces: number[]; readonly waiting: number } => {
    let sum = none;
    const pieces: number[] = [];
    let waiting = 0;
    for (const [meter, isRecordings] of tasks) {
      const { bytes, audioMs: decoded, expectedAudioMs } = readMeter(meter);
      const heard = Math.min(decoded, expectedAudioMs);
      sum = added(sum, { files: 0, bytes, audioMs: heard });
      if (bytes === 0) waiting += Number(isRecordings);
      else pieces.push(expectedAudioMs - heard);
    }
    return { sum, pieces, waiting };
  };

  /** Returns the expected content of all bags that are not completely read. */
  const expected = (): Sum => {
    const others = Math.max(0, total() - bagsEnded - sizes.size) / Math.max(1, sized.size);
    return added(open, { files: others * seen.files, bytes: others * seen.bytes, audioMs: others * seen.audioMs });
  };

  return {
    bag: (name, path, decodes) => {
      size(name, path, decodes);
      let own = none;
      return {
        task: (isRecordings) => {
          const meter = createMeter();
          tasks.set(meter, isRecordings);
          return {
            meter,
            end: (done) => {
              tasks.delete(meter);
              const sum = done === null ? none : { files: done.files, bytes: done.bytes, audioMs: decodes ? done.audioMs : 0 };
              own = added(own, sum);
              read = added(read, sum);
              ofOpen = added(ofOpen, sum);
            },
          };
        },
        end: () => {
          bagsEnded++;
          const amounts = sizes.get(name);
          if (amounts !== undefined) put(amounts, -1);
          sizes.delete(name);
          ofOpen = { files: ofOpen.files - own.files, bytes: ofOpen.bytes - own.bytes, audioMs: ofOpen.audioMs - own.audioMs };
        },
      };
    },
    measure: async (bags, signal) => {
      let count = 0;
      for (const { name, path } of bags) {
        if (signal.aborted) return;
        size(name, path, plays);
        if (++count % measuredAtOnce === 0) await turn();
      }
    },
    done: () => {
      const { sum } = underWay();
      return { bytes: read.bytes + sum.bytes, audioMs: read.audioMs + sum.audioMs };
    },
    work: () => {
      const { sum, pieces, waiting } = underWay();
      const done = added(read, sum);
      const within = added(ofOpen, sum);
      const all = expected();
      const left = {
        files: Math.max(0, all.files - within.files),
        bytes: Math.max(0, all.bytes - within.bytes),
        audioMs: Math.max(0, all.audioMs - within.audioMs),
      };
      const known = pieces.reduce((most, ms) => most + ms, 0);
      // Without a catalog, the rest is assumed to have the same density of audio.
      if (openBytesUnheard > 0 && done.bytes > 0)
        left.audioMs = Math.max(known, ((done.audioMs + known) / done.bytes) * (all.bytes + read.bytes - ofOpen.bytes) - done.audioMs);
      const each = waiting === 0 ? 0 : Math.max(0, left.audioMs - known) / waiting;
      const parts = plays ? [...pieces, ...Array.from({ length: waiting }, () => each)] : [];
      return {
        lanes,
        busy: Math.min(lanes, tasks.size),
        kinds: [
          { name: 'files', usualMs: fileMs, done: done.files, left: left.files },
          { name: 'bytes', usualMs: byteMs, done: done.bytes, left: left.bytes },
          ...(plays ? [{ name: 'audio', usualMs: audioMs, done: done.audioMs, left: left.audioMs }] : []),
        ],
        pieces: parts.map((ms) => [0, 0, ms]),
      };
    },
  };
}
