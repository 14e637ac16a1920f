import { createRequire } from 'node:module';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import type koffi from 'koffi';
import { agree } from '../../core/base/agree.ts';
import { errorText, LongplayError } from '../../core/base/error.ts';
import { home } from '../../core/base/home.ts';
import type { Samples } from '../../core/model/format.ts';

/** Rates that Opus supports without resampling (RFC 6716 section 2.1.3 and opus.h). */
export const opusRatesHz: readonly number[] = [8_000, 12_000, 16_000, 24_000, 48_000];

/** Settings of an encoder. */
export interface OpusEncoderOptions {
  /** One of `opusRatesHz`. */
  readonly sampleRateHz: number;
  /** 1 or 2. */
  readonly channels: number;
  /** Bits per second of all channels together. */
  readonly bitrate: number;
  /** Complexity, 0 to 10. */
  readonly complexity: number;
}

interface OpusState {
  /**
   * Releases the memory for the next stream, which saves a tenth of a megabyte for a short call. The stream must not be used afterwards. Calling it is
   * optional.
   */
  close(): void;
}

/** The encoder of one stream. Its state is JavaScript memory, so nothing must be destroyed and nothing can leak. */
export interface OpusEncoder extends OpusState {
  /** Delay of the output, in samples per channel at the encoder's rate. */
  readonly lookahead: number;
  /**
   * Encodes one frame into one packet and returns the number of bytes. `samples` must be interleaved and last 2.5, 5, 10, 20, 40 or 60 ms.
   * @throws RangeError for any other number of samples or a packet that is too small.
   */
  encode(samples: Samples, packet: Uint8Array): number;
}

/** The decoder of one stream. Its memory is managed as for the encoder. */
export interface OpusDecoder extends OpusState {
  /**
   * Decodes one packet into interleaved samples at the beginning of `samples`, as Int16 or float, depending on that array. Returns the number of samples per
   * channel; null if libopus rejects the packet.
   * @throws RangeError if the packet is longer than the room.
   */
  decode(packet: Uint8Array, samples: Samples): number | null;
}

/** libopus in this process. Each worker thread loads its own. */
export interface OpusLibrary {
  /** E.g. `libopus 1.5.2`. Different versions encode the same samples to different bytes. */
  readonly version: string;
  /** Creates an encoder: application audio, variable bit rate, signal type detected by libopus. @throws RangeError for options out of range. */
  encoder(options: OpusEncoderOptions): OpusEncoder;
  /** Creates a decoder. @throws RangeError for a rate or number of channels that Opus does not support. */
  decoder(sampleRateHz: number, channels: number): OpusDecoder;
}

/** Constants of opus_defines.h. */
const opus = {
  applicationAudio: 2049,
  signalAuto: -1000,
  setBitrate: 4002,
  setVbr: 4006,
  setComplexity: 4010,
  setVbrConstraint: 4020,
  setSignal: 4024,
  getLookahead: 4027,
  invalidPacket: -4,
} as const;

/**
 * Paths at which libopus is searched: in the package that contains it (docs/how-to/packages.md), then by the linker's own search, then where macOS package
 * managers install it.
 */
const candidates: readonly string[] =
  process.platform === 'darwin'
    ? ['libopus.0.dylib', '/opt/homebrew/lib/libopus.0.dylib', '/usr/local/lib/libopus.0.dylib', '/opt/local/lib/libopus.0.dylib']
    : [fileURLToPath(new URL('lib/libopus.so.0', home)), 'libopus.so.0'];

/**
 * Loads the libopus of this machine; null if there is none. `path`: an absolute path to use instead of a search, or `none`.
 * @throws LongplayError `M150` (usage) if the library at the given path cannot be used.
 */
