import { statSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { LandingHistory } from '../../archive/bag/landing.ts';
import type { BagFolder } from '../../archive/layout.ts';
import type { Verdict } from '../../core/model/verdict.ts';
import { checkpointFile } from '../../log/entries/log-entry.ts';
import { continueLog } from '../../log/read/continue-log.ts';
import { bagRules, checkLanding, noHistory } from '../checks/landing.ts';
import { checkLog, type LogReading } from '../checks/log.ts';
import { type BagProgress, type VerifyBagTools, verifyBag } from './verify-bag.ts';

/** What the log says of the bags while others may be entering more. */
export interface LandingWatch {
  /** As it was read last. */
  of(bag: string): LandingHistory;
  /** As it is by now, by name of the bag. Whoever asks while another is reading waits, and all that wait share the next reading. */
  reread(signal: AbortSignal): Promise<ReadonlyMap<string, LandingHistory>>;
}

/** @param first the log as it was read just now; only what is entered behind it is read from then on, unless that does not go on from it */
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
      // One that began before may not know what was met since.
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

/** Is another one when something was entered. */
function markOf({ dir }: { readonly dir: string }): string {
  const checkpoint = statSync(join(dir, checkpointFile), { throwIfNoEntry: false });
  return checkpoint === undefined ? '' : `${checkpoint.ino} ${checkpoint.size} ${checkpoint.mtimeMs}`;
}

/**
 * What is to be said of a bag of ours. Where it is not as the log had it when it was read, a rehash may have been at work on it since: then it is
 * looked at once more.
 */
export async function checkLandedBag(
  bag: BagFolder,
  landings: LandingWatch,
  tools: Omit<VerifyBagTools, 'rules' | 'further'>,
  signal: AbortSignal,
): Promise<(Verdict | BagProgress)[]> {
  let history = landings.of(bag.name);
  for (;;) {
    const events: (Verdict | BagProgress)[] = [...checkLanding(bag, history)];
    for await (const event of verifyBag(bag.path, bag.folder, { ...tools, rules: bagRules(history) }, signal)) events.push(event);
    if (events.every(isWell)) return events;
    const now = (await landings.reread(signal)).get(bag.name) ?? noHistory;
    if (isDeepStrictEqual(now, history)) return events;
    history = now;
  }
}

/** True of all that speaks for no fault. */
export function isWell(event: Verdict | BagProgress): boolean {
  return event.kind !== 'verdict' || event.severity !== 'error';
}
