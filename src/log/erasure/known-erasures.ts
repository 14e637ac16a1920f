import { verify } from 'node:crypto';
import type { EntryType } from '../entries/entry-types.ts';
import type { LogEntry } from '../entries/log-entry.ts';
import { type Destruction, destructionOf, owedCopies } from '../history/destructions.ts';
import { createErasureDebts, type ErasureDebt } from '../history/erasure-debts.ts';
import { publicKeyOf } from '../tree/signed-note.ts';
import { claimedMember, digestMember, whoMember } from '../who/entry-details.ts';
import { type Approver, createApprovers, whyNotApprove } from './approvers.ts';

/** Legal grounds for an erasure. */
export const erasureGrounds = ['subject-request', 'retention', 'court-order', 'error'] as const;

export type ErasureGround = (typeof erasureGrounds)[number];

/** Ground of a request that lifts erasures, so that the recordings may be imported again. */
export const liftGround = 'lift';

/** Types of the entries of an erasure, in order. */
export const erasureRequested: EntryType = 'erasure-requested';
export const erasureApproved: EntryType = 'erasure-approved';
export const erasureWithdrawn: EntryType = 'erasure-withdrawn';
export const erasureIntended: EntryType = 'erasure-intended';
export const recordingsErased: EntryType = 'recordings-erased';
export const recordingsLifted: EntryType = 'recordings-lifted';
export const rowsErased: EntryType = 'rows-erased';
export const filesErased: EntryType = 'files-erased';
export const messagesErased: EntryType = 'messages-erased';
export const erasureExecuted: EntryType = 'erasure-executed';
export const secretsDestroyed: EntryType = 'secrets-destroyed';
export const erasureFinal: EntryType = 'erasure-final';

/** A request to erase recordings, according to the log. */
export interface KnownErasure {
  readonly request: string;
  readonly ground: ErasureGround | typeof liftGround;
  /** ISO times of the entries; null: not yet. */
  readonly requestedAt: string;
  readonly approvedAt: string | null;
  /** Time of a later approval that ended the waiting time; null: there was none. */
  readonly hastenedAt: string | null;
  readonly withdrawnAt: string | null;
  readonly executedAt: string | null;
  /** ISO time since when neither a copy of the keyring nor a recovery share can open the erased data; null: not yet, or the archive is open. */
  readonly finalAt: string | null;
  /** Day by which the request must be executed, `YYYY-MM-DD`. */
  readonly due: string;
  readonly waitMs: number;
  /** Earliest ISO time at which the request may be executed; null: it is not approved. */
  readonly from: string | null;
  /** Pseudonyms of the persons who requested and approved the erasure; null: unknown. */
  readonly requestedBy: string | null;
  readonly approvedBy: string | null;
  /** Pseudonym of the login that gave another name for the requester with `--as`; null: it is the login itself, or unknown. */
  readonly requestedLogin: string | null;
  /** Id of the approver's key; null: the request is not approved. */
  readonly approver: string | null;
  /** Number of recordings that the request names. */
  readonly recordings: number;
  /** Number of other parts that the request names: rows, files, messages. */
  readonly parts: number;
  /** Keyed digest of the set of the recording ids and parts. */
  readonly set: string;
  /** Number of the requested recordings that were erased so far. */
  readonly erased: number;
  /** Number of the last entry about something that was erased on this request; 0: nothing was erased. */
  readonly lastSeq: number;
  /** Entries whose details list the recordings. */
  readonly lists: readonly Pick<LogEntry, 'seq' | 'detail'>[];
}

/** Erasure of a recording, or of a file of it. */
export interface ErasedRecording {
  readonly request: string;
  /** ISO time. */
  readonly at: string;
}

/** Erasure of a message of a case. */
export interface ErasedMessage extends ErasedRecording {
  /** Null: the entry does not name the case, because this machine remembered the erasure of a log that was lost. */
  readonly caseId: string | null;
  /** False: the request does not name the message, which was erased because it names an erased recording. */
  readonly isAsked: boolean;
}

