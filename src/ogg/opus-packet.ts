/** Clock rate of Ogg Opus in samples per second, whatever the source's rate (RFC 7845 section 4). */
export const opusClockHz = 48_000;

/** Longest packet in samples: 120 ms (RFC 6716 section 3.2.5, R5). */
export const opusPacketMaxSamples = 5_760;

/** Longest frame inside a packet in bytes (RFC 6716 section 3.2.1, R2). */
const frameMaxBytes = 1_275;

/** Longest packet of one frame in bytes: its first byte and the frame (RFC 6716 section 3.2.1). */
export const opusPacketMaxBytes = 1 + frameMaxBytes;

/** Samples of one frame at 48 kHz, by the configuration in the upper five bits of a packet's first byte (RFC 6716 section 3.1, table 2). */
const frameSamples = Int32Array.from({ length: 32 }, (_, configuration) => {
  // SILK: 10, 20, 40, 60 ms; hybrid: 10, 20 ms; CELT: 2.5, 5, 10, 20 ms.
  if (configuration < 12) return [480, 960, 1_920, 2_880][configuration & 3] ?? 0;
  if (configuration < 16) return 480 << (configuration & 1);
  return 120 << (configuration & 3);
});

/** Returns the number of samples of one frame at 48 kHz. @param configuration 0 to 31, the upper five bits of a packet's first byte */
export function opusFrameSamples(configuration: number): number {
  return frameSamples[configuration] ?? 0;
}

/**
 * Returns the number of samples per channel at 48 kHz in the packet in bytes [start, end), without decoding it. Returns null if the packet violates one of the
 * rules R1 to R7 of RFC 6716 section 3.4; a decoder must refuse such a packet.
 */
export function opusPacketSamples(bytes: Uint8Array, start = 0, end = bytes.length): number | null {
  const toc = bytes[start];
  if (toc === undefined || start >= end) return null;
  const frame = frameSamples[toc >> 3] ?? 0;
  const left = end - start - 1;
  switch (toc & 3) {
    case 0:
      return left <= frameMaxBytes ? frame : null;
    case 1:
      return left % 2 === 0 && left / 2 <= frameMaxBytes ? 2 * frame : null;
    case 2: {
      const first = frameLength(bytes, start + 1, end);
      if (first === null) return null;
      const second = left - first.width - first.bytes;
      return second >= 0 && second <= frameMaxBytes ? 2 * frame : null;
    }
    default:
      return manyFrames(bytes, start, end, frame);
  }
}

/** Parses the length of a frame at `at`, in one or two bytes (RFC 6716 section 3.2.1); returns null if the bytes are missing. */
function frameLength(bytes: Uint8Array, at: number, end: number): { readonly bytes: number; readonly width: number } | null {
  const first = bytes[at];
  if (first === undefined || at >= end) return null;
  if (first < 252) return { bytes: first, width: 1 };
  const second = bytes[at + 1];
  return second === undefined || at + 1 >= end ? null : { bytes: second * 4 + first, width: 2 };
}

/** Returns the samples of a code 3 packet: a counted number of frames with optional padding (RFC 6716 section 3.2.5). */
function manyFrames(bytes: Uint8Array, start: number, end: number, frame: number): number | null {
  const header = bytes[start + 1];
  if (header === undefined || start + 1 >= end) return null;
  const count = header & 0x3f;
  const samples = count * frame;
  if (count === 0 || samples > opusPacketMaxSamples) return null;

  let at = start + 2;
  let padding = 0;
  if ((header & 0x40) !== 0) {
    for (;;) {
      const more = bytes[at++];
      if (more === undefined || at > end) return null;
      padding += more === 255 ? 254 : more;
      if (more !== 255) break;
    }
  }

  let coded = end - at - padding;
  if ((header & 0x80) === 0) return coded >= 0 && coded % count === 0 && coded / count <= frameMaxBytes ? samples : null;
  for (let index = 1; index < count; index++) {
    const length = frameLength(bytes, at, end);
    if (length === null) return null;
    at += length.width;
    coded -= length.width + length.bytes;
  }
  return coded >= 0 && coded <= frameMaxBytes ? samples : null;
}
