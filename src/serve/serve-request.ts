import type { DecodeCopy } from '../cases/mask/muted-copy.ts';
import { LongplayError } from '../core/base/error.ts';
import type { LogTools } from '../log/log.ts';
import type { AccountSettings, AccountSource } from './accounts/account-list.ts';
import { isLoopback, urlHost } from './accounts/client-address.ts';
import type { Place } from './accounts/request-check.ts';
import type { CaseWork, DecodeOriginal, PageFiles, SignInMethod } from './answer/server-context.ts';
import type { PeopleSource } from './archive/people-register.ts';
import type { ListenAddress } from './http/listen.ts';

/** What is served, on which address, and to whom. */
export interface ServeRequest {
  readonly archiveDir: string;
  readonly address: ListenAddress;
  /** Address that browsers use, if a proxy is in front or the server has a name; null: the listening address. */
  readonly publicUrl: URL | null;
  /** Null: only the user who started the server. */
  readonly accounts: AccountSource | null;
  /** Register of persons; null: none. */
  readonly people: PeopleSource | null;
  /** Proxy that names the user in a header; null: users sign in themselves. */
  readonly proxy: { readonly header: string; readonly addresses: readonly string[] } | null;
  /** Addresses of proxies whose `X-Forwarded-For` is trusted. */
  readonly forwarders: readonly string[];
  /** True if client addresses go into the details of log entries. */
  readonly keepsAddresses: boolean;
  /** True if the operator accepted unencrypted passwords and calls on the network. */
  readonly plainHttp: boolean;
  /** Address for metrics without sign-in. Null: none. */
  readonly metrics: { readonly host: string; readonly port: number; readonly open: boolean } | null;
}

/** What serving works with. */
export interface ServeTools extends CaseWork {
  /** User who started the server. */
  readonly actor: NonNullable<LogTools['actor']>;
  readonly page: PageFiles;
  readonly decodeOpus: DecodeCopy;
  readonly decodeOriginal: DecodeOriginal;
}

/** Refuses settings that would give unintended access. */
export function refuseUnintendedAccess({ address, accounts, proxy, plainHttp, metrics }: ServeRequest): void {
  if (metrics !== null && !metrics.open && !isLoopback(metrics.host))
    throw new LongplayError(
      'usage',
      'U244',
      `${metrics.host} can be reached from other machines, and would give metrics to anybody, unencrypted`,
      'keep --metrics on 127.0.0.1, or allow the network to read them: --metrics-open',
    );
  if (proxy !== null && accounts === null)
    throw new LongplayError(
      'usage',
      'U245',
      'a proxy identifies the users, but there is no list of users',
      'give it with --users; it needs no passwords then',
    );
  if (isLoopback(address.host)) return;
  if (accounts === null)
    throw new LongplayError(
      'usage',
      'U244',
      `${address.host} can be reached from other machines, and there is no sign-in`,
      'give a users file with --users, or stay on 127.0.0.1',
    );
  if (address.tls === null && proxy === null && !plainHttp)
    throw new LongplayError(
      'usage',
      'U244',
      `${address.host} can be reached from other machines, and passwords and calls would go there unencrypted`,
      'give --tls-cert and --tls-key, or let a proxy do it (--trust-proxy); if the network is encrypted already: --plain-http',
    );
}

/** Returns how users sign in. @param take takes the token of a one-time address */
export function signInMethodOf({ accounts, proxy }: ServeRequest, take: (token: string) => boolean): SignInMethod {
  if (accounts === null) return { by: 'address', take };
  return proxy === null ? { by: 'password' } : { by: 'proxy', header: proxy.header.toLowerCase(), addresses: new Set(proxy.addresses) };
}

/** Returns the origin under which browsers know the server. */
export function originOf({ address, publicUrl }: ServeRequest, port: number): string {
  return publicUrl?.origin ?? `${address.tls === null ? 'http' : 'https'}://${urlHost(address.host)}:${port}`;
}

/** Returns the names under which browsers may address the server; another name was pointed here by somebody else. */
export function placeOf(request: ServeRequest, port: number): Place {
  const scheme = request.address.tls === null ? 'http' : 'https';
  const { host } = request.address;
  const names = isLoopback(host) ? ['127.0.0.1', 'localhost', '[::1]', ...(host.includes(':') ? [] : [host])] : [urlHost(host)];
  const isUsual = port === (scheme === 'https' ? 443 : 80);
  const hosts = names.flatMap((name) => [`${name}:${port}`, ...(isUsual ? [name] : [])]).map((name) => name.toLowerCase());
  const origins = hosts.map((name) => `${scheme}://${name}`);
  const { publicUrl } = request;
  // A proxy may send its own name or that of this server.
  return {
    hosts: new Set([...hosts, ...(publicUrl === null ? [] : [publicUrl.host])]),
    origins: new Set([...origins, ...(publicUrl === null ? [] : [publicUrl.origin])]),
  };
}

/** Describes who may use the server. */
export function whoMay({ accounts, proxy, address }: ServeRequest, first: AccountSettings): string {
  if (accounts === null) return 'whoever on this machine has the address below';
  const number = first.accounts.length;
  const users = `${number} ${number === 1 ? 'user' : 'users'} of the users file${first.openid === null ? '' : `, and whom ${first.openid.issuer.host} vouches for`}`;
  return proxy === null
    ? users
    : `${users}, whom the proxy names in ${proxy.header}${isLoopback(address.host) ? ' (any program on this machine can be the proxy)' : ''}`;
}