export function findOpusLibrary(path?: string): OpusLibrary | null {
  if (path === 'none') return null;
  if (path !== undefined) {
    try {
      if (!isAbsolute(path)) throw new Error('the path is not absolute');
      return openOpusLibrary(path);
    } catch (cause) {
      const hint = 'give the absolute path of libopus.so.0, or "none" to let FFmpeg encode';
      throw new LongplayError('usage', 'M150', `libopus cannot be loaded from ${path}: ${errorText(cause)}`, hint, cause);
    }
  }
  for (const candidate of candidates) {
    try {
      return openOpusLibrary(candidate);
    } catch {
      // libopus is not here, so the next path is tried. If all fail, the result is null, which `longplay doctor` reports.
    }
  }
  return null;
}

/** Checks a result of libopus: sizes and counts are positive, errors are negative (opus_defines.h). */
function answered(result: number, strerror: (code: number) => string, what: string): number {
  if (result < 0) throw new RangeError(`${what}: ${strerror(result)} (libopus ${result})`);
  return result;
}

/**
 * Loads the package for foreign functions. It is loaded only here, so that without the package longplay can let FFmpeg encode.
 * @throws the package's error if it is absent or broken
 */
function foreignFunctions(): typeof koffi {
  return createRequire(import.meta.url)('koffi') as typeof koffi; // The package has the type that it declares.
}

/**
 * Opens the library at a path. The signatures are those of opus.h. A wrong one would crash the process, so each is tested with no, one and many frames. One
 * function: the signatures of the library, and the encoder and the decoder that call them.
 */
function openOpusLibrary(path: string): OpusLibrary {
  const library = foreignFunctions().load(path);
  const native = {
    version: library.func('const char *opus_get_version_string()') as () => string,
    strerror: library.func('const char *opus_strerror(int error)') as (error: number) => string,
    encoderSize: library.func('int opus_encoder_get_size(int channels)') as (channels: number) => number,
    encoderInit: library.func('int opus_encoder_init(void *st, int32_t Fs, int channels, int application)') as (
      state: Uint8Array,
      rate: number,
      channels: number,
      application: number,
    ) => number,
    // The function is variadic in C, so each call states the type of the argument after the request.
    encoderCtl: library.func('int opus_encoder_ctl(void *st, int request, ...)') as (
      state: Uint8Array,
      request: number,
      type: 'int32_t' | 'int32_t *',
      value: number | Int32Array,
    ) => number,
    encode: library.func('int32_t opus_encode(void *st, const void *pcm, int frame_size, void *data, int32_t max_data_bytes)') as Encode,
    encodeFloat: library.func('int32_t opus_encode_float(void *st, const void *pcm, int frame_size, void *data, int32_t max_data_bytes)') as Encode,
    decoderSize: library.func('int opus_decoder_get_size(int channels)') as (channels: number) => number,
    decoderInit: library.func('int opus_decoder_init(void *st, int32_t Fs, int channels)') as (
      state: Uint8Array,
      rate: number,
      channels: number,
    ) => number,
    decode: library.func('int opus_decode(void *st, const void *data, int32_t len, void *pcm, int frame_size, int decode_fec)') as Decode,
    decodeFloat: library.func('int opus_decode_float(void *st, const void *data, int32_t len, void *pcm, int frame_size, int decode_fec)') as Decode,
  };
  const check = (result: number, what: string): number => answered(result, native.strerror, what);
  const states = createStates();

  return {
    version: native.version(),
    encoder({ sampleRateHz, channels, bitrate, complexity }) {
      const what = agree`Opus encoder for ${channels} channel[s] of ${sampleRateHz} Hz at ${bitrate} b/s, complexity ${complexity}`;
      const memory = states.take(what, () => {
        const fresh = room(native.encoderSize(channels), what);
        check(native.encoderInit(fresh, sampleRateHz, channels, opus.applicationAudio), what);
        const set = (request: number, value: number): number => check(native.encoderCtl(fresh, request, 'int32_t', value), what);
        set(opus.setBitrate, bitrate);
        set(opus.setComplexity, complexity);
        set(opus.setVbr, 1);
        // The bitrate need not have a constant mean, so speech that needs more bits gets them. FFmpeg's `-vbr on` does the same.
        set(opus.setVbrConstraint, 0);
        set(opus.setSignal, opus.signalAuto);
        return fresh;
      });
      const lookahead = new Int32Array(1);
      check(native.encoderCtl(memory.state, opus.getLookahead, 'int32_t *', lookahead), what);
      return {
        lookahead: lookahead[0] ?? 0,
        close: memory.giveBack,
        encode(samples, packet) {
          // libopus reads `frames` × channels samples; the division keeps this inside the array.
          const frames = Math.trunc(samples.length / channels);
          const encode = samples instanceof Int16Array ? native.encode : native.encodeFloat;
          const bytes = encode(memory.state, samples, frames, packet, packet.length);
          // With fifty packets per second, the text is built only for errors.
          return bytes >= 0 ? bytes : check(bytes, agree`Opus frame of ${samples.length} sample[s]`);
        },
      };
    },
    decoder(sampleRateHz, channels) {
      const what = agree`Opus decoder for ${channels} channel[s] of ${sampleRateHz} Hz`;
      const memory = states.take(what, () => {
        const fresh = room(native.decoderSize(channels), what);
        check(native.decoderInit(fresh, sampleRateHz, channels), what);
        return fresh;
      });
      return {
        close: memory.giveBack,
        decode(packet, samples) {
          // For libopus, an empty packet is a lost one, which it conceals. Here it is invalid.
          if (packet.length === 0) return null;
          const room = Math.trunc(samples.length / channels);
          const decode = samples instanceof Int16Array ? native.decode : native.decodeFloat;
          const frames = decode(memory.state, packet, packet.length, samples, room, 0);
          if (frames >= 0) return frames;
          return frames === opus.invalidPacket ? null : check(frames, agree`Opus packet of ${packet.length} byte[s]`);
        },
      };
    },
  };
}

