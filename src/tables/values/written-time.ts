/** Fields of a written time. Only their digits are checked. */
export interface WrittenTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
  /** Offset from UTC in minutes as written; null if there is none. */
  readonly offsetMin: number | null;
  readonly precision: 'ms' | 's' | 'min' | 'day';
}

/** Returns the first three digits of a fraction. A time is cut off and not rounded, so that it never moves to the next second. */
export function milliseconds(fraction: string | undefined): number {
  return Number((fraction ?? '').slice(0, 3).padEnd(3, '0'));
}
