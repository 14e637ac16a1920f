import type { Archive } from '../../archive/layout.ts';
import type { DecodeCopy } from '../../cases/mask/muted-copy.ts';
import type { PrepareMessages } from '../../cases/messages/prepare-messages.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import type { FaultyCalls } from '../../core/page/call-fault.ts';
import type { PageKeeping } from '../../core/page/data.ts';
import type { Actor, PrivateDetail } from '../../log/entries/actor.ts';
import type { EntryType } from '../../log/entries/entry-types.ts';
import type { LogDetail } from '../../log/entries/log-entry.ts';
import type { KeptCaseEntry } from '../../log/who/case-entries.ts';
import type { KnownNotes } from '../../log/who/notes.ts';
import type { TagIndex } from '../../log/who/tag-index.ts';
import type { Catalog } from '../../store/catalog/catalog.ts';
import type { Right } from '../accounts/account.ts';
import type { AccountList } from '../accounts/account-list.ts';
import type { DayQuotas } from '../accounts/day-quotas.ts';
import type { ExportRequests } from '../accounts/export-requests.ts';
import type { KnownBrowser } from '../accounts/known-browser.ts';
import type { RateLimit } from '../accounts/rate-limit.ts';
import type { RefusalLog } from '../accounts/refusal-log.ts';
import { headerValues, type Place, type RawRequest, type Refusal } from '../accounts/request-check.ts';
import type { Route } from '../accounts/routes.ts';
import type { Session, Sessions } from '../accounts/session.ts';
import type { AuditLog } from '../archive/audit-log.ts';
import type { ServedErasures } from '../archive/erasures.ts';
import type { Finder } from '../archive/finder.ts';
import type { PeopleRegister } from '../archive/people-register.ts';
import type { SearchAudit } from '../archive/search-audit.ts';
import type { ServedFiles } from '../archive/served-files.ts';
import type { NotOpened } from '../archive/stored-file.ts';
import type { VerifiedBags } from '../archive/verified-bags.ts';
import type { KeyAgentProcess } from '../keys/agent-process.ts';
import { refusalAnswer } from './headers.ts';

/** Idle timeout of a connection. A browser that pauses an audio element resumes later with a new range request. */
export const idleTimeoutMs = 120_000;

/** How users sign in: by password, through a proxy that names the user in a header, or by a one-time address. */
export type SignInMethod =
  | { readonly by: 'password' }
  | { readonly by: 'proxy'; readonly header: string; readonly addresses: ReadonlySet<string> }
  | { readonly by: 'address'; readonly take: (token: string) => boolean };

