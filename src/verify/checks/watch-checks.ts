import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { archiveLinks } from '../../archive/archive-links.ts';
import { dueState, isOverdue } from '../../archive/documents/case-due.ts';
import { caseFolder, caseIdPattern, casesFolder } from '../../archive/documents/case-json.ts';
import { readStoredCase } from '../../archive/documents/stored-case.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { Verdict } from '../../core/model/verdict.ts';
import type { LogEntry } from '../../log/entries/log-entry.ts';
import { createErasureDebts, debtFindings } from '../../log/history/erasure-debts.ts';
import { createHandOverTimes } from '../../log/read/case-digests.ts';
import { createCaseCheck } from './case-check.ts';
import { checkClearFiles, type SealingState, unfinishedSealing } from './clear-files.ts';
import { checkViewer, createViewerMemory } from './viewer.ts';

/** Checks of a watch besides the log. */
export interface WatchChecks {
  /** Processes each entry of the log, in order. */
  take(entry: LogEntry): void;
  /**
   * Yields errors in files that people run or that exist only here: the viewer's page, cases, and links in place of files; and in what a sealed
   * archive has in clear. Yields a warning for each overdue case each replica that owes an erasure or a sealing,
   * and an unfinished sealing.
   * @param whole false: entries of the log are damaged or lost
   */
  look(archive: { readonly dir: string; readonly id: string } & SealingState, whole: boolean, signal: AbortSignal): AsyncGenerator<Finding>;
}

/**
 * Creates these checks. They read only a few files: the scripts of the viewer's page, the sizes of its data, and case.json of each case.
 * @param now returns the current time as ISO text
 */
export function createWatchChecks(now: () => string): WatchChecks {
  const viewer = createViewerMemory();
  const cases = createCaseCheck(null);
  const handedOver = createHandOverTimes();
  const debts = createErasureDebts();
  return {
    take: (entry) => {
      viewer.take(entry);
      cases.take(entry);
      handedOver.take(entry);
      debts.take(entry);
    },
    look: async function* (archive, whole, signal) {
      yield* archiveLinks(archive.dir);
      yield* errorsOf(cases.look(archive, whole, signal));
      // A verification checks which bags the viewer shows.
      yield* errorsOf(checkViewer(archive, viewer, new Set(), 'sizes', signal));
      for (const { code, path, message } of checkClearFiles(archive)) yield finding(code, path, message);
      yield* unfinishedSealing(archive);
      for (const debt of debts.of.values()) yield* debtFindings(debt);
      yield* overdueCases(archive, handedOver.of, (id) => cases.isDeleted(id), now());
    },
  };
}

/** Yields a finding for each case that is past its deadline and has not been handed over since the deadline was set. Other checks report unreadable cases. */
function* overdueCases(
  archive: { readonly dir: string },
  handedOver: ReadonlyMap<string, readonly string[]>,
  isDeleted: (id: string) => boolean,
  now: string,
): Generator<Finding> {
  const folder = join(archive.dir, casesFolder);
  if (!existsSync(folder)) return;
  for (const id of readdirSync(folder)
    .filter((name) => caseIdPattern.test(name) && !isDeleted(name))
    .sort(byCodePoint)) {
    try {
      const state = dueState(readStoredCase(caseFolder(archive.dir, id)), handedOver.get(id) ?? [], now);
      if (isOverdue(state))
        yield finding('C190', `cases/${id}`, agree`was to be handed over by ${state.due}, ${-(state.daysLeft ?? 0)} day[s] ago, and was not`);
    } catch (error) {
      if (!(error instanceof LongplayError)) throw error;
    }
  }
}

async function* errorsOf(verdicts: AsyncGenerator<Verdict>): AsyncGenerator<Finding> {
  for await (const { severity, code, path, message } of verdicts) if (severity === 'error') yield finding(code, path, message);
}
