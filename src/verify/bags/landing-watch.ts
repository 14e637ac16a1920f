import { statSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type LandingHistory, sameLanding } from '../../archive/bag/landing.ts';
import type { BagFolder } from '../../archive/bag-folders.ts';
import type { Verdict } from '../../core/model/verdict.ts';
import { checkpointFile } from '../../log/entries/log-entry.ts';
import { continueLog } from '../../log/read/continue-log.ts';
import { bagRules, checkLanding, noHistory } from '../checks/landing.ts';
import { checkLog, type LogReading } from '../checks/log.ts';
import { absentBagOf } from '../play/check-links.ts';
import { type BagProgress, type VerifyBagTools, verifyBag } from './verify-bag.ts';

/** Tools for a bag whose rules follow from the log. */
export type LandedBagTools = Omit<VerifyBagTools, 'rules' | 'further'>;

/** The log's current statements about bags while other processes may add entries. */
export interface LandingWatch {
  /** Returns the history of a bag as last read. */
  of(bag: string): LandingHistory;
  /** Reads new log entries and returns the histories by bag name. A call during another reading waits; all waiting calls share the next reading. */
  reread(signal: AbortSignal): Promise<ReadonlyMap<string, LandingHistory>>;
}

/**
 * Follows the log's statements about bags.
 * @param first the log as just read; later calls read only newer entries, or the whole log if it does not continue `first`
 */
export function watchLandings(
  archive: { readonly dir: string; readonly id: string | null },
  memory: string | null,
  first: Pick<LogReading, 'landed' | 'end'>,
): LandingWatch {
  let known = first;
  let mark: string | null = null;
  let reading: Promise<void> | null = null;
  const read = async (signal: AbortSignal): Promise<void> => {
    const now = markOf(archive);
    const { end } = known;
    const more = end === null ? null : await continueLog(archive, end, signal);
    if (end === null || more === null) known = await checkLog(archive, memory, () => undefined, signal);
    else {
      for (const entry of more.entries) end.landings.take(entry);
      known = { landed: end.landings.bags, end: { ...more.end, landings: end.landings } };
    }
    mark = now;
  };
  return {
    of: (bag) => known.landed.get(bag) ?? noHistory,
    reread: async (signal) => {
      // A reading that began earlier may lack entries that the caller has relied on since.
      await reading;
      if (markOf(archive) !== mark)
        reading ??= read(signal).finally(() => {
          reading = null;
        });
      await reading;
      return known.landed;
    },
  };
}

/** Returns a mark that changes when the log has new entries. */
function markOf({ dir }: { readonly dir: string }): string {
  const checkpoint = statSync(join(dir, checkpointFile), { throwIfNoEntry: false });
  return checkpoint === undefined ? '' : `${checkpoint.ino} ${checkpoint.size} ${checkpoint.mtimeMs}`;
}

/**
 * Returns the verdicts on a bag of an archive. If the bag differs from the log as last read, a rehash may have changed the bag since: the log is read again and
 * the bag is compared once more.
 */
export async function checkLandedBag(
  bag: BagFolder,
  landings: LandingWatch,
  tools: LandedBagTools,
  signal: AbortSignal,
): Promise<(Verdict | BagProgress)[]> {
  const { examined, ...others } = tools;
  let history = landings.of(bag.name);
  for (;;) {
    const events: (Verdict | BagProgress)[] = [...checkLanding(bag, history)];
    // The bag may have landed again since the log was read.
    const isSame = examined !== undefined && sameLanding(history.current, examined.landing);
    const how = { ...others, ...(isSame ? { examined } : {}), rules: bagRules(history) };
    for await (const event of verifyBag(bag.path, bag.folder, how, signal)) events.push(event);
    if (events.every(isNoFault)) return events;
    const now = (await landings.reread(signal)).get(bag.name) ?? noHistory;
    const left = events.filter((event) => !isBetweenRenames(event, landings));
    if (left.every(isNoFault) || isDeepStrictEqual(now, history)) return left;
    history = now;
  }
}

/** Returns true if an event only says that a bag is absent which an erasure or a sealing has moved out of its place. A verdict on that bag reports this. */
function isBetweenRenames(event: Verdict | BagProgress, landings: LandingWatch): boolean {
  const absent = event.kind === 'verdict' ? absentBagOf(event) : null;
  return absent !== null && landings.of(absent).erasing === true;
}

/** Returns true for everything that is not a fault. */
export function isNoFault(event: Verdict | BagProgress): boolean {
  return event.kind !== 'verdict' || event.severity !== 'error';
}
