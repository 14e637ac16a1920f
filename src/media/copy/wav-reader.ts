import { agree } from '../../core/base/agree.ts';
import { Cursor } from '../../core/base/cursor.ts';
import { limits } from '../../core/base/limits.ts';
import type { Samples } from '../../core/model/format.ts';
import { sampleBytes, type WavLayout } from './wav-writer.ts';

/** Content of a WAV copy's header. */
interface WaveHeader extends WavLayout {
  /** Number of bytes before the first sample. */
  readonly sizeBytes: number;
  readonly dataBytes: number;
  /** The RIFF (or ds64) size: the length of the file minus 8. */
  readonly riffBytes: number;
  /** Number of samples per channel in the fact chunk; null if there is no such chunk, or if ds64 has the number. */
  readonly factFrames: number | null;
}

/** Reads one WAV copy from its bytes, in chunks of any size. */
export interface WavReader {
  /** Returns the samples that these bytes complete, interleaved and valid until the next call. */
  push(bytes: Uint8Array): Samples;
  finish(): void;
  /** Layout; null before the header was read, and if the header is invalid. */
  readonly layout: WavLayout | null;
  readonly problems: readonly string[];
}

/**
 * Creates a reader for the copies that `createWavWriter` makes: 16-bit or float samples in RIFF or RF64. Because WAV has no checksums, the only detectable
 * faults are headers that contradict themselves or the file's length. Originals are read by `formats/`, which tolerate more. One function: the states of a
 * parser that receives its bytes in chunks.
 */
