/** A forward movement of the machine's clock between two entries of a log, or between the last entry and now. */
export interface ClockJump {
  /** ISO times on both sides. */
  readonly from: string;
  readonly to: string;
}

/**
 * How long entries must go on after a forward movement before it counts as real time, ms. A clock that is years ahead is noticed within a month: `watch`, `doctor` and every other
 * machine that reads the log compare with theirs.
 */
export const confirmedAfterMs = 31 * 24 * 3_600_000;

/**
 * Finds the last forward movement of the clock by more than `leastMs` that nothing confirms: less than a month of entries followed, and no entry went back before it.
 * A log cannot tell an archive that nobody touched for a year from a clock that is a year ahead; a person can.
 * @param entries all entries, in log order; invalid times are left out
 * @param now ISO time by the machine's clock
 */
export async function findJump(entries: AsyncIterable<{ readonly time: string }>, now: string, leastMs: number): Promise<ClockJump | null> {
  let last: string | null = null;
  let jump: ClockJump | null = null;
  const take = (time: string): void => {
    if (Number.isNaN(Date.parse(time))) return;
    if (last !== null && Date.parse(time) - Date.parse(last) > leastMs) jump = { from: last, to: time };
    else if (jump !== null && Date.parse(time) < Date.parse(jump.to)) jump = null;
    last = time;
  };
  for await (const { time } of entries) take(time);
  take(now);
  // TypeScript does not see what the closure assigns.
  const found = jump as ClockJump | null;
  return found !== null && Date.parse(now) - Date.parse(found.to) <= confirmedAfterMs ? found : null;
}
