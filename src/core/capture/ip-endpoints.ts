import { limits } from '../base/limits.ts';

/**
 * Maps hosts and ports to numbers, so that packets need no strings: the number of a host is a multiple of 65,536, and the port is added to it.
 * Numbers are valid within one capture only.
 */
export interface Endpoints {
  /** Returns the host whose 4 bytes are at `at`. */
  host4(bytes: Uint8Array, at: number): number;
  /** Returns the host whose 16 bytes are at `at`. */
  host6(bytes: Uint8Array, at: number): number;
  /** Returns the host of an address in SDP or SIP; null if the text is a name, or not an address. */
  host(text: string): number | null;
}

/** First number after those of all IPv4 hosts. */
const firstHost6 = 0x1_0000_0000;
const ports = 0x1_0000;

/** Returns the host part of an endpoint. */
export function hostOf(endpoint: number): number {
  return endpoint - (endpoint % ports);
}

/** Creates an empty map. */
export function createEndpoints(): Endpoints {
  const hosts6 = new Map<string, number>();
  const host6 = (bytes: Uint8Array, at: number): number => {
    const key = String.fromCharCode(...bytes.subarray(at, at + 16));
    let host = hosts6.get(key);
    if (host === undefined) {
      if (hosts6.size >= limits.captureStreams) return (firstHost6 + limits.captureStreams) * ports; // too many hosts: all further ones share a number
      host = (firstHost6 + hosts6.size) * ports;
      hosts6.set(key, host);
    }
    return host;
  };
  const host4 = (bytes: Uint8Array, at: number): number =>
    ((bytes[at] ?? 0) * 0x100_0000 + (bytes[at + 1] ?? 0) * 0x1_0000 + (bytes[at + 2] ?? 0) * 0x100 + (bytes[at + 3] ?? 0)) * ports;
  return {
    host4,
    host6,
    host(text) {
      const four = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
      if (four !== null) return host4(Uint8Array.from(four.slice(1), Number), 0);
      const six = ipv6Bytes(text);
      return six === null ? null : host6(six, 0);
    },
  };
}

/** Parses an IPv6 address without an IPv4 part (RFC 4291, section 2.2); null if the text is not one. */
function ipv6Bytes(text: string): Uint8Array | null {
  if (!/^[0-9a-f:]{2,39}$/i.test(text)) return null;
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const groups = (half: string | undefined): number[] =>
    half === undefined || half === '' ? [] : half.split(':').map((group) => Number.parseInt(group, 16));
  const [left, right] = [groups(halves[0]), groups(halves[1])];
  const gap = 8 - left.length - right.length;
  if (halves.length === 2 ? gap < 1 : gap !== 0) return null;
  const all = [...left, ...new Array<number>(gap).fill(0), ...right];
  if (all.some((group) => !(group >= 0 && group <= 0xffff))) return null;
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}
