/** One of the encodings of NMS (Natural MicroSystems) voice files. */
export interface NmsEncoding {
  readonly codec: string;
  readonly name: string;
  readonly sampleRateHz: number;
  /** Size of one frame; segments are counted in frames. */
  readonly frameBytes: number;
  readonly bitsPerSample: number | null;
}

const encoding = (codec: string, name: string, frameBytes: number, bitsPerSample: number | null, sampleRateHz = 8000): NmsEncoding => ({
  codec,
  name,
  sampleRateHz,
  frameBytes,
  bitsPerSample,
});

/**
 * Encodings by their number, VTYPE (NMS manual 6422-12, appendix F: numbers, frame sizes and rates; NMS vcedef.h: the same numbers). The manual does not
 * describe how the frames of IMA begin, which law NMS 64 uses and where its two extra bytes are, or later numbers; these are not guessed.
 */
export const nmsEncodings: ReadonlyMap<number, NmsEncoding> = new Map([
  [1, encoding('nms-adpcm-16', 'NMS ADPCM, 16 kbit/s', 42, 2)],
  [2, encoding('nms-adpcm-24', 'NMS ADPCM, 24 kbit/s', 62, 3)],
  [3, encoding('nms-adpcm-32', 'NMS ADPCM, 32 kbit/s', 82, 4)],
  [4, encoding('unknown', 'NMS framed PCM, 64 kbit/s', 162, 8)],
  [10, encoding('mulaw', 'G.711 mu-law', 80, 8)],
  [11, encoding('alaw', 'G.711 A-law', 80, 8)],
  [13, encoding('pcm-s16le', 'PCM, 16 bits', 160, 16)],
  [14, encoding('oki-adpcm', 'OKI ADPCM, 24 kbit/s', 30, 4, 6000)],
  [15, encoding('oki-adpcm', 'OKI ADPCM, 32 kbit/s', 40, 4)],
  [16, encoding('pcm-u8', 'PCM, 8 bits', 110, 8, 11_025)],
  [17, encoding('pcm-s16le', 'PCM, 16 bits', 220, 16, 11_025)],
  [20, encoding('g726-32-lsb', 'G.726, 32 kbit/s', 40, 4)],
  [22, encoding('unknown', 'IMA ADPCM, 24 kbit/s', 30, 4, 6000)],
  [23, encoding('unknown', 'IMA ADPCM, 32 kbit/s', 40, 4)],
]);
