import { sha256Hex } from '../../core/base/identifier.ts';
import { byCodePoint } from '../../core/base/order.ts';
import type { Recording } from '../../core/model/recording.ts';
import type { Taken } from '../read/account.ts';
import type { Sound } from '../read/sound.ts';

/** A recording that may be tried. */
export interface Sample {
  readonly recording: Recording;
  readonly recordingId: string;
  readonly originalBytes: number;
  /** Of its sound, as headers tell, or bytes where they do not. */
  readonly audioMs: number;
}

/** Recordings of about one length to import with one kind of sound, or with none. */
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

/** Recordings of each kind and length that are kept for a trial. */
const samplesKept = 4;
/** Kinds, each of one length, that are told apart; the rest is counted with the others. */
const mostKinds = 150;
/**
 * Recordings up to each of these lengths are summed up and tried apart: what a short one costs is mostly its files, what a long one costs is mostly its sound.
 */
const lengthsMs = [20_000, 300_000, Number.POSITIVE_INFINITY] as const;
/** Bytes for a millisecond where no header tells the length: G.711. */
const usualBytesPerMs = 8;

/** Nothing to do yet. */
export function createImportWork(): ImportWork {
  type Summed = { -readonly [Key in keyof Omit<WorkKind, 'samples'>]: WorkKind[Key] } & {
    ranked: { readonly rank: number; readonly sample: Sample }[];
  };
  const kinds = new Map<string, Summed>();
  return {
    take: (recording, { recordingId, standing }, sound, originalBytes) => {
      if (standing !== 'new' && standing !== 'changed') return;
      const ms = sound.audioMs > 0 ? sound.audioMs : originalBytes / usualBytesPerMs;
      const length = sound.kind === null ? 0 : lengthsMs.findIndex((most) => ms <= most);
      const isKnown = sound.kind === null || kinds.size < mostKinds || kinds.has(`${length} ${sound.kind}`);
      const kind = isKnown ? sound.kind : 'others';
      let one = kinds.get(`${length} ${kind ?? ''}`);
      if (one === undefined) {
        one = { kind, recordings: 0, originalBytes: 0, audioMs: 0, channelMs: 0, wideChannelMs: 0, wavBytes: 0, openEnded: 0, ranked: [] };
        kinds.set(`${length} ${kind ?? ''}`, one);
      }
      one.recordings++;
      one.originalBytes += originalBytes;
      one.audioMs += sound.audioMs;
      one.channelMs += sound.channelMs;
      one.wideChannelMs += sound.wideChannelMs;
      one.wavBytes += sound.wavBytes;
      if (sound.isOpenEnded) one.openEnded++;
      // Drawn by seconds of sound, not by files: the smallest of exponential numbers with the length as their rate (Efraimidis and Spirakis 2006). Digests are as fair as
      // random numbers, and the same at every run.
      const rank = -Math.log((Number.parseInt(sha256Hex(recording.key).slice(0, 12), 16) + 1) / (2 ** 48 + 1)) / Math.max(1, ms);
      const last = one.ranked.at(-1);
      if (one.ranked.length >= samplesKept && last !== undefined && rank >= last.rank) return;
      one.ranked.push({ rank, sample: { recording, recordingId, originalBytes, audioMs: ms } });
      one.ranked.sort((a, b) => a.rank - b.rank || byCodePoint(a.sample.recording.key, b.sample.recording.key));
      one.ranked.splice(samplesKept);
    },
    kinds: () =>
      [...kinds.values()]
        .map(({ ranked, ...sums }) => ({ ...sums, samples: ranked.map(({ sample }) => sample) }))
        .sort((a, b) => b.audioMs - a.audioMs || b.originalBytes - a.originalBytes || byCodePoint(a.kind ?? '', b.kind ?? '')),
  };
}
