import { agree } from '../core/base/agree.ts';
import { oggCrc } from './crc.ts';
import { opusHead, opusTags } from './opus-head.ts';
import { encodeOggPage, oggFlag } from './page.ts';

/** Samples at 48 kHz on one page: 0.2 s. A flipped bit damages one page; FFmpeg's own pages of 1 s would lose 1 s. */
const pageSamples = 9_600;
/** Number of segments that fit on one page (RFC 3533 section 6). */
const pageSegments = 255;

/** Header data of an Ogg Opus stream. */
export interface OggOpusStream {
  /** Number of channels, 1 or 2: mapping family 0 (RFC 7845 section 5.1.1.1). */
  readonly channels: number;
  /** Samples at 48 kHz to discard at the beginning: the encoder's delay. */
  readonly preSkip: number;
  /** Sample rate of the source. For information only: players can decode at any rate. */
  readonly inputSampleRateHz: number;
  /** Serial number of the stream, from `oggSerial`. */
  readonly serial: number;
  /** Name of the encoder, e.g. `libopus 1.5.2`. */
  readonly vendor: string;
  /** Comments, each `NAME=value`, without personal data. */
  readonly comments: readonly string[];
}

/** Writes one Ogg Opus stream. */
export interface OggOpusWriter {
  /** Adds one packet of at most 0.2 s and copies its bytes. @param samples duration at 48 kHz, including pre-skip */
  packet(bytes: Uint8Array, samples: number): void;
  /** Writes the last page. @param samples duration of the whole stream at 48 kHz, without pre-skip; samples beyond it are cut from the end */
  finish(samples: number): void;
}

/**
 * Returns the serial number of a copy's stream: Ogg's CRC-32 of a name. The name must be the same in every run, e.g. `access-1`. A random number would make two
 * runs differ, and the digest of the samples is unknown when the first page is written.
 */
export function oggSerial(name: string): number {
  return oggCrc(new TextEncoder().encode(name));
}

/**
 * Creates a writer. It writes header pages at once, and an audio page of at most 0.2 s as soon as the next packet shows that the page is not the last. The same
 * packets give the same bytes. Each chunk for the sink is one page, owned by the sink.
 */
export function createOggOpusWriter(stream: OggOpusStream, sink: (bytes: Uint8Array) => void): OggOpusWriter {
  const lacing = new Uint8Array(pageSegments);
  /** Buffer as large as the largest page so far; few pages exceed a kilobyte. */
  let body = new Uint8Array(2_048);
  let segments = 0;
  let filled = 0;
  let sequence = 0;
  /** Samples of all packets, and of those on this page. */
  let total = 0;
  let onPage = 0;

  function flush(flags: number, granule: number): void {
    const page = { flags, granule, serial: stream.serial, sequence, lacing: lacing.subarray(0, segments), body: body.subarray(0, filled) };
    sink(encodeOggPage(page));
    sequence++;
    segments = 0;
    filled = 0;
    onPage = 0;
  }

  function add(bytes: Uint8Array): void {
    // A packet ends with a segment below 255, which may be empty (RFC 3533 section 5).
    let left = bytes.length;
    for (; left >= 255; left -= 255) lacing[segments++] = 255;
    lacing[segments++] = left;
    if (filled + bytes.length > body.length) {
      const larger = new Uint8Array(2 * (filled + bytes.length));
      larger.set(body.subarray(0, filled));
      body = larger;
    }
    body.set(bytes, filled);
    filled += bytes.length;
  }

  add(opusHead(stream));
  flush(oggFlag.first, 0);
  add(opusTags(stream.vendor, stream.comments));
  flush(0, 0);

  return {
    packet(bytes, samples) {
      if (bytes.length >= pageSegments * 255) throw new RangeError(agree`an Opus packet of ${bytes.length} byte[s] does not fit on a page`);
      const needed = Math.floor(bytes.length / 255) + 1;
      if (onPage > 0 && (onPage + samples > pageSamples || segments + needed > pageSegments)) flush(0, total);
      add(bytes);
      onPage += samples;
      total += samples;
    },
    finish(samples) {
      const end = stream.preSkip + samples;
      if (onPage === 0 || end > total || end <= total - onPage) {
        throw new RangeError(agree`packets of ${total} sample[s] cannot end at ${end}`);
      }
      flush(oggFlag.last, end);
    },
  };
}