/** Everything that request handlers need. */
export interface ServerContext {
  readonly archive: Archive;
  readonly finder: Finder;
  /** Gives the secrets of single recordings and cases whose access is logged; null: the archive is open. */
  readonly keyAgent: Pick<KeyAgentProcess, 'keysFor' | 'caseKeysFor'> | null;
  /** Opens the catalog to hand a case over; the caller closes it. */
  readonly openCatalog: () => Catalog;
  readonly place: Place;
  readonly signInMethod: SignInMethod;
  /** Returns the current accounts, which are checked for changes at each request. */
  readonly accounts: AccountList['accounts'];
  /** Returns the current OpenID Connect provider; null if there is none. */
  readonly openid: AccountList['openid'];
  /** Returns the address under which browsers know this server. */
  readonly origin: () => string;
  readonly sessions: Sessions;
  readonly auditLog: AuditLog;
  readonly refusals: RefusalLog;
  /** Counts how much audio users have got today. */
  readonly quotas: DayQuotas;
  /** Returns the current daily limit above which an export needs a second person; null if there is none. */
  readonly twoPersons: AccountList['twoPersons'];
  /** Counts how much users have exported today without a second person. */
  readonly exportedAlone: DayQuotas;
  /** Exports that wait for a second person or were allowed by one. */
  readonly exportRequests: ExportRequests;
  /** Logs which search results were shown to users. */
  readonly searchAudit: SearchAudit;
  /** Returns the last verification of a bag, according to the log. */
  readonly verifiedBags: VerifiedBags;
  /** Returns the number of calls known to be damaged or lost, from verifications or from serving. */
  readonly knownFaults: () => number;
  /** Returns the calls known to be damaged or lost. */
  readonly faulty: () => FaultyCalls;
  /** Returns notes and tags of reviewers, according to the log. */
  readonly notes: () => KnownNotes;
  /** Recordings by tag. */
  readonly tags: TagIndex;
  /** Returns the log entries about a case. */
  readonly caseEntries: (id: string) => readonly KeptCaseEntry[];
  /** What legal holds and the retention policy demand for a recording whose showing the session has entered. */
  readonly keepingOf: (session: string, recordingId: string, signal: AbortSignal) => Promise<PageKeeping>;
  /** What was erased, according to the log. */
  readonly erasures: ServedErasures;
  /** Returns the replicas that have a bag, according to the log. */
  readonly copiesOf: (bag: string) => readonly string[];
  /** Compares files with their archived digests before they are served. */
  readonly servedFiles: ServedFiles;
  /** Counts a file that was requested and could not be served. */
  readonly countUnavailable: (why: NotOpened['is']) => void;
  /** Rate limits of requests: per session and, without a session, per client. */
  readonly requests: { readonly ofSession: RateLimit; readonly ofClient: RateLimit };
  /** Host name of this machine, for the details of log entries. */
  readonly host: string;
  /** True if the details of log entries contain client addresses. */
  readonly keepsAddresses: boolean;
  /** Proxies whose `X-Forwarded-For` is trusted. */
  readonly forwarders: ReadonlySet<string>;
  /** True if browsers connect by https. Cookies are then restricted to https. */
  readonly isSecure: boolean;
  /** Name of the session cookie. */
  readonly cookie: string;
  /** The current register of persons. */
  readonly people: PeopleRegister;
  /** Further tools for work on cases. */
  readonly caseTools: CaseWork;
  /** Starts decoding an Opus copy. */
  readonly decodeOpus: DecodeCopy;
  /** Decodes an original that has no copy. */
  readonly decodeOriginal: DecodeOriginal;
  /** Files of the archive's page. */
  readonly page: PageFiles;
  /** Monotonic ms. */
  readonly now: () => number;
  /** Reports something that the operator should read, e.g. an altered file. The message contains no data about callers. */
  readonly warn: (message: string) => void;
  /** Reports an answer that failed after it had begun. An expected error is printed; any other error is a bug and is also remembered. */
  readonly reportFailure: (error: unknown) => void;
}

/** Tools of this machine for work on cases. */
export interface CaseWork {
  /** Folder for temporary files, outside the archive. */
  readonly temporary: string;
  readonly keys: string;
  /** Reads a file of messages in another thread, so that this thread can continue to stream audio. */
  readonly prepareMessages: PrepareMessages;
  /** Returns the current ISO time. */
  readonly now: () => string;
  /** Media types by format id. */
  readonly mediaTypes: ReadonlyMap<string, string>;
}

/**
 * Decodes an original exactly as the import did. `file`: absolute path of the stored file; `secret`: its age identity, null if it is not sealed. Each piece of
 * interleaved samples is valid until `take` resolves.
 * @throws LongplayError M108, M109 if there is no decoder, or if it produces nothing
 */
export type DecodeOriginal = (
  original: { readonly document: RecordingDocument; readonly medium: number; readonly file: string; readonly secret: string | null },
  take: (samples: Int16Array | Float32Array) => Promise<void>,
  signal: AbortSignal,
) => Promise<void>;

/** Files that the browser loads as the archive's page. */
export interface PageFiles {
  readonly html: string;
  readonly policy: string;
  readonly script: string;
  readonly style: string;
}