/** All erasures of an archive, collected from the entries of its log in order. */
export interface KnownErasures {
  take(entry: Omit<LogEntry, 'kind'>): void;
  clear(): void;
  /** Requests by id, in the order in which they were made. */
  readonly requests: ReadonlyMap<string, KnownErasure>;
  /** Ids of the secrets of the marks that requests name (`ErasureMarks.key`): one, unless two machines had different secrets. */
  readonly ledgerKeys: ReadonlySet<string>;
  readonly approvers: ReadonlyMap<string, Approver>;
  /** Erased recordings, by mark of the recording id (`ErasureMarks`). */
  readonly erased: ReadonlyMap<string, ErasedRecording>;
  /** Marks of recordings whose erasure was lifted: they may be imported again. */
  readonly lifted: ReadonlySet<string>;
  /** How often the erasure of a recording was lifted, by mark. */
  readonly lifts: ReadonlyMap<string, number>;
  /** Ids of requests by mark of the row: rows of kept tables that were erased, or that a stopped run was going to erase. */
  readonly rows: ReadonlyMap<string, string>;
  /** Files that were erased while their recordings stayed, by mark of the file (`ErasureMarks.ofFile`). */
  readonly files: ReadonlyMap<string, ErasedRecording>;
  /** Messages of cases that were erased, or that a stopped run was going to erase, by mark of the message (`ErasureMarks.ofMessage`). */
  readonly messages: ReadonlyMap<string, ErasedMessage>;
  /** Bags whose erasure was announced and has not ended. */
  readonly open: ReadonlySet<string>;
  /** Recordings whose secrets a run was going to destroy that has not ended, by mark. */
  readonly intended: ReadonlyMap<string, ErasedRecording>;
  /** Files that such a run was going to erase while their recordings stay, by mark. */
  readonly intendedFiles: ReadonlyMap<string, ErasedRecording>;
  /** Destructions of secrets, oldest first. */
  readonly destructions: readonly Destruction[];
  /** By page of the keyring: its first generation without what was erased. */
  readonly pages: ReadonlyMap<string, number>;
  /** Replicas that have not carried out all erasures, by name: they may still have erased data. */
  readonly debts: ReadonlyMap<string, ErasureDebt>;
  /** Declared lock dates of replicas, `YYYY-MM-DD`, by name. */
  readonly locks: ReadonlyMap<string, string>;
  /** Returns the names of the replicas that owe the erasure of a request. */
  owedBy(request: Pick<KnownErasure, 'lastSeq'>): readonly string[];
}

/**
 * Returns the text that an approver signs: it names the archive, the request, the set of recordings, the ground, and the earliest time at which the
 * request may be executed.
 */
export function approvalText(
  archiveId: string,
  { request, set, ground }: Pick<KnownErasure, 'request' | 'set' | 'ground'>,
  from: string,
): Uint8Array {
  return Buffer.from(`longplay erasure approval\n${archiveId}\n${request}\n${set}\n${ground}\n${from}\n`, 'utf8');
}

/**
 * Creates an empty list of erasures. An approval counts only if it is signed with a registered key of a person other than the requester. One
 * function: all types of entries change one state.
 * @param archiveId null: unknown archive, whose approvals cannot be checked
 */
