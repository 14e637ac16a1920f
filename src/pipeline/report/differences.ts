import { withResult } from '../../core/base/with-result.ts';
import { isAlarm } from '../../core/findings/finding-table.ts';
import { isLostRecord } from '../../core/findings/lost-record.ts';
import type { SourceAccount } from '../../core/model/source-account.ts';
import type { Accepted } from '../../report/source/report.ts';
import type { PipelineEvent } from '../events/events.ts';

/** A number of differences with one code that the user has reviewed and accepts. */
export interface Acceptance {
  readonly code: string;
  readonly atMost: number;
}

/** The user's acceptances, with their reason. */
export interface Acceptances {
  readonly accepts: readonly Acceptance[];
  /** Reason, one line. */
  readonly reason: string;
}

/** Differences that lead to exit code 3: the number of affected calls, rows or files, by code. */
export type Differences = Readonly<Record<string, number>>;

/** Differences, divided into accepted and open ones. */
export interface Settled {
  /** Differences of codes that were not accepted, or of which there are more than were accepted: exit 3. */
  readonly open: Differences;
  readonly accepted: readonly Accepted[];
}

/** Codes of differences that are counted on media and rows, while findings with many other codes report the details. */
const countedDifferences = { notPlayable: 'P270', doubtful: 'P271', recordsLost: 'P272', notImported: 'P273' } as const;

/** Codes of alarms that each report one recording that was not imported. */
const notImportedCodes = ['P111', 'P112', 'P113', 'P114', 'P268', 'M143'] as const;

/** Counts the alarms among the events of a run. */
export interface DifferenceTally {
  take(event: PipelineEvent): void;
  /** Returns the differences, including those that are counted elsewhere, without codes that did not occur. */
  differences(counted: Partial<Record<keyof typeof countedDifferences, number>>): Differences;
}

/** Creates an empty count. */
export function createDifferenceTally(): DifferenceTally {
  const told = new Map<string, number>();
  let unread = 0;
  return {
    take: (event) => {
      // Each finding is about one row or document, whether an importer counts it with a table, keeps a recording of it, or does neither.
      if (event.type === 'finding' && isLostRecord(event)) unread += event.count ?? 1;
      if (event.type === 'finding' && isAlarm(event.code)) told.set(event.code, (told.get(event.code) ?? 0) + (event.count ?? 1));
    },
    differences: ({ notPlayable = 0, doubtful = 0, recordsLost = 0, notImported = 0 }) => {
      // Recordings may also be left out for a reason whose code is not in this list; they must not go unreported.
      const untold = notImported - notImportedCodes.reduce((sum, code) => sum + (told.get(code) ?? 0), 0);
      const counted = {
        [countedDifferences.notImported]: Math.max(0, untold),
        [countedDifferences.notPlayable]: notPlayable,
        [countedDifferences.doubtful]: doubtful,
        [countedDifferences.recordsLost]: Math.max(recordsLost, unread),
      };
      return Object.fromEntries([...told, ...Object.entries(counted)].filter(([, count]) => count > 0));
    },
  };
}

/** Passes on events and counts their alarms. */
export async function* tallying<Outcome>(
  events: AsyncGenerator<PipelineEvent, Outcome>,
  tally: DifferenceTally,
): AsyncGenerator<PipelineEvent, Outcome> {
  const taken = withResult(events);
  for await (const event of taken) {
    tally.take(event);
    yield event;
  }
  return taken.result();
}

/** Divides differences: those of a code are accepted if there are no more of them than the user accepted. */
export function settleDifferences(differences: Differences, { accepts, reason }: Acceptances): Settled {
  const open: Record<string, number> = {};
  const accepted: Accepted[] = [];
  for (const [code, found] of Object.entries(differences)) {
    const atMost = accepts.find((one) => one.code === code)?.atMost;
    if (atMost === undefined || found > atMost) open[code] = found;
    else accepted.push({ code, found, atMost, reason });
  }
  return { open, accepted };
}

/** Returns the number of rows and documents that could not be read, whether or not a recording contains parts of them. */
export function recordsLost({ tables, recordings }: Pick<SourceAccount, 'tables' | 'recordings'>): number {
  const rows = tables.reduce((sum, { byStatus }) => sum + (byStatus['parse-error'] ?? 0), 0);
  // Recordings that contain an unread row are counted with the rows of its table; those of a document have no table.
  return Math.max(rows, recordings['parse-error'] ?? 0);
}
