import type { Track } from '../../core/model/format.ts';
import type { MediumBytes } from '../bytes/medium-bytes.ts';
import type { Together } from '../ffmpeg/decode-together.ts';
import type { UsableCodec } from './usable-codec.ts';

/** The bytes of a medium that is being decoded. */
export interface CodedMedium {
  readonly bytes: MediumBytes;
  /** Place in the source, for findings. */
  readonly place: string;
  /** For callers that do nothing else meanwhile: lets FFmpeg decode a short track together with those of others. Absent: each track is decoded separately. */
  readonly together?: Together | undefined;
}

/** A track of a medium, with its decoder. */
export interface TrackWork<OfTrack extends Track = Track, By extends UsableCodec = UsableCodec> extends CodedMedium {
  readonly track: OfTrack;
  readonly codec: By;
}

/** A codec that longplay decodes itself. */
export type OwnCodec = Extract<UsableCodec, { ffmpeg: null }>;

/** A codec that FFmpeg decodes. */
export type FfmpegCodec = Extract<UsableCodec, { ffmpeg: object }>;
