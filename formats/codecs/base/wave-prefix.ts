import type { Track } from '../../../src/core/model/format.ts';

/** Statements of a WAVE header about its payload. */
export interface WaveFormat {
  /** wFormatTag. */
  readonly tag: number;
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly bytesPerSecond: number;
  readonly blockBytes: number;
  readonly bitsPerSample: number;
  /** Bytes of the fmt chunk after cbSize. */
  readonly extra: Uint8Array;
}

const formatBytes = 18; // WAVEFORMATEX without its extra bytes (mmreg.h).
const lengthUnknown = 0xffffffff; // written by stream writers, including FFmpeg; read with -ignore_length 1

/** Encodes a WAVEFORMATEX. */
export function packWaveFormat(format: WaveFormat): Uint8Array {
  const bytes = new Uint8Array(formatBytes + format.extra.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, format.tag, true);
  view.setUint16(2, format.channels, true);
  view.setUint32(4, format.sampleRateHz, true);
  view.setUint32(8, format.bytesPerSecond, true);
  view.setUint16(12, format.blockBytes, true);
  view.setUint16(14, format.bitsPerSample, true);
  view.setUint16(16, format.extra.length, true);
  bytes.set(format.extra, formatBytes);
  return bytes;
}

/** Decodes the result of `packWaveFormat`; returns null for anything else. */
export function unpackWaveFormat(bytes: Uint8Array): WaveFormat | null {
  if (bytes.length < formatBytes) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const extraBytes = view.getUint16(16, true);
  if (bytes.length !== formatBytes + extraBytes) return null;
  return {
    tag: view.getUint16(0, true),
    channels: view.getUint16(2, true),
    sampleRateHz: view.getUint32(4, true),
    bytesPerSecond: view.getUint32(8, true),
    blockBytes: view.getUint16(12, true),
    bitsPerSample: view.getUint16(14, true),
    extra: bytes.subarray(formatBytes),
  };
}

/**
 * Returns a minimal WAVE header up to the first byte of the audio, for a payload that follows on a pipe. The length is stated as unknown if `dataBytes` is
 * absent.
 */
export function wavePrefix(format: WaveFormat, dataBytes: number = lengthUnknown): Uint8Array {
  const packed = packWaveFormat(format);
  const padded = packed.length + (packed.length % 2);
  const bytes = new Uint8Array(12 + 8 + padded + 8);
  const view = new DataView(bytes.buffer);
  const text = (at: number, value: string): void => {
    for (let i = 0; i < value.length; i++) bytes[at + i] = value.charCodeAt(i);
  };
  text(0, 'RIFF');
  view.setUint32(4, Math.min(lengthUnknown, bytes.length - 8 + dataBytes), true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, packed.length, true);
  bytes.set(packed, 20);
  text(20 + padded, 'data');
  view.setUint32(24 + padded, dataBytes, true);
  return bytes;
}

/** FFmpeg's arguments for reading a payload after `wavePrefix`. */
export const wavePrefixArgs: readonly string[] = ['-f', 'wav', '-ignore_length', '1'];

/** Returns the data rate of blocks of fixed length, in bytes per second. */
export function bytesPerSecond(track: Track, blockBytes: number, framesPerBlock: number): number {
  return Math.ceil((track.sampleRateHz * blockBytes) / framesPerBlock);
}
