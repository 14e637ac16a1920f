import { remembered } from '../../remembered.ts';

/** Bytes of latin-1 text. */
export function text(value: string): Uint8Array {
  return Uint8Array.from(value, (character) => character.charCodeAt(0));
}

/** Parts one after the other. */
export function join(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Whole numbers of `width` bytes each. */
export function numbers(width: 1 | 2 | 4 | 8, values: readonly number[], bigEndian = false): Uint8Array {
  const bytes = new Uint8Array(width * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    if (width === 1) view.setUint8(i, value);
    else if (width === 2) view.setUint16(i * 2, value, !bigEndian);
    else if (width === 4) view.setUint32(i * 4, value, !bigEndian);
    else view.setBigUint64(i * 8, BigInt(value), !bigEndian);
  });
  return bytes;
}

export const u16 = (...values: number[]): Uint8Array => numbers(2, values);
export const u32 = (...values: number[]): Uint8Array => numbers(4, values);

/** A chunk with its pad byte; `size` is the size in its header. */
export function chunk(id: string, body: Uint8Array, options: { size?: number; pad?: boolean; bigEndian?: boolean } = {}): Uint8Array {
  const pad = options.pad !== false && body.length % 2 === 1 ? new Uint8Array(1) : new Uint8Array(0);
  return join(text(id), numbers(4, [options.size ?? body.length], options.bigEndian), body, pad);
}

/** A chunk of Sony Wave64, padded to 8; `size` is the size in its header, including the header itself. */
export function chunk64(id: string, body: Uint8Array, size = body.length + 24): Uint8Array {
  const tail = id === 'riff' ? '2e91cf11a5d628db04c10000' : id === 'list' ? '2f91cf11a5d628db04c10000' : 'f3acd3118cd100c04f8edb8a';
  return join(text(id), Buffer.from(tail, 'hex'), numbers(8, [size]), body, new Uint8Array((8 - (body.length % 8)) % 8));
}

/** A Wave64 of chunks. */
export function riff64(chunks: readonly Uint8Array[]): Uint8Array {
  const form = join(text('wave'), Buffer.from('f3acd3118cd100c04f8edb8a', 'hex'));
  return chunk64('riff', join(form, ...chunks));
}

/** A RIFF of chunks; `size` is the size in its header. */
export function riff(chunks: readonly Uint8Array[], options: { size?: number; id?: string; form?: string; bigEndian?: boolean } = {}): Uint8Array {
  const body = join(text(options.form ?? 'WAVE'), ...chunks);
  return join(text(options.id ?? 'RIFF'), numbers(4, [options.size ?? body.length], options.bigEndian), body);
}

/** The fields of a fmt chunk; the others are derived. */
export interface Fmt {
  tag: number;
  channels?: number;
  rate?: number;
  bits?: number;
  block?: number;
  bytesPerSecond?: number;
  extra?: Uint8Array;
  bigEndian?: boolean;
}

/** A fmt chunk of 16 bytes, or of 18 and more if there are extra bytes. */
export function fmt(fields: Fmt): Uint8Array {
  const { tag, channels = 1, rate = 8000, bits = 16, extra, bigEndian = false } = fields;
  const block = fields.block ?? Math.ceil(bits / 8) * channels;
  const body = [
    numbers(2, [tag, channels], bigEndian),
    numbers(4, [rate, fields.bytesPerSecond ?? rate * block], bigEndian),
    numbers(2, [block, bits], bigEndian),
  ];
  if (extra !== undefined) body.push(numbers(2, [extra.length], bigEndian), extra);
  return chunk('fmt ', join(...body), { bigEndian });
}

/** Pseudo-random numbers of a fixed seed: the same in every run and on every machine. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0; // Numerical Recipes, "quick and dirty" generator
    return state / 2 ** 32;
  };
}

export function randomBytes(length: number, seed: number): Uint8Array {
  const next = seeded(seed);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = Math.floor(next() * 256);
  return bytes;
}

/** Speech-like sound: harmonics of a gliding voice under syllables, with a little breath; whole numbers of 16 bits. */
export const voice = remembered((samples: number, seed = 1, pitchHz = 130): Int16Array => {
  const next = seeded(seed);
  let phase = 0;
  let breath = 0;
  return Int16Array.from({ length: samples }, (_, i) => {
    phase += (2 * Math.PI * pitchHz * (1 + 0.1 * triangle(i / 3000))) / 8000;
    breath = 0.9 * breath + 0.1 * (next() - 0.5);
    let sum = 0;
    for (let harmonic = 1; harmonic <= 12; harmonic++) sum += sine(phase * harmonic) / (harmonic * harmonic ** 0.3);
    return Math.round(9000 * (0.35 + 0.65 * Math.abs(triangle(i / 900))) * (sum / 2 + breath));
  });
});

