/** A period [startMs, endMs) in epoch ms. */
export interface Interval {
  readonly startMs: number;
  readonly endMs: number;
}

/** Sorts periods, merges those that touch or overlap, and drops empty ones. */
export function merged(intervals: readonly Interval[]): Interval[] {
  const out: { startMs: number; endMs: number }[] = [];
  for (const { startMs, endMs } of intervals.filter((one) => one.endMs > one.startMs).sort((a, b) => a.startMs - b.startMs)) {
    const last = out.at(-1);
    if (last !== undefined && startMs <= last.endMs) last.endMs = Math.max(last.endMs, endMs);
    else out.push({ startMs, endMs });
  }
  return out;
}

/** Returns the parts of a period that other periods do not cover. @param cover merged periods */
export function without(whole: Interval, cover: readonly Interval[]): Interval[] {
  const left: Interval[] = [];
  let at = whole.startMs;
  for (const { startMs, endMs } of cover) {
    if (endMs <= at) continue;
    if (startMs >= whole.endMs) break;
    if (startMs > at) left.push({ startMs: at, endMs: startMs });
    at = Math.max(at, endMs);
  }
  if (at < whole.endMs) left.push({ startMs: at, endMs: whole.endMs });
  return left;
}

/** Returns the length of the overlap of two periods, in ms. */
export function common(a: Interval, b: Interval): number {
  return Math.max(0, Math.min(a.endMs, b.endMs) - Math.max(a.startMs, b.startMs));
}