/** A request that passed the first checks. */
export interface ClientRequest {
  readonly raw: RawRequest;
  readonly url: URL;
  /** Variable parts of the path, by name. */
  readonly params: Readonly<Record<string, string>>;
  /** Key from `clientOf` under which the client is counted. */
  readonly client: string;
  /** Complete address of the client. */
  readonly address: string;
  /** The browser, if somebody signed in with it before; else null. */
  readonly known: KnownBrowser | null;
  readonly session: Session | null;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
  /** Sets the idle timeout of the connection, because an answer that is made completely before it is sent takes longer than a browser's pause. */
  readonly setIdleTimeout: (ms: number) => void;
  /** Aborts the connection, because the announced rest of the body will not come. */
  readonly abortConnection: () => void;
  /** Returns the body as text; null if it is longer than `most` bytes. */
  readonly body: (most: number) => Promise<string | null>;
  /** Returns the body as bytes; null if it is longer than `most` bytes. */
  readonly bytes: (most: number) => Promise<Uint8Array | null>;
}

/** A request of a signed-in user. */
export interface SignedInRequest extends ClientRequest {
  readonly session: Session;
}

/** Logs a refusal and returns the answer. */
export function refuse(
  context: ServerContext,
  request: Pick<ClientRequest, 'session'> & Partial<Pick<ClientRequest, 'address'>>,
  why: Refusal,
  answer: Response,
  recording: string | null = null,
): Response {
  logRefusal(context, request, why, request.session?.account.user ?? null, recording);
  return answer;
}

/** Logs a refusal. @param user null: the user is unknown */
export function logRefusal(
  { refusals, host, keepsAddresses }: ServerContext,
  { address }: Partial<Pick<ClientRequest, 'address'>>,
  why: Refusal,
  user: string | null,
  recording: string | null = null,
): void {
  refusals.note({ why, actor: user === null ? null : { user, host }, recording, address: keepsAddresses ? (address ?? null) : null });
}

/** Returns the actor for the log entries that a request causes. */
export function actorOf({ host, keepsAddresses }: ServerContext, { session, address }: SignedInRequest): Actor {
  return { user: session.account.user, host, ...(keepsAddresses ? { address } : {}) };
}

/** Logs an action of a signed-in user, with the session's name. @param of another user whom the action concerns @returns as `AuditLog.enter` */
export function logAction(
  context: ServerContext,
  request: SignedInRequest,
  type: EntryType,
  detail: LogDetail,
  details: PrivateDetail = {},
  of: string | null = null,
): Promise<string | null> {
  const entry = { type, detail: { session: request.session.name, ...detail }, actor: actorOf(context, request), details };
  return context.auditLog.enter(of === null ? entry : { ...entry, of });
}

/** Returns true if the user's role has a right. */
export function hasRight({ session }: SignedInRequest, right: Right): boolean {
  return session.account.role.rights.has(right);
}

/** Returns true if the user's role may use a route. */
export function mayUse(request: SignedInRequest, { needs, isWhole }: Route): boolean {
  const hasRights = needs.length === 0 || needs.some((set) => set.every((right) => hasRight(request, right)));
  return hasRights && (isWhole !== true || request.session.account.within === null);
}

/** Returns the refusal for an action that could not be logged, because nothing is served without a log entry. */
export function logUnavailable(context: ServerContext, why: string): Response {
  context.warn(`nothing is served, because the log cannot be written: ${why}`);
  return refusalAnswer(503, 'log', {
    'Retry-After': '5',
  });
}

/** Returns the name of the cookie that marks a browser in which somebody signed in. */
export function knownCookie({ cookie }: ServerContext): string {
  return `${cookie}-known`;
}

/**
 * Returns a Set-Cookie value that scripts cannot read. With the prefix `__Host-`, no other host can have set the cookie.
 * @param site `Lax`: the cookie is also sent when another site leads back here
 */
export function cookie({ isSecure }: ServerContext, name: string, value: string, maxAgeS?: number, site: 'Strict' | 'Lax' = 'Strict'): string {
  return `${name}=${value}; Path=/; HttpOnly; SameSite=${site}${isSecure ? '; Secure' : ''}${maxAgeS === undefined ? '' : `; Max-Age=${maxAgeS}`}`;
}

/** Returns all values of a cookie, because a browser may have several cookies of one name. */
export function cookieValues(raw: RawRequest, name: string): string[] {
  return headerValues(raw, 'cookie')
    .flatMap((line) => line.slice(0, 8_192).split(';'))
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}
