/** Content of the first packet of an Ogg Opus stream, the identification header (RFC 7845 section 5.1). */
export interface OpusHead {
  /** Always 1 in current streams; a reader can read versions up to 15. */
  readonly version: number;
  readonly channels: number;
  /** Samples at 48 kHz to discard at the beginning: the encoder's delay. */
  readonly preSkip: number;
  /** Sample rate of the source, 0 if it is not stated. For information only: players can decode at any rate. */
  readonly inputSampleRateHz: number;
  /** Output gain in 1/256 dB. */
  readonly gain: number;
  /** Mapping family: 0 for one or two channels in the usual order. */
  readonly family: number;
}

/** Bytes of the identification header before a channel mapping table, which family 0 does not have (RFC 7845 section 5.1). */
export const opusHeadBytes = 19;

const headMagic = 'OpusHead';
const tagsMagic = 'OpusTags';

/** Reads the fields of an identification header; returns null if the packet is not one or is truncated. Does not read a mapping table after them. */
export function readOpusHead(packet: Uint8Array): OpusHead | null {
  if (packet.length < opusHeadBytes || !startsWith(packet, headMagic)) return null;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  return {
    version: view.getUint8(8),
    channels: view.getUint8(9),
    preSkip: view.getUint16(10, true),
    inputSampleRateHz: view.getUint32(12, true),
    gain: view.getInt16(16, true),
    family: view.getUint8(18),
  };
}

/** Writes an identification header of version 1, mapping family 0 and no gain. */
export function opusHead({ channels, preSkip, inputSampleRateHz }: Pick<OpusHead, 'channels' | 'preSkip' | 'inputSampleRateHz'>): Uint8Array {
  const bytes = new Uint8Array(opusHeadBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(headMagic));
  view.setUint8(8, 1); // version
  view.setUint8(9, channels);
  view.setUint16(10, preSkip, true);
  view.setUint32(12, inputSampleRateHz, true);
  // Output gain 0 dB at 16 and mapping family 0 at 18 are zero already.
  return bytes;
}

/** Returns true if the packet begins like a comment header. */
export function isOpusTags(packet: Uint8Array): boolean {
  return startsWith(packet, tagsMagic);
}

/** Returns true if vendor and comments fill the comment header exactly, as longplay writes it (RFC 7845 section 5.2). */
export function opusTagsAddUp(packet: Uint8Array): boolean {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  let at = 8;
  const skipText = (): boolean => {
    if (at + 4 > packet.length) return false;
    at += 4 + view.getUint32(at, true);
    return at <= packet.length;
  };
  if (!skipText() || at + 4 > packet.length) return false;
  const count = view.getUint32(at, true);
  at += 4;
  for (let index = 0; index < count; index++) if (!skipText()) return false;
  return at === packet.length;
}

/** Writes a comment header (RFC 7845 section 5.2). `comments` are `NAME=value`. */
export function opusTags(vendor: string, comments: readonly string[]): Uint8Array {
  const encoder = new TextEncoder();
  const texts = [vendor, ...comments].map((text) => encoder.encode(text));
  const bytes = new Uint8Array(8 + 4 + texts.reduce((sum, text) => sum + 4 + text.length, 0));
  const view = new DataView(bytes.buffer);
  bytes.set(encoder.encode(tagsMagic));
  let at = 8;
  for (const [index, text] of texts.entries()) {
    view.setUint32(at, text.length, true);
    bytes.set(text, at + 4);
    at += 4 + text.length;
    if (index > 0) continue;
    view.setUint32(at, comments.length, true);
    at += 4;
  }
  return bytes;
}

function startsWith(bytes: Uint8Array, magic: string): boolean {
  return bytes.length >= magic.length && String.fromCharCode(...bytes.subarray(0, magic.length)) === magic;
}
