/** Why requests are turned away. */
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

/** Why a request is turned away; entered in the log as such. */
export type Refusal = (typeof refusals)[number];

/** A request as it came, before anything is made of it. */
export interface RawRequest {
  readonly method: string;
  /** The request target exactly as sent. */
  readonly target: string;
  /** Names and values in turn, as sent. */
  readonly rawHeaders: readonly string[];
}

/** Where this server is, as browsers know it. */
export interface Place {
  /** `127.0.0.1:8080`, lower case, as a Host header has it. */
  readonly hosts: ReadonlySet<string>;
  /** `https://calls.example`, as an Origin header has it. */
  readonly origins: ReadonlySet<string>;
}

/** All values of a header, in order. */
export function headerValues({ rawHeaders }: Pick<RawRequest, 'rawHeaders'>, name: string): string[] {
  const values: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) if (rawHeaders[at]?.toLowerCase() === name) values.push((rawHeaders[at + 1] ?? '').trim());
  return values;
}

/** Headers that mean something here and may come once only: of two, another program on the way may have read the other. */
const single = ['host', 'origin', 'range', 'if-range', 'content-length', 'content-type', 'transfer-encoding', 'sec-fetch-site', 'x-longplay-token'];

/** Headers of one request; browsers send twenty, and proxies add a few. */
const headerCount = 100;

/**
 * What can be said of a request without knowing who asks; null: go on. The name of the host is held against DNS rebinding: a page of another
 * origin whose name was made to point here still sends its own name.
 */
export function checkRequest(request: RawRequest, place: Place): { readonly why: Refusal; readonly status: number } | null {
  const { method, target, rawHeaders } = request;
  // Node drops headers beyond a number in silence, and with them perhaps the one that a proxy added.
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

/** Longest request target: words of a search, and room. */
const targetChars = 4_096;

/**
 * True for a target whose path is what it looks like: from the root, no step up, no empty name, no second spelling of `/`, `\`, `.` or NUL, nothing that two
 * programs could read in two ways. Our own paths need none of that.
 */
function isPlainTarget(target: string): boolean {
  if (target.length > targetChars || !target.startsWith('/')) return false;
  const [path = ''] = target.split('?', 1);
  return /^(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*\/?$/.test(path) && /^[\x21-\x7e]*$/.test(target);
}

/**
 * True where a request that changes something comes from a page of ours. Browsers say where it comes from in Sec-Fetch-Site or Origin; one that says
 * neither is none that we know. `same-site` is somebody else: another port of this machine.
 */
export function isFromOurPage(request: RawRequest, place: Place): boolean {
  const [site] = headerValues(request, 'sec-fetch-site');
  const [origin] = headerValues(request, 'origin');
  if (site !== undefined && site !== 'same-origin') return false;
  if (origin !== undefined && !place.origins.has(origin.toLowerCase())) return false;
  return site !== undefined || origin !== undefined;
}

/** True where a reading of data was not begun by somebody else's page. Programs that are no browsers say nothing. */
export function isNotForeign(request: RawRequest, place: Place): boolean {
  const [site = 'none'] = headerValues(request, 'sec-fetch-site');
  const [origin] = headerValues(request, 'origin');
  return (site === 'same-origin' || site === 'none') && (origin === undefined || place.origins.has(origin.toLowerCase()));
}
