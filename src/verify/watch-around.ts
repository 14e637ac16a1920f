import { archiveLinks } from '../archive/archive-links.ts';
import { type Finding, finding } from '../core/finding.ts';
import type { Verdict } from '../core/verdict.ts';
import { createCaseHistories, readCaseHistories } from '../log/case-digests.ts';
import type { LogEntry } from '../log/log-entry.ts';
import { checkCaseDigests } from './check-cases.ts';
import { checkViewer, createViewerMemory } from './check-viewer.ts';

/** What a watch looks at besides the log. */
export interface WatchedAround {
  /** Takes each entry of the log, in order. */
  take(entry: LogEntry): void;
  /** Errors of what people run or may have nowhere else: the page of the viewer, cases, and links in the place of files. @param whole false: entries of the log are damaged or lost */
  look(archive: { readonly dir: string; readonly id: string }, whole: boolean, signal: AbortSignal): AsyncGenerator<Finding>;
}

/** Costs a few files: the scripts of the page, the sizes of its data, and case.json of each case. */
export function createWatchedAround(): WatchedAround {
  const viewer = createViewerMemory();
  const cases = createCaseHistories();
  return {
    take: (entry) => {
      viewer.take(entry);
      cases.take(entry);
    },
    look: async function* (archive, whole, signal) {
      yield* archiveLinks(archive.dir);
      const again = () => readCaseHistories(archive, null, signal);
      yield* errorsOf(checkCaseDigests(archive, cases.of, whole, again));
      // Which bags it shows is the matter of a verification.
      yield* errorsOf(checkViewer(archive, viewer, new Set(), 'sizes', signal));
    },
  };
}

async function* errorsOf(verdicts: AsyncGenerator<Verdict>): AsyncGenerator<Finding> {
  for await (const { severity, code, path, message } of verdicts) if (severity === 'error') yield finding(code, path, message);
}
