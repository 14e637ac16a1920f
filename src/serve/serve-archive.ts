import { createLandings } from '../archive/bag/landing.ts';
import { type Archive, openArchive } from '../archive/layout.ts';
import { LongplayError } from '../core/base/error.ts';
import type { Finding } from '../core/findings/finding.ts';
import type { LogEntry } from '../log/entries/log-entry.ts';
import { placeFindings } from '../log/keys/known-places.ts';
import { openLog } from '../log/log.ts';
import { closedBy } from '../log/read/closed-by.ts';
import { inspectLog } from '../log/read/inspect-log.ts';
import { readEntries } from '../log/read/read-log.ts';
import { findingEvent, type PipelineEvent } from '../pipeline/events/events.ts';
import { isWritable, openForReading } from '../pipeline/open/open-archive.ts';
import { starter } from './accounts/account.ts';
import type { AccountSettings, AccountSource } from './accounts/account-list.ts';
import { isLoopback } from './accounts/client-address.ts';
import type { ServerContext } from './answer/server-context.ts';
import { createPeopleRegister } from './archive/people-register.ts';
import { isOfDay } from './archive/restore-quotas.ts';
import { createServerContext, type GivenAccounts, type ServedArchive } from './create-context.ts';
import { createApp } from './http/app.ts';
import { type Listening, listen } from './http/listen.ts';
import { giveMetrics } from './metrics/give-metrics.ts';
import { createRunMonitor, type RunMonitor } from './run-monitor.ts';
import { originOf, placeOf, refuseUnintendedAccess, type ServeRequest, type ServeTools, whoMay } from './serve-request.ts';
import { createOneTimeAddresses } from './sign-in/one-time-addresses.ts';

/** Totals of a server run. */
export interface ServeOutcome {
  readonly requests: number;
  readonly bytes: number;
  /** Number of answers by the first digit of their status. */
  readonly byStatus: Readonly<Record<string, number>>;
  readonly refused: Readonly<Record<string, number>>;
  /** Number of answers that failed because of a bug. */
  readonly bugs: number;
  /** Why nothing was served: the log was rolled back, lost or replaced. Null: the log was intact. */
  readonly closed: string | null;
}

/**
 * Serves an archive until the signal aborts, which is the normal end. Yields a `result` of `request` per answer.
 * @throws LongplayError U244, U245 if others would have access; P190 if the log cannot be written
 */
export async function* serveArchive(request: ServeRequest, tools: ServeTools, signal: AbortSignal): AsyncGenerator<PipelineEvent, ServeOutcome> {
  refuseUnintendedAccess(request);
  const monitor = createRunMonitor();
  // Read before anything is opened: errors in the accounts concern the user who starts the server.
  const accounts = readAccounts(request.accounts ?? onlyStarter);
  const people = createPeopleRegister(request.people, monitor.warn, tools.now);
  const checked = yield* checkArchive(request.archiveDir, tools, accounts.first.admission, signal);
  const { archive, before, closed } = checked;
  if (closed !== null) {
    // Continuing this log would hide what happened to it.
    for (const one of checked.findings) yield findingEvent(one);
    return { requests: 0, bytes: 0, byStatus: {}, refused: {}, bugs: 0, closed };
  }
  const log = await openLog(archive, tools);
  for (const one of log.findings) yield findingEvent(one);
  const listening = { port: 0 };
  const addresses = createOneTimeAddresses((path) =>
    monitor.notice(`open ${originOf(request, listening.port)}${path} in a browser; it works once, and a new one is printed then`),
  );
  const served: ServedArchive = { archive, log, people, accounts, before, addresses, listening };
  const context = await createServerContext(request, tools, served, monitor);
  const server = await listen(request.address, createApp(context), monitor.report, monitor.failed);
  listening.port = server.port;
  const here = placeOf(request, server.port);
  for (const host of here.hosts) context.place.hosts.add(host);
  for (const origin of here.origins) context.place.origins.add(origin);
  yield* monitor.channel.during(untilStopped({ request, served, context, server, monitor }, signal));
  return { ...monitor.counts, byStatus: monitor.byStatus, refused: context.refusals.counts, bugs: monitor.bugs(), closed: null };
}

