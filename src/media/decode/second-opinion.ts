import { agree } from '../../core/base/agree.ts';
import type { Codec, Samples, Track } from '../../core/model/format.ts';
import type { MediumBytes } from '../bytes/medium-bytes.ts';
import type { Together } from '../ffmpeg/decode-together.ts';
import type { MediaTools } from '../tools/types.ts';
import { decodeTrack } from './decode-track.ts';
import type { UsableCodec } from './usable-codec.ts';

/** One in this many originals is decoded by both decoders. Its digest decides, so that a repeated run chooses the same ones. */
const oneIn = 256;
/** Number of coded bytes at the beginning that are compared: 8 s of G.711, a minute of GSM. */
const comparedBytes = 64 * 1024;
/** Least share of one signal that the other must explain. Two decoders of one codec reach 0.99 and more (docs/explanation/plausibility.md). */
const leastAgreement = 0.9;
const mostLevelDb = 1;
/** Level below which sections are not compared, in 16-bit units, because rounding dominates there. */
const quietRms = 30;

/** Returns true if an original must be decoded by a second decoder. @param sha256 its digest, in hexadecimal */
export function wantsSecondOpinion(sha256: string, doubted: boolean): boolean {
  return doubted || Number.parseInt(sha256.slice(0, 4), 16) % oneIn === 0;
}

/**
 * Decodes the beginning of a track with longplay and with FFmpeg, and reports with numbers if the two disagree, because one decoder or the assumed codec is
 * then wrong. Null if they agree, if there is no second decoder, or if the section is too quiet or too short to compare.
 * @throws as `decodeTrack`
 */
export async function secondOpinion(
  track: Track,
  codec: Codec | undefined,
  bytes: MediumBytes,
  { ffmpeg, together }: Pick<MediaTools, 'ffmpeg' | 'together'>,
  signal: AbortSignal,
): Promise<string | null> {
  if (ffmpeg === null || codec?.decode.by !== 'us') return null;
  const input = codec.second?.(track) ?? null;
  if (input === null) return null;
  const short: Track = { ...track, frames: null, silences: [], spans: beginning(track.spans, comparedBytes, track.blockBytes ?? 1) };
  // Only samples are compared, so FFmpeg's messages about a truncated beginning are ignored.
  const heedless: Together | undefined = together === undefined ? undefined : (ask) => together({ ...ask, heedless: true });
  const decodeBy = async (by: UsableCodec): Promise<Float64Array> => {
    const parts: Samples[] = [];
    await decodeTrack({ track: short, codec: by, bytes, place: '', together: heedless }, (samples) => void parts.push(samples.slice()), signal);
    return joined(parts);
  };
  // FFmpeg decodes first, because this process then holds no samples while it waits for a shared FFmpeg process.
  const theirs = await decodeBy({ id: codec.id, codec, decode: { by: 'ffmpeg', input: () => input }, ffmpeg });
  const ours = await decodeBy({ id: codec.id, codec, decode: codec.decode, ffmpeg: null });
  return disagreement(ours, theirs, `FFmpeg ${ffmpeg.version}`);
}

/** Returns the spans that cover at most `most` bytes, in whole blocks. */
function beginning(spans: Track['spans'], most: number, blockBytes: number): Track['spans'] {
  const short: [number, number][] = [];
  let left = Math.max(blockBytes, most - (most % blockBytes));
  for (const [start, end] of spans) {
    if (left === 0) break;
    const taken = Math.min(left, end - start);
    short.push([start, start + taken]);
    left -= taken;
  }
  return short;
}

/** Joins samples and converts them to 16-bit units. */
function joined(parts: readonly Samples[]): Float64Array {
  const out = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    const scale = part instanceof Int16Array ? 1 : 32_768;
    for (const value of part) out[at++] = value * scale;
  }
  return out;
}

/** Describes a disagreement in words with numbers; null if there is none. */
export function disagreement(ours: Float64Array, theirs: Float64Array, name: string): string | null {
  const length = Math.min(ours.length, theirs.length);
  const longest = Math.max(ours.length, theirs.length);
  let [x, y, xx, yy, xy] = [0, 0, 0, 0, 0];
  for (let i = 0; i < length; i++) {
    const a = ours[i] ?? 0;
    const b = theirs[i] ?? 0;
    x += a;
    y += b;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  // Powers are taken about the mean, because a common offset is not agreement.
  const [powerOurs, powerTheirs, product] = [xx - (x * x) / length, yy - (y * y) / length, xy - (x * y) / length];
  if (longest === 0 || Math.max(powerOurs, powerTheirs) < quietRms * quietRms * longest) return null;
  if (length * 2 < longest) return agree`longplay decodes ${ours.length} sample[s] from its beginning, ${name} ${theirs.length}`;
  const agreement = product <= 0 ? 0 : (product * product) / (powerOurs * powerTheirs);
  const levelDb = 10 * Math.log10(powerTheirs / powerOurs);
  if (agreement >= leastAgreement && Math.abs(levelDb) <= mostLevelDb) return null;
  return agree`of the first ${length} sample[s] ${(100 * agreement).toFixed(0)} % [agrees|agree] with those that ${name} decodes, at ${levelDb.toFixed(1)} dB`;
}
