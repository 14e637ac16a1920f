import type { Codec, Samples } from '../../../src/core/model/format.ts';
import { blockDecoder } from '../base/block-decoder.ts';
import { framesInBlocks } from '../base/coded-frames.ts';

/** One representation of linear samples. */
interface Linear {
  readonly id: string;
  readonly title: string;
  readonly bytes: number;
  allocate(samples: number): Samples;
  /** Decodes `samples` samples that begin at `from`. */
  decode(bytes: Uint8Array, from: number, samples: number, out: Samples, to: number): void;
}

const int16 = (samples: number): Samples => new Int16Array(samples);
const float32 = (samples: number): Samples => new Float32Array(samples);
const hostIsLittle = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Returns a loop over a DataView, for layouts that are too rare for a loop of their own. */
function viewed(bytesPerSample: number, read: (view: DataView, at: number) => number): Linear['decode'] {
  return (bytes, from, samples, out, to) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0, at = from; i < samples; i++, at += bytesPerSample) out[to + i] = read(view, at);
  };
}

/** Replaces a value that is not finite by silence: a NaN would spoil every later statistic. */
const finite = (value: number): number => (Number.isFinite(value) ? value : 0);

const decodeS16le: Linear['decode'] = (bytes, from, samples, out, to) => {
  const at = bytes.byteOffset + from;
  if (hostIsLittle && at % 2 === 0) {
    out.set(new Int16Array(bytes.buffer, at, samples), to);
    return;
  }
  for (let i = 0, j = from; i < samples; i++, j += 2) out[to + i] = (bytes[j] ?? 0) | ((bytes[j + 1] ?? 0) << 8);
};

const linears: readonly Linear[] = [
  {
    id: 'pcm-u8',
    title: 'PCM, 8 bits unsigned',
    bytes: 1,
    allocate: int16,
    decode(bytes, from, samples, out, to) {
      for (let i = 0; i < samples; i++) out[to + i] = ((bytes[from + i] ?? 0) - 128) << 8;
    },
  },
  {
    id: 'pcm-s8',
    title: 'PCM, 8 bits signed',
    bytes: 1,
    allocate: int16,
    decode(bytes, from, samples, out, to) {
      for (let i = 0; i < samples; i++) out[to + i] = (bytes[from + i] ?? 0) << 8; // truncating to 16 bits restores the sign
    },
  },
  { id: 'pcm-s16le', title: 'PCM, 16 bits, little-endian', bytes: 2, allocate: int16, decode: decodeS16le },
  {
    id: 'pcm-s16be',
    title: 'PCM, 16 bits, big-endian',
    bytes: 2,
    allocate: int16,
    decode(bytes, from, samples, out, to) {
      for (let i = 0, j = from; i < samples; i++, j += 2) out[to + i] = ((bytes[j] ?? 0) << 8) | (bytes[j + 1] ?? 0);
    },
  },
  {
    id: 'pcm-s24le',
    title: 'PCM, 24 bits, little-endian',
    bytes: 3,
    allocate: float32,
    decode(bytes, from, samples, out, to) {
      for (let i = 0, j = from; i < samples; i++, j += 3) {
        out[to + i] = (((bytes[j] ?? 0) << 8) | ((bytes[j + 1] ?? 0) << 16) | ((bytes[j + 2] ?? 0) << 24)) / 0x80000000;
      }
    },
  },
  {
    id: 'pcm-s24le-low32',
    title: 'PCM, 24 bits in the low part of 32, little-endian',
    bytes: 4,
    allocate: float32,
    decode: viewed(4, (view, at) => (view.getInt32(at, true) << 8) / 0x80000000), // the top byte has no information
  },
  {
    id: 'pcm-s24be',
    title: 'PCM, 24 bits, big-endian',
    bytes: 3,
    allocate: float32,
    decode(bytes, from, samples, out, to) {
      for (let i = 0, j = from; i < samples; i++, j += 3) {
        out[to + i] = (((bytes[j] ?? 0) << 24) | ((bytes[j + 1] ?? 0) << 16) | ((bytes[j + 2] ?? 0) << 8)) / 0x80000000;
      }
    },
  },
  {
    id: 'pcm-s32le',
    title: 'PCM, 32 bits, little-endian',
    bytes: 4,
    allocate: float32,
    decode: viewed(4, (view, at) => view.getInt32(at, true) / 0x80000000),
  },
  {
    id: 'pcm-s32be',
    title: 'PCM, 32 bits, big-endian',
    bytes: 4,
    allocate: float32,
    decode: viewed(4, (view, at) => view.getInt32(at) / 0x80000000),
  },
  {
    id: 'pcm-f32le',
    title: 'floating point, 32 bits, little-endian',
    bytes: 4,
    allocate: float32,
    decode: viewed(4, (view, at) => finite(view.getFloat32(at, true))),
  },
  {
    id: 'pcm-f32be',
    title: 'floating point, 32 bits, big-endian',
    bytes: 4,
    allocate: float32,
    decode: viewed(4, (view, at) => finite(view.getFloat32(at))),
  },
  {
    id: 'pcm-f64le',
    title: 'floating point, 64 bits, little-endian',
    bytes: 8,
    allocate: float32,
    decode: viewed(8, (view, at) => finite(Math.fround(view.getFloat64(at, true)))),
  },
  {
    id: 'pcm-f64be',
    title: 'floating point, 64 bits, big-endian',
    bytes: 8,
    allocate: float32,
    decode: viewed(8, (view, at) => finite(Math.fround(view.getFloat64(at)))),
  },
];

/** Decodes linear samples, interleaved by channel. Floating point may exceed [-1, 1] if the recorder's values did; values that are not finite become 0. */
export const pcm: readonly Codec[] = linears.map((linear) => ({
  id: linear.id,
  title: linear.title,
  facts: ['IBM and Microsoft, Multimedia Programming Interface and Data Specifications 1.0 (1991), WAVE; checked against FFmpeg 7.1 and sox 14.4'],
  frames: (track) => framesInBlocks(track, linear.bytes * track.channels, 1),
  decode: {
    by: 'us',
    decoder: (track) =>
      blockDecoder({
        blockBytes: linear.bytes * track.channels,
        blockSamples: track.channels,
        allocate: linear.allocate,
        decode: (bytes, from, blocks, out, to) => linear.decode(bytes, from, blocks * track.channels, out, to),
      }),
  },
}));
