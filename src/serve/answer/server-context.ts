import type { Archive } from '../../archive/layout.ts';
import type { DecodeCopy } from '../../cases/mask/muted-copy.ts';
import type { PrepareMessages } from '../../cases/messages/prepare-messages.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import type { FaultyCalls } from '../../core/page/call-fault.ts';
import type { Actor, PrivateDetail } from '../../log/entries/actor.ts';
import type { EntryType } from '../../log/entries/entry-types.ts';
import type { LogDetail } from '../../log/entries/log-entry.ts';
import type { CaseEntry } from '../../log/read/case-entries.ts';
import type { KnownNotes } from '../../log/who/notes.ts';
import type { TagIndex } from '../../log/who/tagged.ts';
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
import type { Finder } from '../archive/finder.ts';
import type { PeopleRegister } from '../archive/people-register.ts';
import type { SearchAudit } from '../archive/search-audit.ts';
import type { ServedFiles } from '../archive/served-files.ts';
import type { NotOpened } from '../archive/stored-file.ts';
import type { VerifiedBags } from '../archive/verified-bags.ts';
import { refusalAnswer } from './headers.ts';

/** A connection over which nothing moves: a browser that holds an audio element in pause reads on when it likes, by a new range. */
export const idleTimeoutMs = 120_000;

/** How people come in: by a password, by what a proxy says in a header, or by an address that works once. */
export type SignInMethod =
  | { readonly by: 'password' }
  | { readonly by: 'proxy'; readonly header: string; readonly addresses: ReadonlySet<string> }
  | { readonly by: 'address'; readonly take: (token: string) => boolean };

/** What the handlers of requests work with. */
export interface ServerContext {
  readonly archive: Archive;
  readonly finder: Finder;
  readonly place: Place;
  readonly signInMethod: SignInMethod;
  /** Who may come in now: looked at anew for each request. */
  readonly accounts: AccountList['accounts'];
  /** The provider that says who somebody is now; null: none. */
  readonly openid: AccountList['openid'];
  /** Address under which browsers know this server. */
  readonly origin: () => string;
  readonly sessions: Sessions;
  readonly auditLog: AuditLog;
  readonly refusals: RefusalLog;
  /** Counts what users had of the sound today. */
  readonly quotas: DayQuotas;
  /** What one person may export in a day without a second one now; null: as much as they like. */
  readonly twoPersons: AccountList['twoPersons'];
  /** Counts what users exported today without a second person. */
  readonly exportedAlone: DayQuotas;
  /** Exports that wait for a second person, or were allowed. */
  readonly exportRequests: ExportRequests;
  /** Enters what searches showed. */
  readonly searchAudit: SearchAudit;
  /** What the log tells of the last verification of a bag. */
  readonly verifiedBags: VerifiedBags;
  /** Calls that verifications named as damaged or lost, or that somebody met. */
  readonly knownFaults: () => number;
  /** Which they are. */
  readonly faulty: () => FaultyCalls;
  /** Notes and tags of reviewers, by the log. */
  readonly notes: () => KnownNotes;
  /** Recordings by the tags among them. */
  readonly tags: TagIndex;
  /** What was done to a case, by the log. */
  readonly caseEntries: (id: string) => readonly CaseEntry[];
  /** Replicas that have a bag, by the log. */
  readonly copiesOf: (bag: string) => readonly string[];
  /** Compares what is to be heard with what landed. */
  readonly servedFiles: ServedFiles;
  /** Counts a file that was asked for and not handed out. */
  readonly countUnavailable: (why: NotOpened['is']) => void;
  /** Requests of somebody who is in, by session; and of others, by client. */
  readonly requests: { readonly ofSession: RateLimit; readonly ofClient: RateLimit };
  /** Name of this machine, for the details of entries. */
  readonly host: string;
  /** Addresses of clients are kept in the details of entries. */
  readonly keepsAddresses: boolean;
  /** Proxies that are believed when they say by `X-Forwarded-For` for whom they ask. */
  readonly forwarders: ReadonlySet<string>;
  /** True where browsers come by https: cookies are for it alone. */
  readonly isSecure: boolean;
  /** Name of the session's cookie. */
  readonly cookie: string;
  /** The register of persons as it is now. */
  readonly people: PeopleRegister;
  /** What work on cases needs beside. */
  readonly caseTools: CaseWork;
  /** Starts to decode an Opus copy. */
  readonly decodeOpus: DecodeCopy;
  /** Decodes an original that has no copy. */
  readonly decodeOriginal: DecodeOriginal;
  /** The page's own files. */
  readonly page: PageFiles;
  /** Monotonic ms. */
  readonly now: () => number;
  /** Something that the keeper of the archive should read: a file that is not what landed. Names no caller. */
  readonly warn: (message: string) => void;
  /** An answer failed after it had begun: trouble is told; anything else is a bug, told and remembered. */
  readonly reportFailure: (error: unknown) => void;
}

