/// <reference path="./oidc-provider.d.ts" />
import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type IncomingMessage, request, type ServerResponse, type Server as WebServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

/** The provider's claims about a user. */
export type Claims = Readonly<Record<string, unknown>>;

/** How the test intercepts the messages between longplay and the provider. */
export interface Between {
  /** Replaces the ID token of the provider; receives its payload. */
  token?: (payload: Claims) => string;
  /** Answers in the provider's place; returns false if it does not. */
  answer?: (incoming: IncomingMessage, outgoing: ServerResponse) => boolean;
}

/** A running provider: oidc-provider, which is certified by the OpenID Foundation, behind our server, which can alter its messages. */
export interface RunningProvider extends AsyncDisposable {
  readonly issuer: string;
  readonly between: Between;
  /** The secret of the client. */
  readonly secret: string;
  /** Requested paths. */
  readonly asked: string[];
  /** Registers servers as clients, by their addresses. @param options of the provider @param more of the client */
  serve(origins: readonly string[], options?: Readonly<Record<string, unknown>>, more?: Readonly<Record<string, unknown>>): Promise<void>;
  /** Makes a token signed by the provider's own key. @param key another key */
  signed(payload: Claims, key?: KeyObject): string;
  /** Follows longplay's redirect, signs in, consents, and returns the address to which the provider redirects. */
  comesBack(address: string, login: string): Promise<URL>;
  /** Stops answering; `up` starts again at the same address. */
  down(): Promise<void>;
  up(): Promise<void>;
}

const keyId = 'key-1';

/** @param host name of this machine that is another site to a browser than 127.0.0.1 @param people claims by what is typed as login */
export async function startProvider(people: Readonly<Record<string, Claims>>, host = 'localhost'): Promise<RunningProvider> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const jwk = { ...privateKey.export({ format: 'jwk' }), kid: keyId, alg: 'RS256', use: 'sig' };
  const secret = 'secret:of-the-client,100%+longplay&co';
  const between: Between = {};
  const asked: string[] = [];
  let inner: WebServer = createServer();
  const front = createServer((incoming, outgoing) => {
    asked.push(incoming.url ?? '');
    if (between.answer?.(incoming, outgoing) === true) return;
    forward(incoming, outgoing, (inner.address() as AddressInfo).port, between);
  });
  await listening(front, 0);
  const { port } = front.address() as AddressInfo;
  const issuer = `http://${host}:${port}`;
  const signed = (payload: Claims, key: KeyObject = createPrivateKey({ key: jwk, format: 'jwk' })): string => {
    const head = { alg: 'RS256', typ: 'JWT', kid: keyId };
    const text = [head, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
  };
  return {
    issuer,
    between,
    secret,
    asked,
    signed,
    serve: async (origins, options = {}, more = {}) => {
      const client = { client_id: 'longplay', client_secret: secret };
      inner.closeAllConnections();
      inner.close();
      const provider = new Provider(issuer, {
        clients: [{ ...client, redirect_uris: origins.map((origin) => `${origin}/sign-in/openid/back`), ...more }],
        jwks: { keys: [jwk] },
        cookies: { keys: ['cookies of the provider'] },
        scopes: ['openid', 'profile', 'email'],
        claims: { openid: ['sub'], profile: ['preferred_username', 'groups', 'agent', 'realm_access'], email: ['email', 'email_verified'] },
        findAccount: (_context: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
        conformIdTokenClaims: false,
        pkce: { required: () => true },
        ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
        ...options,
      });
      provider.proxy = true;
      inner = createServer(provider.callback());
      await listening(inner, 0);
    },
    comesBack: (address, login) => comesBack(address, login),
    down: () => closed(front),
    up: () => listening(front, port),
    [Symbol.asyncDispose]: async () => {
      for (const server of [front, inner]) if (server.listening) await closed(server);
    },
  };
}

function listening(server: WebServer, port: number): Promise<void> {
  return new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
}

function closed(server: WebServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Forwards a request, and the answer, whose ID token may be replaced. */
function forward(incoming: IncomingMessage, outgoing: ServerResponse, port: number, { token }: Between): void {
  const headers = { ...incoming.headers, 'x-forwarded-proto': 'http', 'x-forwarded-host': incoming.headers.host ?? '' };
  const sent = request({ host: '127.0.0.1', port, path: incoming.url, method: incoming.method, headers, agent: false }, (answer) => {
    const pieces: Buffer[] = [];
    answer.on('data', (piece: Buffer) => pieces.push(piece));
    answer.on('end', () => {
      let body = Buffer.concat(pieces);
      if (token !== undefined && incoming.url === '/token' && answer.statusCode === 200) {
        const said = JSON.parse(body.toString('utf8')) as { id_token: string };
        const payload = JSON.parse(Buffer.from(said.id_token.split('.')[1] ?? '', 'base64url').toString('utf8')) as Claims;
        body = Buffer.from(JSON.stringify({ ...said, id_token: token(payload) }));
      }
      const { 'content-length': _length, 'transfer-encoding': _coding, ...rest } = answer.headers;
      outgoing.writeHead(answer.statusCode ?? 500, { ...rest, 'content-length': body.length });
      outgoing.end(body);
    });
  });
  sent.on('error', () => outgoing.destroy());
  incoming.pipe(sent);
}

/** Acts like a browser: follows the provider, with its cookies, through the forms for login and consent. */
async function comesBack(address: string, login: string): Promise<URL> {
  const home = new URL(address);
  const cookies = new Map<string, string>();
  let at = home;
  let body: URLSearchParams | null = null;
  for (let step = 0; step < 20; step++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer: Response = await fetch(at, { method: body === null ? 'GET' : 'POST', body, redirect: 'manual', headers: { cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    const location = answer.headers.get('location');
    if (location !== null) {
      at = new URL(location, at);
      body = null;
      if (at.origin !== home.origin) return at;
      continue;
    }
    const page = await answer.text();
    const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1];
    if (action === undefined) throw new Error(`the provider shows no form, with status ${answer.status}: ${page.slice(0, 2_000)}`);
    at = new URL(action, at);
    body = new URLSearchParams({ prompt: page.includes('name="login"') ? 'login' : 'consent', login, password: 'any' });
  }
  throw new Error('the provider sends the browser round and round');
}
