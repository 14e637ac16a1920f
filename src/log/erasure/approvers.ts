import type { EntryType } from '../entries/entry-types.ts';
import type { LogEntry } from '../entries/log-entry.ts';
import { type NoteKey, parseVerifierKey } from '../tree/signed-note.ts';

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
  /** ISO time; null: the key is valid. */
  readonly removedAt: string | null;
}

/** Who made a request that a second person must approve. */
export interface Requester {
  /** Pseudonym of the requester; null: unknown. */
  readonly requestedBy: string | null;
  /** Pseudonym of the login that gave another name for the requester with `--as`; null: it is the login itself, or unknown. */
  readonly requestedLogin: string | null;
}

/** Returns true if an approver made the request, under their own name or under another one that their login gave with `--as`. */
export function isRequester({ person }: Approver, { requestedBy, requestedLogin }: Requester): boolean {
  return person === requestedBy || person === requestedLogin;
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
          known.set(key.id, { key, person: detail.of, addedAt: time, removedAt: null });
      } else if (type === approverRemoved && typeof detail.approver === 'string') {
        const before = known.get(detail.approver);
        if (before !== undefined && before.removedAt === null) known.set(before.key.id, { ...before, removedAt: time });
      }
    },
  };
}
