import { oggPageCrc } from '../../src/core/base/ogg-crc.ts';
import type { Codec, PacketStream, Track } from '../../src/core/model/format.ts';

/** Samples at 48 kHz of one frame by its configuration (RFC 6716, section 3.1, table 2). */
export function opusFrameSamples(configuration: number): number {
  if (configuration < 12) return [480, 960, 1_920, 2_880][configuration & 3] ?? 0;
  if (configuration < 16) return configuration & 1 ? 960 : 480;
  return 120 << (configuration & 3);
}

/** 120 ms: the most that one packet holds (RFC 6716, section 3.2.5, R5). */
const mostSamples = 5_760;
/** The most bytes of one frame (RFC 6716, section 3.2.1, R2). */
const mostFrameBytes = 1_275;

/** Samples at 48 kHz that a packet gives; 0 where it breaks one of the rules R1 to R7 (RFC 6716, section 3.4). */
export function opusPacketSamples(packet: Uint8Array): number {
  const [toc = 0, second = 0] = packet;
  const code = toc & 3;
  if (packet.length === 0) return 0;
  const one = opusFrameSamples(toc >> 3);
  const body = packet.length - 1;
  if (code === 0) return body <= mostFrameBytes ? one : 0;
  if (code === 1) return body % 2 === 0 && body / 2 <= mostFrameBytes ? 2 * one : 0;
  if (code === 2) {
    const size = frameSize(packet, 1, packet.length);
    if (size === null) return 0;
    const rest = packet.length - size.next - size.bytes;
    return rest >= 0 && rest <= mostFrameBytes ? 2 * one : 0;
  }
  const count = second & 0x3f;
  if (packet.length < 2 || count === 0 || count * one > mostSamples) return 0;
  let at = 2;
  let end = packet.length;
  if (second & 0x40) {
    for (let byte = 255; byte === 255; at++) {
      if (at >= packet.length) return 0;
      byte = packet[at] ?? 0;
      end -= byte === 255 ? 254 : byte;
    }
  }
  if (second & 0x80) {
    for (let frame = 1; frame < count; frame++) {
      const size = frameSize(packet, at, end);
      if (size === null) return 0;
      at = size.next;
      end -= size.bytes;
    }
    return end >= at && end - at <= mostFrameBytes ? count * one : 0;
  }
  return end >= at && (end - at) % count === 0 && (end - at) / count <= mostFrameBytes ? count * one : 0;
}

/** A frame's length in one or two bytes (RFC 6716, section 3.2.1); null where it is cut. */
function frameSize(packet: Uint8Array, at: number, end: number): { readonly bytes: number; readonly next: number } | null {
  const first = packet[at] ?? 0;
  if (at >= end) return null;
  if (first < 252) return { bytes: first, next: at + 1 };
  return at + 1 < end ? { bytes: first + 4 * (packet[at + 1] ?? 0), next: at + 2 } : null;
}

const serial = 0x6c6f6e67; // any number: one stream only

/** One Ogg page of one packet (RFC 3533, section 6). */
function page(packet: Uint8Array, granule: number, sequence: number, flags: number): Uint8Array {
  const segments = Math.floor(packet.length / 255) + 1;
  const bytes = new Uint8Array(27 + segments + packet.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x4f676753); // OggS
  bytes[5] = flags;
  view.setBigUint64(6, BigInt(granule), true);
  view.setUint32(14, serial, true);
  view.setUint32(18, sequence, true);
  bytes[26] = segments;
  bytes.fill(255, 27, 27 + segments - 1);
  bytes[27 + segments - 1] = packet.length % 255;
  bytes.set(packet, 27 + segments);
  view.setUint32(22, oggPageCrc(bytes, 0, bytes.length), true);
  return bytes;
}

const text = (words: string): Uint8Array => Uint8Array.from(words, (character) => character.charCodeAt(0));

/** The two header packets (RFC 7845, section 5): no pre-skip, so that every packet gives all its samples. */
function headers(channels: number): Uint8Array {
  const head = Uint8Array.of(...text('OpusHead'), 1, channels, 0, 0, 0x80, 0xbb, 0, 0, 0, 0, 0);
  const tags = Uint8Array.of(...text('OpusTags'), 0, 0, 0, 0, 0, 0, 0, 0);
  return Uint8Array.of(...page(head, 0, 0, 2), ...page(tags, 0, 1, 0));
}

function oggStream(track: Track): PacketStream {
  let granule = 0;
  let sequence = 2;
  return {
    args: ['-f', 'ogg', '-c:a', 'libopus'],
    prefix: headers(track.channels),
    packet(packet) {
      granule += opusPacketSamples(packet);
      return page(packet, granule, sequence++, 0);
    },
  };
}

/** Opus packets as RTP carries them, put into Ogg pages for FFmpeg. A mono track folds stereo packets, as every Opus decoder can. */
export const opusPackets: Codec = {
  id: 'opus-packets',
  title: 'Opus (packets)',
  facts: ['RFC 6716, RFC 7587 (RTP), RFC 7845 (Ogg); FFmpeg 7.1 with libopus, checked against opusdec'],
  packets: {
    frames: (packet) => (packet.length < 255 * 255 ? opusPacketSamples(packet) : 0),
    stream: oggStream,
  },
  decode: { by: 'ffmpeg', input: (track) => ({ args: ['-f', 'ogg', '-c:a', 'libopus'], prefix: headers(track.channels) }) },
};
