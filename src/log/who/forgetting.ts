import type { EntryType } from '../entries/entry-types.ts';
import type { LogDetail, LogEntry } from '../entries/log-entry.ts';
import { whoMember } from './entry-details.ts';

/** Type of the entry that is made before details are erased. */
export const detailsForgotten: EntryType = 'details-forgotten';

/** Which details are erased on purpose, or are acknowledged as lost. */
export interface Forgetting {
  /** Pseudonym of the person; null: of everybody. */
  readonly of: string | null;
  /** The entries, both ends included. */
  readonly fromSeq: number;
  readonly toSeq: number;
  /** Somebody acknowledged that they are lost: nothing is to be erased, and one that is found again is welcome. */
  readonly isLoss: boolean;
  /** Who erased earlier, and why, is kept. False in entries of earlier builds of 0.1.0, which erased that as well. */
  readonly keepsErasures: boolean;
}

/** Whom an entry is about. */
export interface Subject {
  /** Pseudonym of who caused the entry; null: nobody. */
  readonly who: string | null;
  /** Pseudonym of whom it was done to; null: nobody. */
  readonly of: string | null;
  /** The entry tells of an erasure. */
  readonly isErasure: boolean;
}

/** What an entry says was erased; null: it says nothing of that kind. */
export function forgettingOf({ type, seq, detail }: Pick<LogEntry, 'type' | 'seq' | 'detail'>): Forgetting | null {
  if (type !== detailsForgotten) return null;
  const { of = null, fromSeq, toSeq, lost, keepsErasures } = detail;
  if (typeof fromSeq !== 'number' || typeof toSeq !== 'number' || (of !== null && typeof of !== 'string')) return null;
  // What is entered later was not there to be erased.
  return { of, fromSeq, toSeq: Math.min(toSeq, seq - 1), isLoss: lost === true, keepsErasures: keepsErasures === true };
}

/** Whom an entry is about, from the entry alone. */
export function subjectOf({ type, detail }: { readonly type: string; readonly detail: LogDetail }): Subject {
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return { who: text(detail[whoMember]), of: text(detail.of), isErasure: type === detailsForgotten };
}

/** True where a forgetting is about an entry. */
export function covers({ of, fromSeq, toSeq, isLoss, keepsErasures }: Forgetting, seq: number, subject: Subject): boolean {
  if (seq < fromSeq || seq > toSeq) return false;
  if (subject.isErasure && keepsErasures && !isLoss) return of !== null && of === subject.who;
  return of === null || of === subject.who || of === subject.of;
}

/** A line of details, and the entries that share it: all from the first to the last may. */
export interface SharedLine {
  readonly fromSeq: number;
  toSeq: number;
  /** Those whom all of them are about. */
  subject: Subject;
  /** Login name in it, where `--as` said another; null: none. */
  readonly login: string | null;
}

/** Adds an entry to those of a line. */
export function shareLine(line: SharedLine, seq: number, subject: Subject): void {
  line.toSeq = seq;
  const { who, of, isErasure } = line.subject;
  if (who === subject.who && of === subject.of && isErasure === subject.isErasure) return;
  line.subject = {
    who: who === subject.who ? who : null,
    of: of === subject.of ? of : null,
    isErasure: isErasure || subject.isErasure,
  };
}

/**
 * True where all entries of a line are among those whose details were erased: one that several share goes with the last of them. What has a login name is erased in runs of entries, all
 * of that name together: where the first and the last are erased, so are those between.
 */
export function erasesLine(forgettings: readonly Forgetting[], { fromSeq, toSeq, subject, login }: SharedLine): boolean {
  const erasures = forgettings.filter(({ isLoss }) => !isLoss);
  const first = erasures.filter((one) => covers(one, fromSeq, subject));
  return (
    first.some((one) => covers(one, toSeq, subject)) || (login !== null && first.length > 0 && erasures.some((one) => covers(one, toSeq, subject)))
  );
}
