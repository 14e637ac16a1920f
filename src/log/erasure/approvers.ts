import type { EntryType } from '../entries/entry-types.ts';
import type { LogEntry } from '../entries/log-entry.ts';
import { type NoteKey, parseVerifierKey } from '../tree/signed-note.ts';
import { claimedMember, whoMember } from '../who/entry-details.ts';

export const approverAdded: EntryType = 'approver-added';
export const approverRemoved: EntryType = 'approver-removed';

/** Name of all approvers in their verifier keys: it identifies no person. */
export const approverName = 'approver';

/** A person whose key may approve erasures. */
export interface Approver {
  readonly key: NoteKey;
  /** Pseudonym of the person. */
  readonly person: string;
  readonly addedAt: string;
  /** Pseudonyms of whoever registered the key: the name that was given, and the login of the system that gave another name. */
  readonly addedBy: readonly string[];
  /** ISO time; null: the key is valid. */
  readonly removedAt: string | null;
}

/** Who made a request that a second person must approve. */
export interface Requester {
  /** ISO time of the request. */
  readonly requestedAt: string;
  /** Pseudonym of the requester; null: unknown. */
  readonly requestedBy: string | null;
  /** Pseudonym of the login that gave another name for the requester with `--as`; null: it is the login itself, or unknown. */
  readonly requestedLogin: string | null;
}

/**
 * Returns why an approver may not approve a request, as the end of a sentence about their key; null: they may. The requester may not, under their own name or
 * under another one that their login gave with `--as`, and a key that the requester registered after the request proves no second person.
 */
export function whyNotApprove(
  { person, addedAt, addedBy, removedAt }: Approver,
  { requestedAt, requestedBy, requestedLogin }: Requester,
): string | null {
  if (removedAt !== null) return `was removed on ${removedAt.slice(0, 10)}`;
  if (requestedBy === null) return 'cannot approve a request whose author is unknown';
  const requester = [requestedBy, requestedLogin];
  if (requester.includes(person)) return 'belongs to the person who made the request';
  if (addedAt > requestedAt && addedBy.some((one) => requester.includes(one))) return 'was registered after the request by the person who made it';
  return null;
}

function authorsOf(detail: LogEntry['detail']): readonly string[] {
  return [detail[whoMember], detail[claimedMember]].filter((one) => typeof one === 'string');
}

/** Keys of approvers, from the entries of a log in order; by key id. */
export function createApprovers(): {
  take(entry: Pick<LogEntry, 'type' | 'time' | 'detail'>): void;
  clear(): void;
  readonly known: ReadonlyMap<string, Approver>;
} {
  const known = new Map<string, Approver>();
  return {
    known,
    clear: () => known.clear(),
    take: ({ type, time, detail }) => {
      if (type === approverAdded && typeof detail.key === 'string' && typeof detail.of === 'string') {
        const key = parseVerifierKey(detail.key);
        // A key id is never registered a second time: approvals would change their meaning.
        if (key !== null && key.name === approverName && !known.has(key.id))
          known.set(key.id, { key, person: detail.of, addedAt: time, addedBy: authorsOf(detail), removedAt: null });
      } else if (type === approverRemoved && typeof detail.approver === 'string') {
        const before = known.get(detail.approver);
        if (before !== undefined && before.removedAt === null) known.set(before.key.id, { ...before, removedAt: time });
      }
    },
  };
}