/** Several voices, each on a channel of its own, interleaved; @param frames samples of each */
export function voices(frames: number, channels: number): Int16Array {
  const each = Array.from({ length: channels }, (_, at) => voice(frames, at + 1, 130 + 60 * at));
  return Int16Array.from({ length: frames * channels }, (_, at) => each[at % channels]?.[Math.floor(at / channels)] ?? 0);
}

/** A triangle between -1 and 1 with period 1. */
function triangle(x: number): number {
  const part = x - Math.floor(x);
  return part < 0.5 ? 4 * part - 1 : 3 - 4 * part;
}

/** A sine from a polynomial, because Math.sin may differ in its last bit between engines, and samples must not. */
function sine(x: number): number {
  const turns = x / (2 * Math.PI);
  const t = 2 * (turns - Math.floor(turns + 0.5)); // -1 to 1, half turns
  const parabola = 4 * t * (1 - Math.abs(t));
  return parabola * (0.775 + 0.225 * Math.abs(parabola));
}

/** Samples as bytes of a layout. */
export function pack(
  samples: Int16Array,
  layout: 's16le' | 's16be' | 'u8' | 's8' | 's24le' | 's24be' | 's32le' | 's32be' | 'f32le' | 'f32be' | 'f64le' | 'f64be' | 'mulaw' | 'alaw',
): Uint8Array {
  const each = (width: number, write: (view: DataView, at: number, value: number) => void): Uint8Array => {
    const bytes = new Uint8Array(samples.length * width);
    const view = new DataView(bytes.buffer);
    samples.forEach((value, i) => {
      write(view, i * width, value);
    });
    return bytes;
  };
  switch (layout) {
    case 's16le':
      return each(2, (view, at, value) => view.setInt16(at, value, true));
    case 's16be':
      return each(2, (view, at, value) => view.setInt16(at, value));
    case 'u8':
      return each(1, (view, at, value) => view.setUint8(at, (value >> 8) + 128));
    case 's8':
      return each(1, (view, at, value) => view.setInt8(at, value >> 8));
    case 's24le':
      return each(3, (view, at, value) => {
        view.setUint8(at, value & 0x7f);
        view.setInt16(at + 1, value, true);
      });
    case 's24be':
      return each(3, (view, at, value) => {
        view.setInt16(at, value);
        view.setUint8(at + 2, value & 0x7f);
      });
    case 's32le':
      return each(4, (view, at, value) => view.setInt32(at, value * 65536 + (value & 0x7fff), true));
    case 's32be':
      return each(4, (view, at, value) => view.setInt32(at, value * 65536 + (value & 0x7fff)));
    case 'f32be':
      return each(4, (view, at, value) => view.setFloat32(at, value / 32768));
    case 'f64be':
      return each(8, (view, at, value) => view.setFloat64(at, value / 32768));
    case 'f32le':
      return each(4, (view, at, value) => view.setFloat32(at, value / 32768, true));
    case 'f64le':
      return each(8, (view, at, value) => view.setFloat64(at, value / 32768, true));
    case 'mulaw':
      return each(1, (view, at, value) => view.setUint8(at, toMulaw(value)));
    case 'alaw':
      return each(1, (view, at, value) => view.setUint8(at, toAlaw(value)));
  }
}

/** ITU-T G.711 mu-law of a 16-bit sample. */
export function toMulaw(value: number): number {
  const magnitude = Math.min(32635, Math.abs(value)) + 132;
  const segment = Math.floor(Math.log2(magnitude)) - 7;
  const code = (segment << 4) | ((magnitude >> (segment + 3)) & 0x0f);
  return ~(value < 0 ? code | 0x80 : code) & 0xff;
}

/** ITU-T G.711 A-law of a 16-bit sample. */
export function toAlaw(value: number): number {
  const magnitude = Math.min(32767, value < 0 ? -value - 1 : value) >> 4;
  const segment = magnitude < 16 ? 0 : Math.floor(Math.log2(magnitude)) - 3;
  const code = (segment << 4) | (segment < 2 ? magnitude & 0x0f : (magnitude >> (segment - 1)) & 0x0f);
  return ((value < 0 ? code : code | 0x80) ^ 0x55) & 0xff;
}
