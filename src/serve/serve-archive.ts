import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createLandings } from '../archive/bag/landing.ts';
import { indexedStates } from '../archive/bag/payload-state.ts';
import { openArchive } from '../archive/layout.ts';
import type { DecodeCopy } from '../cases/mask/muted-copy.ts';
import { errorText, firstError, isTrouble, LongplayError } from '../core/base/error.ts';
import { faultyCalls } from '../core/page/call-fault.ts';
import { createLandedRecordings } from '../log/entries/landed-recordings.ts';
import type { LogEntry } from '../log/entries/log-entry.ts';
import { placeFindings } from '../log/keys/known-places.ts';
import { type LogTools, openLog } from '../log/log.ts';
import { closedBy } from '../log/read/closed-by.ts';
import { inspectLog } from '../log/read/inspect-log.ts';
import { readEntries } from '../log/read/read-log.ts';
import { createTagIndex } from '../log/who/tag-index.ts';
import { createEventChannel } from '../pipeline/events/event-channel.ts';
import { findingEvent, type PipelineEvent } from '../pipeline/events/events.ts';
import { verificationsIn } from '../pipeline/open/bag-verification.ts';
import { isWritable, openForReading } from '../pipeline/open/open-archive.ts';
import { provideKeys, unlockKeys } from '../sealing/open-keys.ts';
import { openCatalog } from '../store/catalog/catalog.ts';
import { createCatalogReader } from '../store/catalog/catalog-reader.ts';
import { starter } from './accounts/account.ts';
import { type AccountSettings, type AccountSource, createAccountList } from './accounts/account-list.ts';
import { isLoopback, urlHost } from './accounts/client-address.ts';
import { createDayQuotas } from './accounts/day-quotas.ts';
import { createExportRequests } from './accounts/export-requests.ts';
import { createRateLimit } from './accounts/rate-limit.ts';
import { createRefusalLog } from './accounts/refusal-log.ts';
import type { Place } from './accounts/request-check.ts';
import { createSessions, sameSecret, secretText, sessionLimits } from './accounts/session.ts';
import type { CaseWork, DecodeOriginal, PageFiles, ServerContext, SignInMethod } from './answer/server-context.ts';
import { createAuditLog } from './archive/audit-log.ts';
import { createFinder } from './archive/catalog-finder.ts';
import { createServedErasures } from './archive/erasures.ts';
import { createFollowOthers } from './archive/follow-others.ts';
import { createPeopleRegister, type PeopleSource } from './archive/people-register.ts';
import { isOfDay, restoreQuotas } from './archive/restore-quotas.ts';
import { createSearchAudit } from './archive/search-audit.ts';
import { createServedFiles } from './archive/served-files.ts';
import { createServedKeeping } from './archive/served-keeping.ts';
import { createVerifiedBags, knownFaults } from './archive/verified-bags.ts';
import { createApp } from './http/app.ts';
import { type ListenAddress, listen, type ServedRequest } from './http/listen.ts';
import { childChannel } from './keys/agent-channel.ts';
import { createKeyAgentProcess } from './keys/agent-process.ts';
import { createGrantedKeyring } from './keys/granted-keyring.ts';
import { connectToAgent } from './keys/listening-agent.ts';
import { giveMetrics } from './metrics/give-metrics.ts';
import { createServeCounts } from './metrics/serve-counts.ts';

/** What to serve, on which address, and to whom. */
export interface ServeRequest {
  readonly archiveDir: string;
  readonly address: ListenAddress;
  /** Address that browsers use if the server is behind a proxy or has a name; null: the listening address. */
  readonly publicUrl: URL | null;
  /** Accounts; null: only the user who started the server. */
  readonly accounts: AccountSource | null;
  /** Register of persons; null if there is none. */
  readonly people: PeopleSource | null;
  /** Proxy that names the user in a header; null: users sign in themselves. */
  readonly proxy: { readonly header: string; readonly addresses: readonly string[] } | null;
  /** Addresses of proxies whose `X-Forwarded-For` is trusted. */
  readonly forwarders: readonly string[];
  /** True if client addresses go into the details of log entries. */
  readonly keepsAddresses: boolean;
  /** True if the operator accepted unencrypted passwords and calls on the network. */
  readonly plainHttp: boolean;
  /** Socket of a key agent that runs by itself; null: the server starts its own. Without effect for an open archive. */
  readonly keyAgent: string | null;
  /** Address for metrics, which need no sign-in; null: no metrics. */
  readonly metrics: { readonly host: string; readonly port: number; readonly open: boolean } | null;
}

