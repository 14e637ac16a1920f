import wavefile from 'wavefile';
import { agree } from '../../core/base/agree.ts';
import type { Samples } from '../../core/model/format.ts';

/** Content of a WAV copy's header, apart from sizes. */
export interface WavLayout {
  /** 16-bit integers or 32-bit floats, as decoded. Nothing is converted. */
  readonly sampleFormat: 's16le' | 'f32le';
  readonly sampleRateHz: number;
  readonly channels: number;
}

/** Returns the number of bytes in one sample of one channel. */
export function sampleBytes(sampleFormat: WavLayout['sampleFormat']): number {
  return sampleFormat === 's16le' ? 2 : 4;
}

/** The rest of a sub-format's GUID after its tag, xxxxxxxx-0000-0010-8000-00aa00389b71 (mmreg.h), in the form that wavefile takes. */
const subFormat = [0x00100000, 0xaa000080, 0x719b3800] as const;

/** Value of a 32-bit size if the true size is in the ds64 chunk (EBU Tech 3306, section 3). */
const inDs64 = 0xffffffff;

/**
 * Returns the header, up to the first sample, of a WAV copy with `frames` samples per channel. Its length depends only on the layout: a JUNK chunk reserves
 * room for the ds64 chunk, which makes the file RF64 from 4 GiB on (EBU Tech 3306, section 3).
 */
export function waveHeader(layout: WavLayout, frames: number): Uint8Array {
  const float = layout.sampleFormat === 'f32le';
  const file = new wavefile.WaveFile();
  file.fromScratch(layout.channels, layout.sampleRateHz, float ? '32f' : '16', []);
  Object.assign(file, { junk: { chunkId: 'JUNK', chunkSize: 28, chunkData: new Array(28).fill(0) } });
  if (layout.channels > 2) {
    // wavefile leaves the tag unchanged and marks floats as PCM. Channels of a call are not loudspeakers, so they get no positions.
    Object.assign(file.fmt, { audioFormat: 0xfffe, subformat: [float ? 3 : 1, ...subFormat], dwChannelMask: 0 });
  } else if (float) {
    // Formats other than PCM have the size of their extension and a fact chunk (Microsoft, Multimedia Data Standards Update 3.0).
    Object.assign(file.fmt, { chunkSize: 18, cbSize: 0 });
  }
  if (float) Object.assign(file, { fact: { chunkId: 'fact', chunkSize: 4, dwSampleLength: 0 } });
  const header = file.toBuffer();

  const dataBytes = frames * layout.channels * sampleBytes(layout.sampleFormat);
  const riffBytes = header.length - 8 + dataBytes;
  const large = riffBytes > inDs64 - 1;
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  view.setUint32(4, large ? inDs64 : riffBytes, true);
  view.setUint32(header.length - 4, large ? inDs64 : dataBytes, true);
  if (float) view.setUint32(header.length - 12, large ? inDs64 : frames, true);
  if (large) {
    view.setUint32(0, 0x52463634); // RF64
    view.setUint32(12, 0x64733634); // ds64, of the same size as JUNK
    view.setBigUint64(20, BigInt(riffBytes), true);
    view.setBigUint64(28, BigInt(dataBytes), true);
    view.setBigUint64(36, BigInt(frames), true);
  }
  return header;
}

/** Writes a WAV file sequentially. For `header`, see `CopyEncoder`. */
export interface WavWriter {
  push(samples: Samples): void;
  finish(): void;
  header(): Uint8Array | null;
}

/**
 * Creates a writer of a WAV copy of any length. Without `frames`, the header states 0 samples until the bytes of `header()` overwrite it, so that an unfinished
 * file cannot look complete. The sink may keep each chunk.
 */
export function createWavWriter(
  stream: { readonly sampleRateHz: number; readonly channels: number; readonly frames?: number },
  sink: (bytes: Uint8Array) => void,
): WavWriter {
  const announced = stream.frames ?? 0;
  let layout: WavLayout | null = null;
  let frames = 0;

  function begin(sampleFormat: WavLayout['sampleFormat']): WavLayout {
    layout = { sampleFormat, sampleRateHz: stream.sampleRateHz, channels: stream.channels };
    sink(waveHeader(layout, announced));
    return layout;
  }

  return {
    push(samples) {
      if (samples.length === 0) return;
      const sampleFormat = samples instanceof Int16Array ? 's16le' : 'f32le';
      const { sampleFormat: before } = layout ?? begin(sampleFormat);
      if (sampleFormat !== before) throw new TypeError(agree`${sampleFormat} sample[s] in a file of ${before}`);
      if (samples.length % stream.channels !== 0)
        throw new RangeError(agree`${samples.length} sample[s] [does|do] not fill frames of ${stream.channels} channel[s]`);
      frames += samples.length / stream.channels;
      // Samples are little-endian in WAV and in the memory of x86 and ARM.
      sink(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength).slice());
    },
    finish() {
      if (layout === null) begin('s16le');
    },
    header: () => (layout === null || frames === announced ? null : waveHeader(layout, frames)),
  };
}
