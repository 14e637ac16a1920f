import type { EntryType } from '../entries/entry-types.ts';
import type { LogDetail, LogEntry } from '../entries/log-entry.ts';
import { whoMember } from './entry-details.ts';

/** Type of the entry written before details are erased. */
export const detailsForgotten: EntryType = 'details-forgotten';

/** An erasure of details, or an acknowledged loss. */
export interface Erasure {
  /** Pseudonym of the person; null: everybody. */
  readonly of: string | null;
  /** Range of entries, both ends included. */
  readonly fromSeq: number;
  readonly toSeq: number;
  /** Number of the entry that records it. */
  readonly enteredAt: number;
  /** True for an acknowledged loss: nothing is to be erased, and details that are found again stay. */
  readonly isLoss: boolean;
  /** True if the author and the reason of earlier erasures are kept. False in entries of earlier builds of 0.1.0, which erased these as well. */
  readonly keepsErasures: boolean;
}

/** Persons concerned by an entry. */
export interface Subject {
  /** Pseudonym of the author; null: nobody. */
  readonly who: string | null;
  /** Pseudonym of the user who is the object of the action; null: nobody. */
  readonly of: string | null;
  /** True if the entry records an erasure. */
  readonly isErasure: boolean;
  /** True if the details state what must be kept (`lasting`). */
  readonly isLasting: boolean;
}

/**
 * Types of entries whose details state what must be kept. An erasure of everybody's details leaves these details: without them nothing could be
 * deleted.
 */
const lasting: ReadonlySet<string> = new Set<EntryType>(['hold-list', 'retain-rules']);

/** Returns the erasure that an entry records; null: none. */
export function erasureOf({ type, seq, detail }: Pick<LogEntry, 'type' | 'seq' | 'detail'>): Erasure | null {
  if (type !== detailsForgotten) return null;
  const { of = null, fromSeq, toSeq, lost, keepsErasures } = detail;
  if (typeof fromSeq !== 'number' || typeof toSeq !== 'number' || (of !== null && typeof of !== 'string')) return null;
  // The erasure cannot cover later entries, which did not exist yet.
  return { of, fromSeq, toSeq: Math.min(toSeq, seq - 1), enteredAt: seq, isLoss: lost === true, keepsErasures: keepsErasures === true };
}

/** Returns the persons concerned by an entry, from the entry alone. */
export function subjectOf({ type, detail }: { readonly type: string; readonly detail: LogDetail }): Subject {
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return { who: text(detail[whoMember]), of: text(detail.of), isErasure: type === detailsForgotten, isLasting: lasting.has(type) };
}

/** Returns true if an erasure covers an entry. */
export function covers({ of, fromSeq, toSeq, isLoss, keepsErasures }: Omit<Erasure, 'enteredAt'>, seq: number, subject: Subject): boolean {
  if (seq < fromSeq || seq > toSeq) return false;
  if (subject.isLasting && !isLoss && fromSeq !== toSeq) return false;
  if (subject.isErasure && keepsErasures && !isLoss) return of !== null && of === subject.who;
  return of === null || of === subject.who || of === subject.of;
}

/** A line of details, and the range of entries that may share it. */
export interface SharedLine {
  readonly fromSeq: number;
  toSeq: number;
  /** The persons whom all these entries concern. */
  subject: Subject;
  /** Login name in the line; null: `--as` gave no other name. */
  readonly login: string | null;
}

/** Adds an entry to the range of entries that share a line. */
export function shareLine(line: SharedLine, seq: number, subject: Subject): void {
  line.toSeq = seq;
  const { who, of, isErasure, isLasting } = line.subject;
  if (who === subject.who && of === subject.of && isErasure === subject.isErasure && isLasting === subject.isLasting) return;
  line.subject = {
    who: who === subject.who ? who : null,
    of: of === subject.of ? of : null,
    isErasure: isErasure || subject.isErasure,
    isLasting: isLasting || subject.isLasting,
  };
}

/**
 * Returns true if the details of all entries of a line were erased. A shared line is deleted with the last of its entries. Lines with a login name
 * are erased in runs of entries that all have that name: if the first and the last entry are erased, so are those between them.
 */
export function erasesLine(forgettings: readonly Erasure[], { fromSeq, toSeq, subject, login }: SharedLine): boolean {
  const erasures = forgettings.filter(({ isLoss }) => !isLoss);
  const first = erasures.filter((one) => covers(one, fromSeq, subject));
  return (
    first.some((one) => covers(one, toSeq, subject)) || (login !== null && first.length > 0 && erasures.some((one) => covers(one, toSeq, subject)))
  );
}
