import { toolName } from '../../core/base/version.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';
import type { Codec, Track } from '../../core/model/format.ts';
import { beyondBounds } from '../../core/model/track-bounds.ts';
import type { MediaTools } from '../tools/types.ts';

/** A codec with its decoder, as found by `canDecode`. */
export type UsableCodec =
  | { readonly id: string; readonly codec: Codec; readonly decode: Extract<Codec['decode'], { by: 'us' }>; readonly ffmpeg: null }
  | {
      readonly id: string;
      readonly codec: Codec;
      readonly decode: Extract<Codec['decode'], { by: 'ffmpeg' }>;
      readonly ffmpeg: NonNullable<MediaTools['ffmpeg']>;
    };

/** Returns why a track cannot be decrypted with these passwords; null if it can be. */
export function lockOf(
  track: Track,
  codec: Codec | undefined,
  passwords: readonly Uint8Array[] = [],
): readonly [code: FindingCode, message: string] | null {
  return codec?.decode.by === 'us' ? (codec.decode.locked?.(track, passwords) ?? null) : null;
}

/**
 * Returns why a track can never be decoded, whatever programs are installed: there is no decoder, or its header is out of bounds. Null if it may be decodable.
 * For tracks that have not been decoded yet.
 */
export function whyUndecodable(track: Track, codec: Codec | undefined): string | null {
  if (codec === undefined) return 'no decoder is known';
  return codec.decode.by === 'nobody' ? codec.decode.reason : beyondBounds(track, codec);
}

/** Returns the codec of a track with its decoder; the finding that says why it cannot be decoded here if there is none. */
export function canDecode(track: Track, tools: Pick<MediaTools, 'codecs' | 'ffmpeg' | 'passwords'>, place: string): UsableCodec | Finding {
  const codec = tools.codecs.get(track.codec);
  if (codec === undefined) return finding('M107', place, `${track.codecName}: no decoder is known`);
  if (codec.decode.by === 'nobody') return finding('M107', place, `${track.codecName}: ${codec.decode.reason}`);
  const lock = lockOf(track, codec, tools.passwords);
  if (lock !== null) return finding(lock[0], place, `${track.codecName}: ${lock[1]}`);
  if (codec.decode.by === 'us') {
    const { decoder } = codec.decode;
    return { id: codec.id, codec, decode: { by: 'us', decoder: (of) => decoder(of, tools.passwords) }, ffmpeg: null };
  }
  if (tools.ffmpeg === null) return finding('M108', place, `${track.codecName}: only FFmpeg decodes it, and it is not installed`);
  return { id: codec.id, codec, decode: codec.decode, ffmpeg: tools.ffmpeg };
}

/** Returns the decoder's name with version: `longplay 0.1.0 mulaw`, `FFmpeg 7.1.5 gsm`. */
export function decoderName({ id, ffmpeg }: UsableCodec): string {
  return `${ffmpeg === null ? toolName : `FFmpeg ${ffmpeg.version}`} ${id}`;
}
