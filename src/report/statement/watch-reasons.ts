import { agree } from '../../core/base/agree.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { count, counted, periodText } from '../../core/words/quantity.ts';
import { isMuteRun } from '../../log/history/run-register.ts';
import type { LogAccount, PlaceReading } from './statement.ts';
import { dayOf, leftText, placeName } from './words.ts';

/** Requirements of a watch on an archive. */
export interface WatchDemands {
  /** Largest age of the last success. */
  readonly maxAgeMs: number;
  /** Smallest number of ingested bags. */
  readonly minBags: number;
}

/** Number of consecutive unfinished verifications from which they are reported: a single one may be running. */
const unfinishedRuns = 2;

/** Returns W168 for unrepaired damage. Faults of a replica count as much as those of the primary. */
export function standingDamage({ faults, places }: LogAccount): Finding[] {
  const out = places.flatMap(({ replica }) => {
    const here = faults.filter((fault) => fault.replica === replica);
    const [first] = here;
    return first === undefined
      ? []
      : [
          finding(
            'W168',
            placeName(replica),
            `${counted(here.length, 'bag')} with unrepaired damage, e.g. ${first.bag}: ${first.faults}, since ${dayOf(first.since)}`,
          ),
        ];
  });
  for (const { replica, lastRun } of places)
    if (lastRun !== null && lastRun.elsewhere > 0)
      out.push(
        finding(
          'W168',
          placeName(replica),
          `the last verification, on ${dayOf(lastRun.time)}, found ${counted(lastRun.elsewhere, 'fault')} outside the bags`,
        ),
      );
  return out;
}

/** Returns the reasons why an archive is not verified as it should be, W160 to W169; empty: it is. */
export function watchReasons(account: LogAccount, { maxAgeMs, minBags }: WatchDemands): Finding[] {
  const { places, clock, holdings } = account;
  const [primary] = places;
  const out: Finding[] = [];
  if (primary !== undefined) {
    const { lastSuccess: success, lastKept: kept, overdue } = primary;
    // In a small archive nothing is due on most nights. That is fine if the runs take place and nothing is overdue.
    const isKept = overdue === 0 && kept !== null && kept.ageMs <= maxAgeMs;
    if (success === null && !isKept) out.push(finding('W160', 'primary', 'no verification that read at least one bag has finished without faults'));
    else if (success !== null && success.ageMs > maxAgeMs && !isKept)
      out.push(
        finding(
          'W161',
          'primary',
          `the last success, on ${dayOf(success.time)}, is ${periodText(success.ageMs)} old, but at most ${periodText(maxAgeMs)} are allowed`,
        ),
      );
  }
  out.push(...places.flatMap(reasonsOf));
  if (clock.future > 0)
    out.push(
      finding('W165', 'log', `the last ${clock.future === 1 ? 'entry has' : agree`${clock.future} entr[y|ies] [has|have]`} a time later than now`),
    );
  if (holdings.bags < minBags) out.push(finding('W169', 'log', `the log has ${counted(holdings.bags, 'bag')}, but at least ${minBags} are expected`));
  return out;
}

function reasonsOf({ replica, lastRun, left, unfinished, overdue, bags, periodMs, oldestAgeMs, oldestBag }: PlaceReading): Finding[] {
  const place = placeName(replica);
  const out: Finding[] = [];
  if (lastRun !== null && lastRun.bags === 0 && bags > 0 && (lastRun.scope === 'all' || overdue > 0))
    out.push(finding('W162', place, `the last verification, on ${dayOf(lastRun.time)}, read none of ${counted(bags, 'bag')}`));
  if (lastRun !== null && isMuteRun(lastRun))
    out.push(
      finding(
        'V213',
        place,
        `the last verification, on ${dayOf(lastRun.time)}, played ${counted(lastRun.sound?.media ?? 0, 'audio file')} and found no sound`,
      ),
    );
  if (unfinished >= unfinishedRuns)
    out.push(finding('W163', place, agree`${unfinished} verification[s] [was|were] started since the last finished one, and did not finish`));
  if (overdue > 0)
    out.push(
      finding(
        'W166',
        place,
        agree`${overdue} of ${count(bags)} bag[s] [was|were] not read for more than ${periodText(periodMs)}; the oldest, ${oldestBag ?? ''}, for ${periodText(oldestAgeMs ?? 0)}`,
      ),
    );
  if (lastRun !== null && lastRun.unreachable > 0)
    out.push(finding('W167', place, `the last verification, on ${dayOf(lastRun.time)}, could not read ${counted(lastRun.unreachable, 'file')}`));
  if (left !== undefined) out.push(finding('W171', place, leftText(left)));
  return out;
}
