import type { Archive } from '../archive/layout.ts';
import { faultyCalls } from '../core/page/call-fault.ts';
import { createLandedRecordings } from '../log/entries/landed-recordings.ts';
import type { LogEntry } from '../log/entries/log-entry.ts';
import type { ArchiveLog } from '../log/log.ts';
import { createTagIndex } from '../log/who/tag-index.ts';
import { verificationsIn } from '../pipeline/open/bag-verification.ts';
import { type AccountSettings, type AccountSource, createAccountList } from './accounts/account-list.ts';
import { createDayQuotas } from './accounts/day-quotas.ts';
import { createExportRequests } from './accounts/export-requests.ts';
import { createRateLimit } from './accounts/rate-limit.ts';
import { createRefusalLog } from './accounts/refusal-log.ts';
import { createSessions, sessionLimits } from './accounts/session.ts';
import type { ServerContext } from './answer/server-context.ts';
import { createAuditLog } from './archive/audit-log.ts';
import { createFinder } from './archive/catalog-finder.ts';
import { createFollowOthers } from './archive/follow-others.ts';
import type { PeopleRegister } from './archive/people-register.ts';
import { restoreQuotas } from './archive/restore-quotas.ts';
import { createSearchAudit } from './archive/search-audit.ts';
import { createServedFiles } from './archive/served-files.ts';
import { createVerifiedBags, knownFaults } from './archive/verified-bags.ts';
import type { RunMonitor } from './run-monitor.ts';
import { originOf, type ServeRequest, type ServeTools, signInMethodOf } from './serve-request.ts';
import type { OneTimeAddresses } from './sign-in/one-time-addresses.ts';

/** An archive that is about to be served. */
export interface ServedArchive {
  readonly archive: Archive;
  readonly log: ArchiveLog;
  readonly people: PeopleRegister;
  readonly accounts: GivenAccounts;
  /** Entries of today that count for quotas. */
  readonly before: readonly LogEntry[];
  readonly addresses: OneTimeAddresses;
  /** Port on which the server listens; 0: it does not listen yet. */
  readonly listening: { port: number };
}

/** The accounts of a server, as read at the start. */
export interface GivenAccounts {
  readonly source: AccountSource;
  readonly first: { readonly state: string; readonly admission: AccountSettings };
}

/** Rate limits: per session, since seeking in the page makes many requests, and per client without a session. */
const requestRates = { ofSession: { burst: 1_000, perSecond: 100 }, ofClient: { burst: 200, perSecond: 20 } };

/** Creates everything that request handlers work with. `place` is empty: the server does not listen yet. */
export async function createServerContext(
  request: ServeRequest,
  tools: ServeTools,
  served: ServedArchive,
  monitor: RunMonitor,
): Promise<ServerContext & { readonly place: MutablePlace }> {
  const { archive, log, people, addresses, listening } = served;
  const { now, warn, failed, counted } = monitor;
  const auditLog = counted.watching(createAuditLog(log));
  const refusals = createRefusalLog((entry) => auditLog.enter(entry), now);
  const searchAudit = createSearchAudit((entry) => auditLog.enter(entry), now);
  const finder = createFinder(
    archive.dir,
    createLandedRecordings(archive.dir, () => log.landedBags()),
  );
  const quotas = createDayQuotas(tools.now);
  const exportedAlone = createDayQuotas(tools.now);
  await restoreQuotas(quotas, exportedAlone, archive.dir, finder, served.before);
  const isSecure = request.address.tls !== null || request.publicUrl?.protocol === 'https:';
  const sessions = createSessions(sessionLimits, now);
  const accounts = createAccountList(served.accounts.source, served.accounts.first, {
    sessions,
    tell: warn,
    enter: (entry) => auditLog.enter(entry),
  });
  return {
    archive,
    finder,
    place: { hosts: new Set(), origins: new Set() },
    signInMethod: signInMethodOf(request, addresses.take),
    ...accounts,
    origin: () => originOf(request, listening.port),
    sessions,
    auditLog,
    refusals,
    quotas,
    exportedAlone,
    exportRequests: createExportRequests(now),
    searchAudit,
    ...knownOfLog(archive, log, monitor),
    people,
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
    warn,
    reportFailure: failed,
  };
}

/** The names under which browsers may address the server, added when it listens. */
interface MutablePlace {
  readonly hosts: Set<string>;
  readonly origins: Set<string>;
}

/** What request handlers learn from the log. */
type KnownOfLog = Pick<ServerContext, 'verifiedBags' | 'knownFaults' | 'faulty' | 'notes' | 'tags' | 'caseEntries' | 'copiesOf' | 'servedFiles'>;

function knownOfLog(archive: Archive, log: ArchiveLog, { now, failed }: RunMonitor): KnownOfLog {
  const servedFiles = createServedFiles();
  const follow = createFollowOthers(log, now, failed);
  return {
    verifiedBags: createVerifiedBags(log, follow),
    knownFaults: () => knownFaults(log),
    faulty: () => faultyCalls(verificationsIn(log.verifiedBags().values()), servedFiles.faulty()),
    notes: () => log.notes(),
    tags: createTagIndex(archive.dir, async () => {
      await follow();
      return log.notes();
    }),
    caseEntries: (id) => log.caseEntries(id),
    copiesOf: (bag) => log.copiesOf(bag),
    servedFiles,
  };
}