/** Allows only the user who started the server. */
const onlyStarter: AccountSource = { state: () => '', read: () => ({ accounts: [starter], openid: null, hasQuotas: false, twoPersons: null }) };

function readAccounts(source: AccountSource): GivenAccounts {
  return { source, first: { state: source.state(), admission: source.read() } };
}

/** An archive before it is served, and what its log says. */
interface CheckedArchive {
  readonly archive: Archive;
  /** Entries of today that count for quotas; empty if there are none. */
  readonly before: readonly LogEntry[];
  /** Why nothing is served: the log was rolled back, lost or replaced. Null: the log is intact. */
  readonly closed: string | null;
  /** Problems of the log and of its place. */
  readonly findings: readonly Finding[];
}

/** Updates the catalog and reads the log. @throws LongplayError usage U248 if the archive is read-only */
async function* checkArchive(
  archiveDir: string,
  tools: ServeTools,
  { hasQuotas, twoPersons }: AccountSettings,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, CheckedArchive> {
  {
    // Updates the catalog, then closes it, so that imports and verifications can use it.
    using _opened = yield* openForReading(archiveDir, tools.temporary, signal);
  }
  const archive = await openArchive(archiveDir);
  if (!isWritable(archive.dir))
    throw new LongplayError(
      'usage',
      'U248',
      `${archive.dir} is read-only`,
      'every action is entered in the audit log: serve it as a user who may write there',
    );
  const found = await inspectLog(archive, tools.keys, signal);
  const landings = createLandings();
  const today = tools.now().slice(0, 10);
  const before: LogEntry[] = [];
  for await (const entry of readEntries(archive, found, signal)) {
    landings.take(entry);
    // A restart does not reset the daily quotas.
    if ((hasQuotas || twoPersons !== null) && isOfDay(entry, today)) before.push(entry);
  }
  const elsewhere = await placeFindings(tools.keys, archive.dir, { id: archive.id, bags: landings.bags.size });
  return { archive, before, closed: elsewhere[0]?.message ?? closedBy(found), findings: [...elsewhere, ...found.findings] };
}

/** A server that listens. */
interface RunningServer {
  readonly request: ServeRequest;
  readonly served: ServedArchive;
  readonly context: ServerContext;
  readonly server: Listening;
  readonly monitor: RunMonitor;
}

/** Enters the start in the log, serves until the signal aborts, and closes everything. @throws LongplayError incomplete U249 if the log cannot be written */
async function untilStopped(running: RunningServer, signal: AbortSignal): Promise<void> {
  const { request, served, context, server, monitor } = running;
  const { archive, log, accounts, addresses } = served;
  const { auditLog, refusals, searchAudit, finder, signInMethod, isSecure } = context;
  try {
    await using _metrics = await metricsOf(running);
    const started = await auditLog.enter({
      type: 'serving-started',
      detail: { entrance: signInMethod.by, loopback: isLoopback(request.address.host), tls: isSecure },
    });
    if (started !== null)
      throw new LongplayError('incomplete', 'U249', `the log of ${archive.dir} cannot be written: ${started}`, 'fix that, then start again');
    monitor.notice(
      `serving ${archive.dir} on ${originOf(request, server.port)}, listening on ${request.address.host} port ${server.port}: ${whoMay(request, accounts.first.admission)}`,
    );
    if (signInMethod.by === 'address') addresses.print();
    await untilAborted(signal);
    await server.close();
    await refusals.close();
    await searchAudit.close();
    await auditLog.enter({ type: 'serving-stopped', detail: { ...monitor.counts } });
  } finally {
    await server.close();
    await auditLog.close();
    finder.close();
    await log.close();
  }
}

/** Serves metrics if they are requested; null: they are not. */
async function metricsOf({ request, served: { log }, context, server, monitor }: RunningServer): Promise<AsyncDisposable | null> {
  if (request.metrics === null) return null;
  const { sessions, refusals, knownFaults } = context;
  const sources = { counts: monitor.counted, refused: refusals.counts, bugs: monitor.bugs, sessions, knownFaults, log };
  return await giveMetrics(request.metrics, server, sources, { warn: monitor.notice, now: monitor.now, reportFailure: monitor.failed });
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
