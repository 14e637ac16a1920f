import type { ArchiveLog } from '../../log/log.ts';
import { urlHost } from '../accounts/client-address.ts';
import { createRateLimit } from '../accounts/rate-limit.ts';
import type { ServerContext } from '../answer/server-context.ts';
import type { ListenAddress, Listening } from '../http/listen.ts';
import { listenForMetrics, type MetricsWork, scrapeRate } from './metrics-listener.ts';
import { type MetricSources, measureLoopDelay, serveMetrics } from './serve-metrics.ts';

/** Interval at which log entries of other processes are read for metrics. It is long, because reading needs the log's lock. */
const logAgainMs = 60_000;

/** Serves metrics on a separate address without sign-in. @throws LongplayError incomplete U247 if the address is not available */
export async function giveMetrics(
  address: Pick<ListenAddress, 'host' | 'port'>,
  { connections }: Pick<Listening, 'connections'>,
  sources: Omit<MetricSources, 'connections' | 'loop' | 'log'> & { readonly log: Pick<ArchiveLog, 'lastTimes' | 'refresh'> },
  { warn, now, reportFailure }: Pick<ServerContext, 'warn' | 'now' | 'reportFailure'>,
): Promise<AsyncDisposable> {
  const loop = measureLoopDelay();
  let due = now() + logAgainMs;
  const families: MetricsWork['families'] = () => {
    if (now() >= due) {
      due = now() + logAgainMs;
      // The next scrape shows the result, because another process may hold the lock for a while.
      void sources.log.refresh().catch(reportFailure);
    }
    return serveMetrics({ ...sources, connections, loop });
  };
  try {
    const listener = await listenForMetrics(address, { families, rate: createRateLimit(scrapeRate, now), failed: reportFailure });
    warn(`metrics for Prometheus: http://${urlHost(address.host)}:${listener.port}/metrics`);
    return {
      [Symbol.asyncDispose]: async () => {
        loop[Symbol.dispose]();
        await listener[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    loop[Symbol.dispose]();
    throw error;
  }
}
