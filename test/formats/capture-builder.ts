import { join, numbers, text } from './wave/builder.ts';

/** Big-endian numbers of 16 and 32 bits, in network byte order. */
export const be16 = (...values: readonly number[]): Uint8Array => numbers(2, values, true);
export const be32 = (...values: readonly number[]): Uint8Array => numbers(4, values, true);

/** An address as its bytes: 4 or 16 numbers. */
export type Address = readonly number[];
export const alice: Address = [192, 0, 2, 1];
export const bob: Address = [198, 51, 100, 7];
export const alice6: Address = [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
export const bob6: Address = [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];

/** One RTP packet. */
export function rtp(options: {
  readonly sequence: number;
  readonly timestamp: number;
  readonly payload: Uint8Array;
  readonly type?: number;
  readonly ssrc?: number;
  readonly marker?: boolean;
  readonly csrc?: number;
  readonly extension?: number;
  readonly padding?: number;
}): Uint8Array {
  const { sequence, timestamp, payload, type = 0, ssrc = 0x1234, marker = false, csrc = 0, extension, padding = 0 } = options;
  return join(
    Uint8Array.of(0x80 | (padding > 0 ? 0x20 : 0) | (extension === undefined ? 0 : 0x10) | csrc, (marker ? 0x80 : 0) | type),
    be16(sequence & 0xffff),
    be32(timestamp >>> 0, ssrc),
    new Uint8Array(csrc * 4),
    extension === undefined ? new Uint8Array(0) : join(be16(0xbede, extension), new Uint8Array(extension * 4)),
    payload,
    padding > 0 ? Uint8Array.of(...new Uint8Array(padding - 1), padding) : new Uint8Array(0),
  );
}

export const udp = (payload: Uint8Array, source = 4_000, target = 5_000): Uint8Array => join(be16(source, target, 8 + payload.length, 0), payload);

/** An IPv4 packet, or a fragment of one: `place` in bytes. */
export function ipv4(
  payload: Uint8Array,
  options: { from?: Address; to?: Address; protocol?: number; id?: number; place?: number; more?: boolean; options?: number } = {},
): Uint8Array {
  const { from = alice, to = bob, protocol = 17, id = 1, place = 0, more = false, options: words = 0 } = options;
  const header = join(
    Uint8Array.of(0x45 + words, 0),
    be16(20 + words * 4 + payload.length, id, (more ? 0x2000 : 0) | (place / 8)),
    Uint8Array.of(64, protocol, 0, 0, ...from, ...to),
    new Uint8Array(words * 4).fill(1),
  );
  let sum = 0;
  for (let at = 0; at < header.length; at += 2) sum += ((header[at] ?? 0) << 8) | (header[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  header.set(be16(~sum & 0xffff), 10);
  return join(header, payload);
}

/** An IPv6 packet; `headers` precede the payload, each [its number, its bytes after the next-header field]. */
export function ipv6(
  payload: Uint8Array,
  options: { from?: Address; to?: Address; protocol?: number; headers?: readonly (readonly [number, Uint8Array])[] } = {},
): Uint8Array {
  const { from = alice6, to = bob6, protocol = 17, headers = [] } = options;
  const numbers = [...headers.map(([number]) => number), protocol];
  const chain = join(...headers.map(([, bytes], index) => join(Uint8Array.of(numbers[index + 1] ?? 0), bytes)));
  return join(be32(0x60000000), be16(chain.length + payload.length), Uint8Array.of(numbers[0] ?? 17, 64, ...from, ...to), chain, payload);
}

/** An Ethernet frame, padded to 60 bytes as network cards do. */
export function ether(payload: Uint8Array, type = 0x0800, tags: readonly (readonly [number, number])[] = []): Uint8Array {
  const frame = join(new Uint8Array(12).fill(2), ...tags.map(([tag, id]) => be16(tag, id)), be16(type), payload);
  return frame.length >= 60 ? frame : join(frame, new Uint8Array(60 - frame.length).fill(0xa5));
}

/** A frame with its capture time in microseconds. */
export interface Frame {
  readonly microseconds: number;
  readonly bytes: Uint8Array;
  /** Number of captured bytes; all if absent. */
  readonly kept?: number;
}

/** Begins at a second outside of any real capture. */
const epoch = 1_000_000_000;

/** A classic capture. */
export function pcapFile(
  frames: readonly Frame[],
  options: { readonly linkType?: number; readonly big?: boolean; readonly magic?: number; readonly snapBytes?: number } = {},
): Uint8Array {
  const { linkType = 1, big = false, magic = 0xa1b2c3d4, snapBytes = 262_144 } = options;
  const n32 = (...values: readonly number[]): Uint8Array => numbers(4, values, big);
  const n16 = (...values: readonly number[]): Uint8Array => numbers(2, values, big);
  const perSecond = magic === 0xa1b23c4d ? 1_000 : 1;
  const records = frames.map(({ microseconds, bytes, kept = Math.min(bytes.length, snapBytes) }) =>
    join(
      n32(epoch + Math.floor(microseconds / 1e6), (microseconds % 1e6) * perSecond, kept, bytes.length),
      magic === 0xa1b2cd34 ? new Uint8Array(8).fill(3) : new Uint8Array(0),
      bytes.subarray(0, kept),
    ),
  );
  return join(n32(magic), n16(2, 4), n32(0, 0, snapBytes, linkType), ...records);
}

/** Blocks of pcapng in one byte order. */
export function pcapngBlocks(big = false) {
  const n32 = (...values: readonly number[]): Uint8Array => numbers(4, values, big);
  const n16 = (...values: readonly number[]): Uint8Array => numbers(2, values, big);
  const padded = (bytes: Uint8Array): Uint8Array => join(bytes, new Uint8Array((4 - (bytes.length % 4)) % 4));
  const block = (type: number, body: Uint8Array): Uint8Array => join(n32(type, 12 + body.length), body, n32(12 + body.length));
  const option = (code: number, value: Uint8Array): Uint8Array => join(n16(code, value.length), padded(value));
  return {
    block,
    option,
    section: (): Uint8Array => block(0x0a0d0d0a, join(n32(0x1a2b3c4d), n16(1, 0), n32(0xffffffff, 0xffffffff))),
    /** `resolution`: the byte of if_tsresol; microseconds if absent. */
    face: (linkType = 1, resolution?: number, snapBytes = 0): Uint8Array =>
      block(
        1,
        join(
          n16(linkType, 0),
          n32(snapBytes),
          ...(resolution === undefined ? [] : [option(9, Uint8Array.of(resolution)), option(0, new Uint8Array(0))]),
        ),
      ),
    enhanced({ microseconds, bytes, kept = bytes.length }: Frame, face = 0, ticksPerSecond = 1e6): Uint8Array {
      const ticks = BigInt(epoch) * BigInt(ticksPerSecond) + BigInt(Math.round((microseconds * ticksPerSecond) / 1e6));
      const high = Number(ticks >> 32n);
      const low = Number(ticks & 0xffffffffn);
      return block(
        6,
        join(n32(face, high, low, kept, bytes.length), padded(bytes.subarray(0, kept)), option(1, text('a comment')), option(0, new Uint8Array(0))),
      );
    },
    simple: ({ bytes }: Frame): Uint8Array => block(3, join(n32(bytes.length), padded(bytes))),
    obsolete({ microseconds, bytes, kept = bytes.length }: Frame, face = 0): Uint8Array {
      const ticks = BigInt(epoch) * 1_000_000n + BigInt(microseconds);
      return block(
        2,
        join(n16(face, 0), n32(Number(ticks >> 32n), Number(ticks & 0xffffffffn), kept, bytes.length), padded(bytes.subarray(0, kept))),
      );
    },
  };
}

/** An INVITE, or its answer 200, with a session description; `call` is the Call-ID. */
export function sip(options: {
  readonly answer?: boolean;
  readonly call?: string;
  readonly address?: string;
  readonly port: number;
  readonly media: string;
  readonly lines?: readonly string[];
  readonly fromTag?: string;
}): Uint8Array {
  const { answer = false, call = 'c1@test', address = answer ? '198.51.100.7' : '192.0.2.1', port, media, lines = [], fromTag = 'caller' } = options;
  const body = ['v=0', `o=- 1 1 IN IP4 ${address}`, 's=-', `c=IN IP4 ${address}`, 't=0 0', `m=audio ${port} ${media}`, ...lines, ''].join('\r\n');
  const head = [
    answer ? 'SIP/2.0 200 OK' : 'INVITE sip:b@test SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1',
    `From: <sip:a@test>;tag=${fromTag}`,
    `To: <sip:b@test>${answer ? ';tag=callee' : ''}`,
    `Call-ID: ${call}`,
    'CSeq: 1 INVITE',
    'Content-Type: application/sdp',
    `Content-Length: ${body.length}`,
  ];
  return text(`${head.join('\r\n')}\r\n\r\n${body}`);
}
