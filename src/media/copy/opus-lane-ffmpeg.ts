import { agree } from '../../core/base/agree.ts';
import { errorText, LongplayError } from '../../core/base/error.ts';
import type { Samples } from '../../core/model/format.ts';
import { opusClockHz } from '../../ogg/opus-packet.ts';
import { createOggOpusReader } from '../../ogg/opus-reader.ts';
import { createOggOpusWriter, type OggOpusWriter, oggSerial } from '../../ogg/opus-writer.ts';
import { endedByMachine, type Ffmpeg, FfmpegError, runFfmpeg } from '../ffmpeg/ffmpeg.ts';
import type { AccessOptions, CopyDecoder, CopyEncoder, CopyStream } from '../tools/types.ts';
import { opusComments, opusSettings, packetSamples, wholeFrames } from './opus-lane-libopus.ts';

/** Passes chunks on one at a time: `put` returns when the reader has consumed the chunk or has stopped reading. */
interface Feed {
  put(bytes: Uint8Array): Promise<void>;
  end(): void;
  readonly pieces: AsyncIterable<Uint8Array>;
}

function createFeed(): Feed {
  let piece: Uint8Array | null = null;
  let ended = false;
  let given = (): void => {};
  let taken = (): void => {};
  async function* pieces(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        if (piece !== null) {
          yield piece;
          piece = null;
          taken();
        } else if (ended) return;
        else
          await new Promise<void>((done) => {
            given = done;
          });
      }
    } finally {
      ended = true;
      taken();
    }
  }
  return {
    put: (bytes) =>
      new Promise((done) => {
        if (ended) return done();
        piece = bytes;
        taken = done;
        given();
      }),
    end() {
      ended = true;
      given();
    },
    pieces: pieces(),
  };
}

/** Starts an FFmpeg that runs while chunks are put. If it fails, the next call throws the error. */
export function startFfmpeg(
  ffmpeg: Ffmpeg,
  inputArgs: readonly string[],
  outputArgs: readonly string[],
  output: (bytes: Uint8Array) => void | Promise<void>,
  signal: AbortSignal | undefined,
): { put(bytes: Uint8Array): Promise<void>; end(): Promise<void>; stop(): void } {
  const feed = createFeed();
  const own = new AbortController();
  const job = { input: feed.pieces, inputArgs, outputArgs, output };
  const run = runFfmpeg(ffmpeg.launch, job, signal === undefined ? own.signal : AbortSignal.any([signal, own.signal]));
  // The next call throws the error; perhaps none is ever made.
  run.catch(() => {});
  return {
    async put(bytes) {
      await Promise.race([feed.put(bytes), run]);
    },
    async end() {
      feed.end();
      await run;
    },
    stop: () => own.abort(),
  };
}

/**
 * Encodes through FFmpeg if libopus cannot be loaded. Only FFmpeg's packets are used; longplay's writer makes the pages, so that both lanes write the same kind
 * of file.
 * @throws LongplayError `M151` (incomplete) from `push` and `finish` if FFmpeg fails or its packets do not cover all samples.
 */
export function encodeWithFfmpeg(
  options: AccessOptions,
  stream: CopyStream,
  ffmpeg: Ffmpeg,
  sink: (bytes: Uint8Array) => void,
  signal?: AbortSignal,
): CopyEncoder {
  const { sampleRateHz, channels } = stream;
  const scale = opusClockHz / sampleRateHz;
  const encoder = `FFmpeg ${ffmpeg.version} libopus`;
  let process: ReturnType<typeof startFfmpeg> | null = null;
  let float = false;
  let pushed = 0;
  let packets = 0;
  let preSkip = 0;
  let writer: OggOpusWriter | null = null;

  const reader = createOggOpusReader((packet, samples) => {
    if (samples !== packetSamples) throw failure(agree`a packet of ${samples} sample[s] instead of ${packetSamples}`);
    if (writer === null) {
      preSkip = reader.head?.preSkip ?? 0;
      const serial = oggSerial(stream.serialName);
      const inputSampleRateHz = stream.sourceRateHz ?? sampleRateHz;
      writer = createOggOpusWriter({ channels, preSkip, inputSampleRateHz, serial, vendor: encoder, comments: opusComments }, sink);
    }
    // FFmpeg may write one packet more than needed.
    if (packets * packetSamples >= preSkip + pushed * scale) return;
    writer.packet(packet, samples);
    packets++;
  });

  function start(): ReturnType<typeof startFfmpeg> {
    const inputArgs = ['-f', float ? 'f32le' : 's16le', '-ar', String(sampleRateHz), '-ac', String(channels)];
    const bitrate = ['-b:a', String(options.bitratePerChannel * channels), '-vbr', 'on'];
    const coding = [
      '-c:a',
      'libopus',
      '-application',
      'audio',
      ...bitrate,
      '-compression_level',
      String(options.complexity),
      '-frame_duration',
      '20',
    ];
    return startFfmpeg(ffmpeg, inputArgs, [...coding, '-bitexact', '-f', 'ogg'], (bytes) => reader.push(bytes), signal);
  }

  async function put(samples: Samples): Promise<void> {
    if (process === null) {
      float = samples instanceof Float32Array;
      process = start();
    }
    if (samples instanceof Float32Array !== float) throw new TypeError('samples of a different type than before');
    await process.put(bytesOf(samples)).catch(rethrow);
  }

  return {
    encoder,
    settings: opusSettings(options, channels),
    async push(samples) {
      pushed += wholeFrames(samples, channels);
      if (samples.length > 0) await put(samples);
    },
    async finish() {
      const total = pushed * scale;
      // FFmpeg writes no file without samples. The surplus is cut like any other.
      if (process === null) await put(new Int16Array((packetSamples / scale) * channels));
      await process?.end().catch(rethrow);
      const { problems } = reader.finish();
      if (problems[0] !== undefined) throw failure(agree`${problems.length} fault[s] in its file, the first: ${problems[0]}`);
      if (writer === null || packets * packetSamples < preSkip + total)
        throw failure(agree`${packets} packet[s] [does|do] not cover ${total} sample[s] at 48 kHz`);
      writer.finish(total);
    },
    close: () => process?.stop(),
  };
}

