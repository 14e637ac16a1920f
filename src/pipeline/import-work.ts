import { sha256Hex } from '../core/identifier.ts';
import { byCodePoint } from '../core/order.ts';
import type { Recording } from '../core/recording.ts';
import type { Taken } from './account.ts';
import type { Sound } from './sound.ts';

/** A recording that may be tried. */
export interface Sample {
  readonly recording: Recording;
  readonly recordingId: string;
  readonly originalBytes: number;
}

/** Recordings to import with one kind of sound, or with none. */
export interface WorkKind {
  readonly kind: string | null;
  readonly recordings: number;
  readonly originalBytes: number;
  readonly audioMs: number;
  readonly channelMs: number;
  readonly wideChannelMs: number;
  readonly wavBytes: number;
  /** Recordings whose length is not known. */
  readonly openEnded: number;
  readonly samples: readonly Sample[];
}

/** Sums up what an import will have to do; memory does not grow with the number of recordings. */
export interface ImportWork {
  take(recording: Recording, taken: Pick<Taken, 'recordingId' | 'standing'>, sound: Sound, originalBytes: number): void;
  /** The kinds with the most sound first. */
  kinds(): WorkKind[];
}

/** Recordings of each kind that are kept for a trial. */
const samplesKept = 4;
/** Kinds that are told apart; the rest is counted with the last. */
const mostKinds = 50;
/** Longer recordings are tried only where there are no others: a trial must be short. */
const longMs = 600_000;
/** Larger ones are never tried. */
const largeBytes = 64 * 1024 * 1024;

/** Nothing to do yet. */
export function createImportWork(): ImportWork {
  type Summed = { -readonly [Key in keyof Omit<WorkKind, 'samples'>]: WorkKind[Key] } & {
    ranked: { readonly rank: string; readonly sample: Sample }[];
  };
  const kinds = new Map<string, Summed>();
  return {
    take: (recording, { recordingId, standing }, sound, originalBytes) => {
      if (standing !== 'new' && standing !== 'changed') return;
      const kind = sound.kind === null || kinds.size < mostKinds || kinds.has(sound.kind) ? sound.kind : 'others';
      let one = kinds.get(kind ?? '');
      if (one === undefined) {
        one = { kind, recordings: 0, originalBytes: 0, audioMs: 0, channelMs: 0, wideChannelMs: 0, wavBytes: 0, openEnded: 0, ranked: [] };
        kinds.set(kind ?? '', one);
      }
      one.recordings++;
      one.originalBytes += originalBytes;
      one.audioMs += sound.audioMs;
      one.channelMs += sound.channelMs;
      one.wideChannelMs += sound.wideChannelMs;
      one.wavBytes += sound.wavBytes;
      if (sound.isOpenEnded) one.openEnded++;
      if (originalBytes > largeBytes) return;
      // The smallest digests are a sample as fair as a random one, and the same at every run.
      const rank = `${sound.audioMs > longMs ? 1 : 0}${sha256Hex(recording.key)}`;
      const last = one.ranked.at(-1);
      if (one.ranked.length >= samplesKept && last !== undefined && rank >= last.rank) return;
      one.ranked.push({ rank, sample: { recording, recordingId, originalBytes } });
      one.ranked.sort((a, b) => byCodePoint(a.rank, b.rank));
      one.ranked.splice(samplesKept);
    },
    kinds: () =>
      [...kinds.values()]
        .map(({ ranked, ...sums }) => ({ ...sums, samples: ranked.map(({ sample }) => sample) }))
        .sort((a, b) => b.audioMs - a.audioMs || b.originalBytes - a.originalBytes || byCodePoint(a.kind ?? '', b.kind ?? '')),
  };
}
