import type { Identification } from '../../../src/core/model/format.ts';
import { join, numbers, pack, text, voice } from '../wave/builder.ts';

const be16 = (...values: number[]): Uint8Array => numbers(2, values, true);
const be32 = (...values: number[]): Uint8Array => numbers(4, values, true);

/** A chunk with its pad byte. */
export function iffChunk(id: string, body: Uint8Array, size = body.length): Uint8Array {
  return join(text(id), be32(size), body, new Uint8Array(body.length & 1));
}

/** A whole file. */
export function iffForm(kind: string, ...chunks: readonly Uint8Array[]): Uint8Array {
  return iffChunk('FORM', join(text(kind), ...chunks));
}

/** VHDR. */
export function vhdr(fields: { once?: number; repeated?: number; rate?: number; octaves?: number; compression?: number }): Uint8Array {
  const { once = 1600, repeated = 0, rate = 8000, octaves = 1, compression = 0 } = fields;
  return iffChunk('VHDR', join(be32(once, repeated, 0), be16(rate), Uint8Array.of(octaves, compression), be32(0x10000)));
}

/** MHDR. */
export function mhdr(fields: { samples?: number; bits?: number; rate?: number; kind?: number; channels?: number; compression?: number }): Uint8Array {
  const { samples = 1600, bits = 16, rate = 8000, channels = 1, kind = channels - 1, compression = 0 } = fields;
  return iffChunk('MHDR', join(be32(samples), be16(bits, 16), be32(rate), be16(1, kind, channels, compression), be32(0, 0, 0)));
}

/** CHAN with this number of channels. */
export const chan = (bits: number): Uint8Array => iffChunk('CHAN', be32(bits));
/** The codes of Fibonacci delta or of another table, high one first: the nearest difference each time, after the pad byte and the first value. */
export function delta(samples: Int16Array, differences: readonly number[]): Uint8Array {
  const first = (samples[0] ?? 0) >> 8;
  const codes = new Uint8Array(samples.length >> 1);
  let value = first;
  const code = (sample: number): number => {
    let best = 8;
    for (const [i, difference] of differences.entries()) {
      const next = value + difference;
      if (next < -128 || next > 127) continue;
      if (Math.abs(next - sample) < Math.abs(value + (differences[best] ?? 0) - sample)) best = i;
    }
    value += differences[best] ?? 0;
    return best;
  };
  for (let i = 0; i < codes.length; i++) codes[i] = (code((samples[2 * i] ?? 0) >> 8) << 4) | code((samples[2 * i + 1] ?? 0) >> 8);
  return join(Uint8Array.of(0, first & 0xff), codes);
}

/** Electronic Arts, "8SVX", appendix C. */
export const fibonacci: readonly number[] = [-34, -21, -13, -8, -5, -3, -2, -1, 0, 1, 2, 3, 5, 8, 13, 21];
/** FFmpeg 7.1 libavcodec/8svx.c. */
export const exponential: readonly number[] = [-128, -64, -32, -16, -8, -4, -2, -1, 0, 1, 2, 4, 8, 16, 32, 64];

/** The same as `Sample`, which imports this list. */
interface IffSample {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly format: string;
  readonly codec: string | null;
  readonly state: Identification['state'];
  readonly findings: readonly string[];
}

const speech = voice(1600);
const other = voice(3200).subarray(1600);
const s8 = pack(speech, 's8');

/** Amiga IFF sound of every coding, and faulty files. */
export function iffSamples(): readonly IffSample[] {
  const sample = (
    name: string,
    bytes: Uint8Array,
    codec: string | null,
    findings: readonly string[] = [],
    state: IffSample['state'] = 'ok',
  ): IffSample => ({ name, bytes, format: 'iff-sound', codec, state, findings });
  const body = (bytes: Uint8Array): Uint8Array => iffChunk('BODY', bytes);
  const mdat = (bytes: Uint8Array): Uint8Array => iffChunk('MDAT', bytes);
  const both = join(s8, pack(other, 's8'));
  const stereo = iffForm('8SVX', vhdr({}), chan(6), body(both));
  return [
    sample('iff.8svx', iffForm('8SVX', vhdr({}), body(s8)), 'pcm-s8'),
    sample('iff-stereo.8svx', stereo, 'pcm-s8'),
    sample('iff-stereo-cut.8svx', stereo.subarray(0, 3000), 'pcm-s8', ['F103'], 'truncated'),
    sample('iff-stereo-cut-in-the-left.8svx', stereo.subarray(0, 1500), 'pcm-s8', ['F103', 'F470'], 'truncated'),
    sample('iff-fibonacci.8svx', iffForm('8SVX', vhdr({ compression: 1 }), body(delta(speech, fibonacci))), 'fibonacci-delta'),
    sample('iff-exponential.8svx', iffForm('8SVX', vhdr({ compression: 2 }), body(delta(speech, exponential))), 'exponential-delta'),
    sample('iff-octaves.8svx', iffForm('8SVX', vhdr({ once: 1600, octaves: 2 }), body(join(s8, pack(voice(3200), 's8')))), 'pcm-s8', ['F471']),
    sample('iff-unknown-compression.8svx', iffForm('8SVX', vhdr({ compression: 9 }), body(s8)), 'unknown'),
    sample('iff-without-vhdr.8svx', iffForm('8SVX', body(s8)), 'unknown', ['F115'], 'damaged'),
    sample('iff-header-only.8svx', iffForm('8SVX', vhdr({ once: 0 }), body(new Uint8Array(0))), null, ['F110'], 'header-only'),
    sample('iff-16-bits.16sv', iffForm('16SV', vhdr({}), body(pack(speech, 's16be'))), 'pcm-s16be'),
    sample('iff.maud', iffForm('MAUD', mhdr({}), mdat(pack(speech, 's16be'))), 'pcm-s16be'),
    sample('iff-8-bits.maud', iffForm('MAUD', mhdr({ bits: 8 }), mdat(pack(speech, 'u8'))), 'pcm-u8'),
    sample('iff-alaw.maud', iffForm('MAUD', mhdr({ bits: 8, compression: 2 }), mdat(pack(speech, 'alaw'))), 'alaw'),
    sample('iff-mulaw.maud', iffForm('MAUD', mhdr({ bits: 8, compression: 3 }), mdat(pack(speech, 'mulaw'))), 'mulaw'),
    sample('iff-cut.maud', iffForm('MAUD', mhdr({}), mdat(pack(speech, 's16be'))).subarray(0, 2000), 'pcm-s16be', ['F103'], 'truncated'),
  ];
}
