import type { Codec, PacketStream, Track } from '../../src/core/model/format.ts';

/** Bits of speech by frame type (3GPP TS 26.101, table 1a; TS 26.201, table 1a). */
const narrowBits = [95, 103, 118, 134, 148, 159, 204, 244] as const;
const wideBits = [132, 177, 253, 285, 317, 365, 397, 461, 477] as const;
/** Type of a frame without data, which is lost or a pause. It becomes silence. */
const noData = 15;

interface Layout {
  readonly bits: readonly number[];
  readonly frame: number;
  /** Bits of a silence descriptor, whose type is the one after those of speech (same tables). */
  readonly silenceBits: number;
}

const narrow: Layout = { bits: narrowBits, frame: 160, silenceBits: 39 };
const wide: Layout = { bits: wideBits, frame: 320, silenceBits: 40 };

/** A frame in a packet: its type, its quality bit, and the position of its bits. */
interface Frame {
  readonly type: number;
  readonly good: number;
  readonly bit: number;
  readonly bits: number;
}

/**
 * Returns the frames of one packet by its table of contents (RFC 4867, sections 4.3 and 4.4); null if the packet has none. Interleaving and checksums are not
 * supported: the length then does not match.
 * @param aligned true if every part begins on a byte
 */
function framesIn(packet: Uint8Array, layout: Layout, aligned: boolean): readonly Frame[] | null {
  const entries: { type: number; good: number; bits: number }[] = [];
  let at = aligned ? 8 : 4; // after the codec mode request
  for (let more = 1; more === 1; ) {
    if (at + 6 > packet.length * 8 || entries.length >= 100) return null;
    more = bit(packet, at);
    const type = (bit(packet, at + 1) << 3) | (bit(packet, at + 2) << 2) | (bit(packet, at + 3) << 1) | bit(packet, at + 4);
    const bits = type === layout.bits.length ? layout.silenceBits : (layout.bits[type] ?? (type >= 14 ? 0 : null));
    if (bits === null) return null;
    entries.push({ type, good: bit(packet, at + 5), bits });
    at += aligned ? 8 : 6;
  }
  const frames = entries.map(({ type, good, bits }) => {
    const frame = { type, good, bit: at, bits };
    at += aligned ? Math.ceil(bits / 8) * 8 : bits;
    return frame;
  });
  return Math.ceil(at / 8) === packet.length ? frames : null;
}

function bit(bytes: Uint8Array, at: number): number {
  return ((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1;
}

/** Returns the frames in the form of a file: a byte of type and quality, the bits, and zeros up to the next byte (RFC 4867, section 5.3). */
function storage(packet: Uint8Array, frames: readonly Frame[]): Uint8Array {
  const size = frames.reduce((sum, { bits }) => sum + 1 + Math.ceil(bits / 8), 0);
  const out = new Uint8Array(size);
  let to = 0;
  for (const { type, good, bit: from, bits } of frames) {
    out[to++] = (type << 3) | (good << 2);
    for (let index = 0; index < bits; index++) {
      if (bit(packet, from + index) === 1) out[to + (index >> 3)] = (out[to + (index >> 3)] ?? 0) | (0x80 >> (index & 7));
    }
    to += Math.ceil(bits / 8);
  }
  return out;
}

const isAligned = (track: Track): boolean => track.setup?.[0] === 1;

function amrRtp(id: string, title: string, layout: Layout, magic: string, fact: string): Codec {
  const prefix = Uint8Array.from(magic, (character) => character.charCodeAt(0));
  /** Returns the speech frames of a packet; FFmpeg drops all others. In a packet with both, the speech comes first. */
  const speech = (packet: Uint8Array, track: Track): readonly Frame[] =>
    (framesIn(packet, layout, isAligned(track)) ?? []).filter(({ type }) => type < layout.bits.length && type !== noData);
  const args = ['-f', 'amr'];
  return {
    id,
    title,
    facts: [`${fact}; RFC 4867 (RTP), both layouts of payload; FFmpeg 7.1`],
    packets: {
      frames: (packet, track) => speech(packet, track).length * layout.frame,
      stream: (track): PacketStream => ({ args, prefix, packet: (packet) => storage(packet, speech(packet, track)) }),
    },
    decode: { by: 'ffmpeg', input: () => ({ args, prefix }) },
  };
}

/** Decodes AMR at 8 kHz in RTP packets. The track's `setup` is one byte: 1 if the packets are octet-aligned. */
export const amrNbRtp: Codec = amrRtp('amr-nb-rtp', 'AMR narrowband (RTP)', narrow, '#!AMR\n', '3GPP TS 26.090 and 26.101');

/** Decodes like `amrNbRtp`, at 16 kHz. */
export const amrWbRtp: Codec = amrRtp('amr-wb-rtp', 'AMR wideband (RTP)', wide, '#!AMR-WB\n', '3GPP TS 26.190 and 26.201');
