import { randomBytes } from 'node:crypto';

/** An export that somebody asks for: exactly this one, and no other. */
export interface RequestedExport {
  readonly kind: 'search' | 'selection' | 'case';
  /** Digest of all that makes it what it is: what was asked, what is taken, of which recordings; of a case its whole document. */
  readonly key: string;
  /** What was searched for, member by member; of a case its title. */
  readonly said: readonly string[];
  readonly case: string | null;
  readonly masked: boolean;
  /** Copies, originals or both; null: as a case has them. */
  readonly take: string | null;
  /** The question as one text, for the details of entries. */
  readonly query: string;
  /** Where it is had; null: as the selection that its request names. */
  readonly address: string | null;
  readonly recordings: readonly string[];
  /** Digest of the sorted ids. */
  readonly setSha256: string;
  readonly hours: number;
}

/** How far a request has come. `entering`: nobody sees it until the log has it, or nobody decides twice meanwhile. */
export type RequestState = 'entering' | 'waits' | 'allowed' | 'refused' | 'taken' | 'withdrawn';

/** A request for an export. */
export interface ExportRequest {
  readonly id: string;
  /** Who asked. */
  readonly user: string;
  readonly requested: RequestedExport;
  readonly reason: string;
  /** Monotonic ms. */
  readonly askedAt: number;
  readonly state: RequestState;
  /** Who decided. */
  readonly decidedBy: string | null;
  /** Monotonic ms at which it is forgotten. */
  readonly until: number;
}

/** Requests for exports that need a second person. In memory: with the server they end. */
export interface ExportRequests {
  /** Keeps a request, as `entering`. Null: there are too many open ones. */
  add(user: string, requested: RequestedExport, reason: string): ExportRequest | null;
  /** Changes a request that is in one of the states; null: it is not, or has run out. A decision begins its time anew. */
  move(id: string, from: RequestState, to: RequestState, decidedBy?: string): ExportRequest | null;
  remove(id: string): void;
  one(id: string): ExportRequest | null;
  /** The open one of exactly this export: waiting or allowed. */
  open(user: string, key: string): ExportRequest | null;
  /** All that have not run out, the newest first. */
  all(): readonly ExportRequest[];
}

/** Open requests of one user and of all; each may hold 2,000 ids. */
export const requestLimits = { ofOneUser: 10, ofAll: 100, lastingMs: 24 * 3_600_000 } as const;

/** Names that differ in case alone may be one person, who came in by two ways. */
export function personOf(user: string): string {
  return user.toLowerCase();
}

const openStates: ReadonlySet<RequestState> = new Set<RequestState>(['entering', 'waits', 'allowed']);

/** @param now monotonic ms */
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
      // What is over is kept as a memory of it, the last of each user and of all.
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
