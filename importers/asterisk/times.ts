import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { TimeValue } from '../../src/core/model/recording.ts';
import { parseTime, resolveFold, resolveFoldByDuration } from '../../src/tables/values/time.ts';
import { epochSeconds } from './names.ts';

/** Format of times in CDR tables (asterisk, cdr/cdr_csv.c). */
const cdrFormat = 'YYYY-MM-DD HH:mm:ss';
const nameFormat = 'YYYYMMDD-HHmmss';

/** Offsets in use since 1999 that are not whole hours, in minutes (IANA time zone database); whole hours lie from -12:00 to +14:00. */
const brokenOffsets = new Set([-570, -270, -210, -150, 210, 270, 330, 345, 390, 510, 525, 570, 630, 690, 765, 825]);
const quarterMin = 15;
/** Largest time between the second in a channel's uniqueid and the start of its first row: guess of 2 s, the sample's rows need 0. */
const slackMs = 2_000;

/** Times of one row. */
export interface RowTimes {
  readonly start: TimeValue | null;
  readonly answer: TimeValue | null;
  readonly end: TimeValue | null;
  readonly findings: readonly Finding[];
}

/**
 * Returns the times of a CDR row. They are local and name no zone, but the uniqueid holds the UTC second in which the channel was created: if the start differs
 * from it by an offset in use, that difference is exactly the offset. Answer and end follow from the start and the row's counted seconds, so that a call during
 * a clock change ends after it begins.
 * @param place the recording's key, for findings
 */
export function rowTimes(row: ReadonlyMap<string, string>, zone: string | null, place: string): RowTimes {
  const findings: Finding[] = [];
  const local = (name: string): TimeValue | null => {
    const raw = row.get(name) ?? '';
    if (raw === '') return null;
    // A custom table may have CDR(start,u); a database may write a fraction or an offset.
    if (/^\d{9,11}\.\d{1,6}$/.test(raw)) return parseTime(raw, { format: 'epoch-s', zone: null });
    return parseTime(raw, { format: raw.length === 19 ? cdrFormat : 'iso', zone });
  };
  const [start, answer, end] = [local('start'), local('answer'), local('end')];
  if (start === null) return { start, answer, end, findings };
  const durationMs = millis(row.get('duration'));
  const billMs = millis(row.get('billsec'));
  const settled = settleStart(start, row.get('uniqueid') ?? '', end, durationMs);
  if (zone !== null && settled.zone === null && settled.certainty === 'exact') {
    findings.push(
      finding(
        'I100',
        place,
        `according to its uniqueid, local time was UTC${offsetText(settled.offsetMin)}, which is not the offset of ${zone} at that time`,
      ),
    );
  }
  return {
    start: settled,
    answer: answer === null || durationMs === null || billMs === null ? answer : settleAfter(answer, settled, durationMs - billMs),
    end: end === null || durationMs === null ? end : settleAfter(end, settled, durationMs),
    findings,
  };
}

/** Returns the time in a FreePBX name: when the dial plan began to record. */
export function nameTime(stamp: string, uniqueid: string | null, zone: string | null): TimeValue {
  const value = { ...parseTime(stamp, { format: nameFormat, zone, basis: 'name' }) };
  return uniqueid === null ? value : (byEpoch(value, uniqueid) ?? value);
}

/** Determines the offset of another time of the same machine that is known to lie within `slackMs` of `elapsedMs` after the start. */
export function settleAfter(value: TimeValue, start: TimeValue, elapsedMs: number): TimeValue {
  if (start.utc === null) return value;
  const offset = offsetAt(value, Date.parse(start.utc) + elapsedMs);
  return offset === null ? value : withOffset(value, offset, start);
}

function settleStart(start: TimeValue, uniqueid: string, end: TimeValue | null, durationMs: number | null): TimeValue {
  const exact = byEpoch(start, uniqueid);
  if (exact !== null) return exact;
  if (start.certainty !== 'ambiguous-fold') return start;
  const byLength = end === null || durationMs === null ? start : resolveFoldByDuration(start, end, durationMs).start;
  const epoch = epochSeconds(uniqueid);
  if (byLength.utc !== null || epoch === null) return byLength;
  // A row never starts before its channel was created: that leaves the later of the two hours, or both.
  const possible = start.candidates.filter((candidate) => Date.parse(candidate) >= epoch * 1000 - slackMs);
  const [only] = possible;
  return only === undefined || possible.length > 1 ? start : resolveFold(start, { utc: only, by: 'zone-assumed' });
}

/** Returns the time with the offset that follows from the uniqueid; null if none follows. */
function byEpoch(value: TimeValue, uniqueid: string): TimeValue | null {
  const epoch = epochSeconds(uniqueid);
  if (epoch === null) return null;
  const offset = offsetAt(value, epoch * 1000);
  if (offset === null) return null;
  const utc = utcOf(value, offset);
  const zoneAgrees = value.zone !== null && (value.utc === utc || value.candidates.includes(utc ?? ''));
  return { ...value, utc, offsetMin: offset, zone: zoneAgrees ? value.zone : null, basis: 'epoch', certainty: 'exact', candidates: [] };
}

/** Returns the minutes by which local time is ahead of UTC if the moment is about `utcMs`; null if no zone uses that offset. */
function offsetAt(value: TimeValue, utcMs: number): number | null {
  if (value.local === null) return null;
  const difference = Date.parse(`${value.local}Z`) - utcMs;
  // `+ 0` changes minus zero to zero.
  const minutes = Math.round(difference / 60_000 / quarterMin) * quarterMin + 0;
  const inUse = Math.abs(minutes) % 60 === 0 ? minutes >= -720 && minutes <= 840 : brokenOffsets.has(minutes);
  return inUse && Math.abs(difference - minutes * 60_000) <= slackMs ? minutes : null;
}

function withOffset(value: TimeValue, offset: number, start: TimeValue): TimeValue {
  return {
    ...value,
    utc: utcOf(value, offset),
    offsetMin: offset,
    zone: start.zone,
    basis: start.basis,
    certainty: start.certainty,
    candidates: [],
  };
}

function utcOf(value: TimeValue, offset: number): string | null {
  return value.local === null ? null : new Date(Date.parse(`${value.local}Z`) - offset * 60_000).toISOString();
}

function millis(seconds: string | undefined): number | null {
  const value = Number(seconds);
  return seconds === undefined || seconds === '' || !Number.isFinite(value) || value < 0 || value > 1e9 ? null : Math.round(value * 1000);
}

function offsetText(minutes: number | null): string {
  const all = Math.abs(minutes ?? 0);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${(minutes ?? 0) < 0 ? '-' : '+'}${two(Math.floor(all / 60))}:${two(all % 60)}`;
}
