import type { Codec, FrameOrder } from '../../../src/core/model/format.ts';

/** Size of a frame by the low two bits of its first byte (ITU-T G.723.1, table 5 and annex A). */
export const g7231Sizes = [24, 20, 4, 1] as const;
/** Number of samples of a frame, 30 ms. */
export const g7231FrameSamples = 240;
/** Number of bytes of the length that Asterisk writes before each frame, high byte first. */
export const g7231LengthBytes = 2;

const args = ['-f', 'g723_1'];
const none = new Uint8Array(0);

/**
 * Order of frames: an encoder keeps to one rate of speech, and describes the silence before it stops sending (ITU-T G.723.1, annex A: the first frame of a
 * pause is a silence descriptor).
 */
export const g7231Order: FrameOrder = {
  bytesOf: (first) => g7231Sizes[first & 3] ?? 1,
  follows: (before, first) => {
    const [last, next] = [before & 3, first & 3];
    return last > 1 || (next !== 3 && (next === last || next > 1));
  },
};

/** Decodes G.723.1: frames of 24, 20, 4 or 1 bytes for 240 samples; the low two bits of the first byte distinguish them. */
export const g7231: Codec = {
  id: 'g723.1',
  title: 'G.723.1',
  facts: ['ITU-T G.723.1; FFmpeg 7.1 determines the size of each frame'],
  frames: (track) => track.frames,
  packets: { frames: framesOfPacket },
  decode: { by: 'ffmpeg', input: () => ({ args, prefix: none }) },
};

/** Returns the number of samples in a packet of complete frames; 0 if a frame is incomplete. */
function framesOfPacket(packet: Uint8Array): number {
  let frames = 0;
  let at = 0;
  for (; at < packet.length; frames++) at += g7231Sizes[(packet[at] ?? 0) & 3] ?? 1;
  return at === packet.length ? frames * g7231FrameSamples : 0;
}

/** Decodes G.723.1 as stored by Asterisk: with a length of two bytes before each frame, which FFmpeg would take for frames. */
export const g7231Asterisk: Codec = {
  id: 'g723.1-asterisk',
  title: 'G.723.1 with a length before each frame (Asterisk)',
  facts: ['ITU-T G.723.1; Asterisk formats/format_g723.c: uint16 in network order, then the frame; FFmpeg 7.1 without the lengths'],
  frames: (track) => track.frames,
  decode: { by: 'ffmpeg', input: () => ({ args, prefix: none, repack: withoutLengths() }) },
};

/** Returns a function that removes the lengths, piece by piece. After a length that disagrees with its frame, it returns nothing more. */
export function withoutLengths(): (bytes: Uint8Array) => Uint8Array {
  let out = new Uint8Array(0);
  const head = new Uint8Array(g7231LengthBytes);
  let headFilled = 0;
  let left = 0; // bytes of the frame that are still missing
  let first = false; // true if the next byte is the first of a frame
  let lost = false;
  return (bytes) => {
    if (out.length < bytes.length) out = new Uint8Array(bytes.length);
    let filled = 0;
    for (let at = 0; at < bytes.length && !lost; ) {
      if (left === 0) {
        head[headFilled++] = bytes[at++] ?? 0;
        if (headFilled < g7231LengthBytes) continue;
        headFilled = 0;
        left = ((head[0] ?? 0) << 8) | (head[1] ?? 0);
        first = true;
        lost = left === 0;
        continue;
      }
      if (first && g7231Sizes[(bytes[at] ?? 0) & 3] !== left) {
        lost = true;
        break;
      }
      first = false;
      const taken = Math.min(left, bytes.length - at);
      out.set(bytes.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
      left -= taken;
    }
    return out.subarray(0, filled);
  };
}
