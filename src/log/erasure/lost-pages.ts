import { verify } from 'node:crypto';
import { sha256Hex } from '../../core/base/identifier.ts';
import { byCodePoint } from '../../core/base/order.ts';
import type { EntryType } from '../entries/entry-types.ts';
import type { LogEntry } from '../entries/log-entry.ts';
import { publicKeyOf } from '../tree/signed-note.ts';
import { claimedMember, whoMember } from '../who/entry-details.ts';
import { type Approver, createApprovers, type Requester, whyNotApprove } from './approvers.ts';

/** Types of the entries about pages of a keyring that are lost for good: request, approval, and pages that were found later. */
export const lossRequested: EntryType = 'loss-requested';
export const lossApproved: EntryType = 'loss-approved';
export const pagesFound: EntryType = 'pages-found';

/** Largest number of pages that one entry names. */
const pagesPerEntry = 1_000;

/** A request to acknowledge that pages of the keyring are lost for good. */
export interface LossRequest extends Requester {
  readonly request: string;
  /** ISO time; null: it is not approved. */
  readonly approvedAt: string | null;
  /** Key id of the second person; null: it is not approved. */
  readonly approver: string | null;
  readonly pages: ReadonlySet<string>;
  /** Digest of all pages of the request; if `pages` differs from it, an entry is missing, and nobody can approve the request. */
  readonly set: string;
}

/** An acknowledgement of the loss of a page. */
export interface AcknowledgedLoss {
  readonly request: string;
  /** ISO time of the approval. */
  readonly at: string;
}

/** Losses of pages that a log states. */
export interface LossRegister {
  /** Reads each entry of the log, in order. */
  take(entry: Pick<LogEntry, 'type' | 'time' | 'detail'>): void;
  /** Returns the requests, oldest first. An approval counts only if a registered key of a person other than the requester signed it. */
  requests(archiveId: string): ReadonlyMap<string, LossRequest>;
  /** Returns the acknowledged pages that no verification has found since. */
  acknowledged(archiveId: string): ReadonlyMap<string, AcknowledgedLoss>;
}

/** Returns the digest of a set of pages. */
export function setOfPages(pages: Iterable<string>): string {
  return sha256Hex([...pages].sort(byCodePoint).join('\n'));
}

/** Returns the text that an approver signs. */
export function lossApprovalText(archiveId: string, { request, set }: Pick<LossRequest, 'request' | 'set'>): Uint8Array {
  return Buffer.from(`longplay loss approval\n${archiveId}\n${request}\n${set}\n`, 'utf8');
}

/** Splits pages into the texts of entries: ids separated by blanks. */
export function pageTexts(pages: readonly string[]): string[] {
  const sorted = [...pages].sort(byCodePoint);
  return Array.from({ length: Math.ceil(sorted.length / pagesPerEntry) }, (_, at) =>
    sorted.slice(at * pagesPerEntry, (at + 1) * pagesPerEntry).join(' '),
  );
}

function pagesIn(text: unknown): string[] {
  return typeof text === 'string' ? text.split(' ').filter((page) => /^[0-9a-f]{32}$/.test(page)) : [];
}

/** An approval by a registered key of another person than the requester; its signature is checked later. */
interface Approval {
  readonly request: string;
  readonly by: Approver;
  readonly at: string;
  readonly signature: string;
}

/** Creates a register before the first entry. */
export function createLossRegister(): LossRegister {
  const approvers = createApprovers();
  const requests = new Map<string, Omit<LossRequest, 'pages'> & { readonly pages: Set<string> }>();
  const events: (Approval | { readonly found: readonly string[] })[] = [];
  const isSigned = (archiveId: string, { request, by, signature }: Approval): boolean => {
    const asked = requests.get(request);
    if (asked === undefined || setOfPages(asked.pages) !== asked.set) return false;
    return verify(null, lossApprovalText(archiveId, asked), publicKeyOf(by.key), Buffer.from(signature, 'base64'));
  };
  const request = ({ time, detail }: Pick<LogEntry, 'time' | 'detail'>, id: string): void => {
    const { set, pages, [whoMember]: who, [claimedMember]: login } = detail;
    if (typeof set !== 'string') return;
    const known = requests.get(id) ?? {
      request: id,
      requestedAt: time,
      requestedBy: typeof who === 'string' ? who : null,
      requestedLogin: typeof login === 'string' ? login : null,
      approvedAt: null,
      approver: null,
      pages: new Set<string>(),
      set,
    };
    for (const page of pagesIn(pages)) known.pages.add(page);
    requests.set(id, known);
  };
  return {
    take: (entry) => {
      approvers.take(entry);
      const { type, time, detail } = entry;
      if (type === pagesFound) {
        events.push({ found: pagesIn(detail.pages) });
        return;
      }
      const { request: id, approver, signature } = detail;
      if (typeof id !== 'string') return;
      if (type === lossRequested) request(entry, id);
      else if (type === lossApproved && typeof approver === 'string' && typeof signature === 'string') {
        const [by, asked] = [approvers.known.get(approver), requests.get(id)];
        if (by === undefined || asked === undefined || whyNotApprove(by, asked) !== null) return;
        events.push({ request: id, by, at: time, signature });
      }
    },
    requests: (archiveId) => {
      const all = new Map<string, LossRequest>(requests);
      for (const event of events) {
        if ('found' in event || !isSigned(archiveId, event)) continue;
        const asked = all.get(event.request);
        if (asked !== undefined && asked.approver === null) all.set(event.request, { ...asked, approver: event.by.key.id, approvedAt: event.at });
      }
      return all;
    },
    acknowledged: (archiveId) => {
      const pages = new Map<string, AcknowledgedLoss>();
      for (const event of events) {
        if ('found' in event) for (const page of event.found) pages.delete(page);
        else if (isSigned(archiveId, event)) {
          // A second approval of the same request does not acknowledge what was found after the first.
          const isFirst = events.find((one) => 'request' in one && one.request === event.request) === event;
          if (isFirst) for (const page of requests.get(event.request)?.pages ?? []) pages.set(page, { request: event.request, at: event.at });
        }
      }
      return pages;
    },
  };
}