export function createWavReader(): WavReader {
  const problems: string[] = [];
  let header: WaveHeader | null = null;
  /** The beginning of the file until its header is complete; later the bytes of an incomplete frame. */
  let pending = new Uint8Array(0);
  let total = 0;
  let left = 0;
  let samples: Samples = new Int16Array(0);

  /** Parses the header once it is complete. After an invalid header, nothing more is read. */
  function readHeader(bytes: Uint8Array): Uint8Array {
    pending = joined(pending, bytes);
    try {
      header = parseWaveHeader(pending);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      problems.push(error.message);
    }
    if (header === null) {
      if (problems.length === 0 && pending.length > limits.waveHeaderBytes) problems.push(`no samples in the first ${limits.waveHeaderBytes} bytes`);
      return new Uint8Array(0);
    }
    const { sampleFormat, channels, dataBytes, factFrames } = header;
    const frameBytes = channels * sampleBytes(sampleFormat);
    if (dataBytes % frameBytes !== 0) problems.push(agree`${dataBytes} byte[s] of samples [does|do] not fill frames of ${frameBytes} byte[s]`);
    if (factFrames !== null && factFrames * frameBytes !== dataBytes)
      problems.push(agree`the fact chunk says ${factFrames} frame[s], the data chunk has ${dataBytes / frameBytes}`);
    left = dataBytes;
    samples = sampleFormat === 's16le' ? new Int16Array(0) : new Float32Array(0);
    const rest = pending.subarray(header.sizeBytes);
    pending = new Uint8Array(0);
    return rest;
  }

  return {
    push(bytes) {
      total += bytes.length;
      if (header === null && problems.length > 0) return samples;
      const rest = header === null ? readHeader(bytes) : bytes;
      if (header === null) return samples;
      const data = rest.subarray(0, Math.min(rest.length, left));
      left -= data.length;
      const width = sampleBytes(header.sampleFormat);
      const frameBytes = header.channels * width;
      const size = pending.length + data.length;
      const whole = size - (size % frameBytes);
      const target = room(whole / width);
      const out = new Uint8Array(target.buffer, 0, whole);
      if (whole === 0) {
        pending = joined(pending, data);
        return target;
      }
      out.set(pending);
      const used = whole - pending.length;
      out.set(data.subarray(0, used), pending.length);
      // Makes a copy, unlike `slice` of a Buffer.
      pending = new Uint8Array(data.subarray(used));
      return target;
    },
    finish() {
      if (header === null) {
        if (problems.length === 0) problems.push(total === 0 ? 'the file is empty' : agree`the header is truncated: ${total} byte[s] [exists|exist]`);
        return;
      }
      const past = total - header.sizeBytes - header.dataBytes;
      if (left > 0) problems.push(agree`the file is truncated: ${left} of ${header.dataBytes} byte[s] of samples [is|are] missing`);
      if (past > 0) problems.push(agree`${past} byte[s] [follows|follow] the samples`);
      if (left === 0 && past === 0 && header.riffBytes !== total - 8)
        problems.push(agree`the header states ${header.riffBytes + 8} byte[s], the file has ${total}`);
    },
    get layout() {
      return header;
    },
    problems,
  };

  /** Returns the first part of an array that is reused for each chunk. */
  function room(count: number): Samples {
    if (samples.length < count) samples = samples instanceof Int16Array ? new Int16Array(count) : new Float32Array(count);
    return samples.subarray(0, count);
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}

/** WAVE format tags (mmreg.h). */
const formatTag = { pcm: 0x0001, float: 0x0003, extensible: 0xfffe } as const;

/**
 * Parses a header; null if it is incomplete.
 * @throws RangeError, with the reason, if longplay cannot have written this header.
 */
function parseWaveHeader(bytes: Uint8Array): WaveHeader | null {
  if (bytes.length < 12) return null;
  const cursor = new Cursor(bytes);
  const container = cursor.text(4, 'container');
  const riffBytes = cursor.u32('RIFF size');
  const form = cursor.text(4, 'form');
  if ((container !== 'RIFF' && container !== 'RF64') || form !== 'WAVE') throw new RangeError('not a RIFF or RF64 file of form WAVE');

  let ds64: { readonly riffBytes: number; readonly dataBytes: number; readonly frames: number } | null = null;
  let layout: WavLayout | null = null;
  let factFrames: number | null = null;
  while (cursor.left >= 8) {
    const id = cursor.text(4, 'chunk id');
    const size = cursor.u32('chunk size');
    if (id === 'data') {
      if (layout === null) throw new RangeError('no fmt chunk before the samples');
      if (container === 'RF64' && ds64 === null) throw new RangeError('an RF64 file without a ds64 chunk');
      const { channels, sampleFormat, sampleRateHz } = layout;
      // RF64: the sizes in ds64 replace those of 0xffffffff (EBU Tech 3306, section 3).
      const sizes = ds64 ?? { riffBytes, dataBytes: size, frames: factFrames };
      return {
        channels,
        sampleFormat,
        sampleRateHz,
        sizeBytes: cursor.position,
        riffBytes: sizes.riffBytes,
        dataBytes: sizes.dataBytes,
        factFrames: sizes.frames,
      };
    }
    if (size > limits.waveHeaderBytes) throw new RangeError(agree`a chunk of ${size} byte[s] before the samples`);
    if (cursor.left < size + (size % 2)) return null;
    const end = cursor.position + size + (size % 2);
    // Fields are read from the chunk alone, because the bytes after it may not have been read yet.
    const chunk = new Cursor(bytes.subarray(cursor.position, end));
    if (id === 'fmt ') layout = parseFormat(chunk);
    else if (id === 'fact') factFrames = chunk.u32('fact count');
    else if (id === 'ds64')
      ds64 = { riffBytes: chunk.u64('ds64 RIFF size'), dataBytes: chunk.u64('ds64 data size'), frames: chunk.u64('ds64 count') };
    cursor.position = end;
  }
  return null;
}

function parseFormat(cursor: Cursor): WavLayout {
  let tag = cursor.u16('format tag');
  const channels = cursor.u16('channels');
  const sampleRateHz = cursor.u32('sample rate');
  const byteRate = cursor.u32('byte rate');
  const frameBytes = cursor.u16('block size');
  const bits = cursor.u16('bits per sample');
  if (tag === formatTag.extensible) {
    cursor.position = 24;
    // The GUID of a sub-format begins with its tag.
    tag = cursor.u16('sub-format');
  }
  const sampleFormat = tag === formatTag.pcm && bits === 16 ? 's16le' : tag === formatTag.float && bits === 32 ? 'f32le' : null;
  if (sampleFormat === null) throw new RangeError(agree`samples of ${bits} bit[s] with format tag 0x${tag.toString(16).padStart(4, '0')}`);
  if (channels === 0 || frameBytes !== channels * sampleBytes(sampleFormat) || byteRate !== frameBytes * sampleRateHz) {
    throw new RangeError(
      agree`the fmt chunk contradicts itself: ${channels} channel[s], ${sampleRateHz} Hz, ${frameBytes} byte[s] per frame, ${byteRate} per second`,
    );
  }
  return { sampleFormat, sampleRateHz, channels };
}
