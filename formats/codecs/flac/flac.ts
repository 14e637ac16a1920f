import { createHash } from 'node:crypto';
import type { Codec, Decoder, Samples, Track } from '../../../src/core/model/format.ts';
import { FlacShort } from './bits.ts';
import { decodeFrame, mostBlockFrames, mostFrameBytes } from './decode-frame.ts';
import { type FlacStream, flacHeaderBytes, readFlacFrame, readStreamInfo, streamInfoBytes } from './frame.ts';

const none = new Uint8Array(0);
/** Largest number of samples of one gap between frames that become silence: as far as the format follows the frame numbers. */
const mostLost = 64 * mostBlockFrames;

/** The decoder's state of one stream. */
interface Stream {
  readonly info: FlacStream;
  readonly channels: readonly Float64Array[];
  readonly hash: ReturnType<typeof createHash> | null;
}

function begin(info: FlacStream): Stream {
  let hash: Stream['hash'] = null;
  try {
    if (info.md5 !== null) hash = createHash('md5');
  } catch {
    // OpenSSL in FIPS mode has no MD5: the samples are then not compared with the stated MD5.
  }
  return { info, channels: Array.from({ length: info.channels }, () => new Float64Array(mostBlockFrames)), hash };
}

/** Returns samples in the form over which the encoder computed its MD5: little-endian, in as many bytes as they need, interleaved (RFC 9639, section 8.2). */
function hashed(samples: readonly Float64Array[], frames: number, bits: number): Uint8Array {
  const width = Math.ceil(bits / 8);
  const bytes = new Uint8Array(frames * samples.length * width);
  let at = 0;
  for (let i = 0; i < frames; i++) {
    for (const channel of samples) {
      let value = channel[i] ?? 0;
      for (let byte = 0; byte < width; byte++) {
        bytes[at++] = value & 0xff;
        value = Math.floor(value / 256);
      }
    }
  }
  return bytes;
}

/** Decodes FLAC from its marker on. Damaged or missing frames become silence of their duration, which follows from the frame numbers. */
export const flac: Codec = {
  id: 'flac',
  title: 'FLAC',
  facts: [
    'RFC 9639; flac 1.5 and FFmpeg 7.1 give the same samples, and those of an undamaged file are compared with the MD5 that its encoder stated',
  ],
  // The format has walked the frames; the spans alone do not determine the number.
  frames: (track) => track.frames,
  decode: { by: 'us', decoder: (track) => flacDecoder(track) },
};

