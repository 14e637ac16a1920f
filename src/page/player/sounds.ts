import { rolesOfChannels } from '../../core/model/channel-roles.ts';
import { piecesAfter } from '../../core/model/pieces.ts';
import {
  type AccessCopy,
  alreadyOpusReason,
  type RecordingDocument,
  type StoredFile,
  type StoredMedium,
} from '../../core/model/recording-document.ts';

/** Source for cutting out a part. */
export interface CutSource {
  /** True for a WAV file, whose samples are copied unchanged. */
  readonly isWave: boolean;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Samples per channel. */
  readonly samples: number;
  /** Set for an original without a copy: only the import's decoder may decode it, because a browser may produce other samples. */
  readonly isByServer?: true;
}

/** Waveform of one channel: peaks of equal spans, 0 to 255. */
export interface Lane {
  /** Role or side of the channel; null: unknown. */
  readonly role: string | null;
  readonly side: string | null;
  readonly peaks: Uint8Array;
  readonly msPerPeak: number;
}

/** A playable file. */
export interface Sound {
  readonly kind: 'copy' | 'original' | 'joined';
  readonly stored: StoredFile;
  /** Index in `media`; null for both sides joined. */
  readonly medium: number | null;
  readonly durationMs: number;
  /** Null: no part of the file can be cut out. */
  readonly cut: CutSource | null;
  /** One lane per channel; without peaks if none were measured. */
  readonly lanes: readonly Lane[];
}

/** Media types by file extension; the codec decides whether a browser plays it. */
const types: Readonly<Record<string, string>> = {
  wav: 'audio/wav',
  mp3: 'audio/mpeg',
  flac: 'audio/flac',
  opus: 'audio/ogg; codecs=opus',
  ogg: 'audio/ogg',
  m4a: 'audio/mp4',
  aac: 'audio/aac',
};

/** Codecs inside WAVE that browsers can play. */
const playedInWave = /^pcm-/;

/** Lists everything playable, best first: both sides joined, then copies, then unencrypted originals. */
export function soundsOf(document: RecordingDocument): Sound[] {
  const { joined, media } = document;
  const sounds: Sound[] = [];
  if (joined !== null && joined.erased === undefined) {
    const sides = (['in', 'out'] as const).map((side) => media.find((medium) => medium.side === side && medium.measurement?.channels === 1));
    sounds.push({
      kind: 'joined',
      stored: joined,
      medium: null,
      durationMs: (joined.samples / joined.sampleRateHz) * 1000,
      cut: cutOf(joined),
      lanes: sides.map((medium, index) => ({ ...laneOf(medium, 0), side: index === 0 ? 'in' : 'out' })),
    });
  }
  for (const [index, medium] of media.entries()) {
    const { access, original, measurement } = medium;
    const channels = access?.channels ?? measurement?.channels ?? 0;
    const lanes = Array.from({ length: channels }, (_, channel) => laneOf(medium, channel));
    if ((access ?? original).erased !== undefined) continue;
    if (access !== null) {
      sounds.push({
        kind: 'copy',
        stored: access,
        medium: index,
        durationMs: (access.samples / access.sampleRateHz) * 1000,
        cut: cutOf(access),
        lanes,
      });
    } else if (measurement !== null && isPlayed(medium)) {
      const { sampleRateHz, samples } = measurement;
      const isWave = original.path.endsWith('.wav');
      const isWhole = piecesAfter(media, index).length === 0;
      const cut = isWhole ? { isWave, sampleRateHz, channels, samples, ...(isWave ? {} : { isByServer: true as const }) } : null;
      sounds.push({ kind: 'original', stored: original, medium: index, durationMs: measurement.durationMs, cut, lanes });
    }
  }
  return sounds;
}

function cutOf({ format, sampleRateHz, channels, samples }: AccessCopy): CutSource {
  return { isWave: format === 'wav', sampleRateHz, channels, samples };
}

/** Returns true for an original without a copy that a browser may play. */
function isPlayed({ original, accessReason, codec }: StoredMedium): boolean {
  const type = types[original.path.split('.').at(-1) ?? ''];
  if (type === undefined) return accessReason === alreadyOpusReason;
  return type === 'audio/wav' ? codec !== null && playedInWave.test(codec.id) : true;
}

function laneOf(medium: StoredMedium | undefined, channel: number): Lane {
  const measurement = medium?.measurement ?? null;
  const role =
    rolesOfChannels(medium?.channels ?? [], measurement?.channels ?? medium?.codec?.channels ?? Number.POSITIVE_INFINITY)[channel] ?? 'unknown';
  const text = measurement?.peaks.channels[channel] ?? '';
  const peaks = bytesOf(text);
  const side = medium === undefined || medium.side === 'unknown' ? null : medium.side;
  return {
    role: role === 'unknown' ? null : role,
    side,
    peaks,
    msPerPeak: measurement === null || peaks.length === 0 ? 0 : measurement.durationMs / peaks.length,
  };
}

/** Decodes peaks from base64, at most some thousand; drops longer or invalid texts. */
function bytesOf(base64: string): Uint8Array {
  if (base64.length > 16_384) return new Uint8Array();
  try {
    return Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

/** Largest peak that counts as silence: 37 dB below full scale after rounding. */
const silentPeak = 3;
/** Shorter silences are pauses for breath. */
const silentMs = 1_500;
/** Length of the end of a silence that is still played, so that no first syllable is lost. */
const leadMs = 250;

/** Returns spans in which no audible channel has sound, [start, end) in ms, shortened at the end. */
export function silencesOf(lanes: readonly Lane[], durationMs: number): readonly (readonly [start: number, end: number])[] {
  const measured = lanes.filter(({ peaks }) => peaks.length > 0);
  const step = Math.min(...measured.map(({ msPerPeak }) => msPerPeak));
  if (measured.length === 0 || measured.length < lanes.length || !(step > 0)) return [];
  const silent = (ms: number): boolean => measured.every(({ peaks, msPerPeak }) => (peaks[Math.floor(ms / msPerPeak)] ?? 0) <= silentPeak);
  const stretches: [number, number][] = [];
  let start: number | null = null;
  for (let ms = 0; ms < durationMs; ms += step) {
    if (silent(ms + step / 2)) start ??= ms;
    else if (start !== null) {
      stretches.push([start, ms]);
      start = null;
    }
  }
  if (start !== null) stretches.push([start, durationMs]);
  return stretches.filter(([from, to]) => to - from >= silentMs).map(([from, to]) => [from, to - leadMs] as const);
}
