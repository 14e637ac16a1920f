// A recording's place in the catalog is its rowid, and the rowid tells its start: milliseconds since 1970 with room for 1,024 recordings in each. So the
// table and every list of the full-text index lie in order of start, and the first rows of any question are found without sorting, forwards and backwards.
// All are whole numbers below 2^53, which JavaScript keeps exactly.

const slots = 1_024;
/** Years 1830 to 2109; what a recorder says beyond them (0001, 1601, 9999) stands at the ends. */
const edge = 2 ** 52;
/** Behind all others: recordings without a start. */
const undated = edge;
/** Room that recordings with the same start may need. */
const crowd = 2 ** 33;

/** All positions, [low, high). */
export interface Positions {
  readonly low: number;
  readonly high: number;
}

/** Of every recording with a start. */
export const datedPositions: Positions = { low: -edge, high: undated };
/** Of those without. */
export const undatedPositions: Positions = { low: undated, high: 2 ** 53 };

/** Where a recording is to stand. @param attempt how many places were taken already */
export function wantedPosition(start: string | null, recordingId: string, attempt: number): number {
  const id = idBits(recordingId);
  if (start === null) return undated + ((id * 2 ** 20 + attempt * 7_919) % edge);
  const ms = millisecondsOf(start);
  // In order of the id among 1,024; where that is full, in ever more room behind.
  const bits = Math.min(32, 10 + 4 * attempt);
  const slot = Math.floor(id / 2 ** (32 - bits)) + (attempt > 6 ? attempt * 7_919 : 0);
  // A start that cannot be read stands with the earliest.
  return Math.max(-edge, Math.min(edge - crowd, (ms ?? -edge) * slots)) + slot;
}

/** The first place at or after a beginning of an ISO time; null where it is none. */
export function firstPosition(time: string): { readonly position: number; readonly beyond: boolean } | null {
  const ms = millisecondsOf(time);
  if (ms === null) return null;
  const position = ms * slots;
  if (position < -edge + crowd) return { position: -edge, beyond: true };
  if (position > edge - crowd) return { position: edge - crowd, beyond: true };
  return { position, beyond: false };
}

/** The end of the places of those that stand at an end of time. */
export function endOfBeyond(position: number): number {
  return position + crowd;
}

/** The first 32 bits of an id, by which recordings of one moment are put in order. */
function idBits(recordingId: string): number {
  const hex = /^[0-9a-f]{8}/.exec(recordingId)?.[0] ?? Buffer.from(recordingId, 'utf8').toString('hex', 0, 4).padEnd(8, '0');
  return Number.parseInt(hex, 16);
}

/** Reads as much of an ISO time as is there; its zone is left aside, as everywhere in the catalog. */
function millisecondsOf(time: string): number | null {
  const parts = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ](\d{2})(?::(\d{2})(?::(\d{2})(?:[.,](\d{1,3}))?)?)?)?)?)?/.exec(time);
  if (parts === null) return null;
  const [year, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map((part) => (part === undefined ? undefined : Number(part)));
  const moment = new Date(0);
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  moment.setUTCFullYear(year ?? 0, month - 1, day);
  moment.setUTCHours(hour, minute, second, Number((parts[7] ?? '').padEnd(3, '0')));
  const ms = moment.getTime();
  return Number.isNaN(ms) ? null : ms;
}
