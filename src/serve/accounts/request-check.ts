/** Reasons for refusing a request. */
export const refusals = [
  'host',
  'path',
  'method',
  'body',
  'cross-site',
  'token',
  'proxy-header',
  'session',
  'sign-in',
  'too-often',
  'right',
  'outside-role',
  'quota',
  'second-person',
  'not-there',
  'range',
] as const;

/** Reason for a refusal, as the log names it. */
export type Refusal = (typeof refusals)[number];

/** A request as it was received, before parsing. */
export interface RawRequest {
  readonly method: string;
  /** The request target exactly as sent. */
  readonly target: string;
  /** Header names and values alternately, as sent. */
  readonly rawHeaders: readonly string[];
}

/** Addresses of this server as browsers know them. */
export interface Place {
  /** Values of a Host header in lower case, e.g. `127.0.0.1:8080`. */
  readonly hosts: ReadonlySet<string>;
  /** Values of an Origin header, e.g. `https://calls.example`. */
  readonly origins: ReadonlySet<string>;
}

/** Returns all values of a header, in order. */
export function headerValues({ rawHeaders }: Pick<RawRequest, 'rawHeaders'>, name: string): string[] {
  const values: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) if (rawHeaders[at]?.toLowerCase() === name) values.push((rawHeaders[at + 1] ?? '').trim());
  return values;
}

/** Headers that this server evaluates and that may occur only once: if there were two, another program on the way might have used the other one. */
const single = ['host', 'origin', 'range', 'if-range', 'content-length', 'content-type', 'transfer-encoding', 'sec-fetch-site', 'x-longplay-token'];

/** Largest number of headers per request. Browsers send about twenty, and proxies add a few. */
const headerCount = 100;

/**
 * Checks everything in a request that does not depend on the user. Returns null if the request may proceed. The host is checked to prevent DNS rebinding: a
 * page of another origin whose name was made to resolve to this server still sends its own name.
 */
export function checkRequest(request: RawRequest, place: Place): { readonly why: Refusal; readonly status: number } | null {
  const { method, target, rawHeaders } = request;
  // Node.js silently drops headers beyond this number, which could include the one that a proxy added.
  if (rawHeaders.length > 2 * headerCount) return { why: 'path', status: 431 };
  if (!['GET', 'HEAD', 'POST'].includes(method)) return { why: 'method', status: 405 };
  const hosts = headerValues(request, 'host');
  if (hosts.length !== 1 || !place.hosts.has(hosts[0]?.toLowerCase() ?? '')) return { why: 'host', status: 421 };
  if (single.some((name) => headerValues(request, name).length > 1)) return { why: 'path', status: 400 };
  if (!isPlainTarget(target)) return { why: 'path', status: 400 };
  const hasBody = headerValues(request, 'transfer-encoding').length > 0 || headerValues(request, 'content-length').some((value) => value !== '0');
  if (hasBody && method !== 'POST') return { why: 'body', status: 400 };
  return null;
}

/** Length of the longest request target: the words of a search, with a margin. */
const targetChars = 4_096;

/**
 * Returns true for a target with an unambiguous path: absolute, without `..`, without empty names, and without an encoded `/`, `\`, `.` or NUL, which two
 * programs could read differently. Paths of this server need none of these.
 */
function isPlainTarget(target: string): boolean {
  if (target.length > targetChars || !target.startsWith('/')) return false;
  const [path = ''] = target.split('?', 1);
  return /^(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*\/?$/.test(path) && /^[\x21-\x7e]*$/.test(target);
}

/**
 * Returns true if a request that changes something comes from a page of this server. Browsers name the origin in Sec-Fetch-Site or Origin; a browser that sends
 * neither is not supported. `same-site` counts as foreign, because it can be another port of this machine.
 */
export function isFromOurPage(request: RawRequest, place: Place): boolean {
  const [site] = headerValues(request, 'sec-fetch-site');
  const [origin] = headerValues(request, 'origin');
  if (site !== undefined && site !== 'same-origin') return false;
  if (origin !== undefined && !place.origins.has(origin.toLowerCase())) return false;
  return site !== undefined || origin !== undefined;
}

/** Returns true if no foreign page started a request for data. Programs other than browsers send neither header. */
export function isNotForeign(request: RawRequest, place: Place): boolean {
  const [site = 'none'] = headerValues(request, 'sec-fetch-site');
  const [origin] = headerValues(request, 'origin');
  return (site === 'same-origin' || site === 'none') && (origin === undefined || place.origins.has(origin.toLowerCase()));
}
