import type { Recording, TimeValue } from '../model/recording.ts';

// Decides which starts of calls are plausible, for alarms and for certainty.

/**
 * Earliest plausible start. No recorder that stores calls as files is older: Eventide calls its VR240 of 1989 the first digital logging recorder. The
 * zero values of clocks and columns are earlier: 0001 (.NET), 1601 (FILETIME), 1900 and 1904 (spreadsheets), 1970 (Unix), 1980-01-01 (FAT, PC
 * firmware), 1980-01-06 (GPS).
 */
export const firstRecorders = '1981-01-01';

/**
 * Tolerance for times in the future: local times without a zone and recorders' clocks differ from this machine's clock by hours; wrong columns and
 * epochs differ by years.
 */
const futureToleranceMs = 24 * 3_600_000;

/** Returns the latest plausible ISO time. @param clockMs current time, epoch ms */
export function latestPlausible(clockMs: number): string {
  return new Date(clockMs + futureToleranceMs).toISOString();
}

/** Returns true if ISO time `a` is after `b`. Texts of four-digit years sort by time; years with more digits have a sign (ECMA-262, expanded years). */
export function isAfter(a: string, b: string): boolean {
  const [yearA, yearB] = [expandedYear(a), expandedYear(b)];
  return yearA === yearB ? a > b : yearA > yearB;
}

function expandedYear(text: string): number {
  const year = /^[+-]\d{6}/.exec(text)?.[0];
  return year === undefined ? 0 : Number(year);
}

/**
 * Returns the recording without exact times that are implausible. A start, answer or end after `latest` or before `firstRecorders` shows that the
 * column, its format or the recorder's clock is wrong; the certainty of such a time becomes `assumed`.
 * @param latest as `latestPlausible` returns it
 */
export function withoutFalseCertainty(recording: Recording, latest: string): Recording {
  const { callStart, callAnswer, callEnd } = recording;
  if (![callStart, callAnswer, callEnd].some((time) => isFalselyExact(time, latest))) return recording;
  const judged = (time: TimeValue | null): TimeValue | null =>
    time !== null && isFalselyExact(time, latest) ? { ...time, certainty: 'assumed' } : time;
  return { ...recording, callStart: judged(callStart), callAnswer: judged(callAnswer), callEnd: judged(callEnd) };
}

function isFalselyExact(time: TimeValue | null, latest: string): boolean {
  return time !== null && time.certainty === 'exact' && time.utc !== null && (isAfter(time.utc, latest) || isAfter(firstRecorders, time.utc));
}
