import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type MetricFamily, metricMediaType, metricsText } from '../../core/base/metric-text.ts';
import { isLoopback } from '../accounts/client-address.ts';
import type { RateLimit } from '../accounts/rate-limit.ts';
import { headerValues } from '../accounts/request-check.ts';
import { alwaysHeaders } from '../answer/headers.ts';
import { beginListening, type ListenAddress } from '../http/listen.ts';

/** A listener that serves metrics only. */
export interface MetricsListener extends AsyncDisposable {
  readonly port: number;
}

/** Limits of the listener, times in ms. One scraper asks four times per minute; the limits leave room for two more and for a person. */
const serverLimits = { maxHeaderSize: 8 * 1024, headersTimeout: 5_000, requestTimeout: 5_000, connectionsCheckingInterval: 1_000 };
const connections = 16;
const stillMs = 5_000;

/** Rate limit of scrapes: a burst, then a number per second. */
export const scrapeRate = { burst: 20, perSecond: 5 };

/** Source of the metrics, and reactions to failures. */
export interface MetricsWork {
  /** Returns the current metric families. */
  readonly families: () => readonly MetricFamily[];
  readonly rate: RateLimit;
  /** Called if an answer failed because of a bug. */
  readonly failed: (error: unknown) => void;
}

/**
 * Answers `GET /metrics` for Prometheus and nothing else. It uses a separate listener, because behind a proxy all requests to the public listener come from
 * this machine and an address does not identify the client. Each answer closes its connection.
 * @throws LongplayError incomplete U247 if the address is not available
 */
export async function listenForMetrics(
  address: Pick<ListenAddress, 'host' | 'port'>,
  { families, rate, failed }: MetricsWork,
): Promise<MetricsListener> {
  const server = createServer(serverLimits, (incoming, outgoing) => {
    try {
      const refusal = refusedWith(incoming, address.host) ?? (rate.take('') ? null : 429);
      if (refusal === null) end(incoming, outgoing, 200, metricsText(families()));
      else end(incoming, outgoing, refusal, '');
    } catch (error) {
      failed(error);
      end(incoming, outgoing, 500, '');
    }
  });
  server.maxConnections = connections;
  server.setTimeout(stillMs, (socket) => socket.destroy());
  server.on('upgrade', (_request: IncomingMessage, socket) => socket.destroy());
  server.on('checkContinue', (_request: IncomingMessage, outgoing: ServerResponse) => outgoing.writeHead(417, { Connection: 'close' }).end());
  const port = await beginListening(server, address, '--metrics');
  return {
    port,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // Scrapers try again by themselves.
        server.closeAllConnections();
      }),
  };
}

/** Returns the status of a refusal; null if metrics may be served. */
function refusedWith({ method = '', url = '', rawHeaders }: IncomingMessage, host: string): number | null {
  // A foreign page whose name was made to resolve to this server sends its own name (DNS rebinding).
  const [asked = ''] = headerValues({ rawHeaders }, 'host');
  if (
    isLoopback(host) &&
    !isLoopback(
      asked
        .replace(/:\d+$/, '')
        .replace(/^\[(.*)\]$/, '$1')
        .toLowerCase(),
    )
  )
    return 421;
  if (url.split('?', 1)[0] !== '/metrics') return 404;
  return method === 'GET' || method === 'HEAD' ? null : 405;
}

function end({ method }: IncomingMessage, outgoing: ServerResponse, status: number, text: string): void {
  outgoing.writeHead(status, {
    ...alwaysHeaders,
    'Content-Security-Policy': "default-src 'none'",
    'Content-Type': metricMediaType,
    'Content-Length': String(Buffer.byteLength(text)),
    ...(status === 405 ? { Allow: 'GET, HEAD' } : {}),
    Connection: 'close',
  });
  outgoing.end(method === 'HEAD' ? undefined : text);
}
