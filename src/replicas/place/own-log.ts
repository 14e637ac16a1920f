import { addLoggedFiles, type LoggedFile, type LoggedFiles } from '../../log/entries/logged-files.ts';
import { type CaseHistories, createCaseHistories } from '../../log/read/case-digests.ts';
import { loggedEntries } from '../../log/read/read-log.ts';
import { addStampFiles } from '../../log/stamps/entries.ts';
import { createDetailsCheck, type DetailsCheck } from '../../log/who/check-details.ts';
import { createHistories, type Histories } from './history.ts';
import type { Copy } from './place.ts';

/**
 * Content of a copy's own log, which shows how far the copy was updated. Everything that this log names must be present; the rest of the archive's log comes
 * with the next sync.
 */
export interface OwnLog {
  readonly histories: Histories;
  readonly cases: CaseHistories;
  /** Newest SHA-256 of each time-stamp file, by path below the copy. */
  readonly stampFiles: ReadonlyMap<string, string>;
  readonly enteredFiles: LoggedFiles;
  /** Check of the details beside its entries. */
  readonly details: DetailsCheck;
}

/** Reads the log of a copy as far as possible. */
export async function readOwnLog(copy: Copy, signal: AbortSignal): Promise<OwnLog> {
  const histories = createHistories();
  const cases = createCaseHistories();
  const stampFiles = new Map<string, string>();
  const details = createDetailsCheck(copy.dir);
  const enteredFiles = new Map<string, readonly LoggedFile[]>();
  for await (const item of loggedEntries({ dir: copy.dir, id: null }, null, signal)) {
    histories.take(item);
    await details.take(item);
    cases.take(item);
    addStampFiles(stampFiles, item);
    addLoggedFiles(enteredFiles, item);
  }
  return { histories, cases: cases.of, stampFiles, enteredFiles, details };
}
