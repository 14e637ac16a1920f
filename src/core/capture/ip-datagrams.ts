import { createEndpoints, type Endpoints } from './ip-endpoints.ts';
import { createFragments } from './ip-fragments.ts';
import type { CaptureRecord } from './pcap-records.ts';

/** Payload of one UDP datagram or TCP segment; valid until the next. */
export interface Datagram {
  /** Sender and receiver as numbers of `Endpoints`. */
  readonly source: number;
  readonly target: number;
  /** The payload is at [from, to). */
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  /** Offset of the payload's first byte in the file. */
  readonly offset: number;
  /** Where the fragments of the payload are in the file; null if it was not fragmented. */
  readonly pieces: readonly Piece[] | null;
  /** Bytes of the payload that were on the wire but are not in the capture. */
  readonly missing: number;
  readonly seconds: number;
  readonly isTcp: boolean;
  /** TCP: the sequence number of the payload's first byte, modulo 2^32; otherwise 0. */
  readonly sequence: number;
}

/** A range of bytes of the file. */
export interface Piece {
  readonly offset: number;
  readonly size: number;
}

/** Decodes the frames of a capture. */
export interface Datagrams {
  take(record: CaptureRecord): void;
  readonly endpoints: Endpoints;
  /** Number of frames with unknown link types, by type. */
  readonly strange: ReadonlyMap<number, number>;
  /** Number of datagrams that lack fragments so far, including those still waiting. */
  readonly incomplete: number;
}

/** LINKTYPE_ values (tcpdump.org/linktypes.html). */
const ethernet = 1;
const linuxCooked = 113;
const linuxCooked2 = 276;
const raws = new Set([12, 14, 101, 228, 229]); // 12 and 14: raw IP on BSD and other systems
const loopbacks = new Set([0, 108]);

const ipv4Type = 0x0800;
const ipv6Type = 0x86dd;
/** VLAN tags, provider VLAN tags, and an older number for provider tags (IEEE 802.1Q, 802.1ad). */
const vlanTypes = new Set([0x8100, 0x88a8, 0x9100]);
const mplsTypes = new Set([0x8847, 0x8848]); // RFC 3032
const pppoeSession = 0x8864; // RFC 2516
/** Largest number of nested headers; only an attack has more. */
const mostLayers = 16;
const vxlanPort = 4789; // RFC 7348

/** Contents of the header of a fragment. */
interface FragmentHead {
  /** Text that all fragments of one packet share. */
  readonly key: string;
  /** Offset of the first byte of the fragment in the packet. */
  readonly place: number;
  /** True if more fragments of the packet follow. */
  readonly more: boolean;
  readonly protocol: number;
}

/**
 * Unwraps frames down to UDP and TCP: link layer, VLANs, tunnels, fragments. Skips everything unknown.
 * One function: the layers call each other, since a tunnel contains IP packets, and share what is known about the current frame.
 */
