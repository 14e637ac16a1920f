import { agree } from '../../core/base/agree.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';
import { isDescription, type Recording, type TimeValue } from '../../core/model/recording.ts';
import { firstRecorders, isAfter } from '../../core/time/plausible-start.ts';
import { counted } from '../../core/words/quantity.ts';

/** Follows the recordings of one source and raises alarms about its rows. Memory does not grow with the source. */
export interface RowAlarms {
  take(recording: Recording): void;
  /** Returns the alarms about the whole source; none if no row or sidecar describes a call. */
  findings(): Finding[];
}

/**
 * Number of calls with one start from which there is an alarm. Fewer may be chance, e.g. a conference, or a recorder that truncates times to minutes.
 */
const leastCallsAlike = 10;

/** Statuses of calls that have no audio according to the recorder, so that there was nothing to match. */
const absentByDesign: ReadonlySet<string> = new Set(['deleted-at-source', 'not-recorded-by-design']);

/** Largest number of characters of a key that are shown: recorders' keys may be whole paths. */
const keyChars = 80;

interface Extreme {
  readonly key: string;
  readonly start: string;
}

/** Number of calls whose start is out of bounds, and the most extreme start. */
interface Beyond {
  calls: number;
  furthest: Extreme | null;
}

/**
 * Creates alarms without recordings.
 * @param name name of the source, used as place of each alarm
 * @param latest latest plausible start, as `latestPlausible` returns it
 */
export function createRowAlarms(name: string, latest: string): RowAlarms {
  const counts = { described: 0, started: 0, joined: 0, rowsAlone: 0, audioAlone: 0 };
  const future: Beyond = { calls: 0, furthest: null };
  const past: Beyond = { calls: 0, furthest: null };
  let only: string | null = null;
  let isOneStart = true;

  const takeStart = ({ key, callStart, media }: Recording): void => {
    const time = callStart ?? media.find(({ audioStart }) => audioStart !== null)?.audioStart ?? null;
    const start = startOf(time);
    if (start === null) {
      if (time !== null && isZeroOfClock(time)) note(past, key, time.raw, () => false);
      return;
    }
    counts.started++;
    only ??= start;
    if (start !== only) isOneStart = false;
    if (isAfter(start, latest)) note(future, key, start, (other) => isAfter(start, other));
    else if (isAfter(firstRecorders, start)) note(past, key, start, (other) => isAfter(other, start));
  };

  return {
    take: (recording) => {
      const { media, provenance, accounts, reconciliation } = recording;
      const hasRows = accounts.length > 0 || provenance.some(isDescription);
      if (!hasRows) {
        if (media.length > 0) counts.audioAlone++;
        return;
      }
      counts.described++;
      if (media.length > 0) counts.joined++;
      else if (!absentByDesign.has(reconciliation.status)) counts.rowsAlone++;
      takeStart(recording);
    },
    findings: () => {
      const { described, started, joined, rowsAlone, audioAlone } = counts;
      if (described === 0) return [];
      const told: Finding[] = [];
      const say = (code: FindingCode, count: number, message: string): void => void told.push(finding(code, name, message, count));
      const of = `of ${counted(described, 'call')} that rows describe`;
      if (future.calls > 0) say('I340', future.calls, `${future.calls} ${of} start in the future, after ${latest.slice(0, 16)}Z: ${example(future)}`);
      if (past.calls > 0)
        say('I341', past.calls, `${past.calls} ${of} start before ${firstRecorders}, when there were no recorders yet: ${example(past)}`);
      if (isOneStart && only !== null && started >= leastCallsAlike)
        say('I342', started, agree`all ${started} call[s] with a start [has|have] the same: ${only}`);
      if (joined === 0 && rowsAlone > 0 && audioAlone > 0)
        say(
          'I343',
          rowsAlone,
          agree`none of ${rowsAlone} call[s] that rows describe was joined to any of ${audioAlone} recording[s] of audio without a row`,
        );
      if (started === 0) say('I344', described, agree`none of ${described} call[s] that rows describe has a start that is known`);
      return told;
    },
  };
}

function note(beyond: Beyond, key: string, start: string, isFurther: (than: string) => boolean): void {
  beyond.calls++;
  if (beyond.furthest === null || isFurther(beyond.furthest.start)) beyond.furthest = { key, start };
}

function example({ furthest }: Beyond): string {
  if (furthest === null) return '';
  const key = furthest.key.length > keyChars ? `${furthest.key.slice(0, keyChars)}…` : furthest.key;
  return `the furthest is ${furthest.start}, key ${key}`;
}

function startOf(time: TimeValue | null): string | null {
  if (time === null || time.certainty === 'sentinel' || time.certainty === 'unreadable') return null;
  return time.utc ?? time.local ?? time.candidates[0] ?? null;
}

/**
 * Returns true for a date that means "no time", e.g. 1970-01-01 00:00:00, in place of the start. A bare 0 or 0000-00-00 is an empty field instead.
 */
function isZeroOfClock({ certainty, raw }: TimeValue): boolean {
  return certainty === 'sentinel' && /[1-9]/.test(raw) && /^\D*[12]\d{3}|^\D*000[1-9]/.test(raw);
}
