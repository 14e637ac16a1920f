import { byCodePoint } from '../../core/base/order.ts';
import { toolName } from '../../core/base/version.ts';
import type { Codec } from '../../core/model/format.ts';
import type { CatalogStratum, CodecRisk, Playability, RegisteredCodec } from './statement.ts';

/** Decoders on this machine. */
export interface DecodersHere {
  readonly codecs: ReadonlyMap<string, Codec>;
  /** Version of FFmpeg; null: none. */
  readonly ffmpeg: string | null;
}

/** Lists every codec of an archive with its decoders. Codecs with the largest risk come first, then those with the most recordings. */
export function codecRegister(catalog: readonly CatalogStratum[], here: DecodersHere, played: Playability['codecs']): RegisteredCodec[] {
  const sums = new Map<string, { recordings: number; durationMs: number }>();
  for (const { codecs: ids, withSound, withOriginal = withSound, durationMs } of catalog) {
    if (withOriginal === 0) continue;
    for (const id of ids === '' ? [noCodec] : ids.split(' ')) {
      const sum = sums.get(id) ?? { recordings: 0, durationMs: 0 };
      sums.set(id, { recordings: sum.recordings + withOriginal, durationMs: sum.durationMs + durationMs });
    }
  }
  const rows = [...sums].map(([id, sum]): RegisteredCodec => {
    const { originals = null, copies = null } = played.find(({ codec }) => codec === id) ?? {};
    return { codec: id, ...sum, ...judged(id, here), originals, copies };
  });
  return rows.sort((a, b) => rank(b) - rank(a) || b.recordings - a.recordings || byCodePoint(a.codec, b.codec));
}

const noCodec = '-';
const risks: readonly CodecRisk[] = ['published', 'ffmpeg-only', 'proprietary', 'nobody'];

function rank({ risk }: RegisteredCodec): number {
  return risks.indexOf(risk);
}

function judged(id: string, { codecs, ffmpeg }: DecodersHere): Pick<RegisteredCodec, 'risk' | 'reason' | 'title' | 'decoders'> {
  const codec = codecs.get(id);
  if (id === noCodec) return { risk: 'nobody', reason: 'no coded audio was found in these recordings', title: 'no known codec', decoders: [] };
  if (codec === undefined) return { risk: 'nobody', reason: 'this version of longplay does not know it', title: id, decoders: [] };
  const { title, decode, undisclosed, second } = codec;
  if (decode.by === 'nobody') return { risk: 'nobody', reason: decode.reason, title, decoders: [] };
  const theirs = ffmpeg === null ? [] : [`FFmpeg ${ffmpeg}`];
  const decoders = decode.by === 'ffmpeg' ? theirs : [toolName, ...(second === undefined ? [] : theirs)];
  const by =
    decode.by === 'us' ? 'longplay decodes it' : ffmpeg === null ? 'only FFmpeg decodes it, and it is not available here' : 'only FFmpeg decodes it';
  if (decoders.length === 0) return { risk: 'nobody', reason: by, title, decoders };
  if (undisclosed === true) return { risk: 'proprietary', reason: `${by}; the codec was never published`, title, decoders };
  return { risk: decode.by === 'us' ? 'published' : 'ffmpeg-only', reason: `${by}; the codec is published`, title, decoders };
}
