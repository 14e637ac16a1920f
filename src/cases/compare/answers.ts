import { openStage } from '../../tables/stage.ts';
import { contested, type RowAnswer } from './decide-row.ts';
import type { ListRow } from './list-rows.ts';

/** A row of a list with its answer, as it is reported and kept. */
export interface AnsweredRow extends Omit<RowAnswer, 'isClaim' | 'rivals'> {
  /** Number of the row; null: the row could not be parsed. */
  readonly row: number | null;
  readonly says: string;
  /** Earliest time of the call in UTC; `from` and `to` cover all readings of its clock. */
  readonly from: string | null;
  readonly to: string | null;
}

type KeptRow = AnsweredRow & Pick<RowAnswer, 'isClaim' | 'rivals'>;

/** Answers to all rows of a list of any length. Each answer is kept in a file until no further row can change it. */
export interface Answers {
  add(row: Pick<ListRow, 'number' | 'says' | 'time'> | null, answer: RowAnswer): void;
  /**
   * Yields the answers in the order of the list. If two rows of different times match one recording, neither match is certain. Nothing may be added after the
   * first call.
   */
  all(): Iterable<AnsweredRow>;
  close(): void;
}

/** Opens an empty list of answers in a folder for temporary files. */
export function openAnswers(folder: string): Answers {
  const rows = openStage(folder);
  const claims = openStage(folder);
  let added = 0;
  return {
    add: (row, answer) => {
      const time = row?.time ?? null;
      const iso = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());
      const [from, to] = [iso(time?.span.earliestMs), iso(time?.span.latestMs)];
      const kept: KeptRow = { row: row?.number ?? null, says: row?.says ?? '', from, to, ...answer };
      rows.put(String(added).padStart(12, '0'), '', kept);
      if (time?.kind === 'start' && from !== null) for (const id of [...answer.inCase, ...answer.inArchive]) claims.put(id, from, from);
      added++;
    },
    all: function* () {
      for (const { values } of rows.groups())
        for (const value of values) {
          // The value is as it was stored.
          const { isClaim, rivals, ...answered } = value as KeptRow;
          const ids = [...answered.inCase, ...answered.inArchive];
          const isContested = isClaim && ids.some((id) => hasOther(claims.get(id, mostClaims)));
          yield isContested ? { ...answered, ...contested({ ...answered, rivals }) } : answered;
        }
    },
    close: () => {
      rows.close();
      claims.close();
    },
  };
}

/** Largest number of claims on one recording that are compared, in order of time. Two claims of different times would suffice, but a list may repeat a row. */
const mostClaims = 1_000;

function hasOther(times: readonly unknown[]): boolean {
  return times.length > 0 && times.some((one) => one !== times[0]);
}
