/** Converts milliseconds since 1970 to an ISO time; null stays null. */
export function isoOf(ms: number | null): string | null {
  return ms === null || Math.abs(ms) > 8.64e15 ? null : new Date(ms).toISOString();
}