/** What work on cases needs of the machine. */
export interface CaseWork {
  /** Folder for temporary files, outside of the archive. */
  readonly temporary: string;
  readonly keys: string;
  /** Reads a file of messages in another thread: this one streams sound to others meanwhile. */
  readonly prepareMessages: PrepareMessages;
  /** ISO time of now. */
  readonly now: () => string;
  /** Media types by format id. */
  readonly mediaTypes: ReadonlyMap<string, string>;
}

/** Decodes an original in the way that the import decoded it; each piece of samples, interleaved, is valid until `take` resolves. @throws LongplayError M108, M109: there is no decoder here, or it gives nothing */
export type DecodeOriginal = (
  original: { readonly document: RecordingDocument; readonly medium: number; readonly file: string },
  take: (samples: Int16Array | Float32Array) => Promise<void>,
  signal: AbortSignal,
) => Promise<void>;

/** What a browser runs. */
export interface PageFiles {
  readonly html: string;
  readonly policy: string;
  readonly script: string;
  readonly style: string;
}

/** One request that came through the gate. */
export interface ClientRequest {
  readonly raw: RawRequest;
  readonly url: URL;
  /** Parts of the path that vary, by name. */
  readonly params: Readonly<Record<string, string>>;
  /** From where it comes: the address that is counted as one, as `clientOf` has it. */
  readonly client: string;
  /** The address itself, whole. */
  readonly address: string;
  /** Null: nobody came in with this browser before. */
  readonly known: KnownBrowser | null;
  readonly session: Session | null;
  /** Aborted when the other side has gone. */
  readonly signal: AbortSignal;
  /** How long the connection may be still: what is made first and sent then takes longer than a browser's pause. */
  readonly setIdleTimeout: (ms: number) => void;
  /** Ends the connection: what was announced will not come. */
  readonly abortConnection: () => void;
  /** The body as text; null where it is longer than `most`. */
  readonly body: (most: number) => Promise<string | null>;
  /** The same as it came. */
  readonly bytes: (most: number) => Promise<Uint8Array | null>;
}

/** A request of somebody who is in. */
export interface SignedInRequest extends ClientRequest {
  readonly session: Session;
}

/** Turns a request away, and has it entered. */
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

/** Has it entered that somebody was turned away. @param user null: nobody who is known */
export function logRefusal(
  { refusals, host, keepsAddresses }: ServerContext,
  { address }: Partial<Pick<ClientRequest, 'address'>>,
  why: Refusal,
  user: string | null,
  recording: string | null = null,
): void {
  refusals.note({ why, actor: user === null ? null : { user, host }, recording, address: keepsAddresses ? (address ?? null) : null });
}

/** Who asks, for the entries that it causes. */
export function actorOf({ host, keepsAddresses }: ServerContext, { session, address }: SignedInRequest): Actor {
  return { user: session.account.user, host, ...(keepsAddresses ? { address } : {}) };
}

/** Enters what somebody who is in does, with the name of their session. @param of the user whom it concerns as well @returns as that of the audit log */
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

/** True where the role of who asks has a right. */
export function hasRight({ session }: SignedInRequest, right: Right): boolean {
  return session.account.role.rights.has(right);
}

/** True where the role of who asks may go a way into the house. */
export function mayUse(request: SignedInRequest, { needs, isWhole }: Route): boolean {
  const hasRights = needs.length === 0 || needs.some((set) => set.every((right) => hasRight(request, right)));
  return hasRights && (isWhole !== true || request.session.account.within === null);
}

/** Nothing is handed out that the log does not tell of. */
export function logUnavailable(context: ServerContext, why: string): Response {
  context.warn(`nothing is handed out, because the log cannot be written: ${why}`);
  return refusalAnswer(503, 'log', {
    'Retry-After': '5',
  });
}

/** Name of the cookie of a browser that is known. */
export function knownCookie({ cookie }: ServerContext): string {
  return `${cookie}-known`;
}

/** A cookie that no script reads. With `__Host-` no other host can have set it. @param site `Lax`: it also comes with a way back from another site */
export function cookie({ isSecure }: ServerContext, name: string, value: string, maxAgeS?: number, site: 'Strict' | 'Lax' = 'Strict'): string {
  return `${name}=${value}; Path=/; HttpOnly; SameSite=${site}${isSecure ? '; Secure' : ''}${maxAgeS === undefined ? '' : `; Max-Age=${maxAgeS}`}`;
}

/** Values of a cookie; several where a browser has several of the name. */
export function cookieValues(raw: RawRequest, name: string): string[] {
  return headerValues(raw, 'cookie')
    .flatMap((line) => line.slice(0, 8_192).split(';'))
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}
