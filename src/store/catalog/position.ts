// A recording's position in the catalog is its rowid. The rowid encodes the start: milliseconds since 1970, with room for 1,024 recordings in each. So the
// table and every list of the full-text index are ordered by start, and the first rows of any query are found without sorting, in both directions. All
// positions are whole numbers below 2^53, which JavaScript represents exactly.

const slots = 1_024;
/** Years 1830 to 2109. Starts beyond them, which recorders write (0001, 1601, 9999), are placed at the ends. */
const edge = 2 ** 52;
/** Recordings without a start, placed after all others. */
const undated = edge;
/** Room for recordings with the same start. */
const crowd = 2 ** 27;

/** Largest difference between a call's sort position and its actual start: a day of 25 hours on a clock 12 hours behind UTC, plus room for crowded starts. */
export const widestSpanMs = 40 * 3_600_000;

/** Number of positions of a day. */
export const dayPositions = 86_400_000 * slots;

/** A range of positions, [low, high). */
export interface Positions {
  readonly low: number;
  readonly high: number;
}

/** Positions of all recordings with a start. */
export const datedPositions: Positions = { low: -edge, high: undated };
/** Positions of recordings without a start. */
export const undatedPositions: Positions = { low: undated, high: 2 ** 53 };

/** Returns the position that a recording should have. @param attempt number of positions that were found taken */
export function wantedPosition(start: string | null, recordingId: string, attempt: number): number {
  if (start === null) return undated + ((idBits(recordingId) * 2 ** 20 + scattered(recordingId, attempt)) % edge);
  const ms = millisecondsOf(start);
  // An unreadable start is placed with the earliest.
  const first = Math.max(-edge, Math.min(edge - crowd, (ms ?? -edge) * slots));
  // The first attempt follows the id's order among 1,024 positions. Later ones are random within a growing range of at most a minute, so that time ranges stay
  // valid.
  if (attempt === 0) return first + Math.floor(idBits(recordingId) / 2 ** 22);
  return first + (scattered(recordingId, attempt) % 2 ** Math.min(26, 10 + 2 * attempt));
}

/** Positions that are tried for a recording. In the smallest range of crowded starts even a million others leave one of so many free. */
const mostAttempts = 200;

/** Returns true if a recording may have a position: the one that its start demands, or one of those that are tried if others have taken it. */
export function isPositionOf(position: number, start: string | null, recordingId: string): boolean {
  for (let attempt = 0; attempt < mostAttempts; attempt++) if (wantedPosition(start, recordingId, attempt) === position) return true;
  return false;
}

/** Returns the first position at or after a (possibly shortened) ISO time; null if the text is not one. */
export function firstPosition(time: string): FirstPosition | null {
  const ms = millisecondsOf(time);
  return ms === null ? null : positionAt(ms);
}

/** A position, and whether it is at the end of the range because its start lies beyond. */
export interface FirstPosition {
  readonly position: number;
  readonly beyond: boolean;
}

/** Returns the first position at or after a time, epoch ms. */
export function positionAt(ms: number): FirstPosition {
  const position = ms * slots;
  if (position < -edge + crowd) return { position: -edge, beyond: true };
  if (position > edge - crowd) return { position: edge - crowd, beyond: true };
  return { position, beyond: false };
}

/** Returns the end of the room for crowded starts that begins at a position, e.g. at a limit of the range. */
export function endOfBeyond(position: number): number {
  return position + crowd;
}

/** Returns the first 32 bits of an id, which order recordings with the same start. */
function idBits(recordingId: string): number {
  const hex = /^[0-9a-f]{8}/.exec(recordingId)?.[0] ?? Buffer.from(recordingId, 'utf8').toString('hex', 0, 4).padEnd(8, '0');
  return Number.parseInt(hex, 16);
}

/** Returns a pseudo-random number per attempt that differs even for similar ids. */
function scattered(recordingId: string, attempt: number): number {
  if (attempt === 0) return 0;
  // FNV-1a with a final mixing step; source: isthe.com/chongo/tech/comp/fnv.
  let hash = 0x811c9dc5 ^ attempt;
  for (let index = 0; index < recordingId.length; index++) hash = Math.imul(hash ^ recordingId.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** Parses as much of an ISO time as the text has; ignores the zone, like everything in the catalog. */
function millisecondsOf(time: string): number | null {
  const parts = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ](\d{2})(?::(\d{2})(?::(\d{2})(?:[.,](\d{1,3}))?)?)?)?)?)?/.exec(time);
  if (parts === null) return null;
  const [year, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map((part) => (part === undefined ? undefined : Number(part)));
  const moment = new Date(0);
  // Date.UTC maps the years 0 to 99 to 1900 to 1999.
  moment.setUTCFullYear(year ?? 0, month - 1, day);
  moment.setUTCHours(hour, minute, second, Number((parts[7] ?? '').padEnd(3, '0')));
  const ms = moment.getTime();
  return Number.isNaN(ms) ? null : ms;
}
