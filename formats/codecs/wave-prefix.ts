import type { Track } from '../../src/core/format.ts';

/** What a WAVE header says of its payload. */
export interface WaveFormat {
  /** wFormatTag. */
  readonly tag: number;
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly bytesPerSecond: number;
  readonly blockBytes: number;
  readonly bitsPerSample: number;
  /** The fmt chunk's bytes after cbSize. */
  readonly extra: Uint8Array;
}

const lengthUnknown = 0xffffffff; // what stream writers put, FFmpeg among them; read with -ignore_length 1

/** A clean WAVE header up to the first byte of the sound, for a payload of unknown length that follows on a pipe. */
export function wavePrefix(format: WaveFormat): Uint8Array {
  const formatBytes = 18 + format.extra.length;
  const padded = formatBytes + (formatBytes % 2);
  const bytes = new Uint8Array(12 + 8 + padded + 8);
  const view = new DataView(bytes.buffer);
  const text = (at: number, value: string): void => {
    for (let i = 0; i < value.length; i++) bytes[at + i] = value.charCodeAt(i);
  };
  text(0, 'RIFF');
  view.setUint32(4, lengthUnknown, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, formatBytes, true);
  view.setUint16(20, format.tag, true);
  view.setUint16(22, format.channels, true);
  view.setUint32(24, format.sampleRateHz, true);
  view.setUint32(28, format.bytesPerSecond, true);
  view.setUint16(32, format.blockBytes, true);
  view.setUint16(34, format.bitsPerSample, true);
  view.setUint16(36, format.extra.length, true);
  bytes.set(format.extra, 38);
  text(20 + padded, 'data');
  view.setUint32(24 + padded, lengthUnknown, true);
  return bytes;
}

/** FFmpeg's arguments for a payload behind `wavePrefix`. */
export const wavePrefixArgs: readonly string[] = ['-f', 'wav', '-ignore_length', '1'];

/** The rate at which blocks of fixed length pass, in bytes a second. */
export function bytesPerSecond(track: Track, blockBytes: number, framesPerBlock: number): number {
  return Math.ceil((track.sampleRateHz * blockBytes) / framesPerBlock);
}
