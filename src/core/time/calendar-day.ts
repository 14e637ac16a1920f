/** Returns true for an existing calendar day, e.g. `2026-12-30`. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00.000Z`);
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(text);
}

/** Returns the end of a day in UTC, in milliseconds since 1970. @param day `YYYY-MM-DD` */
export function endOfDay(day: string): number {
  return Date.parse(day) + 86_400_000;
}