type Encode = (state: Uint8Array, samples: Samples, frames: number, packet: Uint8Array, room: number) => number;
type Decode = (state: Uint8Array, packet: Uint8Array, length: number, samples: Samples, room: number, fec: number) => number;

/** Memory for a state of libopus while a stream is processed. */
interface StateMemory {
  /** The state. libopus keeps no pointer to it beyond a call, and V8 never moves memory of this size. @throws Error once it was released */
  readonly state: Uint8Array;
  giveBack(): void;
}

/** Allocates a state. @throws RangeError if libopus returns no size */
function room(size: number, what: string): Uint8Array {
  if (size <= 0) throw new RangeError(`${what}: no such number of channels`);
  return new Uint8Array(size);
}

/** Number of kinds of streams whose initial state is cached. Recordings have few kinds, and each takes 20 to 60 KB. */
const keptStates = 16;

/**
 * Manages states by kind of stream. The initial state of each kind is created once and copied for every stream, into memory that an earlier stream has
 * released. A state is contiguous, and a shallow copy of it is valid (opus.h, for encoder and decoder). Creating one queries the processor's features several
 * times, which is slow on a virtual machine: 0.18 ms per decoder and 0.07 ms per encoder, while a call of 2 s takes 3.9 ms of encoding and decoding.
 */
function createStates(): { take(what: string, make: () => Uint8Array): StateMemory } {
  const kinds = new Map<string, { readonly beginning: Uint8Array; left: Uint8Array | null }>();
  return {
    take(what, make) {
      const kind = kinds.get(what) ?? { beginning: make(), left: null };
      if (kinds.size < keptStates) kinds.set(what, kind);
      let own: Uint8Array | null = kind.left ?? new Uint8Array(kind.beginning.length);
      kind.left = null;
      own.set(kind.beginning);
      return {
        get state() {
          if (own === null) throw new Error(`${what}: used after it was closed`);
          return own;
        },
        giveBack() {
          if (own !== null) kind.left = own;
          own = null;
        },
      };
    },
  };
}
