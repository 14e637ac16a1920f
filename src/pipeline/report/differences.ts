import { isAlarm } from '../../core/findings/finding-table.ts';
import { isLostRecord } from '../../core/findings/lost-record.ts';
import type { SourceAccount } from '../../core/model/source-account.ts';
import type { Accepted } from '../../report/source/report.ts';
import type { PipelineEvent } from '../events/events.ts';

/** A number of differences of one code that the user has reviewed and accepts. */
export interface Acceptance {
  readonly code: string;
  readonly atMost: number;
}

/** The user's acceptances, with their reason. */
export interface Acceptances {
  readonly accepts: readonly Acceptance[];
  /** One line. */
  readonly reason: string;
}

/** Differences that cause exit code 3, by code: the number of affected calls, rows or files. */
export type Differences = Readonly<Record<string, number>>;

/** Differences, divided into accepted and open ones. */
export interface Settled {
  /** Not accepted, or more than were accepted: exit 3. */
  readonly open: Differences;
  readonly accepted: readonly Accepted[];
}

/** Codes of differences that are counted on media and rows, and reported in detail by findings with many codes. */
const countedDifferences = { notPlayable: 'P270', doubtful: 'P271', recordsLost: 'P272', notImported: 'P273' } as const;

/** Alarms that each report one recording that was not imported. */
const notImportedCodes = ['P111', 'P112', 'P113', 'P114', 'P268', 'M143'] as const;

/** Counts the alarms among the events of a run. */
export interface DifferenceTally {
  take(event: PipelineEvent): void;
  /** Returns the differences, including those counted elsewhere, without zeros. */
  differences(counted: Partial<Record<keyof typeof countedDifferences, number>>): Differences;
}

/** Creates an empty count. */
export function createDifferenceTally(): DifferenceTally {
  const told = new Map<string, number>();
  let unread = 0;
  return {
    take: (event) => {
      // Each is one row or document, whether an importer counts it with a table, keeps a recording of it, or neither.
      if (event.type === 'finding' && isLostRecord(event)) unread += event.count ?? 1;
      if (event.type === 'finding' && isAlarm(event.code)) told.set(event.code, (told.get(event.code) ?? 0) + (event.count ?? 1));
    },
    differences: ({ notPlayable = 0, doubtful = 0, recordsLost = 0, notImported = 0 }) => {
      // A recording left out for a reason without a code in this list must not go unreported.
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
  for (let next = await events.next(); ; next = await events.next()) {
    if (next.done === true) return next.value;
    tally.take(next.value);
    yield next.value;
  }
}

/** Divides differences: those of a code are accepted if there are no more than the user accepted. */
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

/** Returns the number of rows and documents that could not be read, whether a recording keeps parts of them or not. */
export function recordsLost({ tables, recordings }: Pick<SourceAccount, 'tables' | 'recordings'>): number {
  const rows = tables.reduce((sum, { byStatus }) => sum + (byStatus['parse-error'] ?? 0), 0);
  // Recordings that keep an unread row are counted with the rows of its table; those of a document have no table.
  return Math.max(rows, recordings['parse-error'] ?? 0);
}
