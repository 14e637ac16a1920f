import type { Codec, PacketStream, Track } from '../../src/core/model/format.ts';
import { opusHead, opusTags } from '../../src/ogg/opus-head.ts';
import { opusClockHz, opusPacketSamples } from '../../src/ogg/opus-packet.ts';
import { encodeOggPage, oggFlag } from '../../src/ogg/page.ts';

const serial = 0x6c6f6e67; // any number serves, because there is only one stream

/** Returns one Ogg page with one packet of at most 254 × 255 bytes. */
function page(packet: Uint8Array, granule: number, sequence: number, flags: number): Uint8Array {
  const lacing = new Uint8Array(Math.floor(packet.length / 255) + 1).fill(255);
  lacing[lacing.length - 1] = packet.length % 255;
  return encodeOggPage({ flags, granule, serial, sequence, lacing, body: packet });
}

/** Returns the two header packets, which state no pre-skip, so that every packet yields all its samples. */
function headers(channels: number): Uint8Array {
  const head = opusHead({ channels, preSkip: 0, inputSampleRateHz: opusClockHz });
  return Uint8Array.of(...page(head, 0, 0, oggFlag.first), ...page(opusTags('', []), 0, 1, 0));
}

function oggStream(track: Track): PacketStream {
  let granule = 0;
  let sequence = 2;
  return {
    args: ['-f', 'ogg', '-c:a', 'libopus'],
    prefix: headers(track.channels),
    packet(packet) {
      granule += opusPacketSamples(packet) ?? 0;
      return page(packet, granule, sequence++, 0);
    },
  };
}

/** Decodes Opus packets from RTP by putting them into Ogg pages for FFmpeg. Stereo packets of a mono track are mixed down, as every Opus decoder can do. */
export const opusPackets: Codec = {
  id: 'opus-packets',
  title: 'Opus (packets)',
  facts: ['RFC 6716, RFC 7587 (RTP), RFC 7845 (Ogg); FFmpeg 7.1 with libopus, checked against opusdec'],
  packets: {
    frames: (packet) => (packet.length < 255 * 255 ? (opusPacketSamples(packet) ?? 0) : 0),
    stream: oggStream,
  },
  decode: { by: 'ffmpeg', input: (track) => ({ args: ['-f', 'ogg', '-c:a', 'libopus'], prefix: headers(track.channels) }) },
};
