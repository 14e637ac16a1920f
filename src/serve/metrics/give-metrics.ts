import type { ArchiveLog } from '../../log/log.ts';
import { urlHost } from '../accounts/client-address.ts';
import { createRateLimit } from '../accounts/rate-limit.ts';
import type { ServerContext } from '../answer/server-context.ts';
import type { ListenAddress, Listening } from '../http/listen.ts';
import { listenForMetrics, type MetricsWork, scrapeRate } from './metrics-listener.ts';
import { type MetricSources, measureLoopDelay, serveMetrics } from './serve-metrics.ts';

/** How often what other runs entered in the log is taken in for metrics: it needs the lock of the log. */
const logAgainMs = 60_000;

/** Gives metrics to whoever asks at an address of its own. @throws LongplayError incomplete U247 where it cannot be had */
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
      // Seen by who asks next: the lock may be another's for a while.
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
