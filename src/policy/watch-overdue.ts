import { agree } from '../core/base/agree.ts';
import { errorText } from '../core/base/error.ts';
import { resultOf } from '../core/base/with-result.ts';
import { type Finding, finding } from '../core/findings/finding.ts';
import type { LogEntry } from '../log/entries/log-entry.ts';
import { openForReading } from '../pipeline/open/open-archive.ts';
import type { PolicyTools } from './add-hold.ts';
import { readKeeping } from './read-keeping.ts';
import { keepingTypes } from './state/entries.ts';

/** Checks of a watch about holds and retention. */
export interface OverdueChecks {
  /** Processes each entry of the log, in order. */
  take(entry: LogEntry): void;
  /** Yields D105 if it is unknown what must be kept, and W180 if recordings have been due for longer than permitted. */
  look(archive: { readonly dir: string }, signal: AbortSignal): AsyncGenerator<Finding>;
}

/**
 * Creates these checks. They cost nothing for an archive without holds and policies. Otherwise they read a copy of the catalog, because a watch changes
 * nothing.
 * @param mostMs permitted time between a not-after and the deletion
 */
export function createOverdueChecks(tools: Pick<PolicyTools, 'keys' | 'now' | 'temporary'>, mostMs: number): OverdueChecks {
  let isKept = false;
  return {
    take: ({ type }) => {
      if (type === keepingTypes.hold || type === keepingTypes.retain) isKept = true;
    },
    look: async function* (archive, signal) {
      if (!isKept) return;
      try {
        yield* overdueIn(archive.dir, tools, mostMs, signal);
      } catch (error) {
        signal.throwIfAborted();
        // A watch also reports on an archive whose bags or catalog are absent.
        yield finding('D107', 'catalog.sqlite', errorText(error));
      }
    },
  };
}

async function* overdueIn(
  dir: string,
  tools: Pick<PolicyTools, 'keys' | 'now' | 'temporary'>,
  mostMs: number,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  using opened = await resultOf(openForReading(dir, tools.temporary, signal, 'nothing'));
  const keeping = await resultOf(readKeeping(opened, tools, signal));
  yield* keeping.lost;
  let [overdue, firstMs] = [0, Number.POSITIVE_INFINITY];
  for (const row of opened.catalog.keepingRows()) {
    signal.throwIfAborted();
    const { state, notAfter } = keeping.judge(row);
    if (state !== 'due' || notAfter === null || notAfter.atMs + mostMs > keeping.nowMs) continue;
    overdue++;
    firstMs = Math.min(firstMs, notAfter.atMs);
  }
  if (overdue > 0)
    yield finding(
      'W180',
      'retention',
      agree`${overdue} recording[s] should have been deleted, the first by ${new Date(firstMs).toISOString().slice(0, 10)}, and nothing forbids it`,
    );
}
