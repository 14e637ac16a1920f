import { agree } from '../../core/base/agree.ts';
import { limits } from '../../core/base/limits.ts';
import { version } from '../../core/base/version.ts';
import type { Samples } from '../../core/model/format.ts';
import { opusClockHz, opusPacketMaxBytes } from '../../ogg/opus-packet.ts';
import { createOggOpusReader } from '../../ogg/opus-reader.ts';
import { createOggOpusWriter, oggSerial } from '../../ogg/opus-writer.ts';
import type { OpusDecoder, OpusLibrary } from '../libopus/libopus.ts';
import type { AccessOptions, CopyDecoder, CopyEncoder, CopyStream } from '../tools/types.ts';

/** Number of samples per channel at 48 kHz in one packet: 20 ms. Longer packets save little and lose more per damaged byte. */
export const packetSamples = 960;

/** Returns the settings of both lanes in words. */
export function opusSettings(options: AccessOptions, channels: number): string {
  return `audio, ${options.bitratePerChannel * channels} b/s, complexity ${options.complexity}, variable bit rate, 20 ms packets`;
}

/** The only comment in a copy. It says nothing about the recording. */
export const opusComments: readonly string[] = [`ENCODER=longplay ${version}`];

/**
 * Encodes in this process. After the last sample, zeros are encoded until the encoder's delay has passed. The end granule cuts the surplus, so that the copy
 * plays exactly as many samples as were pushed.
 */
export function encodeWithLibopus(options: AccessOptions, stream: CopyStream, library: OpusLibrary, sink: (bytes: Uint8Array) => void): CopyEncoder {
  const { sampleRateHz, channels } = stream;
  const encoder = library.encoder({ sampleRateHz, channels, bitrate: options.bitratePerChannel * channels, complexity: options.complexity });
  /** Whole number, because 48 kHz is a multiple of every Opus rate; counts are therefore exact. */
  const scale = opusClockHz / sampleRateHz;
  const preSkip = encoder.lookahead * scale;
  const inputSampleRateHz = stream.sourceRateHz ?? sampleRateHz;
  const writer = createOggOpusWriter(
    { channels, preSkip, inputSampleRateHz, serial: oggSerial(stream.serialName), vendor: library.version, comments: opusComments },
    sink,
  );

  const packet = new Uint8Array(opusPacketMaxBytes);
  const length = (packetSamples / scale) * channels;
  /** Samples that do not fill a packet yet. */
  let frame: Samples = new Int16Array(length);
  let filled = 0;
  let pushed = 0;
  let packets = 0;

  function encode(samples: Samples): void {
    const bytes = encoder.encode(samples, packet);
    writer.packet(packet.subarray(0, bytes), packetSamples);
    packets++;
  }

  return {
    encoder: library.version,
    settings: opusSettings(options, channels),
    push(samples) {
      if (pushed === 0 && samples instanceof Float32Array) frame = new Float32Array(length);
      pushed += wholeFrames(samples, channels);
      if (samples instanceof Float32Array !== frame instanceof Float32Array) throw new TypeError('samples of a different type than before');
      let at = 0;
      if (filled > 0) {
        at = Math.min(length - filled, samples.length);
        frame.set(samples.subarray(0, at), filled);
        filled += at;
        if (filled < length) return;
        encode(frame);
      }
      for (; samples.length - at >= length; at += length) encode(samples.subarray(at, at + length));
      frame.set(samples.subarray(at));
      filled = samples.length - at;
    },
    finish() {
      const total = pushed * scale;
      while (packets * packetSamples < preSkip + total) {
        frame.fill(0, filled);
        encode(frame);
        filled = 0;
      }
      encoder.close();
      writer.finish(total);
    },
  };
}

/** Returns the number of samples per channel. @throws RangeError if the last frame is incomplete. */
export function wholeFrames(samples: Samples, channels: number): number {
  if (samples.length % channels !== 0) throw new RangeError(agree`${samples.length} sample[s] [does|do] not fill frames of ${channels} channel[s]`);
  return samples.length / channels;
}

/** Initial room: two seconds of a call. Growing to it from the size of one packet would take as much again. */
const firstSamples = 16_384;

/** Decodes in this process to 16 bits at the given rate (one of `opusRatesHz`). Pre-skip and end are cut at that rate. */
export function decodeWithLibopus(library: OpusLibrary, rateHz: number): CopyDecoder {
  let decoder: OpusDecoder | null = null;
  let channels = 0;
  let samples = new Int16Array(0);
  let filled = 0;
  let refused = 0;
  let overflowed = false;
  const problems: string[] = [];
  /** Converts a number of samples at 48 kHz, by which the container counts. */
  const atRate = (count: number): number => Math.round((count * rateHz) / opusClockHz);

  const reader = createOggOpusReader((packet, duration, from, to) => {
    if (decoder === null) {
      channels = reader.head?.channels ?? 0;
      decoder = library.decoder(rateHz, channels);
    }
    const frames = atRate(duration);
    const room = filled + frames * channels;
    if (room > limits.decodedPieceSamples) {
      overflowed = true;
      return;
    }
    if (room > samples.length) {
      const larger = new Int16Array(Math.max(room, 2 * samples.length, firstSamples));
      larger.set(samples.subarray(0, filled));
      samples = larger;
    }
    const found = decoder.decode(packet, samples.subarray(filled, room));
    if (found !== frames) {
      // Silence takes the place of a lost packet, so that later audio keeps its position.
      samples.fill(0, filled, room);
      refused++;
    }
    const start = filled + atRate(from) * channels;
    const end = filled + atRate(to) * channels;
    if (from > 0) samples.copyWithin(filled, start, end);
    filled += end - start;
  });

  function taken(): Samples {
    const result = samples.subarray(0, filled);
    filled = 0;
    return result;
  }

  return {
    decoder: library.version,
    push(bytes) {
      reader.push(bytes);
      return taken();
    },
    finish() {
      reader.finish();
      decoder?.close();
      if (refused > 0) problems.push(agree`${refused} packet[s] that libopus refuses`);
      if (overflowed)
        problems.push(`a piece of the file decodes to more than ${limits.decodedPieceSamples} samples: the rest of the piece was left out`);
      return taken();
    },
    get channels() {
      return reader.head?.channels ?? null;
    },
    get problems() {
      return [...reader.problems, ...problems];
    },
  };
}
