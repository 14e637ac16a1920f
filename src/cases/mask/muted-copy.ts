import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { cannotWrite } from '../../archive/files/durable.ts';
import { limits } from '../../core/base/limits.ts';
import type { AccessCopy } from '../../core/model/recording-document.ts';
import { mostWaveBytes, pcm16Format, waveHead, waveHeadBytes, waveLayout } from '../../core/time/wave-span.ts';

/** Decodes one Opus copy at the rate that it was made at: its bytes become samples, interleaved, valid until the next call. @throws LongplayError M152: there is no decoder */
export type DecodeCopy = (
  rateHz: number,
  signal: AbortSignal,
) => Promise<{
  push(bytes: Uint8Array): Int16Array | Float32Array | Promise<Int16Array | Float32Array>;
  finish(): Int16Array | Float32Array | Promise<Int16Array | Float32Array>;
  close?(): void;
}>;

/**
 * Writes an access copy anew as WAV in which only some channels have sound; the others are digital silence of the same length.
 * @param from absolute; compared with its digest already @param kept indexes of channels
 * @returns false: it is none whose channels can be told apart, or too long for a WAV file; nothing of use was written
 */
export async function writeMuted(
  from: string,
  to: string,
  copy: Pick<AccessCopy, 'format' | 'sampleRateHz' | 'channels' | 'samples'>,
  kept: ReadonlySet<number>,
  decodeOpus: DecodeCopy,
  signal: AbortSignal,
): Promise<boolean> {
  const [source, target] = [openSync(from, 'r'), openTarget(to)];
  try {
    const write = (bytes: Uint8Array): void => {
      try {
        for (let at = 0; at < bytes.length; ) at += writeSync(target, bytes, at);
      } catch (error) {
        throw cannotWrite(to, error);
      }
    };
    return copy.format === 'wav' ? muteWav(source, write, copy, kept, signal) : await muteOpus(source, write, copy, kept, decodeOpus, signal);
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

/** The head as it is, then its samples, without anything behind them: a chunk there may hold anything. */
function muteWav(
  source: number,
  write: (bytes: Uint8Array) => void,
  { channels, sampleRateHz }: Pick<AccessCopy, 'channels' | 'sampleRateHz'>,
  kept: ReadonlySet<number>,
  signal: AbortSignal,
): boolean {
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
  source: number,
  write: (bytes: Uint8Array) => void,
  { channels, sampleRateHz, samples }: Pick<AccessCopy, 'channels' | 'sampleRateHz' | 'samples'>,
  kept: ReadonlySet<number>,
  decodeOpus: DecodeCopy,
  signal: AbortSignal,
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
    // Low byte first, as WAV wants it and as x86 and ARM machines keep it.
    write(new Uint8Array(own.buffer));
  };
  try {
    for (const piece of piecesOf(source, 0, signal)) take(await decoder.push(piece));
    take(await decoder.finish());
  } finally {
    decoder.close?.();
  }
  // Of another length its head is wrong.
  return place === samples * channels;
}