function failure(what: string, cause?: unknown): LongplayError {
  const hint = 'install libopus (Debian: libopus0) or an FFmpeg that can write Opus (longplay doctor), then run again; or choose WAV copies';
  return new LongplayError('incomplete', 'M151', `FFmpeg did not encode Opus: ${what}`, hint, cause);
}

function rethrow(error: unknown): never {
  throw error instanceof FfmpegError ? failure(`${error.message}: ${error.stderr.split('\n').at(-1)}`, error) : error;
}

function bytesOf(samples: Samples): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

/**
 * Decodes through FFmpeg to 16 bits at the given rate, and checks the container as the libopus lane does. If FFmpeg cannot decode the copy, this is added to
 * the problems and is not an error.
 * @throws LongplayError `M161` if FFmpeg crashed or was killed from outside
 */
export function decodeWithFfmpeg(ffmpeg: Ffmpeg, rateHz: number, signal?: AbortSignal): CopyDecoder {
  const reader = createOggOpusReader(null);
  const problems: string[] = [];
  /** Whole number, because 48 kHz is a multiple of every Opus rate. */
  const step = opusClockHz / rateHz;
  let decoded: Uint8Array[] = [];
  /** Number of samples per channel at 48 kHz that were consumed. */
  let clock = 0;
  let failed = false;
  const output = (bytes: Uint8Array): void => {
    decoded.push(bytes);
  };
  const process = startFfmpeg(ffmpeg, ['-f', 'ogg'], ['-f', 's16le', '-c:a', 'pcm_s16le'], output, signal);

  function fail(error: unknown): void {
    if (!(error instanceof FfmpegError)) throw error;
    if (error.crashed) throw endedByMachine(error);
    if (!failed) problems.push(`FFmpeg cannot decode it: ${errorText(error)}`);
    failed = true;
  }

  /**
   * Returns the new samples at the requested rate: every `step`th sample of FFmpeg's 48 kHz, as libopus does. FFmpeg's resampler would lose samples at the end.
   * Skipping samples causes no aliasing, because a copy made at this rate contains no higher frequencies.
   */
  function taken(): Samples {
    const channels = reader.head?.channels ?? 1;
    const all = Buffer.concat(decoded);
    const frames = Math.trunc(all.length / 2 / channels);
    const used = frames * 2 * channels;
    decoded = used < all.length ? [all.subarray(used)] : [];
    // Index of the first frame whose number is a multiple of the step.
    const first = (step - (clock % step)) % step;
    clock += frames;
    const samples = new Int16Array(Math.max(0, Math.ceil((frames - first) / step)) * channels);
    const view = new DataView(all.buffer, all.byteOffset, all.length);
    for (let at = 0, frame = first; frame < frames; frame += step) {
      for (let channel = 0; channel < channels; channel++) samples[at++] = view.getInt16((frame * channels + channel) * 2, true);
    }
    return samples;
  }

  return {
    // FFmpeg prefers its own decoder to libopus.
    decoder: `FFmpeg ${ffmpeg.version} opus`,
    async push(bytes) {
      reader.push(bytes);
      if (!failed && bytes.length > 0) await process.put(bytes).catch(fail);
      return taken();
    },
    async finish() {
      reader.finish();
      if (!failed) await process.end().catch(fail);
      return taken();
    },
    close: () => process.stop(),
    get channels() {
      return reader.head?.channels ?? null;
    },
    get problems() {
      return [...reader.problems, ...problems];
    },
  };
}
