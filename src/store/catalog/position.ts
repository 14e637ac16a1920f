// A recording's place in the catalog is its rowid, and the rowid tells its start: milliseconds since 1970 with room for 1,024 recordings in each. So the
// table and every list of the full-text index lie in order of start, and the first rows of any question are found without sorting, forwards and backwards.
// All are whole numbers below 2^53, which JavaScript keeps exactly.

const slots = 1_024;
/** Years 1830 to 2109; what a recorder says beyond them (0001, 1601, 9999) stands at the ends. */
const edge = 2 ** 52;
/** Behind all others: recordings without a start. */
const undated = edge;
/** Room that recordings with the same start may need. */
const crowd = 2 ** 27;

/** A call may have begun at most this long after the start by which it stands: a day of 25 hours by a clock that is 12 hours behind UTC, with room for a crowd. */
export const widestSpanMs = 40 * 3_600_000;

/** Places of a day. */
export const dayPositions = 86_400_000 * slots;

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
  if (start === null) return undated + ((idBits(recordingId) * 2 ** 20 + scattered(recordingId, attempt)) % edge);
  const ms = millisecondsOf(start);
  // A start that cannot be read stands with the earliest.
  const first = Math.max(-edge, Math.min(edge - crowd, (ms ?? -edge) * slots));
  // In order of the id among 1,024; where one is taken, anywhere in a room that grows, of a minute at most: ranges of time stay what they are.
  if (attempt === 0) return first + Math.floor(idBits(recordingId) / 2 ** 22);
  return first + (scattered(recordingId, attempt) % 2 ** Math.min(26, 10 + 2 * attempt));
}

/** The first place at or after a beginning of an ISO time; null where it is none. */
export function firstPosition(time: string): FirstPosition | null {
  const ms = millisecondsOf(time);
  return ms === null ? null : positionAt(ms);
}

/** A place, and whether starts stand beyond those that places tell apart. */
export interface FirstPosition {
  readonly position: number;
  readonly beyond: boolean;
}

/** The first place at or after a moment, epoch ms. */
export function positionAt(ms: number): FirstPosition {
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

/** Another number at each attempt, whatever ids have in common. */
function scattered(recordingId: string, attempt: number): number {
  if (attempt === 0) return 0;
  // FNV-1a with a last mixing; source: isthe.com/chongo/tech/comp/fnv.
  let hash = 0x811c9dc5 ^ attempt;
  for (let index = 0; index < recordingId.length; index++) hash = Math.imul(hash ^ recordingId.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
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
