import { isIP } from 'node:net';
import { headerValues, type RawRequest } from './request-check.ts';

/** Returns an IPv4 address without the prefix `::ffff:`, which dual-stack sockets add. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

/** Largest number of addresses that are read from `X-Forwarded-For`: the proxies of a chain, with a margin. */
const hops = 20;

/**
 * Returns the address of the client. If the connection comes from a trusted proxy, this is the last address of `X-Forwarded-For` that is not a trusted proxy:
 * the client itself may have written everything to the left of that address. If an entry is not an IP address, the address of the proxy counts.
 * @param proxies addresses of trusted proxies; empty: none is trusted
 */
export function clientAddress(raw: Pick<RawRequest, 'rawHeaders'>, connection: string, proxies: ReadonlySet<string>): string {
  const from = plainAddress(connection);
  if (!proxies.has(from)) return from;
  const listed = headerValues(raw, 'x-forwarded-for').flatMap((line) => line.split(','));
  for (const text of listed.slice(-hops).reverse()) {
    const address = plainAddress(text.trim());
    if (isIP(address) === 0) return from;
    if (!proxies.has(address)) return address;
  }
  return from;
}

/**
 * Returns the key under which a client is counted: the whole IPv4 address, or the first 64 bits of an IPv6 address, because one customer has all addresses that
 * begin with them (RFC 6177).
 */
export function clientOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const groups = head === '' ? [] : head.split(':');
  const behind = tail === undefined || tail === '' ? 0 : tail.split(':').reduce((sum, group) => sum + (group.includes('.') ? 2 : 1), 0);
  const filled = tail === undefined ? groups : [...groups, ...Array<string>(Math.max(0, 8 - groups.length - behind)).fill('0'), ...tail.split(':')];
  return `${filled
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

/** Returns true for addresses that are reachable from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** Returns an address in the form in which a URL contains it. */
export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
