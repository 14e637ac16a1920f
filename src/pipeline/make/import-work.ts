import { sha256Hex } from '../../core/base/identifier.ts';
import { byCodePoint } from '../../core/base/order.ts';
import type { Recording } from '../../core/model/recording.ts';
import type { AccountedRecording } from '../read/account.ts';
import type { Sound } from '../read/sound.ts';

/** A recording for a trial. */
export interface Sample {
  readonly recording: Recording;
  readonly recordingId: string;
  readonly originalBytes: number;
  /** Duration of its audio, from headers or estimated from its bytes. */
  readonly audioMs: number;
}

/** Recordings with the same kind of audio, or none, and similar durations. */
export interface WorkKind {
  readonly kind: string | null;
  readonly recordings: number;
  readonly originalBytes: number;
  readonly audioMs: number;
  readonly channelMs: number;
  readonly wideChannelMs: number;
  readonly wavBytes: number;
  /** Number of recordings of unknown duration. */
  readonly openEnded: number;
  readonly samples: readonly Sample[];
}

/** Adds up the work of an import in constant memory. */
export interface ImportWork {
  take(recording: Recording, taken: Pick<AccountedRecording, 'recordingId' | 'standing'>, sound: Sound, originalBytes: number): void;
  /** Returns the kinds, those with the most audio first. */
  kinds(): WorkKind[];
}

/** Number of recordings per kind and duration class that are kept for a trial. */
const samplesKept = 4;
/** Largest number of kinds, each with one duration class; all others are combined. */
const mostKinds = 150;
/**
 * Upper bounds of the duration classes. Classes are added up and tried separately: the cost of a short recording is mostly its files, that of a long
 * one mostly its audio.
 */
const lengthsMs = [20_000, 300_000, Number.POSITIVE_INFINITY] as const;
/** Bytes per millisecond that are assumed if no header gives the duration: those of G.711. */
const usualBytesPerMs = 8;

/** Creates an empty sum. */
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
      // Samples are drawn in proportion to seconds of audio, not to files: those with the smallest exponential random numbers, with the duration as
      // rate (Efraimidis and Spirakis 2006). Digests replace random numbers: they are as uniform, and the same in every run.
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