export function createKnownErasures(archiveId: string | null): KnownErasures {
  const requests = new Map<string, KnownErasure>();
  const ledgerKeys = new Set<string>();
  const approvers = createApprovers();
  const erased = new Map<string, ErasedRecording>();
  const rows = new Map<string, string>();
  const files = new Map<string, ErasedRecording>();
  const messages = new Map<string, ErasedMessage>();
  const open = new Set<string>();
  const intended = new Map<string, ErasedRecording>();
  const intendedFiles = new Map<string, ErasedRecording>();
  const destructions: Destruction[] = [];
  const pages = new Map<string, number>();
  const lifted = new Set<string>();
  const lifts = new Map<string, number>();
  const debts = createErasureDebts();
  /** Marks of erased recordings, by request. Sets, because a recording that reappeared is entered again. */
  const byRequest = new Map<string, Set<string>>();
  const change = (request: unknown, to: (before: KnownErasure) => Partial<KnownErasure>): void => {
    const before = typeof request === 'string' ? requests.get(request) : undefined;
    if (before !== undefined) requests.set(before.request, { ...before, ...to(before) });
  };
  const takeRequest = ({ seq, time, detail }: Omit<LogEntry, 'kind'>): void => {
    if (typeof detail.ledger === 'string') ledgerKeys.add(detail.ledger);
    const { request, ground, recordings, parts, set, due, waitMs } = detail;
    const known = ([...erasureGrounds, liftGround] as const).find((one) => one === ground);
    if (typeof request !== 'string' || known === undefined || typeof recordings !== 'number') return;
    const list = typeof detail[digestMember] === 'string' ? [{ seq, detail }] : [];
    const before = requests.get(request);
    // Large requests have their lists in several entries.
    if (before !== undefined) requests.set(request, { ...before, lists: [...before.lists, ...list] });
    else
      requests.set(request, {
        request,
        ground: known,
        requestedAt: time,
        approvedAt: null,
        hastenedAt: null,
        withdrawnAt: null,
        executedAt: null,
        finalAt: null,
        due: String(due),
        waitMs: typeof waitMs === 'number' ? waitMs : 0,
        from: null,
        requestedBy: textOrNull(detail[whoMember]),
        approvedBy: null,
        requestedLogin: textOrNull(detail[claimedMember]),
        approver: null,
        recordings,
        parts: typeof parts === 'number' ? parts : 0,
        set: String(set),
        erased: 0,
        lastSeq: 0,
        lists: list,
      });
  };
  const takeApproval = ({ time, detail }: Omit<LogEntry, 'kind'>): void => {
    const { request, approver, from, signature } = detail;
    const asked = typeof request === 'string' ? requests.get(request) : undefined;
    const by = typeof approver === 'string' ? approvers.known.get(approver) : undefined;
    if (asked === undefined || by === undefined || typeof from !== 'string' || typeof signature !== 'string') return;
    if (whyNotApprove(by, asked) !== null || archiveId === null) return;
    if (!verify(null, approvalText(archiveId, asked, from), publicKeyOf(by.key), Buffer.from(signature, 'base64'))) return;
    const approval = { approvedBy: by.person, approver: by.key.id, from };
    if (asked.from === null) requests.set(asked.request, { ...asked, ...approval, approvedAt: time });
    // A later approval ends the waiting time, and cannot extend it.
    else if (from < asked.from) requests.set(asked.request, { ...asked, ...approval, hastenedAt: time });
  };
  return {
    requests,
    ledgerKeys,
    approvers: approvers.known,
    erased,
    rows,
    files,
    messages,
    open,
    intended,
    intendedFiles,
    destructions,
    pages,
    lifted,
    lifts,
    debts: debts.of,
    locks: debts.locks,
    owedBy: ({ lastSeq }) => debts.owing(lastSeq),
    clear: () => {
      for (const each of [requests, ledgerKeys, pages, erased, rows, files, messages, open, intended, intendedFiles, lifted, lifts, byRequest, debts])
        each.clear();
      destructions.length = 0;
      approvers.clear();
    },
    take: (entry) => {
      const { type, time, detail } = entry;
      approvers.take(entry);
      debts.take(entry);
      if ((type === recordingsErased || type === filesErased) && typeof detail.pages === 'string')
        for (const word of detail.pages.split(' ')) {
          // The last entry counts: after all copies were rolled back, a page may have a lower generation than before.
          const [page = '', generation = ''] = word.split(':');
          pages.set(page, Number(generation));
        }
      const { request, bag } = detail;
      if (type === erasureRequested) takeRequest(entry);
      else if (type === erasureApproved) takeApproval(entry);
      else if (type === erasureWithdrawn) change(request, () => ({ withdrawnAt: time }));
      else if (type === erasureExecuted) change(request, () => ({ executedAt: time, lastSeq: entry.seq }));
      else if (type === erasureFinal) change(request, () => ({ finalAt: time }));
      else if (type === secretsDestroyed) {
        const one = destructionOf(entry);
        destructions.push(one);
        // What came back with older copies of the keyring and was destroyed again is final again later.
        for (const again of one.requests) change(again, () => ({ finalAt: null }));
      } else if (type === erasureIntended && typeof detail.marks === 'string') {
        const announced = typeof detail.files === 'number' ? intendedFiles : intended;
        for (const mark of detail.marks.split(' ')) announced.set(mark, { request: String(request), at: time });
      } else if (type === erasureIntended && typeof bag === 'string') open.add(bag);
      else if ((type === 'bag-landed' || type === 'bag-withdrawn' || type === 'deleted') && typeof bag === 'string') open.delete(bag);
      else if (type === rowsErased && typeof detail.marks === 'string') for (const mark of detail.marks.split(' ')) rows.set(mark, String(request));
      else if (type === filesErased && typeof detail.marks === 'string') {
        for (const mark of detail.marks.split(' ')) {
          intendedFiles.delete(mark);
          if (!files.has(mark)) files.set(mark, { request: String(request), at: time });
        }
        change(request, () => ({ lastSeq: entry.seq }));
      } else if (type === messagesErased && typeof detail.marks === 'string') {
        const erasure = { request: String(request), at: time, caseId: textOrNull(detail.case), isAsked: detail.named !== true };
        for (const mark of detail.marks.split(' ')) if (!messages.has(mark)) messages.set(mark, erasure);
        change(request, () => ({ lastSeq: entry.seq }));
      } else if (type === recordingsLifted && typeof detail.marks === 'string') {
        const marks = detail.marks.split(' ');
        const own = byRequest.get(String(request)) ?? new Set();
        for (const mark of marks) {
          own.add(mark);
          erased.delete(mark);
          lifted.add(mark);
          lifts.set(mark, (lifts.get(mark) ?? 0) + 1);
        }
        byRequest.set(String(request), own);
        change(request, () => ({ erased: own.size }));
      } else if (type === recordingsErased && typeof detail.marks === 'string') {
        const marks = detail.marks.split(' ');
        const own = byRequest.get(String(request)) ?? new Set();
        for (const mark of marks) {
          own.add(mark);
          lifted.delete(mark);
          intended.delete(mark);
          if (!erased.has(mark)) erased.set(mark, { request: String(request), at: time });
        }
        byRequest.set(String(request), own);
        change(request, () => ({ erased: own.size, lastSeq: entry.seq }));
      }
    },
  };
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/**
 * Returns the requests that are final although the log has no such entry yet: no copy of the keyring owes them, and recovery shares of the epoch in
 * which their secrets were destroyed no longer open anything.
 * @param epoch current epoch of the recovery; 0: there is none
 */
export function finalRequests({ requests, destructions }: Pick<KnownErasures, 'requests' | 'destructions'>, epoch: number): string[] {
  const owed = owedCopies({ destructions });
  const epochs = new Map<string, number>();
  for (const one of destructions) for (const request of one.requests) epochs.set(request, one.epoch);
  return [...epochs].flatMap(([request, then]) => {
    const isPast = then === 0 || then < epoch;
    return isPast && !owed.has(request) && requests.get(request)?.finalAt === null ? [request] : [];
  });
}
