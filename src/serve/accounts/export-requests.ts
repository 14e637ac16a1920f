import { randomBytes } from 'node:crypto';

/** A requested export, defined exactly. */
export interface RequestedExport {
  readonly kind: 'search' | 'selection' | 'case';
  /** Digest of everything that defines the export: the query, what is downloaded, and the recordings; for a case, its whole document. */
  readonly key: string;
  /** The members of the search, one text each; for a case, its title. */
  readonly said: readonly string[];
  readonly case: string | null;
  readonly masked: boolean;
  /** Files to export: copies, originals or both; null for a case, whose export determines them. */
  readonly take: string | null;
  /** The query as one text, for the details of log entries. */
  readonly query: string;
  /** Address of the download; null: the selection that the request names is exported. */
  readonly address: string | null;
  readonly recordings: readonly string[];
  /** SHA-256 of the sorted ids of the recordings. */
  readonly setSha256: string;
  readonly hours: number;
}

/** State of a request. `entering`: a change of state is being logged; the request is hidden until it is logged, and cannot be decided meanwhile. */
export type RequestState = 'entering' | 'waits' | 'allowed' | 'refused' | 'taken' | 'withdrawn';

/** A request for an export that needs a second person. */
export interface ExportRequest {
  readonly id: string;
  /** User who made the request. */
  readonly user: string;
  readonly requested: RequestedExport;
  readonly reason: string;
  /** Monotonic time of the request, ms. */
  readonly askedAt: number;
  readonly state: RequestState;
  /** User who decided on the request. */
  readonly decidedBy: string | null;
  /** Monotonic time at which the request expires, ms. */
  readonly until: number;
}

/** Requests for exports that need a second person. They are kept in memory and are lost when the server ends. */
export interface ExportRequests {
  /** Adds a request in state `entering`. Returns null if there are too many open requests. */
  add(user: string, requested: RequestedExport, reason: string): ExportRequest | null;
  /**
   * Moves a request from one state to another. Returns null if the request is in another state or has expired. A decision restarts the time after which it
   * expires.
   */
  move(id: string, from: RequestState, to: RequestState, decidedBy?: string): ExportRequest | null;
  remove(id: string): void;
  one(id: string): ExportRequest | null;
  /** Returns the user's open request (waiting or allowed) for exactly this export; null if there is none. */
  open(user: string, key: string): ExportRequest | null;
  /** Returns all requests that have not expired, newest first. */
  all(): readonly ExportRequest[];
}

/** Limits of open requests, per user and in total, because each request may hold 2,000 ids. */
export const requestLimits = { ofOneUser: 10, ofAll: 100, lastingMs: 24 * 3_600_000 } as const;

/** Returns the name under which a person is counted. Names that differ only in letter case may belong to one person who uses two sign-in methods. */
export function personOf(user: string): string {
  return user.toLowerCase();
}

const openStates: ReadonlySet<RequestState> = new Set<RequestState>(['entering', 'waits', 'allowed']);

/** Creates an empty list of requests. @param now monotonic ms */
export function createExportRequests(now: () => number): ExportRequests {
  const kept = new Map<string, ExportRequest>();
  const current = (): ExportRequest[] => {
    for (const [id, { until }] of kept) if (until <= now()) kept.delete(id);
    return [...kept.values()];
  };
  const isOf = (user: string) => (request: ExportRequest) => personOf(request.user) === personOf(user);
  const isOpen = ({ state }: ExportRequest): boolean => openStates.has(state);
  return {
    add: (user, requested, reason) => {
      const all = current();
      const own = all.filter(isOf(user));
      if (own.filter(isOpen).length >= requestLimits.ofOneUser || all.filter(isOpen).length >= requestLimits.ofAll) return null;
      // Closed requests are kept as history: the newest of each user, and the newest of all users.
      const over = (some: readonly ExportRequest[]): ExportRequest[] => some.filter((one) => !isOpen(one));
      for (const { id } of [...over(own).slice(0, 1 - requestLimits.ofOneUser), ...over(all).slice(0, -requestLimits.ofAll)]) kept.delete(id);
      const id = randomBytes(8).toString('hex');
      const request: ExportRequest = {
        id,
        user,
        requested,
        reason,
        askedAt: now(),
        state: 'entering',
        decidedBy: null,
        until: now() + requestLimits.lastingMs,
      };
      kept.set(id, request);
      return request;
    },
    move: (id, from, to, decidedBy) => {
      const found = current().find((one) => one.id === id);
      if (found?.state !== from) return null;
      const moved = { ...found, state: to, ...(decidedBy === undefined ? {} : { decidedBy, until: now() + requestLimits.lastingMs }) };
      kept.set(id, moved);
      return moved;
    },
    remove: (id) => void kept.delete(id),
    one: (id) => current().find((one) => one.id === id) ?? null,
    open: (user, key) => current().find((one) => isOf(user)(one) && one.requested.key === key && isOpen(one)) ?? null,
    all: () => current().reverse(),
  };
}