export function createDatagrams(sink: (datagram: Datagram) => void): Datagrams {
  const endpoints = createEndpoints();
  const fragments = createFragments();
  const strange = new Map<number, number>();
  let pieces: readonly Piece[] | null = null;
  /** Offset in the file of index 0 of the bytes. */
  let base = 0;
  /** Bytes of the frame that were on the wire but are not in the capture. */
  let lacking = 0;
  let seconds = 0;
  let layers = 0;
  /** Numbers of sender and receiver of the current IP packet, and its bytes that are not in the capture. */
  let source = 0;
  let target = 0;
  let missing = 0;

  const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

  const typed = (bytes: Uint8Array, from: number, to: number, type: number): void => {
    let at = from;
    let kind = type;
    while (vlanTypes.has(kind) && at + 4 <= to) {
      kind = u16(bytes, at + 2);
      at += 4;
    }
    if (mplsTypes.has(kind)) {
      while (at + 4 <= to && ((bytes[at + 2] ?? 0) & 1) === 0) at += 4; // up to the bottom of the stack
      at += 4;
      ip(bytes, at, to);
    } else if (kind === pppoeSession) ip(bytes, at + 8, to);
    else if (kind === ipv4Type || kind === ipv6Type) ip(bytes, at, to);
  };
  const ether = (bytes: Uint8Array, from: number, to: number): void => {
    if (from + 14 <= to) typed(bytes, from + 14, to, u16(bytes, from + 12));
  };
  const ip = (bytes: Uint8Array, from: number, to: number): void => {
    if (from >= to || ++layers > mostLayers) return;
    const version = (bytes[from] ?? 0) >> 4;
    if (version === 4) ipv4(bytes, from, to);
    else if (version === 6) ipv6(bytes, from, to);
  };
  /** Reads a packet of IPv4 (RFC 791, section 3.1). */
  const ipv4 = (bytes: Uint8Array, from: number, to: number): void => {
    const header = ((bytes[from] ?? 0) & 0x0f) * 4;
    if (header < 20 || from + header > to) return;
    const total = u16(bytes, from + 2);
    const stated = total < header ? to - from + lacking : total; // 0: the network card fills in the length
    const end = Math.min(to, from + stated); // the rest is padding of the frame
    missing = Math.max(0, from + stated - to);
    const protocol = bytes[from + 9] ?? 0;
    source = endpoints.host4(bytes, from + 12);
    target = endpoints.host4(bytes, from + 16);
    const flags = u16(bytes, from + 6);
    if ((flags & 0x3fff) === 0) {
      transport(bytes, from + header, end, protocol);
      return;
    }
    if (missing > 0) return;
    const key = `${source} ${target} ${u16(bytes, from + 4)} ${protocol}`;
    fragment(bytes, from + header, end, { key, place: (flags & 0x1fff) * 8, more: (flags & 0x2000) !== 0, protocol });
  };
  /** Reads a packet of IPv6 with its extension headers (RFC 8200, sections 3 and 4). */
  const ipv6 = (bytes: Uint8Array, from: number, to: number): void => {
    if (from + 40 > to) return;
    const length = u16(bytes, from + 4);
    const stated = length === 0 ? to - from + lacking : 40 + length;
    const end = Math.min(to, from + stated);
    missing = Math.max(0, from + stated - to);
    source = endpoints.host6(bytes, from + 8);
    target = endpoints.host6(bytes, from + 24);
    let next = bytes[from + 6] ?? 0;
    let at = from + 40;
    for (let headers = 0; headers < mostLayers && at + 8 <= end; headers++) {
      if (next === 0 || next === 43 || next === 60) {
        next = bytes[at] ?? 0;
        at += ((bytes[at + 1] ?? 0) + 1) * 8;
      } else if (next === 51) {
        next = bytes[at] ?? 0;
        at += ((bytes[at + 1] ?? 0) + 2) * 4;
      } else if (next === 44) {
        const place = u16(bytes, at + 2);
        const protocol = bytes[at] ?? 0;
        const key = `${source} ${target} ${u16(bytes, at + 4)}.${u16(bytes, at + 6)} ${protocol}`;
        if ((place & 0xfff9) === 0) {
          next = protocol; // a fragment that is the whole packet
          at += 8;
        } else {
          if (missing === 0) fragment(bytes, at + 8, end, { key, place: place & 0xfff8, more: (place & 1) === 1, protocol });
          return;
        }
      } else break;
    }
    transport(bytes, at, end, next);
  };
  const fragment = (bytes: Uint8Array, from: number, to: number, { key, place, more, protocol }: FragmentHead): void => {
    const whole = fragments.add(key, bytes.subarray(from, to), base + from, place, more);
    if (whole === null) return;
    pieces = whole.pieces;
    missing = 0;
    transport(whole.bytes, 0, whole.bytes.length, protocol);
    pieces = null;
  };
  const transport = (bytes: Uint8Array, from: number, to: number, protocol: number): void => {
    if (protocol === 17 && from + 8 <= to) udp(bytes, from, to);
    else if (protocol === 6 && from + 20 <= to) {
      const header = ((bytes[from + 12] ?? 0) >> 4) * 4;
      const sequence = u16(bytes, from + 4) * 0x1_0000 + u16(bytes, from + 6);
      if (header >= 20 && from + header < to) emit(bytes, from + header, to, from, sequence);
    } else if (pieces !== null)
      return; // a fragmented tunnel packet: offsets in the file would be lost
    else if (protocol === 4 || protocol === 41) ip(bytes, from, to);
    else if (protocol === 47 && from + 4 <= to) gre(bytes, from, to);
  };
  /** Reads a datagram of UDP (RFC 768). */
  const udp = (bytes: Uint8Array, from: number, to: number): void => {
    const stated = u16(bytes, from + 4);
    const end = stated >= 8 ? Math.min(to, from + stated) : to;
    if (stated >= 8) missing = Math.max(0, from + stated - to);
    const port = u16(bytes, from + 2);
    if (
      port === vxlanPort &&
      pieces === null &&
      ((bytes[from + 8] ?? 0) & 0xf7) === 0 &&
      ((bytes[from + 8] ?? 0) & 0x08) !== 0 &&
      ++layers < mostLayers
    ) {
      ether(bytes, from + 16, end);
    } else emit(bytes, from + 8, end, from, null);
  };
  /** Reads a GRE packet (RFC 2784 and 2890), also with whole frames inside (transparent bridging), as switches send mirrored traffic. */
  const gre = (bytes: Uint8Array, from: number, to: number): void => {
    const flags = u16(bytes, from);
    const type = u16(bytes, from + 2);
    if ((flags & 7) !== 0 || ++layers > mostLayers) return;
    const at = from + 4 + (flags & 0x8000 ? 4 : 0) + (flags & 0x2000 ? 4 : 0) + (flags & 0x1000 ? 4 : 0);
    if (type === 0x6558) ether(bytes, at, to);
    else if (type === 0x88be)
      ether(bytes, at + (flags & 0x1000 ? 8 : 0), to); // ERSPAN types II and I
    else typed(bytes, at, to, type);
  };
  /** Passes a payload to the sink. @param ports index of the two port numbers @param sequence sequence number of TCP; null for UDP */
  const emit = (bytes: Uint8Array, from: number, to: number, ports: number, sequence: number | null): void => {
    if (from >= to) return;
    sink({
      source: source + u16(bytes, ports),
      target: target + u16(bytes, ports + 2),
      bytes,
      from,
      to,
      offset: base + from,
      pieces: pieces === null ? null : piecesWithin(pieces, from, to),
      missing,
      seconds,
      isTcp: sequence !== null,
      sequence: sequence ?? 0,
    });
  };

  return {
    take(record) {
      const { bytes, from, to, linkType } = record;
      base = record.offset - from;
      lacking = record.wireBytes - (to - from);
      seconds = record.seconds;
      layers = 0;
      if (linkType === ethernet) ether(bytes, from, to);
      else if (linkType === linuxCooked && from + 16 <= to) typed(bytes, from + 16, to, u16(bytes, from + 14));
      else if (linkType === linuxCooked2 && from + 20 <= to) typed(bytes, from + 20, to, u16(bytes, from));
      else if (raws.has(linkType)) ip(bytes, from, to);
      else if (loopbacks.has(linkType))
        ip(bytes, from + 4, to); // the number of the address family differs between systems
      else if (linkType !== linuxCooked && linkType !== linuxCooked2) strange.set(linkType, (strange.get(linkType) ?? 0) + 1);
    },
    endpoints,
    strange,
    get incomplete() {
      return fragments.incomplete;
    },
  };
}

/** Returns the part [from, to) of the concatenated pieces. */
export function piecesWithin(pieces: readonly Piece[], from: number, to: number): Piece[] {
  const parts: Piece[] = [];
  let at = 0;
  for (const { offset, size } of pieces) {
    const start = Math.max(at, from);
    const end = Math.min(at + size, to);
    if (end > start) parts.push({ offset: offset + start - at, size: end - start });
    at += size;
  }
  return parts;
}
