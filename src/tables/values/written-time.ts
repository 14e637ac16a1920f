/** Fields of a written time. Only their digits are checked. */
export interface WrittenTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
  /** Offset from UTC in minutes as written, or null. */
  readonly offsetMin: number | null;
  readonly precision: 'ms' | 's' | 'min' | 'day';
}

/** Returns the first three digits of a fraction: a time is truncated, not rounded, so that it never moves to the next second. */
export function milliseconds(fraction: string | undefined): number {
  return Number((fraction ?? '').slice(0, 3).padEnd(3, '0'));
}
