import type { Codec, FfmpegInput, Track } from '../../src/core/model/format.ts';
import { bytesPerSecond, wavePrefix, wavePrefixArgs } from './base/wave-prefix.ts';

const none = new Uint8Array(0);

/** Returns a function that returns FFmpeg's input for a payload after a WAVE header with this tag and 4 bits per sample. */
function inWave(tag: number, framesOf: (blockBytes: number, channels: number) => number): (track: Track) => FfmpegInput | null {
  return (track) => {
    const { channels, sampleRateHz, setup } = track;
    const blockBytes = track.blockBytes ?? channels;
    const frames = framesOf(blockBytes, channels);
    if (frames < 1) return null;
    const header = { tag, channels, sampleRateHz, bytesPerSecond: bytesPerSecond(track, blockBytes, frames), blockBytes, bitsPerSample: 4 };
    return { args: wavePrefixArgs, prefix: wavePrefix({ ...header, extra: setup ?? none }) };
  };
}

const halfBytes = (blockBytes: number, channels: number): number => (blockBytes * 2) / channels;

/**
 * How FFmpeg is called as a second decoder for our own decoders (FFmpeg 7.1). Not included are codings that it does not support (NMS ADPCM, DS2, reversed bits,
 * G.722 below 64 kbit/s), codings that are a table (G.711, of which every code is tested), and a coding that it decodes differently: G.726 at 40 kbit/s,
 * compared with the ITU-T vectors.
 */
const seconds = new Map<string, (track: Track) => FfmpegInput | null>([
  ['gsm', (track) => (track.channels === 1 ? { args: ['-f', 'gsm', '-ar', String(track.sampleRateHz)], prefix: none } : null)],
  ['g722', () => ({ args: ['-f', 'g722'], prefix: none })],
  // Silence frames shift FFmpeg's reading: used only if there are none.
  ['g729', (track) => (track.blockBytes === 10 ? { args: ['-f', 'g729'], prefix: none } : null)],
  ['oki-adpcm', inWave(0x17, halfBytes)],
  ['yamaha-adpcm', inWave(0x20, halfBytes)],
  ['ima-adpcm', inWave(0x11, (blockBytes, channels) => ((blockBytes - 4 * channels) * 2) / channels + 1)],
  ['ms-adpcm', inWave(0x02, (blockBytes, channels) => ((blockBytes - 7 * channels) * 2) / channels + 2)],
  ...[2, 3, 4].flatMap((bits): [string, (track: Track) => FfmpegInput | null][] => [
    [`g726-${bits * 8}-msb`, g726('g726', bits)],
    [`g726-${bits * 8}-lsb`, g726('g726le', bits)],
  ]),
]);

function g726(format: string, bits: number): (track: Track) => FfmpegInput {
  return ({ sampleRateHz }) => ({ args: ['-f', format, '-code_size', String(bits), '-ar', String(sampleRateHz)], prefix: none });
}

/** Returns the codec with its second decoder, if there is one. */
export function withSecond(codec: Codec): Codec {
  const second = codec.decode.by === 'us' ? seconds.get(codec.id) : undefined;
  return second === undefined ? codec : { ...codec, second };
}
