import type { Codec, Decoder, PacketDecoder } from '../../../src/core/model/format.ts';
import { framesInBlocks } from '../base/coded-frames.ts';
import { G729Decoder, g729FrameBytes, g729FrameSamples } from './decoder.ts';
import { isErased } from './parity.ts';
import { type G729Unit, G729Walk } from './walk.ts';

/** Decodes G.729 with annexes A and B, as consecutive frames without lengths. A track's `blockBytes` is 10 if there is no silence frame among them. */
export const g729: Codec = {
  id: 'g729',
  title: 'G.729 (annexes A and B)',
  facts: [
    'ITU-T G.729 (06/2012) with annexes A and B, in the fixed point of its reference; gives every sample of the test vectors of annex A (ITU-T software package, release 2), including erased frames',
    'FFmpeg 7.1 (main body) and libbcg729 1.1.1 (annexes A and B) give similar speech: each differs from this decoder no more than they differ from each other',
  ],
  frames: (track) => (track.blockBytes === g729FrameBytes ? framesInBlocks(track, g729FrameBytes, g729FrameSamples) : track.frames),
  packets: { frames: framesOfPacket, decoder: packetDecoder },
  decode: { by: 'us', decoder: streamDecoder },
};

/** Size of a silence frame, which may end a packet (RFC 3551, 4.5.6). */
const silenceBytes = 2;

function framesOfPacket(packet: Uint8Array): number {
  const rest = packet.length % g729FrameBytes;
  return rest === 0 || rest === silenceBytes ? Math.floor(packet.length / g729FrameBytes) * g729FrameSamples : 0;
}

/** Returns a decoder of packets, which show where frames begin. A silence frame only changes the state of the noise, because its time has no packet. */
function packetDecoder(): PacketDecoder {
  const decoder = new G729Decoder();
  let out = new Int16Array(0);
  return {
    decode(packet) {
      const frames = framesOfPacket(packet);
      if (out.length < frames) out = new Int16Array(frames);
      for (let at = 0, filled = 0; filled < frames; at += g729FrameBytes, filled += g729FrameSamples) {
        out.set(isErased(packet, at) ? decoder.decodeFrame(null) : decoder.decodeAt(packet, at, 'speech'), filled);
      }
      if (packet.length % g729FrameBytes === silenceBytes) decoder.decodeAt(packet, packet.length - silenceBytes, 'silence');
      return out.subarray(0, frames);
    },
  };
}

/**
 * Returns a decoder that finds and decodes the frames. Ten bytes that are not a frame count as one lost frame, and so do ten zeros; both are concealed (4.4).
 */
function streamDecoder(): Decoder {
  const decoder = new G729Decoder();
  let out = new Int16Array(0);
  let filled = 0;
  let stray = 0;
  const put = (samples: Int16Array): void => {
    if (out.length < filled + samples.length) {
      const larger = new Int16Array(Math.max(64 * g729FrameSamples, 2 * out.length));
      larger.set(out.subarray(0, filled));
      out = larger;
    }
    out.set(samples, filled);
    filled += samples.length;
  };
  const walk = new G729Walk((unit: G729Unit, bytes: Uint8Array, at: number) => {
    if (unit === 'stray') {
      if (++stray % g729FrameBytes === 0) put(decoder.decodeFrame(null));
    } else if (unit === 'speech' && isErased(bytes, at)) put(decoder.decodeFrame(null));
    else put(decoder.decodeAt(bytes, at, unit));
  });
  const taken = (): Int16Array => {
    const samples = out.subarray(0, filled);
    filled = 0;
    return samples;
  };
  return {
    decode(bytes) {
      walk.push(bytes);
      return taken();
    },
    finish() {
      walk.end();
      return taken();
    },
    get droppedBytes() {
      return walk.count.cutBytes;
    },
  };
}
