import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { cannotWrite } from '../../archive/files/durable.ts';
import { limits } from '../../core/base/limits.ts';
import type { AccessCopy } from '../../core/model/recording-document.ts';
import { mostWaveBytes, pcm16Format, waveHead, waveHeadBytes, waveLayout } from '../../core/time/wave-span.ts';

/**
 * Decodes one Opus copy at the rate for which it was encoded. The samples are interleaved, and valid until the next call.
 * @throws LongplayError M152 if there is no decoder
 */
export type DecodeCopy = (
  rateHz: number,
  signal: AbortSignal,
) => Promise<{
  push(bytes: Uint8Array): Int16Array | Float32Array | Promise<Int16Array | Float32Array>;
  finish(): Int16Array | Float32Array | Promise<Int16Array | Float32Array>;
  close?(): void;
}>;

/** An access copy that will be written with sound on only some of its channels. */
export interface MutedCopy {
  /** Absolute path of the copy, which has been compared with its digest. */
  readonly from: string;
  /** Absolute path of the WAV file to write. */
  readonly to: string;
  readonly copy: Pick<AccessCopy, 'format' | 'sampleRateHz' | 'channels' | 'samples'>;
  /** Indexes of the channels that keep their sound. */
  readonly kept: ReadonlySet<number>;
}

/** An open copy that is being written as a muted one. */
interface Muting extends Pick<MutedCopy, 'copy' | 'kept'> {
  /** Descriptor of the copy. */
  readonly source: number;
  readonly write: (bytes: Uint8Array) => void;
  readonly signal: AbortSignal;
}

/**
 * Writes an access copy as WAV with sound on only some channels. The other channels are digital silence of the same length.
 * @returns false if its channels cannot be separated, or if it is too long for WAV; nothing usable was written then
 */
export async function writeMuted({ from, to, copy, kept }: MutedCopy, decodeOpus: DecodeCopy, signal: AbortSignal): Promise<boolean> {
  const [source, target] = [openSync(from, 'r'), openTarget(to)];
  try {
    const write = (bytes: Uint8Array): void => {
      try {
        for (let at = 0; at < bytes.length; ) at += writeSync(target, bytes, at);
      } catch (error) {
        throw cannotWrite(to, error);
      }
    };
    const muting: Muting = { copy, kept, source, write, signal };
    return copy.format === 'wav' ? muteWav(muting) : await muteOpus(muting, decodeOpus);
  } finally {
    closeSync(source);
    closeSync(target);
  }
}

function openTarget(path: string): number {
  try {
    return openSync(path, 'wx');
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

function* piecesOf(descriptor: number, from: number, signal: AbortSignal): Generator<Buffer> {
  const buffer = Buffer.allocUnsafe(limits.readChunkBytes);
  for (let at = from; ; ) {
    signal.throwIfAborted();
    const read = readSync(descriptor, buffer, 0, buffer.length, at);
    if (read === 0) return;
    at += read;
    yield buffer.subarray(0, read);
  }
}

/** Writes the header unchanged, then the samples. Leaves out the chunks after the samples, which may contain anything. */
function muteWav({ source, write, copy: { channels, sampleRateHz }, kept, signal }: Muting): boolean {
  const head = Buffer.alloc(waveHeadBytes);
  const layout = waveLayout(head.subarray(0, readSync(source, head, 0, head.length, 0)), Number.MAX_SAFE_INTEGER);
  if (layout === null || layout.frameBytes % channels !== 0 || layout.sampleRateHz !== sampleRateHz) return false;
  const dataBytes = layout.frames * layout.frameBytes;
  const begin = waveHead(layout.format, dataBytes);
  if (dataBytes + begin.length > mostWaveBytes) return false;
  write(begin);
  const sampleBytes = layout.frameBytes / channels;
  let place = 0;
  for (const piece of piecesOf(source, layout.dataStart, signal)) {
    const own = Buffer.from(piece.subarray(0, Math.max(0, Math.min(piece.length, dataBytes - place))));
    for (let at = 0; at < own.length; at++) if (!kept.has(Math.floor(((place + at) % layout.frameBytes) / sampleBytes))) own[at] = 0;
    write(own);
    place += own.length;
    if (place >= dataBytes) break;
  }
  return place === dataBytes;
}

async function muteOpus(
  { source, write, copy: { channels, sampleRateHz, samples }, kept, signal }: Muting,
  decodeOpus: DecodeCopy,
): Promise<boolean> {
  const dataBytes = samples * channels * 2;
  if (dataBytes + waveHeadBytes > mostWaveBytes) return false;
  write(waveHead(pcm16Format(channels, sampleRateHz), dataBytes));
  const decoder = await decodeOpus(sampleRateHz, signal);
  let place = 0;
  const take = (decoded: Int16Array | Float32Array): void => {
    const own = new Int16Array(decoded.length);
    for (const [at, value] of decoded.entries())
      if (kept.has((place + at) % channels))
        own[at] = decoded instanceof Int16Array ? value : Math.max(-32_768, Math.min(32_767, Math.round(value * 32_768)));
    place += own.length;
    // The samples are little-endian, as WAV requires and as x86 and ARM store them.
    write(new Uint8Array(own.buffer));
  };
  try {
    for (const piece of piecesOf(source, 0, signal)) take(await decoder.push(piece));
    take(await decoder.finish());
  } finally {
    decoder.close?.();
  }
  // With any other length the header would be wrong.
  return place === samples * channels;
}
