/** Content of an AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1). */
export interface AudioConfig {
  /** Rate after decoding: twice the rate of the core if spectral band replication is used. */
  readonly sampleRateHz: number;
  /** Number of channels after decoding; 0 if only the stream itself states it. */
  readonly channels: number;
  readonly name: string;
  /** False for kinds that FFmpeg 7.1 does not decode. */
  readonly decodable: boolean;
}

/** Rates in Hz by index (ISO/IEC 14496-3, table 1.18); 13 and 14 are reserved, 15 precedes an explicit rate. */
export const aacRates: readonly number[] = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];

/** Audio object types (ISO/IEC 14496-3, table 1.17) that FFmpeg 7.1 decodes, and some that it does not. */
const kinds = new Map<number, readonly [name: string, decodable: boolean]>([
  [1, ['AAC main', true]],
  [2, ['AAC LC', true]],
  [3, ['AAC SSR', false]],
  [4, ['AAC LTP', true]],
  [17, ['ER AAC LC', true]],
  [23, ['AAC LD', true]],
  [36, ['MPEG-4 ALS', false]],
  [39, ['AAC ELD', true]],
  [42, ['USAC', false]],
]);

/** Returns a reader of bits from the highest bit down; it reads 0 beyond the end. */
function bitReader(bytes: Uint8Array) {
  let at = 0;
  return {
    get left(): number {
      return bytes.length * 8 - at;
    },
    take(count: number): number {
      let value = 0;
      for (let i = 0; i < count; i++, at++) value = value * 2 + (((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1);
      return value;
    },
  };
}

/** Reads an AudioSpecificConfig; returns null if it is too short or states no rate. */
export function audioConfig(bytes: Uint8Array): AudioConfig | null {
  if (bytes.length < 2) return null;
  const bits = bitReader(bytes);
  const objectType = (): number => {
    const type = bits.take(5);
    return type === 31 ? 32 + bits.take(6) : type;
  };
  const rate = (): number => {
    const index = bits.take(4);
    return index === 15 ? bits.take(24) : (aacRates[index] ?? 0);
  };
  let type = objectType();
  let sampleRateHz = rate();
  const configured = bits.take(4);
  let channels = configured === 7 ? 8 : configured <= 6 ? configured : 0;
  let replicated = type === 5 || type === 29;
  const parametric = type === 29;
  if (replicated) {
    sampleRateHz = rate();
    type = objectType();
  } else if (type === 2 && configured !== 0) {
    // GASpecificConfig, then optionally the marks of replication that older decoders do not read (1.6.6.2.2, 0x2b7).
    bits.take(1);
    if (bits.take(1) === 1) bits.take(14);
    bits.take(1);
    if (bits.left >= 16 && bits.take(11) === 0x2b7 && objectType() === 5 && bits.take(1) === 1) {
      replicated = true;
      sampleRateHz = rate();
    }
  }
  if (parametric && channels === 1) channels = 2;
  if (sampleRateHz === 0 || sampleRateHz > 192_000) return null;
  const [kind, decodable] = kinds.get(type) ?? [`MPEG-4 audio object type ${type}`, false];
  return { sampleRateHz, channels, name: replicated ? `HE-${kind}${parametric ? ' with parametric stereo' : ''}` : kind, decodable };
}