/** Tools for serving. */
export interface ServeTools extends CaseWork {
  /** User who started the server. */
  readonly actor: NonNullable<LogTools['actor']>;
  readonly page: PageFiles;
  readonly decodeOpus: DecodeCopy;
  readonly decodeOriginal: DecodeOriginal;
  /** Starts the key agent of a sealed archive as a process of its own, with a channel for messages. */
  readonly forkKeyAgent: () => ChildProcess;
}

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

/** Rate limits: per session, high because seeking in the page makes many requests, and per client without a session. */
const requestRates = { ofSession: { burst: 1_000, perSecond: 100 }, ofClient: { burst: 200, perSecond: 20 } };

/**
 * Serves an archive until the signal aborts, which is the normal end. Yields one `request` result per answer.
 * @throws LongplayError U244, U245 if others would have access; P190 if the log cannot be written
 */
export async function* serveArchive(request: ServeRequest, tools: ServeTools, signal: AbortSignal): AsyncGenerator<PipelineEvent, ServeOutcome> {
  refuseOpenDoors(request);
  const source = request.accounts ?? onlyStarter;
  // The accounts are read before anything is opened, because errors in them concern the user who starts the server.
  const first = { state: source.state(), admission: source.read() };
  const people = createPeopleRegister(request.people, (message) => warnOperator(message), tools.now);
  const archive = await openArchive(request.archiveDir);
  const start = { archiveDir: archive.dir, temporary: tools.temporary, keys: tools.keys };
  let agentOver: ((why: string) => void) | null = null;
  const reached = request.keyAgent === null || archive.page === null ? null : await connectToAgent(request.keyAgent);
  if (reached?.isSameUser === true)
    yield {
      type: 'notice',
      message: `the key agent at ${request.keyAgent} runs as the same user as this server, so the server can read whatever the agent can`,
    };
  using keyAgent =
    archive.page === null ? null : createKeyAgentProcess(reached?.channel ?? childChannel(tools.forkKeyAgent()), start, (why) => agentOver?.(why));
  let catalogKey: Uint8Array | null = null;
  if (keyAgent !== null) {
    // From here on, this process cannot open the keyring even by mistake. It can only add pages for what it writes itself.
    provideKeys(async () => createGrantedKeyring(keyAgent));
    await unlockKeys();
    catalogKey = yield* keyAgent.open();
  } else {
    // Updates the catalog and closes it, so that imports and verifications can use it.
    using _opened = yield* openForReading(request.archiveDir, tools.temporary, signal);
  }
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
    // Audio of today counts even if the server was restarted since.
    if ((first.admission.hasQuotas || first.admission.twoPersons !== null) && isOfDay(entry, today)) before.push(entry);
  }
  const elsewhere = await placeFindings(tools.keys, archive.dir, { id: archive.id, bags: landings.bags.size });
  const closed = elsewhere[0]?.message ?? closedBy(found);
  if (closed !== null) {
    // Continuing this log would hide what happened to it.
    for (const one of [...elsewhere, ...found.findings]) yield findingEvent(one);
    return { requests: 0, bytes: 0, byStatus: {}, refused: {}, bugs: 0, closed };
  }
  const log = await openLog(archive, tools);
  for (const one of log.findings) yield findingEvent(one);
  const channel = createEventChannel<PipelineEvent>();
  const now = (): number => performance.now();
  const counted = createServeCounts();
  const auditLog = counted.watching(createAuditLog(log));
  const refusals = createRefusalLog((entry) => auditLog.enter(entry), now);
  const searchAudit = createSearchAudit((entry) => auditLog.enter(entry), now);
  const finder = createFinder(
    archive,
    createLandedRecordings(archive.dir, () => log.landedBags()),
    catalogKey,
  );
  const catalog = createCatalogReader(join(archive.dir, 'catalog.sqlite'), catalogKey, indexedStates(archive.dir));
  const keeping = createServedKeeping(archive, { catalog, known: () => ({ ...log.keepingEntries(), notes: log.notes() }), now: tools.now });
  const quotas = createDayQuotas(tools.now);
  const exportedAlone = createDayQuotas(tools.now);
  await restoreQuotas(quotas, exportedAlone, archive.dir, finder, before);
  const counts = { requests: 0, bytes: 0 };
  const byStatus: Record<string, number> = {};
  const report = (served: ServedRequest): void => {
    counts.requests++;
    counts.bytes += served.bytes;
    counted.served(served);
    const kind = `${Math.floor(served.status / 100)}xx`;
    byStatus[kind] = (byStatus[kind] ?? 0) + 1;
    channel.push({ type: 'result', of: 'request', value: { ...served } });
  };
  const warn = (message: string): void => channel.push({ type: 'notice', message });
  const place = { hosts: new Set<string>(), origins: new Set<string>() };
  const addresses = oneTimeAddresses((path) =>
    warn(`open ${originOf(request, port)}${path} in a browser; it works once, and then a new one is printed`),
  );
  const signInMethod: SignInMethod = entranceOf(request, addresses.take);
  const isSecure = request.address.tls !== null || request.publicUrl?.protocol === 'https:';
  let bugs = 0;
  const warnOperator = quietly(warn, now);
  const failed = (thrown: unknown): void => {
    const error = firstError(thrown);
    counted.failed(error);
    if (isTrouble(error)) {
      warnOperator(errorText(error));
      return;
    }
    // One failed request must not stop the server. The bug is reported at once and counted for the summary.
    bugs++;
    warnOperator(`an answer failed, this is a bug; please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  };
  agentOver = (why) => warnOperator(`K211 the key agent ended (${why}): no recording is served until longplay serve is started again`);
  const sessions = createSessions(sessionLimits, now);
  const servedFiles = createServedFiles();
  const follow = createFollowOthers(log, now, failed);
  const accountList = createAccountList(source, first, { sessions, tell: warnOperator, enter: (entry) => auditLog.enter(entry) });
  const context: ServerContext = {
    archive,
    finder,
    keyAgent,
    openCatalog: () => openCatalog(join(archive.dir, 'catalog.sqlite'), catalogKey),
    place,
    signInMethod,
    accounts: accountList.accounts,
    openid: accountList.openid,
    origin: () => originOf(request, port),
    sessions,
    auditLog: auditLog,
    refusals,
    quotas,
    twoPersons: accountList.twoPersons,
    exportedAlone,
    exportRequests: createExportRequests(now),
    searchAudit,
    verifiedBags: createVerifiedBags(log, follow),
    knownFaults: () => knownFaults(log),
    faulty: () => faultyCalls(verificationsIn(log.verifiedBags().values()), servedFiles.faulty()),
    notes: () => log.notes(),
    tags: createTagIndex(archive.dir, async () => {
      await follow();
      return log.notes();
    }),
    people,
    caseEntries: (id) => log.caseEntries(id),
    keepingOf: (session, recordingId, stop) => (keyAgent === null ? keeping.of(recordingId, stop) : keyAgent.keepingOf({ session, recordingId })),
    erasures: createServedErasures(log, { archiveId: archive.id, keys: tools.keys }, follow, warnOperator),
    copiesOf: (bag) => log.copiesOf(bag),
    servedFiles,
    countUnavailable: counted.heldBack,
    requests: { ofSession: createRateLimit(requestRates.ofSession, now), ofClient: createRateLimit(requestRates.ofClient, now) },
    host: tools.actor()?.host ?? '',
    keepsAddresses: request.keepsAddresses,
    forwarders: new Set(request.forwarders),
    isSecure,
    cookie: isSecure ? '__Host-longplay' : `longplay-${request.address.port}`,
    caseTools: { temporary: tools.temporary, prepareMessages: tools.prepareMessages, keys: tools.keys, now: tools.now, mediaTypes: tools.mediaTypes },
    decodeOpus: tools.decodeOpus,
    decodeOriginal: tools.decodeOriginal,
    page: tools.page,
    now,
    warn: warnOperator,
    reportFailure: failed,
  };
  const server = await listen(request.address, createApp(context), report, failed);
  const { port } = server;
  const here = placeOf(request, port);
  for (const host of here.hosts) place.hosts.add(host);
  for (const origin of here.origins) place.origins.add(origin);
  const sources = { counts: counted, refused: refusals.counts, bugs: () => bugs, sessions, knownFaults: context.knownFaults, log };
  const run = async (): Promise<void> => {
    try {
      await using _metrics =
        request.metrics === null ? null : await giveMetrics(request.metrics, server, sources, { warn, now, reportFailure: failed });
      const started = await auditLog.enter({
        type: 'serving-started',
        detail: { entrance: signInMethod.by, loopback: isLoopback(request.address.host), tls: isSecure },
      });
      if (started !== null)
        throw new LongplayError('incomplete', 'U249', `the log of ${archive.dir} cannot be written: ${started}`, 'fix that, then start again');
      warn(
        `serving ${archive.dir} on ${originOf(request, port)}, listening on ${request.address.host} port ${port}: ${whoMay(request, first.admission)}`,
      );
      if (signInMethod.by === 'address') addresses.print();
      await untilAborted(signal);
      await server.close();
      await refusals.close();
      await searchAudit.close();
      await auditLog.enter({ type: 'serving-stopped', detail: { ...counts } });
    } finally {
      await server.close();
      await auditLog.close();
      finder.close();
      catalog.close();
      await log.close();
    }
  };
  yield* channel.during(run());
  return { ...counts, byStatus, refused: refusals.counts, bugs, closed: null };
}

/** Account source that lets only the user in who started the server. */
const onlyStarter: AccountSource = { state: () => '', read: () => ({ accounts: [starter], openid: null, hasQuotas: false, twoPersons: null }) };

/** Refuses settings that would give access by mistake. */
function refuseOpenDoors({ address, accounts, proxy, plainHttp, metrics }: ServeRequest): void {
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

function entranceOf({ accounts, proxy }: ServeRequest, take: (token: string) => boolean): SignInMethod {
  if (accounts === null) return { by: 'address', take };
  return proxy === null ? { by: 'password' } : { by: 'proxy', header: proxy.header.toLowerCase(), addresses: new Set(proxy.addresses) };
}

function originOf({ address, publicUrl }: ServeRequest, port: number): string {
  return publicUrl?.origin ?? `${address.tls === null ? 'http' : 'https'}://${urlHost(address.host)}:${port}`;
}

/** Returns the names under which browsers may address the server. If a browser uses another name, somebody else made it resolve to this server. */
function placeOf(request: ServeRequest, port: number): Place {
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

function whoMay({ accounts, proxy, address }: ServeRequest, first: AccountSettings): string {
  if (accounts === null) return 'whoever on this machine has the address below';
  const number = first.accounts.length;
  const users = `${number} ${number === 1 ? 'user' : 'users'} of the users file${first.openid === null ? '' : `, and those whom ${first.openid.issuer.host} identifies`}`;
  return proxy === null
    ? users
    : `${users}, whom the proxy names in ${proxy.header}${isLoopback(address.host) ? ' (any program on this machine can be the proxy)' : ''}`;
}

/** Creates one-time addresses, of which only one is valid at any time. */
function oneTimeAddresses(print: (path: string) => void): { readonly take: (token: string) => boolean; readonly print: () => void } {
  let current = secretText();
  return {
    print: () => print(`/enter/${current}`),
    take: (token) => {
      if (!sameSecret(token, current)) return false;
      current = secretText();
      print(`/enter/${current}`);
      return true;
    },
  };
}

/** Limits equal messages to one per minute, so that a flood of requests does not cause a flood of lines. */
function quietly(warn: (message: string) => void, now: () => number): (message: string) => void {
  const told = new Map<string, number>();
  return (message) => {
    const before = told.get(message);
    if (before !== undefined && now() - before < 60_000) return;
    if (told.size > 500) told.clear();
    told.set(message, now());
    warn(message);
  };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
