import { isIP } from 'node:net';
import { headerValues, type RawRequest } from './request-check.ts';

/** An IPv4 address that came in by a socket for both reads `::ffff:127.0.0.1`. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

/** Addresses that one `X-Forwarded-For` may list: proxies of proxies, and room. */
const hops = 20;

/**
 * The address from which somebody came. Where the connection is that of a proxy that is believed, it is the last one of `X-Forwarded-For` that is not a proxy's own:
 * what stands left of it was written by the client itself. What is no address counts as the proxy's.
 * @param proxies empty: nobody is believed
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

/** What is counted as one client: an IPv4 address, and of IPv6 the first 64 bits, which are one customer's (RFC 6177). */
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

/** True for addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** An address as URLs have it. */
export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
