import { utcClock, wallText, zoneClock } from '../../core/time/zone-clock.ts';
import { after, type ZonelessQuery } from '../base/state.ts';

/** Ranges of days relative to today. */
export const presets = ['today', 'yesterday', 'last7days', 'thisMonth', 'lastMonth', 'thisYear', 'lastYear'] as const;

/** A preset range. */
export type Preset = (typeof presets)[number];

/** Returns today's date in a zone. */
export function todayIn(zone: string, nowMs = Date.now()): string {
  return wallText(zoneClock(zone) ?? utcClock, nowMs).slice(0, 10);
}

/** Returns the range of a preset. @param today e.g. `2026-11-30` */
export function rangeOfPreset(preset: Preset, today: string): { readonly from: string; readonly to: string } {
  const month = today.slice(0, 7);
  const year = today.slice(0, 4);
  const whole = (part: string): { from: string; to: string } => ({ from: part, to: after(part) });
  switch (preset) {
    case 'today':
      return whole(today);
    case 'yesterday':
      return whole(daysBefore(today, 1));
    case 'last7days':
      return { from: daysBefore(today, 6), to: after(today) };
    case 'thisMonth':
      return whole(month);
    case 'lastMonth':
      return whole(daysBefore(`${month}-01`, 1).slice(0, 7));
    case 'thisYear':
      return whole(year);
    case 'lastYear':
      return whole(String(Number(year) - 1).padStart(4, '0'));
  }
}

/** Returns the preset that equals the range of a query today; null: none. */
export function presetOf({ from, to }: ZonelessQuery, today: string): Preset | null {
  return (
    presets.find((preset) => {
      const range = rangeOfPreset(preset, today);
      return range.from === from && range.to === to;
    }) ?? null
  );
}

function daysBefore(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00Z`) - count * 86_400_000).toISOString().slice(0, 10);
}
