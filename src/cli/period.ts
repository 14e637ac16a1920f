import { InvalidArgumentError } from 'commander';

const unitMs = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000, y: 365 * 86_400_000 } as const;

/** A period as a person types it, `12h`, `90d`, `4w`, `1y`, in milliseconds. @throws InvalidArgumentError */
export function periodMs(text: string): number {
  const parts = /^(\d{1,5})([hdwy])$/.exec(text);
  // One of the four letters, as the pattern says.
  const ms = parts === null ? 0 : Number(parts[1]) * unitMs[parts[2] as keyof typeof unitMs];
  if (ms === 0) throw new InvalidArgumentError('give hours, days, weeks or years, as 12h, 90d, 4w or 1y.');
  return ms;
}

/** A period for people: the largest unit that divides it. */
export function periodText(ms: number): string {
  for (const unit of ['d', 'h'] as const) if (ms % unitMs[unit] === 0) return `${ms / unitMs[unit]}${unit}`;
  return `${Math.round(ms / 1_000)} s`;
}
