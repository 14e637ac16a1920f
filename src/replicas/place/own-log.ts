import { type EnteredFile, type EnteredFiles, foldEnteredFiles } from '../../log/entries/entered-files.ts';
import { type CaseHistories, createCaseHistories } from '../../log/read/case-digests.ts';
import { readLog } from '../../log/read/read-log.ts';
import { foldStampFiles } from '../../log/stamps/entries.ts';
import { createDetailsCheck, type DetailsCheck } from '../../log/who/check-details.ts';
import { createHistories, type Histories } from './history.ts';
import type { Copy } from './place.ts';

/** What the log that lies in a copy tells: how far the copy had been brought. What it names must be there, what only the archive's names may come with the next sync. */
export interface OwnLog {
  readonly histories: Histories;
  readonly cases: CaseHistories;
  /** The newest SHA-256 of files of time stamps, by path below the copy. */
  readonly stampFiles: ReadonlyMap<string, string>;
  readonly enteredFiles: EnteredFiles;
  /** Of the details beside its entries. */
  readonly details: DetailsCheck;
}

/** Reads the log of a copy as far as it can be read. */
export async function readOwnLog(copy: Copy, signal: AbortSignal): Promise<OwnLog> {
  const histories = createHistories();
  const cases = createCaseHistories();
  const stampFiles = new Map<string, string>();
  const details = createDetailsCheck(copy.dir);
  const enteredFiles = new Map<string, readonly EnteredFile[]>();
  for await (const item of readLog({ dir: copy.dir, id: null }, signal)) {
    if (item.kind !== 'log-entry') continue;
    histories.take(item);
    await details.take(item);
    cases.take(item);
    foldStampFiles(stampFiles, item);
    foldEnteredFiles(enteredFiles, item);
  }
  return { histories, cases: cases.of, stampFiles, enteredFiles, details };
}