/** Creates a decoder of a whole stream. One function: the states of a decoder that gets its bytes in pieces, before the header, between frames and after damage. */
function flacDecoder(track: Track): Decoder {
  const wide = (track.bitsPerSample ?? 16) > 16;
  let pending: Uint8Array = none;
  let stream: Stream | null = null;
  /** Number of metadata bytes still to be skipped; null once frames have begun. */
  let skip: number | null = 0;
  let last = false;
  let position = 0;
  /** Number of available bytes when the next frame was last tried and found incomplete. */
  let tooShort = 0;
  let damaged = false;
  let out: Samples = wide ? new Float32Array(0) : new Int16Array(0);
  let length = 0;
  let droppedBytes = 0;
  let troubles: NonNullable<Decoder['troubles']> = [];

  const room = (samples: number): void => {
    if (length + samples <= out.length) return;
    const size = Math.max(length + samples, 2 * out.length);
    const larger: Samples = wide ? new Float32Array(size) : new Int16Array(size);
    larger.set(out.subarray(0, length));
    out = larger;
  };
  const emit = ({ info, channels, hash }: Stream, frames: number): void => {
    room(frames * track.channels);
    const scale = wide ? 2 ** (1 - info.bitsPerSample) : 2 ** (16 - info.bitsPerSample);
    for (let i = 0; i < frames; i++) for (let c = 0; c < track.channels; c++) out[length++] = (channels[c]?.[i] ?? 0) * scale;
    hash?.update(hashed(channels, frames, info.bitsPerSample));
    position += frames;
  };
  const silence = (frames: number): void => {
    damaged = true;
    room(frames * track.channels);
    out.fill(0, length, length + frames * track.channels);
    length += frames * track.channels;
    position += frames;
  };

  /** Takes the marker and metadata blocks from the start of `bytes`. Returns the number of bytes used, or -1 if more are needed. */
  const header = (bytes: Uint8Array): number => {
    let at = 0;
    if (stream === null) {
      if (bytes.length < 8 + streamInfoBytes) return -1;
      const info = readStreamInfo(bytes, 8);
      if (String.fromCharCode(...bytes.subarray(0, 4)) !== 'fLaC' || info === null) throw new RangeError('no FLAC marker and STREAMINFO block');
      if (info.channels !== track.channels || info.bitsPerSample > 16 !== wide) throw new RangeError('STREAMINFO differs from the track');
      stream = begin(info);
      last = ((bytes[4] ?? 0) & 0x80) !== 0;
      skip = ((bytes[5] ?? 0) << 16) | ((bytes[6] ?? 0) << 8) | (bytes[7] ?? 0);
      at = 8;
    }
    while (skip !== null) {
      const step = Math.min(skip, bytes.length - at);
      at += step;
      skip -= step;
      if (skip > 0) return at;
      if (last) skip = null;
      else {
        if (bytes.length - at < 4) return at;
        last = ((bytes[at] ?? 0) & 0x80) !== 0;
        skip = ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
        at += 4;
      }
    }
    return at;
  };

  /** Decodes the frames in `bytes`; returns the number of bytes used. */
  const frames = (bytes: Uint8Array, now: Stream, final: boolean): number => {
    let at = 0;
    while (at < bytes.length) {
      if (!final && bytes.length - at < flacHeaderBytes) break;
      const found = readFlacFrame(bytes, at, now.info);
      const gap = found === null ? -1 : found.first - position;
      if (found === null || gap < 0 || gap > mostLost) {
        damaged = true;
        at++;
        continue;
      }
      // A frame does not state its length. An incomplete frame is tried again when twice as many bytes have arrived, so that small pieces cost little.
      const there = bytes.length - at;
      if (!final && there < 2 * tooShort && there < mostFrameBytes(found, now.info)) break;
      try {
        const end = decodeFrame(bytes, at, found, now.info, now.channels);
        if (gap > 0) silence(gap);
        emit(now, found.frames);
        at = end;
        tooShort = 0;
      } catch (error) {
        if (!(error instanceof RangeError) && !(error instanceof FlacShort)) throw error;
        if (error instanceof FlacShort && !final && there < mostFrameBytes(found, now.info)) {
          tooShort = there;
          break;
        }
        tooShort = 0;
        damaged = true;
        at++;
      }
    }
    return at;
  };

  const take = (bytes: Uint8Array, final: boolean): Samples => {
    length = 0;
    let all = bytes;
    if (pending.length > 0) {
      all = new Uint8Array(pending.length + bytes.length);
      all.set(pending);
      all.set(bytes, pending.length);
    }
    let used = 0;
    if (stream === null || skip !== null) used = Math.max(0, header(all));
    if (stream !== null && skip === null) used += frames(all.subarray(used), stream, final);
    pending = all.slice(used);
    return out.subarray(0, length);
  };

  return {
    decode: (bytes) => take(bytes, false),
    finish() {
      const samples = take(none, true);
      droppedBytes = pending.length;
      const md5 = stream?.hash?.digest('hex');
      // The format reports a damaged file; this reports one that looks intact.
      if (stream !== null && md5 !== undefined && !damaged && position === stream.info.frames && md5 !== stream.info.md5) {
        troubles = [['F231', `the ${position} samples have the MD5 ${md5}, the file states ${stream.info.md5}`]];
      }
      return samples;
    },
    get droppedBytes() {
      return droppedBytes;
    },
    get troubles() {
      return troubles;
    },
  };
}
