import type { Catalog } from '../catalog/catalog.ts';
import type { Codec } from '../core/format.ts';
import { byCodePoint } from '../core/order.ts';
import { toolName } from '../core/version.ts';
import { decodeStrata } from '../history/strata.ts';
import type { MediaTools } from '../media/types.ts';

/**
 * How likely it is that a coding cannot be played any more some day. `published`: longplay decodes it, and how is published; `ffmpeg-only`: how is
 * published, and FFmpeg alone decodes it here; `proprietary`: nobody published how; `nobody`: no decoder here now.
 */
export type CodecRisk = 'published' | 'ffmpeg-only' | 'proprietary' | 'nobody';

/** One verification of a bag, as the log has it. */
export interface LoggedPlay {
  /** ISO time of the entry. */
  readonly time: string;
  /** Of the run, as `decoderIdentities` said it. */
  readonly decoders: string;
  readonly played: 'copies' | 'all';
  /** As `encodeStrata` made it. */
  readonly strata: string;
}

/** When recordings of a codec were played last, and by what. */
export interface LastPlayed {
  readonly time: string;
  readonly decoders: string;
}

/** A codec of the archive. */
export interface RegisteredCodec {
  /** Id; `-` for recordings of which no coding is known. */
  readonly codec: string;
  readonly title: string;
  /** That have a medium of it. One of several codecs counts at each. */
  readonly recordings: number;
  /** Of those recordings; 0 where nothing could be decoded. */
  readonly durationMs: number;
  readonly risk: CodecRisk;
  /** Why, in a sentence. */
  readonly reason: string;
  /** What decodes it on this machine now, the first choice first. */
  readonly decoders: readonly string[];
  /** Originals decoded as at import, or nearly so; null where the log knows of none. */
  readonly originals: LastPlayed | null;
  /** Their copies. */
  readonly copies: LastPlayed | null;
}

/** Every codec of an archive with what stands between it and silence; largest risk first, then by number of recordings. @param plays in the order of the log */
export function codecRegister(
  catalog: Pick<Catalog, 'strata'>,
  codecs: ReadonlyMap<string, Codec>,
  tools: Pick<MediaTools, 'ffmpeg'>,
  plays: Iterable<LoggedPlay>,
): RegisteredCodec[] {
  const sums = new Map<string, { recordings: number; durationMs: number }>();
  for (const { codecs: ids, recordings, durationMs } of catalog.strata()) {
    for (const id of ids === '' ? [noCodec] : ids.split(' ')) {
      const sum = sums.get(id) ?? { recordings: 0, durationMs: 0 };
      sums.set(id, { recordings: sum.recordings + recordings, durationMs: sum.durationMs + durationMs });
    }
  }
  const last = lastPlays(plays);
  const rows = [...sums].map(([id, sum]): RegisteredCodec => {
    const { risk, reason, title, decoders } = judged(id, codecs.get(id), tools);
    return { codec: id, title, ...sum, risk, reason, decoders, originals: last.get(`all ${id}`) ?? null, copies: last.get(`copies ${id}`) ?? null };
  });
  return rows.sort((a, b) => rank(b) - rank(a) || b.recordings - a.recordings || byCodePoint(a.codec, b.codec));
}

const noCodec = '-';
const risks: readonly CodecRisk[] = ['published', 'ffmpeg-only', 'proprietary', 'nobody'];

function rank({ risk }: RegisteredCodec): number {
  return risks.indexOf(risk);
}

function judged(
  id: string,
  codec: Codec | undefined,
  { ffmpeg }: Pick<MediaTools, 'ffmpeg'>,
): Pick<RegisteredCodec, 'risk' | 'reason' | 'title' | 'decoders'> {
  if (id === noCodec) return { risk: 'nobody', reason: 'no coded sound was found in these recordings', title: 'no coding known', decoders: [] };
  if (codec === undefined) return { risk: 'nobody', reason: 'this version of longplay does not know it', title: id, decoders: [] };
  const { title, decode, undisclosed, second } = codec;
  if (decode.by === 'nobody') return { risk: 'nobody', reason: decode.reason, title, decoders: [] };
  const theirs = ffmpeg === null ? [] : [`FFmpeg ${ffmpeg.version}`];
  const decoders = decode.by === 'ffmpeg' ? theirs : [toolName, ...(second === undefined ? [] : theirs)];
  const by =
    decode.by === 'us' ? 'longplay decodes it' : ffmpeg === null ? 'only FFmpeg decodes it, and there is none here' : 'only FFmpeg decodes it';
  if (decoders.length === 0) return { risk: 'nobody', reason: by, title, decoders };
  if (undisclosed === true) return { risk: 'proprietary', reason: `${by}; how it works was never published`, title, decoders };
  return { risk: decode.by === 'us' ? 'published' : 'ffmpeg-only', reason: `${by}; how it works is published`, title, decoders };
}

/** By what was played (`all`, `copies`) and codec. */
function lastPlays(plays: Iterable<LoggedPlay>): Map<string, LastPlayed> {
  const last = new Map<string, LastPlayed>();
  for (const { time, decoders, played, strata } of plays) {
    for (const stratum of decodeStrata(strata) ?? []) {
      if (stratum.played === 0) continue;
      for (const id of stratum.codec.split('+')) {
        last.set(`copies ${id}`, { time, decoders });
        if (played === 'all') last.set(`all ${id}`, { time, decoders });
      }
    }
  }
  return last;
}
