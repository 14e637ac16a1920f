import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { isTrouble, LongplayError, systemText } from '../../core/base/error.ts';
import { clientOf, plainAddress } from '../accounts/client-address.ts';
import { idleTimeoutMs } from '../answer/server-context.ts';
import type { Answer, RouteOf } from './app.ts';

/** Address on which the server listens. */
export interface ListenAddress {
  readonly host: string;
  /** Port; 0: any free port. */
  readonly port: number;
  /** Certificate and key as PEM; null: no TLS. */
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | null;
}

/** An answered request, without the variable parts of its path and without its user. */
export interface ServedRequest {
  readonly method: string;
  readonly route: string;
  /** Status of the answer; 0: the client had gone before. */
  readonly status: number;
  /** Number of bytes sent, including headers. */
  readonly bytes: number;
  readonly ms: number;
}

/** A listening server. */
export interface Listening {
  readonly port: number;
  /** Returns the number of open connections. */
  connections(): number;
  /** Stops within two seconds. Requests in progress may finish during the first second. */
  close(): Promise<void>;
}

/** Limits for clients that are not identified yet. */
const serverLimits = {
  /** Size of request line and headers together, in bytes. */
  maxHeaderSize: 16 * 1024,
  /** Time within which the headers must arrive, in ms; stops slow-loris clients. */
  headersTimeout: 10_000,
  /** Time within which the whole request must arrive, in ms. */
  requestTimeout: 20_000,
  keepAliveTimeout: 15_000,
  /** Interval at which both limits are checked. */
  connectionsCheckingInterval: 1_000,
};
const connections = 2_000;
const connectionsOfOne = 600;

/** Starts listening. @throws LongplayError incomplete U247 if the address is not available, usage U246 if the certificate is invalid */
export async function listen(
  address: ListenAddress,
  app: { readonly answer: Answer; readonly routeOf: RouteOf },
  report: (served: ServedRequest) => void,
  failed: (error: unknown) => void,
): Promise<Listening> {
  const handle = getRequestListener((request, env) => app.answer(request, { incoming: env.incoming as IncomingMessage }), {
    overrideGlobalObjects: false,
    errorHandler: (error) => {
      // A malformed request is not a failure of this server.
      const isNone = error instanceof Error && error.name === 'RequestError';
      if (!isNone) failed(error);
      const status = isNone ? 400 : isTrouble(error) ? 503 : 500;
      return new Response(null, { status, headers: { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', Connection: 'close' } });
    },
  });
  const onRequest = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const started = performance.now();
    const { socket } = incoming;
    const before = socket.bytesWritten;
    outgoing.once('close', () => {
      report({
        method: /^[A-Z]{1,10}$/.test(incoming.method ?? '') ? (incoming.method ?? '') : '-',
        route: app.routeOf(incoming),
        status: outgoing.headersSent ? outgoing.statusCode : 0,
        bytes: socket.bytesWritten - before,
        ms: Math.round(performance.now() - started),
      });
    });
    handle(incoming, outgoing).catch(failed);
  };
  const server = makeServer(address, onRequest);
  server.maxConnections = connections;
  server.setTimeout(idleTimeoutMs, (socket) => socket.destroy());
  const open = new Set<Socket>();
  const byAddress = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const from = clientOf(plainAddress(socket.remoteAddress ?? ''));
    const count = (byAddress.get(from) ?? 0) + 1;
    if (count > connectionsOfOne) {
      socket.destroy();
      return;
    }
    byAddress.set(from, count);
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      const left = (byAddress.get(from) ?? 1) - 1;
      if (left === 0) byAddress.delete(from);
      else byAddress.set(from, left);
    });
  });
  // Connections cannot be switched to another protocol.
  server.on('upgrade', (_request: IncomingMessage, socket: Socket) => socket.destroy());
  server.on('checkContinue', (_request: IncomingMessage, outgoing: ServerResponse) => outgoing.writeHead(417, { Connection: 'close' }).end());
  const port = await beginListening(server, address, '--port');
  return {
    port,
    connections: () => open.size,
    close: () =>
      new Promise((resolve) => {
        const cut = setTimeout(() => {
          for (const socket of open) socket.destroy();
        }, 1_000);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

/** TLS 1.2 suites with forward secrecy and authenticated encryption, and all suites of TLS 1.3 (RFC 9325 section 4.2). */
const ciphers = 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:ECDHE+AESGCM:ECDHE+CHACHA20';

type WebServer = ReturnType<typeof createServer>;

function makeServer({ tls }: ListenAddress, onRequest: (incoming: IncomingMessage, outgoing: ServerResponse) => void): WebServer {
  if (tls === null) return createServer(serverLimits, onRequest);
  try {
    return createTlsServer({ ...serverLimits, ...tls, minVersion: 'TLSv1.2', ciphers, handshakeTimeout: 10_000 }, onRequest);
  } catch (error) {
    throw new LongplayError(
      'usage',
      'U246',
      `certificate and key cannot be used: ${systemText(error)}`,
      'give both as PEM, with a matching key without a password',
      error,
    );
  }
}

/** Binds the port. @param option name of the option that sets the port @returns the port @throws LongplayError incomplete U247 if the address is not available */
export function beginListening(server: WebServer, { host, port }: Pick<ListenAddress, 'host' | 'port'>, option: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error): void => {
      reject(
        new LongplayError(
          'incomplete',
          'U247',
          `cannot listen on ${host} port ${port}: ${systemText(error)}`,
          `stop the program that listens there, or give another port with ${option}`,
          error,
        ),
      );
    };
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      resolve((server.address() as AddressInfo).port); // address of TCP, not of a pipe
    });
  });
}
