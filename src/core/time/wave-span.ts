/** A part of the audio, in ms from its first sample: [from, to). */
export interface SoundSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Returns the samples of a span, per channel: [first, end). Both ends are rounded to the nearest sample and stay inside the audio. */
export function framesOf({ fromMs, toMs }: SoundSpan, sampleRateHz: number, total: number): { readonly first: number; readonly end: number } {
  const at = (ms: number): number => Math.max(0, Math.min(total, Math.round((ms * sampleRateHz) / 1_000)));
  return { first: at(fromMs), end: at(toMs) };
}

/** Position of the samples in a WAVE file. */
export interface WaveLayout {
  /** Content of its fmt chunk. */
  readonly format: Uint8Array;
  readonly sampleRateHz: number;
  /** Bytes of one sample of all channels together. */
  readonly frameBytes: number;
  readonly dataStart: number;
  /** Samples per channel. */
  readonly frames: number;
}

/** Bytes of a WAVE file that are searched for everything before its samples. */
export const waveHeadBytes = 64 * 1024;

/** Codecs in which each sample has separate bytes: PCM, IEEE float, A-law, µ-law (mmreg.h). */
const plainTags: ReadonlySet<number> = new Set([0x0001, 0x0003, 0x0006, 0x0007]);
/** WAVE_FORMAT_EXTENSIBLE: the codec's tag is at the beginning of the sub-format. */
const extensible = 0xfffe;

/**
 * Parses the layout of a WAVE file (RIFF, or RF64: EBU Tech 3306) from which samples can be cut. Null: another kind of file.
 * @param head up to `waveHeadBytes` of its beginning
 */
export function waveLayout(head: Uint8Array, fileBytes: number): WaveLayout | null {
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const name = (at: number): string => String.fromCharCode(...head.subarray(at, at + 4));
  if (head.length < 12 || !['RIFF', 'RF64'].includes(name(0)) || name(8) !== 'WAVE') return null;
  let format: Uint8Array | null = null;
  let longBytes: number | null = null;
  for (let at = 12; at + 8 <= head.length; ) {
    const size = view.getUint32(at + 4, true);
    const content = at + 8;
    if (name(at) === 'data') {
      const said = size === 0xffffffff ? longBytes : size;
      return format === null || said === null ? null : layoutOf(format, content, Math.min(said, fileBytes - content));
    }
    if (content + size > head.length) return null;
    if (name(at) === 'fmt ') format = head.slice(content, content + size);
    if (name(at) === 'ds64' && size >= 16) longBytes = Number(view.getBigUint64(content + 8, true));
    at = content + size + (size % 2);
  }
  return null;
}

function layoutOf(format: Uint8Array, dataStart: number, dataBytes: number): WaveLayout | null {
  if (format.length < 16) return null;
  const view = new DataView(format.buffer, format.byteOffset, format.length);
  const tag = view.getUint16(0, true);
  const coding = tag === extensible && format.length >= 26 ? view.getUint16(24, true) : tag;
  const channels = view.getUint16(2, true);
  const sampleRateHz = view.getUint32(4, true);
  const frameBytes = view.getUint16(12, true);
  const bits = view.getUint16(14, true);
  if (!plainTags.has(coding) || channels === 0 || sampleRateHz === 0 || frameBytes !== channels * Math.ceil(bits / 8)) return null;
  return { format, sampleRateHz, frameBytes, dataStart, frames: Math.max(0, Math.floor(dataBytes / frameBytes)) };
}

/** Largest size that a RIFF header can state. */
export const mostWaveBytes = 0xffffffff;

/**
 * Creates the bytes of a WAVE file that precede its samples.
 * @param format content of the fmt chunk
 * @param dataBytes size of all samples; the whole file must not exceed `mostWaveBytes`
 */
export function waveHead(format: Uint8Array, dataBytes: number): Uint8Array {
  const tag = (format[0] ?? 0) | ((format[1] ?? 0) << 8);
  const frameBytes = (format[12] ?? 0) | ((format[13] ?? 0) << 8);
  // Non-PCM codecs need a fact chunk (Microsoft, Multimedia Data Standards Update 3.0).
  const factBytes = tag === 0x0001 ? 0 : 12;
  const head = new Uint8Array(12 + 8 + format.length + (format.length % 2) + factBytes + 8);
  const view = new DataView(head.buffer);
  const write = (at: number, name: string, size: number): void => {
    for (const [index, sign] of [...name].entries()) view.setUint8(at + index, sign.charCodeAt(0));
    view.setUint32(at + 4, size, true);
  };
  write(0, 'RIFF', head.length - 8 + dataBytes + (dataBytes % 2));
  write(8, 'WAVE', 0);
  write(12, 'fmt ', format.length);
  head.set(format, 20);
  if (factBytes > 0) {
    write(head.length - 20, 'fact', 4);
    view.setUint32(head.length - 12, frameBytes === 0 ? 0 : dataBytes / frameBytes, true);
  }
  write(head.length - 8, 'data', dataBytes);
  return head;
}

/** Creates the content of the fmt chunk for 16-bit PCM. */
export function pcm16Format(channels: number, sampleRateHz: number): Uint8Array {
  return sampleFormat(0x0001, 2, channels, sampleRateHz);
}

/** Creates the content of the fmt chunk for 32-bit floats. */
export function float32Format(channels: number, sampleRateHz: number): Uint8Array {
  return sampleFormat(0x0003, 4, channels, sampleRateHz);
}

function sampleFormat(coding: number, sampleBytes: number, channels: number, sampleRateHz: number): Uint8Array {
  const format = new Uint8Array(channels > 2 ? 40 : 16);
  const view = new DataView(format.buffer);
  view.setUint16(0, channels > 2 ? extensible : coding, true);
  view.setUint16(2, channels, true);
  view.setUint32(4, sampleRateHz, true);
  view.setUint32(8, sampleRateHz * channels * sampleBytes, true);
  view.setUint16(12, channels * sampleBytes, true);
  view.setUint16(14, sampleBytes * 8, true);
  if (channels > 2) {
    // Channels of a call are not loudspeakers, so they have no positions. The sub-format of PCM is 00000001-0000-0010-8000-00aa00389b71 (mmreg.h),
    // that of floats begins with 3.
    view.setUint16(16, 22, true);
    view.setUint16(18, sampleBytes * 8, true);
    format.set([coding, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71], 24);
  }
  return format;
}
